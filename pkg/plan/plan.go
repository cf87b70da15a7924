// Package plan finds the way of a cluster to a later minor: hops of one minor,
// the steps of each in the order of the version skew policy, what stands against
// it, by when it must start, and how long it takes.
//
// A hop is tried on a copy of the snapshot, step by step, and every state is
// judged by the rules of skew: a step that would leave the policy is not planned.
// Checks are in package gate. Nothing here reads a clock, a cluster or the
// environment.
package plan

import (
	"errors"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Options say what is asked.
type Options struct {
	Catalog *catalog.Catalog
	Index   *apilifecycle.Index
	// Platform is the one to plan for; nil for the one that the snapshot shows.
	Platform *catalog.Platform
	// Target is the minor to arrive at.
	Target version.Minor
	// Method with an empty ControlPlane, or with no Masters, is completed from the snapshot.
	Method v1alpha1.PlanMethod
	// At is the day that dates are counted from.
	At calendar.Date
}

// Evaluate plans the upgrade of the cluster. It fails when the snapshot names no
// kube-apiserver version.
func Evaluate(s *v1alpha1.Snapshot, o Options) (*v1alpha1.UpgradePlan, error) {
	return nil, errors.New("not written yet")
}
