package manifest

import (
	"bytes"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// scan reads the type and name of the one object in a YAML document of plain block
// style, line by line and many times faster than the parser. It returns false at
// anything unusual, for the parser to decide. What it takes the parser reads
// alike, or else refuses for a fault elsewhere in the document: Helm, whose
// manifests these are, has parsed them before.
//
// Why lines suffice: one that begins with a letter is a key of the object, unless
// a quoted string or a flow collection is open, which may go on at any column.
// So every line must close what it opens, save those of a block scalar, which all
// stand deeper than its key.
func scan(document []byte) (object v1alpha1.DeclaredObject, ok bool) {
	// In YAML these end lines, too.
	for _, end := range []string{"\r", "\u0085", "\u2028", "\u2029"} {
		if bytes.Contains(document, []byte(end)) {
			return object, false
		}
	}
	tabs := bytes.IndexByte(document, '\t') >= 0
	section := "" // the last key of the object
	field := ""   // the last key of its metadata
	metadata := 0 // the column of metadata's keys
	block := -1   // lines deeper than this column are of a block scalar
	for rest := document; len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		content := bytes.TrimLeft(line, " ")
		column := len(line) - len(content)
		if len(content) == 0 || block >= 0 && column > block {
			continue
		}
		block = -1
		if content[0] == '#' {
			continue
		}
		if tabs && bytes.IndexByte(content, '\t') >= 0 {
			return object, false
		}
		key, value, isKey := cutKey(content)
		switch {
		case column == 0 && isKey:
			switch section = string(key); section {
			case "apiVersion":
				ok = setOnce(&object.APIVersion, value)
			case "kind":
				ok = setOnce(&object.Kind, value)
			case "metadata":
				ok = metadata == 0 && len(value) == 0
			default:
				ok = section != "items"
			}
		case column == 0 && !isItem(content):
			return object, false
		case section == "metadata":
			if metadata == 0 {
				metadata = column
			}
			ok = column > metadata && field != "name" && field != "namespace"
			if column == metadata && isKey {
				switch field = string(key); field {
				case "name":
					ok = setOnce(&object.Name, value)
				case "namespace":
					ok = setOnce(&object.Namespace, value)
				default:
					ok = true
				}
			}
		default:
			ok = section != "" && section != "apiVersion" && section != "kind"
		}
		if ok {
			block, ok = closes(content, column)
		}
		if !ok {
			return object, false
		}
	}
	return object, apiVersionPattern.MatchString(object.APIVersion) && kindPattern.MatchString(object.Kind) && !strings.HasSuffix(object.Kind, "List")
}

// isItem reports whether a line begins an item of a sequence.
func isItem(content []byte) bool {
	return content[0] == '-' && (len(content) == 1 || content[1] == ' ')
}

// cutKey splits a line after a key in plain style: "name: value" or "name:".
func cutKey(content []byte) (key, value []byte, ok bool) {
	end := 0
	for end < len(content) && isPlain(content[end]) {
		end++
	}
	if end == 0 || end == len(content) || content[end] != ':' || end+1 < len(content) && content[end+1] != ' ' {
		return nil, nil, false
	}
	return content[:end], bytes.Trim(content[end+1:], " "), true
}

func isPlain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '/' || c == '_'
}

// setOnce takes the value of a line that is a plain or quoted word on it.
func setOnce(to *string, value []byte) bool {
	if *to != "" || len(value) == 0 {
		return false
	}
	quoted := value[0] == '"' || value[0] == '\''
	if quoted {
		if len(value) < 2 || value[len(value)-1] != value[0] {
			return false
		}
		value = value[1 : len(value)-1]
	}
	if len(value) == 0 || value[0] == '-' || value[len(value)-1] == ':' {
		return false
	}
	for _, c := range value {
		if !isPlain(c) && c != ':' {
			return false
		}
	}
	*to = string(value)
	switch strings.ToLower(*to) {
	case "null", "true", "false":
		return quoted
	}
	return true
}

// closes reports whether a quoted string or flow collection that a line opens ends
// on it. A block scalar that begins at its end goes on for the lines that are
// deeper than the column returned, which is -1 for none.
func closes(content []byte, column int) (block int, ok bool) {
	parent := column
	for isItem(content) {
		item := bytes.TrimLeft(content[1:], " ")
		if len(item) == 0 {
			return -1, true
		}
		parent = column
		column += len(content) - len(item)
		content = item
	}
	_, value, keyed := cutKey(content)
	if !keyed {
		value = content
		if end := quoteEnd(content); end > 0 && end < len(content) && content[end] == ':' {
			value, keyed = bytes.TrimLeft(content[end+1:], " "), true
		}
	}
	if keyed {
		parent = column
	}
	if len(value) == 0 {
		return -1, true
	}
	switch c := value[0]; {
	case c == '|' || c == '>':
		if header := bytes.TrimRight(value[1:], " "); len(header) == 0 || len(header) == 1 && (header[0] == '-' || header[0] == '+') {
			return parent, true
		}
		return -1, true
	case c == '"' || c == '\'':
		end := quoteEnd(value)
		return -1, end > 0 && isNothing(value[end:])
	case c == '[' || c == '{':
		return -1, flowCloses(value)
	case c == '#' || keyed && isPlain(c):
		return -1, true
	case bytes.IndexByte([]byte("&*!?%@`,]}:"), c) >= 0:
		return -1, false
	}
	// The key may be an unusual one, with anything behind it.
	return -1, keyed || bytes.IndexByte(value, ':') < 0 || !bytes.ContainsAny(value, `"'[{`)
}

// isNothing reports whether the rest of a line is empty or a comment.
func isNothing(rest []byte) bool {
	rest = bytes.TrimLeft(rest, " ")
	return len(rest) == 0 || rest[0] == '#'
}

// quoteEnd returns the end of the quoted string that begins a text, or -1.
func quoteEnd(s []byte) int {
	if s[0] != '"' && s[0] != '\'' {
		return -1
	}
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && s[0] == '"':
			i++
		case s[i] != s[0]:
		case s[0] == '\'' && i+1 < len(s) && s[i+1] == '\'':
			i++
		default:
			return i + 1
		}
	}
	return -1
}

// flowCloses reports whether a flow collection ends on its line. It refuses where
// a quote or another indicator may as well be part of a plain string.
func flowCloses(s []byte) bool {
	depth, quoted := 0, false
	begins := true // whether a value can begin here
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case ' ':
		case '[', '{':
			depth++
			begins = true
		case ']', '}':
			if depth--; depth == 0 {
				return isNothing(s[i+1:])
			}
			begins = false
		case ',':
			begins = true
		case ':':
			if i+1 < len(s) && s[i+1] != ' ' && !quoted {
				return false
			}
			begins = true
		case '"', '\'':
			end := quoteEnd(s[i:])
			if !begins || end < 0 {
				return false
			}
			i += end - 1
			begins, quoted = false, true
			continue
		case '#', '&', '*', '!', '|', '>', '%', '@', '`', '?':
			return false
		default:
			begins = false
		}
		quoted = quoted && s[i] == ' '
	}
	return false
}
