package store

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

const (
	// defaultTimeout bounds a download whose context has no deadline.
	defaultTimeout = 30 * time.Second
	maxRedirects   = 5
)

func (s *Store) download(ctx context.Context, address string) (document, error) {
	target, err := url.Parse(address)
	if err != nil {
		// err quotes the address, and with it a password that made it invalid.
		return document{}, errors.New("cannot download the catalog: its address is not a valid URL")
	}
	name := withoutSecrets(target)
	data, err := s.get(ctx, target)
	if err != nil {
		return document{}, fmt.Errorf("cannot download %s: %w", name, brief{err})
	}
	return document{name, data}, nil
}

func (s *Store) get(ctx context.Context, target *url.URL) ([]byte, error) {
	if target.Scheme != "https" {
		return nil, errors.New("must be https")
	}
	if _, bounded := ctx.Deadline(); !bounded {
		limited, cancel := context.WithTimeout(ctx, defaultTimeout)
		defer cancel()
		ctx = limited
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, bare(err)
	}
	response, err := s.client().Do(request)
	if err != nil {
		return nil, bare(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answers %s", response.Status)
	}
	return readBounded(response.Body)
}

func (s *Store) client() *http.Client {
	client := http.Client{}
	if s.Client != nil {
		client = *s.Client
	}
	client.CheckRedirect = checkRedirect
	return &client
}

func checkRedirect(next *http.Request, sent []*http.Request) error {
	next.Header.Del("Referer") // where a query stands, which may be a signature
	if next.URL.Scheme != "https" {
		return fmt.Errorf("redirected away from https, to %s", withoutSecrets(next.URL))
	}
	if len(sent) > maxRedirects {
		return fmt.Errorf("redirected more than %d times", maxRedirects)
	}
	return nil
}

// withoutSecrets leaves out the user, and the query, which may be a signature.
func withoutSecrets(u *url.URL) string {
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return shown.String()
}

// bare drops the "Get https://…" that net/http puts in front.
func bare(err error) error {
	var urlError *url.Error
	if errors.As(err, &urlError) {
		return urlError.Err
	}
	return err
}
