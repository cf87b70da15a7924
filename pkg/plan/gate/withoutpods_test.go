package gate

import (
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestAPartThatWasLeftOutDoesNotPass(t *testing.T) {
	left := Result{}
	for name, tt := range map[string]struct {
		found []Result
		want  v1alpha1.Verdict
	}{
		"beside what passes": {[]Result{pass("volumes"), left}, ""},
		"before what warns":  {[]Result{left, warning("", nil, "volumes")}, v1alpha1.Warning},
		"alone":              {[]Result{left}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := join(tt.found...); got.Verdict != tt.want {
				t.Errorf("%q, want %q: %s", got.Verdict, tt.want, got.Message)
			}
		})
	}
}

func TestPodsNobodyAskedForAreNotUnknown(t *testing.T) {
	h := &Hop{Snapshot: v1alpha1.NewSnapshot("test"), WithoutPods: true}
	if got := h.unread(v1alpha1.SourcePods); got.Verdict != "" {
		t.Errorf("not asked for: %q", got.Verdict)
	}
	if got := h.unread(v1alpha1.SourceVolumes); got.Verdict != v1alpha1.Unknown {
		t.Errorf("volumes: %q", got.Verdict)
	}
	h.Snapshot.Gaps = []v1alpha1.Gap{{Source: v1alpha1.SourcePods, Message: "refused"}}
	if got := h.unread(v1alpha1.SourcePods); got.Verdict != v1alpha1.Unknown {
		t.Errorf("asked for and refused: %q", got.Verdict)
	}
}
