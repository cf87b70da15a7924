package collect

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

const (
	// podsAtOnce are a page: ten megabytes and more. Larger ones cost a server hardly
	// less, which holds a page in memory, and smaller ones up to a third more.
	podsAtOnce = 2_000
	// unfinished leaves out, at the server, the pods that have come to their end.
	unfinished = "status.phase!=Succeeded,status.phase!=Failed"
	// maxExamples bounds the workloads that are named of an image.
	maxExamples = 3
)

// Kinds of workloads that are told apart.
const (
	kindPod        = "Pod"
	kindNode       = "Node"
	kindReplicaSet = "ReplicaSet"
	kindDeployment = "Deployment"
)

const hiddenPods = "pods that do not survive their node, and what pods need"

func podPermissions() []Permission {
	return []Permission{{
		Verb: "list", Resource: "pods", Source: v1alpha1.SourcePods, Hides: hiddenPods,
		Why: "The pods that an upgrade disturbs.",
	}}
}

// pods reads all pods. Without the index of budgets, overlaps remain unknown.
func (l *lister) pods(ctx context.Context, budgets budgetIndex) (*v1alpha1.Pods, error) {
	var seen *podsSeen
	all := selection{
		GroupVersionResource: schema.GroupVersionResource{Version: "v1", Resource: "pods"},
		fields:               unfinished,
		accept:               acceptProtobuf,
		limit:                podsAtOnce,
	}
	var pod corev1.Pod
	err := l.each(ctx, all, func() { seen = newPodsSeen(budgets) }, func(e encoded) error {
		if err := readPod(e, &pod); err != nil {
			return err
		}
		// A proxy, or a server that does not know the field, has not left them out.
		if pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed {
			seen.add(&pod)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return seen.result(), nil
}

// podsSeen gathers what pods tell, one after the other.
type podsSeen struct {
	budgets   budgetIndex
	count     int32
	workloads map[workloadName]*workload
	images    map[string]*imageUse
	overlaps  map[overlap]int32
}

type workloadName struct{ namespace, kind, name string }

type workload struct {
	pods int32
	// hostPaths and volumes are sorted.
	hostPaths, volumes []string
}

// imageUse counts pods. last is the number of the last one counted, from 1: a pod
// can have several containers of one repository.
type imageUse struct {
	pods, last int32
	// examples are the first in order; sorted.
	examples []string
}

// overlap is a set of budgets, whose names are joined by slashes: no name has one.
type overlap struct{ namespace, budgets string }

func newPodsSeen(budgets budgetIndex) *podsSeen {
	return &podsSeen{
		budgets:   budgets,
		workloads: make(map[workloadName]*workload),
		images:    make(map[string]*imageUse),
		overlaps:  make(map[overlap]int32),
	}
}

// add counts a pod. It keeps none of its strings but those of what is new.
func (s *podsSeen) add(pod *corev1.Pod) {
	s.count++
	name := workloadOf(pod)
	w := s.workloads[name]
	if w == nil {
		w = &workload{}
		s.workloads[name] = w
	}
	w.pods++
	for i := range pod.Spec.Volumes {
		source := &pod.Spec.Volumes[i].VolumeSource
		if field := removableDriver(source); field != "" {
			w.volumes = insert(w.volumes, field)
		}
		// What static pods mount comes and goes with their node.
		if source.HostPath != nil && name.kind != kindNode {
			w.hostPaths = insert(w.hostPaths, source.HostPath.Path)
		}
	}
	for i := range pod.Spec.InitContainers {
		s.addImage(pod.Spec.InitContainers[i].Image, name)
	}
	for i := range pod.Spec.Containers {
		s.addImage(pod.Spec.Containers[i].Image, name)
	}
	if budgets := s.budgets.of(pod.Namespace, pod.Labels); len(budgets) > 1 {
		s.overlaps[overlap{pod.Namespace, strings.Join(budgets, "/")}]++
	}
}

// workloadOf names the controller of a pod, or the pod.
func workloadOf(pod *corev1.Pod) workloadName {
	if _, mirror := pod.Annotations[mirrorAnnotation]; mirror {
		return workloadName{pod.Namespace, kindNode, pod.Spec.NodeName}
	}
	owner := metav1.GetControllerOfNoCopy(pod)
	if owner == nil {
		return workloadName{pod.Namespace, kindPod, pod.Name}
	}
	if hash := pod.Labels["pod-template-hash"]; hash != "" && owner.Kind == kindReplicaSet {
		if deployment, found := strings.CutSuffix(owner.Name, "-"+hash); found && deployment != "" {
			return workloadName{pod.Namespace, kindDeployment, deployment}
		}
	}
	return workloadName{pod.Namespace, owner.Kind, owner.Name}
}

func (s *podsSeen) addImage(reference string, of workloadName) {
	repository := version.ParseImage(reference).Repository
	use := s.images[repository]
	if use == nil {
		use = &imageUse{}
		s.images[strings.Clone(repository)] = use
	}
	if use.last == s.count {
		return
	}
	use.pods++
	use.last = s.count
	if n := len(use.examples); n < maxExamples || of.namespace <= use.examples[n-1] {
		use.examples = insert(use.examples, of.namespace+"/"+of.name)
		use.examples = use.examples[:min(len(use.examples), maxExamples)]
	}
}

// insert adds a text to those that are sorted, once.
func insert(texts []string, text string) []string {
	at, found := slices.BinarySearch(texts, text)
	if found {
		return texts
	}
	return slices.Insert(texts, at, text)
}

// removableDriver returns the field of a volume source that is a driver inside
// Kubernetes which was removed, or can be; or "". The protocols nfs, iscsi and fc
// are to stay, and so are the sources that need no driver.
func removableDriver(s *corev1.VolumeSource) string {
	switch field := fieldSet(s); field {
	case "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "flexVolume", "flocker", "gcePersistentDisk", "gitRepo",
		"glusterfs", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume":
		return field
	default:
		return ""
	}
}

// result keeps the workloads that tell something.
func (s *podsSeen) result() *v1alpha1.Pods {
	pods := &v1alpha1.Pods{Count: s.count, WorkloadCount: int32(len(s.workloads))}
	for name, w := range s.workloads {
		if name.kind == kindPod || w.alone(name.kind) || len(w.hostPaths) > 0 || len(w.volumes) > 0 {
			pods.Workloads = append(pods.Workloads, v1alpha1.Workload{
				Namespace: name.namespace, Kind: name.kind, Name: name.name,
				Pods: w.pods, HostPaths: w.hostPaths, Volumes: w.volumes,
			})
		}
	}
	slices.SortFunc(pods.Workloads, func(a, b v1alpha1.Workload) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	for _, repository := range slices.Sorted(maps.Keys(s.images)) {
		use := s.images[repository]
		pods.Images = append(pods.Images, v1alpha1.ImageUse{Repository: repository, Pods: use.pods, Examples: use.examples})
	}
	for o, n := range s.overlaps {
		pods.Overlaps = append(pods.Overlaps, v1alpha1.BudgetOverlap{Namespace: o.namespace, Budgets: strings.Split(o.budgets, "/"), Pods: n})
	}
	slices.SortFunc(pods.Overlaps, func(a, b v1alpha1.BudgetOverlap) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), slices.Compare(a.Budgets, b.Budgets))
	})
	return pods
}

// alone reports whether nothing is left of a workload while its pod moves. Every
// node has one of a DaemonSet or of its own, and a Job starts another.
func (w *workload) alone(kind string) bool {
	return w.pods == 1 && kind != "DaemonSet" && kind != "Job" && kind != kindNode
}
