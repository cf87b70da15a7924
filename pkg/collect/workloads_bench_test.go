package collect

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

const benchmarkPods = 20_000

func realisticPods() []byte {
	list := &corev1.PodList{}
	for i := range benchmarkPods {
		list.Items = append(list.Items, realisticPod(i))
	}
	return inEnvelope(list)
}

// realisticPod is what a Deployment of a mesh leaves behind: a container with
// probes and variables, a sidecar, a token volume, a status, and who wrote them.
func realisticPod(i int) corev1.Pod {
	app, hash, yes := fmt.Sprintf("app-%04d", i/7), fmt.Sprintf("%09d", i/7), true
	name := fmt.Sprintf("%s-%s-%05d", app, hash, i)
	at := metav1.Unix(1_763_600_000, 0)
	pod := corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: fmt.Sprintf("team-%02d", i/7%50), GenerateName: app + "-" + hash + "-",
			UID: types.UID(fmt.Sprintf("0f4e6b5c-9d3a-4c55-8a6f-%012d", i)), ResourceVersion: fmt.Sprint(1_000_000 + i), CreationTimestamp: at,
			Labels: map[string]string{
				"app": app, "app.kubernetes.io/name": app, "app.kubernetes.io/managed-by": "Helm", "pod-template-hash": hash, "tier": "web",
			},
			Annotations: map[string]string{"prometheus.io/scrape": "true", "prometheus.io/port": "9090", "checksum/config": strings.Repeat("ab", 32)},
			OwnerReferences: []metav1.OwnerReference{{
				APIVersion: "apps/v1", Kind: "ReplicaSet", Name: app + "-" + hash, UID: "6e5f4d3c-0000-4c55-8a6f-000000000000", Controller: &yes, BlockOwnerDeletion: &yes,
			}},
			ManagedFields: []metav1.ManagedFieldsEntry{
				{Manager: "kube-controller-manager", Operation: "Update", APIVersion: "v1", Time: &at, FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(strings.Repeat(`{"f:metadata":{"f:labels":{".":{},"f:app":{}}}}`, 40))},
				{Manager: "kubelet", Operation: "Update", APIVersion: "v1", Time: &at, Subresource: "status", FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(strings.Repeat(`{"f:status":{"f:conditions":{}}}`, 40))},
			},
		},
		Spec: corev1.PodSpec{
			NodeName: fmt.Sprintf("node-%05d", i%5000), ServiceAccountName: app, SchedulerName: "default-scheduler",
			InitContainers: []corev1.Container{realisticContainer("init", "registry.example/base/init:v1.2.3")},
			Containers: []corev1.Container{
				realisticContainer("app", "registry.example/shop/"+app+":v1.2.3"), realisticContainer("proxy", "docker.io/istio/proxyv2:1.24.0"),
			},
			Volumes: []corev1.Volume{
				{Name: "kube-api-access", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
					{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token"}},
					{ConfigMap: &corev1.ConfigMapProjection{LocalObjectReference: corev1.LocalObjectReference{Name: "kube-root-ca.crt"}}},
				}}}},
				{Name: "config", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: app}}}},
			},
			Tolerations: []corev1.Toleration{{Key: "node.kubernetes.io/not-ready", Operator: "Exists", Effect: "NoExecute"}, {Key: "node.kubernetes.io/unreachable", Operator: "Exists", Effect: "NoExecute"}},
		},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning, HostIP: "192.0.2.1", PodIP: "10.0.0.1", PodIPs: []corev1.PodIP{{IP: "10.0.0.1"}}, StartTime: &at, QOSClass: "Burstable",
		},
	}
	for _, condition := range []corev1.PodConditionType{"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"} {
		pod.Status.Conditions = append(pod.Status.Conditions, corev1.PodCondition{Type: condition, Status: "True", LastTransitionTime: at})
	}
	for _, c := range pod.Spec.Containers {
		pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, corev1.ContainerStatus{
			Name: c.Name, Image: c.Image, ImageID: c.Image + "@sha256:" + strings.Repeat("0f", 32), ContainerID: "containerd://" + strings.Repeat("0f", 32),
			Ready: true, Started: &yes, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: at}},
		})
	}
	return pod
}

func realisticContainer(name, image string) corev1.Container {
	c := corev1.Container{
		Name: name, Image: image, ImagePullPolicy: "IfNotPresent", TerminationMessagePath: "/dev/termination-log", TerminationMessagePolicy: "File",
		Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080, Protocol: "TCP"}},
		Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{"cpu": resource.MustParse("100m"), "memory": resource.MustParse("128Mi")},
			Limits:   corev1.ResourceList{"memory": resource.MustParse("256Mi")},
		},
		VolumeMounts: []corev1.VolumeMount{
			{Name: "kube-api-access", MountPath: "/var/run/secrets/kubernetes.io/serviceaccount", ReadOnly: true}, {Name: "config", MountPath: "/etc/app"},
		},
		ReadinessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/ready", Port: intstr.FromInt32(8080), Scheme: "HTTP"}}, PeriodSeconds: 10},
	}
	for i := range 10 {
		c.Env = append(c.Env, corev1.EnvVar{Name: fmt.Sprintf("SETTING_%d", i), Value: "some value of a usual length"})
	}
	return c
}

// BenchmarkPods reads what a cluster of 20,000 pods and 2,000 budgets answers,
// beside what it takes to read it in full, and to read nothing of it.
func BenchmarkPods(b *testing.B) {
	body := realisticPods()
	budgets := realisticBudgets(b)
	var seen *podsSeen
	var pod corev1.Pod
	for _, way := range []struct {
		name string
		take func(encoded) error
	}{
		{"workloads", func(e encoded) error {
			err := readPod(e, &pod)
			seen.add(&pod)
			return err
		}},
		{"in full", func(e encoded) error {
			pod.Reset()
			return e.decode(&pod)
		}},
		{"nothing", func(encoded) error { return nil }},
	} {
		b.Run(way.name, func(b *testing.B) {
			buffer := &bytes.Buffer{}
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				seen = newPodsSeen(budgets)
				if _, err := readProtobuf(bytes.NewReader(body), buffer, way.take); err != nil {
					b.Fatal(err)
				}
				seen.result()
			}
		})
	}
}

// realisticBudgets has one for most of the applications, which share two labels.
func realisticBudgets(b *testing.B) budgetIndex {
	selecting := make(map[string][]selectingBudget)
	for i := range 2_000 {
		app := fmt.Sprintf("app-%04d", i)
		selector, err := metav1.LabelSelectorAsSelector(&metav1.LabelSelector{MatchLabels: map[string]string{
			"app": app, "app.kubernetes.io/managed-by": "Helm", "tier": "web",
		}})
		if err != nil {
			b.Fatal(err)
		}
		namespace := fmt.Sprintf("team-%02d", i%50)
		selecting[namespace] = append(selecting[namespace], selectingBudget{app, selector})
	}
	return newBudgetIndex(selecting)
}
