package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const (
	// maxFaults of one text are named, and the others counted.
	maxFaults = 5
	// maxBroken JSON objects are passed over, each of which costs a look through
	// all that follows.
	maxBroken = 20
	// maxVisits of keys and items end a document that is larger by its aliases
	// than it could be without.
	maxVisits = 1 << 20
	// maxLists is how deep lists may stand in lists.
	maxLists = 20
)

var (
	yamlErrorPattern = regexp.MustCompile(`^(?:yaml: )?(?:line ([0-9]+): )?(unknown anchor|.*)`)
	// What CustomResourceDefinitions can be called is allowed, too.
	apiVersionPattern = regexp.MustCompile(`^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/[a-z]([-a-z0-9]*[a-z0-9])?|v[0-9][a-z0-9]*)$`)
	kindPattern       = regexp.MustCompile(`^[A-Za-z]([-A-Za-z0-9]*[A-Za-z0-9])?$`)
)

// parser collects the objects and the faults of a text.
type parser struct {
	// maxYAML is the size, in bytes, of the largest YAML document.
	maxYAML int

	objects []v1alpha1.DeclaredObject
	faults  []string
	// more counts the faults beyond maxFaults.
	more int

	// before is the number of lines in front of the document that is being read.
	before int
	// unrendered is true where that document holds the braces of a template.
	unrendered bool
	// visits and lists are what it has left of the limits.
	visits, lists int
}

// fail records a fault on a line of the document. The problem quotes nothing of it.
func (p *parser) fail(line int, problem string) {
	if len(p.faults) == maxFaults {
		p.more++
		return
	}
	if p.unrendered {
		problem += " (a template must be rendered first)"
	}
	p.faults = append(p.faults, fmt.Sprintf("line %d: %s", p.before+line, problem))
}

func (p *parser) err() error {
	switch {
	case p.faults == nil:
		return nil
	case p.more > 0:
		return fmt.Errorf("%s; and %d more", strings.Join(p.faults, "; "), p.more)
	}
	return errors.New(strings.Join(p.faults, "; "))
}

// document reads one that begins on a line. Like kubectl it takes what begins as
// an object of JSON for a number of them, and anything else for YAML.
func (p *parser) document(text []byte, line int) {
	p.before, p.visits, p.lists = line-1, maxVisits, maxLists
	p.unrendered = bytes.Contains(text, []byte("{{"))
	if !beginsJSON(text) {
		p.yaml(text)
		return
	}
	asJSON, asYAML := *p, *p
	asJSON.json(text)
	if asJSON.count() > p.count() {
		if asYAML.yaml(text); asYAML.count() == p.count() {
			*p = asYAML
			return
		}
	}
	*p = asJSON
}

func beginsJSON(text []byte) bool {
	at := skipSpace(text, 0)
	if at == len(text) || text[at] != '{' {
		return false
	}
	at = skipSpace(text, at+1)
	return at < len(text) && (text[at] == '"' || text[at] == '}')
}

func (p *parser) count() int {
	return len(p.faults) + p.more
}

func (p *parser) yaml(text []byte) {
	if len(bytes.Trim(text, " \r\n")) == 0 {
		return
	}
	if len(text) > p.maxYAML {
		p.fail(1, fmt.Sprintf("a YAML document of more than %d MiB: give it as JSON, or split it", p.maxYAML>>20))
		return
	}
	for decoder := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var node yaml.Node
		err := decoder.Decode(&node)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			line, problem := 1, "the document that begins here is not valid YAML: "
			match := yamlErrorPattern.FindStringSubmatch(err.Error())
			if match[1] != "" {
				line, _ = strconv.Atoi(match[1])
				problem = "not valid YAML: "
			}
			problem += match[2]
			p.fail(line, problem)
			return
		}
		p.object(node.Content[0], v1alpha1.DeclaredObject{})
	}
}

// json reads JSON objects. After one that is not valid it goes on at the next
// line that begins with a brace.
func (p *parser) json(text []byte) {
	p.visits = math.MaxInt
	lines := lineCounter{text: text}
	broken := 0
	for at := skipSpace(text, 0); at < len(text); at = skipSpace(text, at) {
		end := skipValue(text, at)
		if end > 0 && text[at] == '{' && json.Valid(text[at:end]) {
			p.object(jsonNode(text, at, end, &lines, inObject, 2*maxLists), v1alpha1.DeclaredObject{})
			at = end
			continue
		}
		p.fail(lines.at(at), "a JSON object that begins here is not valid")
		next := bytes.Index(text[at:], []byte("\n{"))
		if broken++; next < 0 || broken == maxBroken {
			return
		}
		at += next
	}
}

// object adds what a node declares. Items without a type have that of their list.
func (p *parser) object(n *yaml.Node, inherited v1alpha1.DeclaredObject) {
	n = resolve(n)
	if isNull(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		p.fail(n.Line, "not a Kubernetes object")
		return
	}
	object := inherited
	apiVersion, kind, metadata, items := field{name: "apiVersion"}, field{name: "kind"}, field{name: "metadata"}, field{name: "items"}
	if !p.fields(n, &apiVersion, &kind, &metadata, &items) {
		return
	}
	if apiVersion.value != nil {
		object.APIVersion, object.Line = stringOf(apiVersion.value), int32(p.before+apiVersion.line) //nolint:gosec // lines of a bounded text
	}
	if kind.value != nil {
		object.Kind = stringOf(kind.value)
	}
	switch {
	case apiVersion.value == nil && kind.value == nil && inherited.Kind == "":
		p.fail(n.Line, "not a Kubernetes object: it has no apiVersion and no kind")
		return
	case !apiVersionPattern.MatchString(object.APIVersion):
		p.fail(max(apiVersion.line, n.Line), "apiVersion is missing, or not such as v1 or apps/v1")
		return
	case !kindPattern.MatchString(object.Kind):
		p.fail(max(kind.line, n.Line), "kind is missing, or not such as Deployment")
		return
	}
	if itemKind, isList := strings.CutSuffix(object.Kind, "List"); isList && items.value != nil && (items.value.Kind == yaml.SequenceNode || isNull(items.value)) {
		item := v1alpha1.DeclaredObject{Kind: itemKind}
		if itemKind != "" {
			item.APIVersion, item.Line = object.APIVersion, object.Line
		}
		p.list(items.value, item)
		return
	}
	if p.metadata(metadata.value, &object) {
		p.objects = append(p.objects, object)
	}
}

func (p *parser) list(items *yaml.Node, inherited v1alpha1.DeclaredObject) {
	if p.lists == 0 {
		p.fail(items.Line, fmt.Sprintf("lists in more than %d lists", maxLists))
		return
	}
	p.lists--
	for _, item := range items.Content {
		if !p.visit(item) {
			break
		}
		p.object(item, inherited)
	}
	p.lists++
}

// metadata reads namespace, name and labels. Names that YAML takes for numbers or
// booleans are as they are written.
func (p *parser) metadata(n *yaml.Node, object *v1alpha1.DeclaredObject) bool {
	if n == nil || isNull(n) {
		return true
	}
	if n.Kind != yaml.MappingNode {
		p.fail(n.Line, "metadata is not a mapping")
		return false
	}
	namespace, name, labels := field{name: "namespace"}, field{name: "name"}, field{name: "labels"}
	if !p.fields(n, &namespace, &name, &labels) {
		return false
	}
	if !p.name(namespace.value, &object.Namespace) || !p.name(name.value, &object.Name) {
		return false
	}
	if labels.value == nil || labels.value.Kind != yaml.MappingNode {
		return true
	}
	return p.each(labels.value, func(key, value, _ *yaml.Node) bool {
		if _, known := object.Labels[key.Value]; known || value.Kind != yaml.ScalarNode {
			return true
		}
		if object.Labels == nil {
			object.Labels = map[string]string{}
		}
		object.Labels[key.Value] = value.Value
		return true
	})
}

func (p *parser) name(n *yaml.Node, to *string) bool {
	switch {
	case n == nil || isNull(n):
	case n.Kind != yaml.ScalarNode:
		p.fail(n.Line, "a name or namespace is not a string")
		return false
	default:
		*to = n.Value
	}
	return true
}

// field of a mapping: value is nil where the mapping has none of the name, and
// line is where the name stands.
type field struct {
	name  string
	line  int
	value *yaml.Node
	in    *yaml.Node
}

// fields finds fields of a mapping, or else in what is merged into it. It fails on
// a name that stands twice in one mapping, of which kubectl takes the last, and on
// types that differ from merged ones, of which kubectl may take either.
func (p *parser) fields(n *yaml.Node, wanted ...*field) bool {
	return p.each(n, func(key, value, in *yaml.Node) bool {
		for _, f := range wanted {
			switch {
			case key.Value != f.name:
			case f.value == nil:
				f.line, f.value, f.in = key.Line, value, in
			case f.in == in, (f.name == "apiVersion" || f.name == "kind") && f.value.Value != value.Value:
				p.fail(key.Line, f.name+" is there twice")
				return false
			}
		}
		return true
	})
}

// each calls do with the keys and values of a mapping, and then of what is merged
// into it, until do returns false.
func (p *parser) each(n *yaml.Node, do func(key, value, in *yaml.Node) bool) bool {
	seen := map[*yaml.Node]bool{n: true}
	for queue := []*yaml.Node{n}; len(queue) > 0; queue = queue[1:] {
		in := queue[0]
		var merged []*yaml.Node
		for i := 0; i+1 < len(in.Content); i += 2 {
			key, value := resolve(in.Content[i]), resolve(in.Content[i+1])
			if !p.visit(key) {
				return false
			}
			switch {
			case key.Tag == "!!merge" && value.Kind == yaml.SequenceNode:
				merged = append(merged, value.Content...)
			case key.Tag == "!!merge":
				merged = append(merged, value)
			case key.Kind == yaml.ScalarNode && !do(key, value, in):
				return false
			}
		}
		for _, m := range merged {
			if m = resolve(m); m.Kind == yaml.MappingNode && !seen[m] {
				seen[m] = true
				queue = append(queue, m)
			}
		}
	}
	return true
}

// visit counts towards the limit of a document, and fails when it is reached.
func (p *parser) visit(n *yaml.Node) bool {
	if p.visits--; p.visits == 0 {
		p.fail(n.Line, "too large by its aliases")
	}
	return p.visits > 0
}

func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}

// stringOf returns the value of a string, and nothing for another node.
func stringOf(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
		return n.Value
	}
	return ""
}
