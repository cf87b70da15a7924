package collect

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// podOn is a pod as a server writes it; containers are pairs of name and image.
func podOn(node, name string, labels, annotations map[string]string, containers ...string) object {
	var of []object
	for i := 0; i < len(containers); i += 2 {
		of = append(of, object{"name": containers[i], "image": containers[i+1]})
	}
	return object{
		"metadata": object{"namespace": "kube-system", "name": name, "labels": labels, "annotations": annotations},
		"spec":     object{"nodeName": node, "containers": of},
		"status":   object{"phase": "Running"},
	}
}

// kubeadmPod is the mirror of a static pod on node cp-1, as kubeadm lays it out.
func kubeadmPod(component string, containers ...string) object {
	annotations := map[string]string{"kubernetes.io/config.mirror": "9f86d081", "kubernetes.io/config.source": "file"}
	if component == "kube-apiserver" {
		annotations["kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint"] = "192.0.2.10:6443"
	}
	return podOn("cp-1", component+"-cp-1", map[string]string{"component": component, "tier": "control-plane"}, annotations, containers...)
}

func TestControlPlanePods(t *testing.T) {
	const (
		apiServer = "registry.k8s.io/kube-apiserver:v1.37.1"
		scheduler = "registry.k8s.io/kube-scheduler:v1.37.1"
		sidecar   = "registry.example:5000/audit-forwarder:v1.2.3"
	)
	tests := []struct {
		name string
		pods []object
		want []v1alpha1.ControlPlanePod
	}{
		{
			name: "static pods of kubeadm, by name",
			pods: []object{
				kubeadmPod("kube-scheduler", "kube-scheduler", scheduler),
				kubeadmPod("kube-apiserver", "kube-apiserver", apiServer),
			},
			want: []v1alpha1.ControlPlanePod{
				{
					Component: "kube-apiserver", Namespace: "kube-system", Name: "kube-apiserver-cp-1", Node: "cp-1",
					Image: apiServer, Static: true, AdvertiseAddress: "192.0.2.10:6443",
				},
				{Component: "kube-scheduler", Namespace: "kube-system", Name: "kube-scheduler-cp-1", Node: "cp-1", Image: scheduler, Static: true},
			},
		},
		{
			name: "a pod of a Deployment is not static",
			pods: []object{podOn("cp-2", "kube-scheduler-5d8f", map[string]string{"component": "kube-scheduler"}, nil, "kube-scheduler", scheduler)},
			want: []v1alpha1.ControlPlanePod{
				{Component: "kube-scheduler", Namespace: "kube-system", Name: "kube-scheduler-5d8f", Node: "cp-2", Image: scheduler},
			},
		},
		{
			name: "the container that is named after the component counts, wherever its sidecars are",
			pods: []object{kubeadmPod("kube-scheduler", "audit-forwarder", sidecar, "kube-scheduler", scheduler)},
			want: []v1alpha1.ControlPlanePod{
				{Component: "kube-scheduler", Namespace: "kube-system", Name: "kube-scheduler-cp-1", Node: "cp-1", Image: scheduler, Static: true},
			},
		},
		{
			name: "without such a container the first counts",
			pods: []object{kubeadmPod("kube-scheduler", "scheduler", scheduler, "audit-forwarder", sidecar)},
			want: []v1alpha1.ControlPlanePod{
				{Component: "kube-scheduler", Namespace: "kube-system", Name: "kube-scheduler-cp-1", Node: "cp-1", Image: scheduler, Static: true},
			},
		},
		{
			name: "a pod without containers has no image",
			pods: []object{kubeadmPod("kube-scheduler")},
			want: []v1alpha1.ControlPlanePod{
				{Component: "kube-scheduler", Namespace: "kube-system", Name: "kube-scheduler-cp-1", Node: "cp-1", Static: true},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newAPIServer(t).on(systemPodsPath, bySelector(map[string]http.HandlerFunc{kubeadmSelector: answerJSON(list(tt.pods...))}))
			snapshot := s.collect(t)
			if diff := cmp.Diff(&v1alpha1.ControlPlanePods{Pods: tt.want}, snapshot.ControlPlanePods); diff != "" {
				t.Errorf("pods (-want +got):\n%s", diff)
			}
			checkGaps(t, snapshot)
		})
	}
}

func TestControlPlanePodsAreLookedForWhereTheCatalogSays(t *testing.T) {
	pod := kubeadmPod("kube-scheduler", "kube-scheduler", "registry.k8s.io/kube-scheduler:v1.37.1")
	openshift := podOn("master-0", "kube-apiserver-master-0", map[string]string{"app": "openshift-kube-apiserver"}, nil,
		"kube-apiserver", "quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:9f86d081", "kube-apiserver-cert-syncer", "cert-syncer")
	openshift["metadata"].(object)["namespace"] = "openshift-kube-apiserver"
	const alsoMatches = "k8s-app in (kube-scheduler)"
	s := newAPIServer(t).
		on(systemPodsPath, bySelector(map[string]http.HandlerFunc{
			kubeadmSelector: answerJSON(list(pod)),
			alsoMatches:     answerJSON(list(pod)),
		})).
		on(openshiftPodsPath, bySelector(map[string]http.HandlerFunc{openshiftPodsFor: answerJSON(list(openshift))}))
	o := s.options(t)
	o.Catalog.Skew.ControlPlanePods = append(o.Catalog.Skew.ControlPlanePods,
		catalog.PodLocation{Layout: "kOps", Namespace: "kube-system", Selector: alsoMatches, Component: catalog.KubeScheduler})

	want := []v1alpha1.ControlPlanePod{
		{
			Component: "kube-scheduler", Namespace: "kube-system", Name: "kube-scheduler-cp-1", Node: "cp-1",
			Image: "registry.k8s.io/kube-scheduler:v1.37.1", Static: true,
		},
		{
			Component: "kube-apiserver", Namespace: "openshift-kube-apiserver", Name: "kube-apiserver-master-0", Node: "master-0",
			Image: "quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:9f86d081",
		},
	}
	if diff := cmp.Diff(want, collectWith(t, o).ControlPlanePods.Pods); diff != "" {
		t.Errorf("pods (-want +got):\n%s", diff)
	}
}

func TestPlacesOfADistributionAreLookedAtOnlyWhereItIs(t *testing.T) {
	s := newAPIServer(t).on(groupsPath, answerJSON(groups("apps"))).on(openshiftPodsPath, refuse("forbidden"))
	checkGaps(t, s.collect(t))
	if asked := s.requests(openshiftPodsPath); len(asked) > 0 {
		t.Errorf("asked %+v", asked)
	}
}

func TestPodsThatCouldBeReadNowhereWereNotRead(t *testing.T) {
	s := newAPIServer(t).on(groupsPath, answerJSON(groups("apps"))).on(systemPodsPath, refuse("forbidden"))
	snapshot := s.collect(t)
	if snapshot.ControlPlanePods != nil {
		t.Errorf("pods = %+v, want none read", snapshot.ControlPlanePods)
	}
	checkGaps(t, snapshot, v1alpha1.Gap{Source: v1alpha1.SourceControlPlanePods, Reason: v1alpha1.GapForbidden, Message: "forbidden"})
}
