package auditlog

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const (
	// MaxGroups is how many groups of requests are kept. The events of others
	// are counted as AuditLog.Overflow.
	MaxGroups = 50_000
	// MaxText is the length in bytes at which a user, a user agent or another
	// text of a group is cut. Those that differ only behind it are one group.
	MaxText = 512
	// maxGroupText bounds the texts of all groups together, in bytes. Real
	// groups have about 200 each, so that MaxGroups comes first.
	maxGroupText = 16 << 20
)

const cut = "…"

// groups finds the group of an event without copying its texts.
type groups struct {
	byKey map[string]*v1alpha1.AuditedRequests
	text  int
	key   []byte
}

// find returns the group of an event, a new one with count 0 if there is none
// yet, or nil when there are too many.
func (g *groups) find(e *event) *v1alpha1.AuditedRequests {
	texts := [...][]byte{e.caller(), e.userAgent, e.verb, e.group, e.version, e.resource, e.subresource, e.namespace}
	// Lengths first: a text can hold any character, a separator as well.
	g.key = g.key[:0]
	for i := range texts {
		texts[i] = shorten(texts[i])
		g.key = binary.AppendUvarint(g.key, uint64(len(texts[i])))
	}
	start := len(g.key)
	for _, text := range texts {
		g.key = append(g.key, text...)
	}
	if found := g.byKey[string(g.key)]; found != nil {
		return found
	}
	if len(g.byKey) >= MaxGroups || g.text+len(g.key) > maxGroupText {
		return nil
	}
	// The texts of a group are parts of its key, so that they are held once.
	key := string(g.key)
	rest := key[start:]
	next := func(i int) string {
		text := rest[:len(texts[i])]
		rest = rest[len(texts[i]):]
		return text
	}
	created := &v1alpha1.AuditedRequests{}
	for i, field := range []*string{
		&created.User, &created.UserAgent, &created.Verb,
		&created.Group, &created.Version, &created.Resource, &created.Subresource, &created.Namespace,
	} {
		*field = next(i)
	}
	g.text += len(key)
	g.byKey[key] = created
	return created
}

func shorten(text []byte) []byte {
	if len(text) <= MaxText {
		return text
	}
	end := MaxText - len(cut)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return append(text[:end:end], cut...)
}
