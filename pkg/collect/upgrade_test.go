package collect

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const (
	podsPath        = "/api/v1/pods"
	volumesPath     = "/api/v1/persistentvolumes"
	budgetsPath     = "/apis/policy/v1/poddisruptionbudgets"
	csiDriversPath  = "/apis/storage.k8s.io/v1/csidrivers"
	validatingPath  = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
	mutatingPath    = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
	apiServicesPath = "/apis/apiregistration.k8s.io/v1/apiservices"
	kubeadmPath     = "/api/v1/namespaces/kube-system/configmaps/kubeadm-config"
	kubeletPath     = "/api/v1/namespaces/kube-system/configmaps/kubelet-config"
	kubeProxyPath   = "/api/v1/namespaces/kube-system/configmaps/kube-proxy"
	eksProxyPath    = "/api/v1/namespaces/kube-system/configmaps/kube-proxy-config"
)

// newUpgradeServer returns a server on which nothing can stop an upgrade: it has
// none of what is looked at.
func newUpgradeServer(t *testing.T) *apiServer {
	t.Helper()
	s := newAPIServer(t).
		on(podsPath, pages(&corev1.PodList{})).
		on(volumesPath, pages(&corev1.PersistentVolumeList{})).
		on(budgetsPath, pages(&policyv1.PodDisruptionBudgetList{})).
		on(csiDriversPath, pages(&storagev1.CSIDriverList{})).
		on(validatingPath, pages(&admissionv1.ValidatingWebhookConfigurationList{})).
		on(mutatingPath, pages(&admissionv1.MutatingWebhookConfigurationList{})).
		on(apiServicesPath, answerJSON(list()))
	for _, path := range []string{kubeadmPath, kubeletPath, kubeProxyPath, eksProxyPath} {
		s.on(path, answerStatus(http.StatusNotFound, failure(http.StatusNotFound, metav1.StatusReasonNotFound, "configmaps not found")))
	}
	return s
}

func (s *apiServer) upgradeOptions(t *testing.T) Options {
	o := s.options(t)
	o.Components, o.Upgrade, o.Pods = false, true, true
	return o
}

// upgrade collects from a server, and checks that nothing was asked of it but to read.
func (s *apiServer) upgrade(t *testing.T) *v1alpha1.Snapshot {
	t.Helper()
	snapshot := collectWith(t, s.upgradeOptions(t))
	for _, r := range s.received {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s was sent, want GET only", r.Method, r.Path)
		}
		if r.Path == configMapsPath || strings.Contains(r.Path, "/secrets") {
			t.Errorf("%s was sent: ConfigMaps are read by name, and Secrets are not", r.Path)
		}
	}
	if snapshot.Upgrade == nil {
		t.Fatal("no facts about upgrades")
	}
	return snapshot
}

// noUpgradeFacts are those of an empty cluster: everything was read.
func noUpgradeFacts() *v1alpha1.UpgradeFacts {
	return &v1alpha1.UpgradeFacts{
		Pods: &v1alpha1.Pods{}, DisruptionBudgets: &v1alpha1.DisruptionBudgets{}, Volumes: &v1alpha1.PersistentVolumes{},
		CSIDrivers: &v1alpha1.CSIDrivers{Names: []string{}}, Webhooks: &v1alpha1.AdmissionWebhooks{Webhooks: []v1alpha1.AdmissionWebhook{}},
		AggregatedAPIs: &v1alpha1.AggregatedAPIs{APIs: []v1alpha1.AggregatedAPI{}}, Configuration: &v1alpha1.Configuration{},
	}
}

func TestUpgradeFactsOfAnEmptyCluster(t *testing.T) {
	got := newUpgradeServer(t).upgrade(t)
	checkGaps(t, got)
	if diff := cmp.Diff(noUpgradeFacts(), got.Upgrade); diff != "" {
		t.Errorf("facts about upgrades (-want +got):\n%s", diff)
	}
	if got.Nodes != nil || got.APIUsage != nil {
		t.Errorf("more was collected than was asked for: %+v", got)
	}
}

func TestUpgradeFactsAreCollectedWhenAskedFor(t *testing.T) {
	s := newUpgradeServer(t)
	if got := s.collect(t); got.Upgrade != nil {
		t.Errorf("facts about upgrades = %+v, want none", got.Upgrade)
	}
	for _, path := range []string{podsPath, volumesPath, budgetsPath, csiDriversPath, apiServicesPath, kubeadmPath} {
		if asked := s.requests(path); len(asked) > 0 {
			t.Errorf("asked %+v", asked)
		}
	}
}

func TestARefusedSourceOfAnUpgradeCostsItsOwnSection(t *testing.T) {
	refusal := func(verb, resource, group, where string) string {
		return fmt.Sprintf(`%s is forbidden: User "jane" cannot %s resource "%s" in API group "%s" %s`, resource, verb, resource, group, where)
	}
	const everywhere, inKubeSystem = "at the cluster scope", `in the namespace "kube-system"`
	tests := []struct {
		path, refusal string
		gap           v1alpha1.Gap
		lost          func(*v1alpha1.UpgradeFacts)
	}{
		{
			podsPath, refusal("list", "pods", "", everywhere),
			v1alpha1.Gap{Source: v1alpha1.SourcePods, Permission: "list pods", Hides: "pods that do not survive their node, and what pods need"},
			func(f *v1alpha1.UpgradeFacts) { f.Pods = nil },
		},
		{
			budgetsPath, refusal("list", "poddisruptionbudgets", "policy", everywhere),
			v1alpha1.Gap{Source: v1alpha1.SourceBudgets, Permission: "list poddisruptionbudgets.policy", Hides: "evictions that are refused"},
			func(f *v1alpha1.UpgradeFacts) { f.DisruptionBudgets = nil },
		},
		{
			volumesPath, refusal("list", "persistentvolumes", "", everywhere),
			v1alpha1.Gap{Source: v1alpha1.SourceVolumes, Permission: "list persistentvolumes", Hides: "volumes of drivers that went away"},
			func(f *v1alpha1.UpgradeFacts) { f.Volumes = nil },
		},
		{
			csiDriversPath, refusal("list", "csidrivers", "storage.k8s.io", everywhere),
			v1alpha1.Gap{Source: v1alpha1.SourceCSIDrivers, Permission: "list csidrivers.storage.k8s.io", Hides: "drivers that took over volumes"},
			func(f *v1alpha1.UpgradeFacts) { f.CSIDrivers = nil },
		},
		{
			mutatingPath, refusal("list", "mutatingwebhookconfigurations", "admissionregistration.k8s.io", everywhere),
			v1alpha1.Gap{
				Source: v1alpha1.SourceWebhooks, Permission: "list mutatingwebhookconfigurations.admissionregistration.k8s.io",
				Hides: "webhooks that nobody answers",
			},
			func(f *v1alpha1.UpgradeFacts) { f.Webhooks = nil },
		},
		{
			apiServicesPath, refusal("list", "apiservices", "apiregistration.k8s.io", everywhere),
			v1alpha1.Gap{Source: v1alpha1.SourceAggregatedAPIs, Permission: "list apiservices.apiregistration.k8s.io", Hides: "APIs that nobody answers"},
			func(f *v1alpha1.UpgradeFacts) { f.AggregatedAPIs = nil },
		},
		{
			kubeletPath, refusal("get", "configmaps", "", inKubeSystem),
			v1alpha1.Gap{
				Source: v1alpha1.SourceConfiguration, Resource: "kubelet-config", Permission: "get configmaps in kube-system",
				Hides: "feature gates and settings of components",
			},
			// What the other ConfigMaps tell is still there.
			func(f *v1alpha1.UpgradeFacts) {
				f.Configuration.Kubeadm = &v1alpha1.KubeadmConfiguration{APIVersion: "kubeadm.k8s.io/v1beta4"}
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			s := newUpgradeServer(t).on(kubeadmPath, configMap("ClusterConfiguration", "apiVersion: kubeadm.k8s.io/v1beta4")).on(tt.path, refuse(tt.refusal))
			got := s.upgrade(t)
			want := noUpgradeFacts()
			want.Configuration.Kubeadm = &v1alpha1.KubeadmConfiguration{APIVersion: "kubeadm.k8s.io/v1beta4"}
			tt.lost(want)
			if diff := cmp.Diff(want, got.Upgrade); diff != "" {
				t.Errorf("facts about upgrades (-want +got):\n%s", diff)
			}
			tt.gap.Reason, tt.gap.Message = v1alpha1.GapForbidden, tt.refusal
			if diff := cmp.Diff([]v1alpha1.Gap{tt.gap}, got.Gaps); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnswersThatAreNotWhatTheirPathPromises(t *testing.T) {
	tests := []struct {
		path    string
		source  v1alpha1.Source
		problem string
	}{
		{podsPath, v1alpha1.SourcePods, "unexpected EOF"},
		{budgetsPath, v1alpha1.SourceBudgets, "unexpected EOF"},
		{volumesPath, v1alpha1.SourceVolumes, "unexpected EOF"},
		{csiDriversPath, v1alpha1.SourceCSIDrivers, "unexpected EOF"},
		{validatingPath, v1alpha1.SourceWebhooks, "unexpected EOF"},
		{mutatingPath, v1alpha1.SourceWebhooks, "unexpected EOF"},
		{apiServicesPath, v1alpha1.SourceAggregatedAPIs, "invalid character 'k' looking for beginning of value"},
	}
	// An object whose metadata ends too early.
	broken := inEnvelope(&brokenList{})
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			s := newUpgradeServer(t).on(tt.path, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", protobuf)
				_, _ = w.Write(broken)
			})
			checkGaps(t, s.upgrade(t), v1alpha1.Gap{
				Source: tt.source, Reason: v1alpha1.GapMalformed, Message: tt.path + ": unexpected answer: " + tt.problem,
			})
		})
	}
}

// brokenList has one object, which is none.
type brokenList struct{ corev1.PodList }

func (*brokenList) Marshal() ([]byte, error) { return []byte("\x12\x02\x0a\x05"), nil }

// asJSON answers as a proxy that does not speak protobuf.
func asJSON(kind string, items ...any) http.HandlerFunc {
	return answerJSON(object{"kind": kind, "apiVersion": "v1", "items": items})
}

func TestPodsAreReadWhereTheyAreAskedForAlone(t *testing.T) {
	s := newUpgradeServer(t)
	o := s.upgradeOptions(t)
	o.Pods = false
	got := collectWith(t, o)
	if got.Upgrade.Pods != nil || got.Gap(v1alpha1.SourcePods) != nil {
		t.Errorf("pods %v, gap %v: want neither", got.Upgrade.Pods, got.Gap(v1alpha1.SourcePods))
	}
	if got.Upgrade.DisruptionBudgets == nil {
		t.Error("budgets were not read")
	}
	if asked := s.requests(podsPath); len(asked) > 0 {
		t.Errorf("asked for pods: %v", asked)
	}
}
