package collect

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// lease is as a server writes it; label and renewed may be nil.
func lease(name, holder string, labels map[string]string, renewed any) object {
	return object{
		"metadata": object{"name": name, "namespace": "kube-system", "labels": labels},
		"spec":     object{"holderIdentity": holder, "leaseDurationSeconds": 3600, "renewTime": renewed},
	}
}

func identityLease(name string, renewed time.Time) object {
	return lease(name, name+"_1", map[string]string{"apiserver.kubernetes.io/identity": "kube-apiserver"}, metav1.NewMicroTime(renewed))
}

func TestLeases(t *testing.T) {
	renewed := now.Add(-3 * time.Second)
	label26 := map[string]string{"k8s.io/component": "kube-apiserver"}
	s := newAPIServer(t).on(leasesPath, answerJSON(list(
		identityLease("apiserver-a", renewed),
		lease("kube-apiserver-b", "b_1", label26, metav1.NewMicroTime(renewed)),
		lease("kube-scheduler", "control-plane-1_2", nil, metav1.NewMicroTime(renewed)),
		lease("kube-controller-manager", "", nil, nil),
	)))
	// MicroTime is decoded in the local zone.
	at := metav1.NewMicroTime(renewed.Local())
	want := &v1alpha1.Leases{
		ServerTime: metav1.NewTime(now),
		Leases: []v1alpha1.Lease{
			{Name: "apiserver-a", Holder: "apiserver-a_1", Identity: "kube-apiserver", RenewTime: &at},
			{Name: "kube-apiserver-b", Holder: "b_1", Identity: "kube-apiserver", RenewTime: &at},
			{Name: "kube-controller-manager"},
			{Name: "kube-scheduler", Holder: "control-plane-1_2", RenewTime: &at},
		},
	}
	if diff := cmp.Diff(want, s.collect(t).Leases); diff != "" {
		t.Errorf("leases (-want +got):\n%s", diff)
	}
}

func TestLeasesThatAreFreshCountInstances(t *testing.T) {
	at := metav1.NewMicroTime(now)
	tests := []struct {
		name   string
		leases []object
		want   int32
	}{
		{"renewed a minute before the server's time", []object{identityLease("a", now.Add(-60*time.Second))}, 1},
		{"renewed longer before", []object{identityLease("a", now.Add(-60*time.Second-time.Microsecond))}, 0},
		{"renewed since the server wrote its date, which has no fraction", []object{identityLease("a", now.Add(900*time.Millisecond))}, 1},
		{"one of an instance that has stopped beside one that runs",
			[]object{identityLease("a", now), identityLease("b", now.Add(-59*time.Minute))}, 1},
		{"only such a one is left, and not removed yet", []object{identityLease("a", now.Add(-2*time.Hour))}, 0},
		{"a proxy's date is a day ahead of those who renew",
			[]object{identityLease("a", now.Add(-24*time.Hour)), identityLease("b", now.Add(-24*time.Hour-61*time.Second))}, 1},
		{"a proxy's date is a day behind them",
			[]object{identityLease("a", now.Add(24*time.Hour)), identityLease("b", now.Add(24*time.Hour-61*time.Second))}, 1},
		{"identities that nobody renews any more, beside a component that runs",
			[]object{identityLease("a", now.Add(-48*time.Hour)), lease("kube-scheduler", "s", nil, at)}, 0},
		{"two", []object{identityLease("a", now), identityLease("b", now)}, 2},
		{"by the label of 1.26", []object{lease("a", "a", map[string]string{"k8s.io/component": "kube-apiserver"}, at)}, 1},
		{"another component's", []object{lease("a", "a", map[string]string{"apiserver.kubernetes.io/identity": "sample-apiserver"}, at)}, 0},
		{"an election", []object{lease("kube-scheduler", "a", nil, at)}, 0},
		{"never renewed", []object{lease("a", "a", map[string]string{"apiserver.kubernetes.io/identity": "kube-apiserver"}, nil)}, 0},
		{"none, as before 1.26", nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			leases := newAPIServer(t).on(leasesPath, answerJSON(list(tt.leases...))).collect(t).Leases
			if got := leases.RunningAPIServers(); got != tt.want {
				t.Errorf("%d instances run, want %d, by %+v", got, tt.want, leases)
			}
		})
	}
}

func TestTheClockOfTheCollectingMachineDecidesNothing(t *testing.T) {
	s := furnished(t).on(leasesPath, answerJSON(list(identityLease("a", now), identityLease("b", now.Add(-10*time.Minute)))))
	for _, off := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		o := s.options(t)
		o.Now = func() time.Time { return now.Add(off) }
		got := collectWith(t, o)
		if n := got.Leases.RunningAPIServers(); n != 1 || !got.Leases.ServerTime.Equal(&metav1.Time{Time: now}) {
			t.Errorf("off by %s: %d instances run, by %+v", off, n, got.Leases)
		}
	}
}

func TestLeasesWithoutTheServersTimeAreAGap(t *testing.T) {
	s := newAPIServer(t).on(leasesPath, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil
		answerJSON(list(identityLease("a", now)))(w, r)
	})
	snapshot := s.collect(t)
	checkGaps(t, snapshot, v1alpha1.Gap{
		Source: v1alpha1.SourceLeases, Reason: v1alpha1.GapMalformed,
		Message: leasesPath + `: unexpected answer: parsing time "" as "Mon Jan _2 15:04:05 2006": cannot parse "" as "Mon"`,
	})
	if snapshot.Leases != nil {
		t.Errorf("leases = %+v, want none", snapshot.Leases)
	}
}
