package collect

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

var (
	// The shape of a flag. What else a command line holds may be a secret.
	flagWord = regexp.MustCompile(`^--([A-Za-z0-9][A-Za-z0-9._-]*)(?:=((?s:.*)))?$`)
	// The words of a shell, and what ends a command of it.
	shellToken = regexp.MustCompile("(?:\\$\\([^()]*\\)|`[^`]*`|\"(?:[^\"\\\\]|\\\\(?s:.))*\"|'[^']*'|\\\\(?s:.)|[^\\s\"'\\\\;|&<>()])+|[;|&<>()\n]")
)

// flagsOf reads the flags of a component off the command line of its container.
// They stand after the word that names the program: a wrapper before it has its
// own. Where no word does, they are all that there are.
func flagsOf(component string, c container) []v1alpha1.Flag {
	all := commands(slices.Concat(c.Command, c.Args))
	for _, words := range all {
		at := slices.IndexFunc(words, func(word string) bool {
			return path.Base(word) == component && !strings.HasPrefix(word, "-")
		})
		if flags := flagsAmong(words[at+1:]); at >= 0 && len(flags) > 0 {
			return flags
		}
	}
	return flagsAmong(slices.Concat(all...))
}

// commands are the command line, and those of a shell's scripts in it.
func commands(line []string) [][]string {
	all := [][]string{line}
	for _, word := range line {
		if isScript(word) {
			all = append(all, commandsOf(word)...)
		}
	}
	return all
}

func isScript(word string) bool {
	return strings.ContainsAny(word, " \t\n") && !strings.HasPrefix(word, "-")
}

// commandsOf takes a shell's script apart as far as flags need it: it knows
// quotes, and expands nothing.
func commandsOf(script string) [][]string {
	unquote := strings.NewReplacer("\\\n", "", `"`, "", "'", "", `\`, "")
	all := [][]string{nil}
	for _, token := range shellToken.FindAllString(script, -1) {
		if strings.ContainsAny(token[:1], ";|&<>()\n") {
			all = append(all, nil)
		} else if word := unquote.Replace(token); word != "" {
			all[len(all)-1] = append(all[len(all)-1], word)
		}
	}
	return all
}

func flagsAmong(words []string) []v1alpha1.Flag {
	var flags []v1alpha1.Flag
	for i, word := range words {
		m := flagWord.FindStringSubmatch(word)
		if m == nil {
			continue
		}
		// Components take an underscore for a dash.
		flag := v1alpha1.Flag{Name: strings.ReplaceAll(m[1], "_", "-")}
		if valueIsKept(flag.Name) {
			flag.Value = m[2]
			if !strings.Contains(word, "=") && i+1 < len(words) && !strings.HasPrefix(words[i+1], "-") {
				flag.Value = words[i+1]
			}
		}
		flags = append(flags, flag)
	}
	return flags
}

// valueIsKept names the flags that rules judge by their value. The values of
// others may be secrets.
func valueIsKept(name string) bool {
	switch name {
	case "feature-gates", "cloud-provider", "runtime-config", "enable-admission-plugins", "disable-admission-plugins", "proxy-mode":
		return true
	default:
		return false
	}
}
