package auditlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

var errMalformed = errors.New("not an audit event")

// scanner walks over one JSON text and copies nothing. A value that nobody asks
// for is only skipped: its strings and brackets must close, what stands between
// them is not looked at. That is what makes a log of whole request bodies cheap.
type scanner struct {
	data []byte
	at   int
}

// peek returns the next byte that is not white space, or 0 at the end.
func (s *scanner) peek() byte {
	for ; s.at < len(s.data); s.at++ {
		switch c := s.data[s.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) end() bool { return s.peek() == 0 && s.at == len(s.data) }

func (s *scanner) take(want byte) error {
	if s.peek() != want {
		return errMalformed
	}
	s.at++
	return nil
}

// object calls field for each key; field must move past the value.
func (s *scanner) object(field func(key []byte) error) error {
	return s.each('{', '}', func() error {
		key, err := s.quoted()
		if err != nil {
			return err
		}
		if key, err = unquote(key); err != nil {
			return err
		}
		if err := s.take(':'); err != nil {
			return err
		}
		return field(key)
	})
}

// array calls element for each element, which must move past it.
func (s *scanner) array(element func() error) error { return s.each('[', ']', element) }

func (s *scanner) each(open, closing byte, element func() error) error {
	if err := s.take(open); err != nil {
		return err
	}
	if s.peek() == closing {
		s.at++
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			s.at++
		case closing:
			s.at++
			return nil
		default:
			return errMalformed
		}
	}
}

// quoted returns what stands between the quotes of a string, escapes included.
func (s *scanner) quoted() ([]byte, error) {
	if err := s.take('"'); err != nil {
		return nil, err
	}
	for start := s.at; ; {
		i := bytes.IndexByte(s.data[s.at:], '"')
		if i < 0 {
			return nil, errMalformed
		}
		quote := s.at + i
		s.at = quote + 1
		backslashes := quote
		for backslashes > start && s.data[backslashes-1] == '\\' {
			backslashes--
		}
		if (quote-backslashes)%2 == 0 {
			return s.data[start:quote], nil
		}
	}
}

// null moves past null, and reports whether it stood there.
func (s *scanner) null() bool {
	s.peek()
	if !bytes.HasPrefix(s.data[s.at:], []byte("null")) {
		return false
	}
	s.at += len("null")
	return true
}

// text moves past a string and puts it into value; null leaves value as it is.
func (s *scanner) text(value *[]byte) error {
	if s.null() {
		return nil
	}
	quoted, err := s.quoted()
	if err != nil {
		return err
	}
	*value, err = unquote(quoted)
	return err
}

// skip moves past any value.
func (s *scanner) skip() error {
	switch s.peek() {
	case '"':
		_, err := s.quoted()
		return err
	case '{', '[':
	case 0, ',', ':', '}', ']':
		return errMalformed
	default:
		for s.at < len(s.data) && bytes.IndexByte([]byte(" \t\r\n,]}"), s.data[s.at]) < 0 {
			s.at++
		}
		return nil
	}
	for depth := 0; s.at < len(s.data); {
		switch s.data[s.at] {
		case '"':
			if _, err := s.quoted(); err != nil {
				return err
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		s.at++
		if depth == 0 {
			return nil
		}
	}
	return errMalformed
}

// unquote returns the text of a string. Almost none has an escape, and then
// nothing is copied. Bytes that are not UTF-8 become U+FFFD, as in encoding/json.
func unquote(quoted []byte) ([]byte, error) {
	plain := true
	for _, c := range quoted {
		if c < ' ' || c >= utf8.RuneSelf || c == '\\' {
			plain = false
			break
		}
	}
	if plain {
		return quoted, nil
	}
	var text string
	if err := json.Unmarshal(append(append([]byte{'"'}, quoted...), '"'), &text); err != nil {
		return nil, errMalformed
	}
	return []byte(text), nil
}
