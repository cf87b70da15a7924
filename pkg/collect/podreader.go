package collect

import (
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Numbers of the fields that are read of a pod, by the files generated.proto of
// k8s.io/api/core/v1 and, for its metadata, k8s.io/apimachinery/pkg/apis/meta/v1.
const (
	podMetadata = 1
	podSpec     = 2
	podStatus   = 3

	metaName            = 1
	metaNamespace       = 3
	metaLabels          = 11
	metaAnnotations     = 12
	metaOwnerReferences = 13

	podVolumes        = 1
	podContainers     = 2
	podNodeName       = 10
	podInitContainers = 20
	containerImage    = 2
	podPhase          = 1

	entryKey   = 1
	entryValue = 2
)

// readPod reads what workloads are told by into a pod whose memory is used again:
// the caller keeps nothing but strings. To read all of it takes four times as
// long, for managedFields and containers, and twenty times the memory.
func readPod(e encoded, into *corev1.Pod) error {
	if e.asJSON {
		into.Reset()
		return json.Unmarshal(e.body, into)
	}
	labels, annotations := into.Labels, into.Annotations
	clear(labels)
	clear(annotations)
	*into = corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Labels: labels, Annotations: annotations, OwnerReferences: into.OwnerReferences[:0]},
		Spec: corev1.PodSpec{
			Volumes: into.Spec.Volumes[:0], InitContainers: into.Spec.InitContainers[:0], Containers: into.Spec.Containers[:0],
		},
	}
	return eachField(e.body, func(f field) (err error) {
		switch f.number {
		case podMetadata:
			return readPodMetadata(f.bytes, &into.ObjectMeta)
		case podSpec:
			return readPodSpec(f.bytes, &into.Spec)
		case podStatus:
			var phase string
			phase, err = textField(f.bytes, podPhase)
			into.Status.Phase = corev1.PodPhase(phase)
		}
		return err
	})
}

func readPodMetadata(message []byte, into *metav1.ObjectMeta) error {
	return eachField(message, func(f field) (err error) {
		switch f.number {
		case metaName:
			into.Name = string(f.bytes)
		case metaNamespace:
			into.Namespace = string(f.bytes)
		case metaLabels:
			into.Labels, err = addEntry(into.Labels, f.bytes)
		case metaAnnotations:
			into.Annotations, err = addEntry(into.Annotations, f.bytes)
		case metaOwnerReferences:
			var owner metav1.OwnerReference
			err = owner.Unmarshal(f.bytes)
			into.OwnerReferences = append(into.OwnerReferences, owner)
		}
		return err
	})
}

// addEntry adds an entry of a map.
func addEntry(to map[string]string, message []byte) (map[string]string, error) {
	if to == nil {
		to = make(map[string]string)
	}
	key, err := textField(message, entryKey)
	if err != nil {
		return to, err
	}
	to[key], err = textField(message, entryValue)
	return to, err
}

func readPodSpec(message []byte, into *corev1.PodSpec) error {
	return eachField(message, func(f field) (err error) {
		switch f.number {
		case podVolumes:
			var volume corev1.Volume
			err = volume.Unmarshal(f.bytes)
			into.Volumes = append(into.Volumes, volume)
		case podInitContainers:
			into.InitContainers, err = addContainer(into.InitContainers, f.bytes)
		case podContainers:
			into.Containers, err = addContainer(into.Containers, f.bytes)
		case podNodeName:
			into.NodeName = string(f.bytes)
		}
		return err
	})
}

func addContainer(to []corev1.Container, message []byte) ([]corev1.Container, error) {
	image, err := textField(message, containerImage)
	return append(to, corev1.Container{Image: image}), err
}
