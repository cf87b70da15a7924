package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// The functions here find their way through JSON many times faster than
// encoding/json, of which they are no replacement: some texts that are not valid
// pass. A string is jumped over by looking for its end, so that the chart in a
// Helm release, most of it a few long strings, costs next to nothing.

var errJSON = errors.New("not valid JSON")

// eachMember calls do with the keys and values of the JSON object at an offset,
// or with the elements of the array there, until do returns false. Keys are
// quoted.
func eachMember(text []byte, at int, do func(key []byte, begin, end int) bool) error {
	at = skipSpace(text, at)
	if at == len(text) || text[at] != '{' && text[at] != '[' {
		return errJSON
	}
	object := text[at] == '{'
	for at = skipSpace(text, at+1); at < len(text) && text[at] != '}' && text[at] != ']'; at = skipSpace(text, at) {
		var key []byte
		if object {
			end := skipValue(text, at)
			if end < 0 || text[at] != '"' {
				return errJSON
			}
			key = text[at:end]
			if at = skipSpace(text, end); at == len(text) || text[at] != ':' {
				return errJSON
			}
			at = skipSpace(text, at+1)
		}
		end := skipValue(text, at)
		if end < 0 {
			return errJSON
		}
		if !do(key, at, end) {
			return nil
		}
		if at = skipSpace(text, end); at < len(text) && text[at] == ',' {
			at++
		}
	}
	if at == len(text) {
		return errJSON
	}
	return nil
}

func skipSpace(text []byte, at int) int {
	for at < len(text) && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r') {
		at++
	}
	return at
}

// skipValue returns the end of the JSON value at an offset, or -1.
func skipValue(text []byte, at int) int {
	if at == len(text) {
		return -1
	}
	switch text[at] {
	case '"':
		return skipString(text, at)
	case '{', '[':
		for depth := 0; at < len(text); at++ {
			switch text[at] {
			case '"':
				end := skipString(text, at)
				if end < 0 {
					return -1
				}
				at = end - 1
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return at + 1
				}
			}
		}
		return -1
	}
	length := bytes.IndexAny(text[at:], ",:{}[]\" \t\r\n")
	switch length {
	case 0:
		return -1
	case -1:
		return len(text)
	}
	return at + length
}

func skipString(text []byte, at int) int {
	for end := at + 1; ; end++ {
		quote := bytes.IndexByte(text[end:], '"')
		if quote < 0 {
			return -1
		}
		end += quote
		escapes := 0
		for text[end-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return end + 1
		}
	}
}

// unquote returns the value of a JSON string.
func unquote(token []byte) ([]byte, bool) {
	if len(token) < 2 || token[0] != '"' {
		return nil, false
	}
	inner := token[1 : len(token)-1]
	value := make([]byte, 0, len(inner))
	for {
		escape := bytes.IndexByte(inner, '\\')
		if escape < 0 {
			return append(value, inner...), true
		}
		value = append(value, inner[:escape]...)
		c, length := unescape(inner[escape:])
		if length == 0 {
			var slow string
			err := json.Unmarshal(token, &slow)
			return []byte(slow), err == nil
		}
		value = append(value, c)
		inner = inner[escape+length:]
	}
}

// unescape returns the character of a common escape sequence and the length of
// the sequence, or 0 for another.
func unescape(s []byte) (byte, int) {
	if len(s) < 2 {
		return 0, 0
	}
	switch s[1] {
	case 'n':
		return '\n', 2
	case 't':
		return '\t', 2
	case '"', '\\', '/':
		return s[1], 2
	case 'u':
		// encoding/json writes <, > and & like this.
		if len(s) >= 6 {
			if c, err := strconv.ParseUint(string(s[2:6]), 16, 16); err == nil && c < 0x80 {
				return byte(c), 6
			}
		}
	}
	return 0, 0
}

// lineCounter tells the lines of ascending offsets.
type lineCounter struct {
	text         []byte
	before, last int
}

func (c *lineCounter) at(offset int) int {
	c.before += bytes.Count(c.text[c.last:offset], []byte("\n"))
	c.last = offset
	return c.before + 1
}

// level is where a JSON value stands in an object.
type level int

const (
	deeper level = iota
	inObject
	inMetadata
	inLabels
)

// below returns the level of a field's value, and whether parser.object reads it.
func (l level) below(key string) (level, bool) {
	switch {
	case l == inObject && key == "items":
		return inObject, true
	case l == inObject && key == "metadata":
		return inMetadata, true
	case l == inMetadata && key == "labels":
		return inLabels, true
	case l == inObject:
		return deeper, key == "apiVersion" || key == "kind"
	case l == inMetadata:
		return deeper, key == "name" || key == "namespace"
	}
	return deeper, l == inLabels
}

// jsonNode returns the YAML node of a valid JSON value, with those fields alone
// that parser.object reads, and those alone of the outermost lists that it allows.
func jsonNode(text []byte, begin, end int, lines *lineCounter, at level, lists int) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: lines.at(begin)}
	switch text[begin] {
	case '{':
		n.Kind = yaml.MappingNode
	case '[':
		n.Kind = yaml.SequenceNode
	case '"':
		value, _ := unquote(text[begin:end])
		n.Tag, n.Value = "!!str", string(value)
		return n
	case 'n':
		n.Tag = "!!null"
		return n
	default:
		n.Value = string(text[begin:end])
		return n
	}
	if lists < 0 || n.Kind == yaml.SequenceNode && at != inObject {
		return n
	}
	_ = eachMember(text[:end], begin, func(key []byte, begin, end int) bool {
		next := at
		if n.Kind == yaml.MappingNode {
			name, _ := unquote(key)
			field, wanted := at.below(string(name))
			if !wanted {
				return true
			}
			next = field
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: string(name), Line: lines.at(begin)})
		} else if text[begin] == '[' {
			next = deeper
		}
		below := lists
		if next == inObject {
			below--
		}
		n.Content = append(n.Content, jsonNode(text, begin, end, lines, next, below))
		return true
	})
	return n
}
