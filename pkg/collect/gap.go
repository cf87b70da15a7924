package collect

import (
	"context"
	"errors"
	"net"
	"regexp"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// newGap turns the failure of a source into the record of what it hides.
func newGap(source v1alpha1.Source, hides string, err error) v1alpha1.Gap {
	gap := v1alpha1.Gap{Source: source, Reason: gapReason(err), Hides: hides, Message: err.Error()}
	if gap.Reason == v1alpha1.GapForbidden {
		gap.Permission = missingPermission(gap.Message)
	}
	return gap
}

func gapReason(err error) v1alpha1.GapReason {
	var malformed malformedError
	var network net.Error
	switch {
	case errors.Is(err, errSkippedHelmSecrets):
		return v1alpha1.GapSkipped
	case errors.Is(err, errInterrupted):
		return v1alpha1.GapInterrupted
	case apierrors.IsForbidden(err):
		return v1alpha1.GapForbidden
	case apierrors.IsNotFound(err), errors.Is(err, errNotFound):
		return v1alpha1.GapNotFound
	case errors.Is(err, context.DeadlineExceeded), apierrors.IsTimeout(err), apierrors.IsServerTimeout(err),
		errors.As(err, &network) && network.Timeout():
		return v1alpha1.GapTimeout
	case errors.As(err, &malformed):
		return v1alpha1.GapMalformed
	default:
		return v1alpha1.GapUnavailable
	}
}

var (
	errNotFound    = errors.New("not found")
	errInterrupted = errors.New("interrupted")
)

// The texts of kube-apiserver's RBAC refusals. Asking the server for the
// permission instead would create an access review, and this tool only reads.
var (
	resourceRefusal = regexp.MustCompile(`cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)"| at the cluster scope)`)
	pathRefusal     = regexp.MustCompile(`cannot (\w+) path "([^"]+)"`)
)

// missingPermission reads from a refusal what a role would have to allow:
// "list nodes", "list daemonsets.apps in kube-system", "get /metrics". It is
// empty when the text is not RBAC's.
func missingPermission(refusal string) string {
	if m := resourceRefusal.FindStringSubmatch(refusal); m != nil {
		permission := m[1] + " " + m[2]
		if m[3] != "" {
			permission += "." + m[3]
		}
		if m[4] != "" {
			permission += " in " + m[4]
		}
		return permission
	}
	if m := pathRefusal.FindStringSubmatch(refusal); m != nil {
		return m[1] + " " + m[2]
	}
	return ""
}
