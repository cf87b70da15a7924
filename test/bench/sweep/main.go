// Command sweep reads, with client-go as it comes, the facts that `kubectl versions deprecations` needs from a cluster,
// and nothing else: the time of one is the measure of the other. It prints what it counted. Its requests:
//
//	/api, /apis                                   aggregated discovery
//	/metrics                                      once, of one kube-apiserver
//	built-in resources served both in a beta and  metadata alone, through the stable version
//	  in a stable version
//	customresourcedefinitions                     whole, in pages of 50, of which no schema is decoded
//	  objects of those with a deprecated version  metadata alone, through the storage version
//	horizontalpodautoscalers                      whole
//	validating- and mutatingwebhookconfigurations whole
//	validating- and mutatingadmissionpolicies     whole
//	roles, clusterroles                           whole
//	secrets and configmaps labelled owner=helm    whole
//
// All lists are in pages of 500 where nothing else is said, four at a time, over the one connection that client-go makes;
// built-in objects come as protobuf. Only what the command needs is decoded, into types that hold no more, and nothing
// is kept but counts. The bench compares the two programs' requests in the audit log and fails when the sweep makes one
// that the command does not. Where the command asks more than is listed here, as for /metrics of further instances, its
// time stands and the sweep's does not grow.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "sweep:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
		clientcmd.NewDefaultClientConfigLoadingRules(), nil).ClientConfig()
	if err != nil {
		return err
	}
	config.QPS = -1
	config.UserAgent = "sweep"
	config.WarningHandler = rest.NoWarnings{}
	s, err := newSweep(config)
	if err != nil {
		return err
	}
	if err := s.run(ctx); err != nil {
		return err
	}
	fmt.Print(s.counts)
	return nil
}
