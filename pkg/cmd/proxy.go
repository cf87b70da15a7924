package cmd

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// namesProxy has a transport say which proxy refuses: net/http says no more than
// "Forbidden", as if the server did.
func namesProxy(outer http.RoundTripper) http.RoundTripper {
	inner := outer
	for {
		switch transport := inner.(type) {
		case utilnet.RoundTripperWrapper:
			inner = transport.WrappedRoundTripper()
			continue
		case *http.Transport:
			transport.OnProxyConnectResponse = refusal
		}
		return outer
	}
}

func refusal(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return fmt.Errorf("proxy %s answers %s", proxy.Host, answer.Status)
}
