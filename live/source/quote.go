package source

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
)

// What looks like an access key, or like a signature or a token: a long run of
// letters with a digit in it. Operations and roles are words.
var (
	accessKey = regexp.MustCompile(`(?i)\b(AKIA|ASIA|LTAI|STS\.)[a-z0-9.]{8,}`)
	longRun   = regexp.MustCompile(`[A-Za-z0-9+=]{20,}`)
)

// quote is a text of a platform as one bounded line. Platforms repeat the access
// key that they refuse, and parts of the request that was signed: secrets, and
// what looks like one, are taken out.
func quote(text string, secrets ...string) string {
	const hidden = "***"
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		text = strings.NewReplacer(secret, hidden, url.QueryEscape(secret), hidden, url.PathEscape(secret), hidden).Replace(text)
	}
	text = accessKey.ReplaceAllString(text, hidden)
	text = longRun.ReplaceAllStringFunc(text, func(run string) string {
		if strings.ContainsAny(run, "0123456789") {
			return hidden
		}
		return run
	})
	return firstLine(errors.New(text))
}

// refusal is what a platform says of it: a code, a message, or both.
func refusal(code, message string, secrets ...string) string {
	code, message = quote(code, secrets...), quote(strings.TrimRight(message, ". \n"), secrets...)
	switch {
	case message == "":
		return code
	case code == "":
		return message
	default:
		return code + ": " + message
	}
}
