package collect

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// What is unknown without volumes, and without CSIDrivers.
const (
	hiddenVolumes = "volumes of drivers that went away"
	hiddenDrivers = "drivers that took over volumes"
)

func volumePermissions() []Permission {
	const why = "Volumes that need another driver after an upgrade, and the drivers that are there."
	return []Permission{
		{Verb: "list", Resource: "persistentvolumes", Source: v1alpha1.SourceVolumes, Hides: hiddenVolumes, Why: why},
		{Verb: "list", Group: "storage.k8s.io", Resource: "csidrivers", Source: v1alpha1.SourceCSIDrivers, Hides: hiddenDrivers, Why: why},
	}
}

// volumes reads all PersistentVolumes.
func (l *lister) volumes(ctx context.Context) (*v1alpha1.PersistentVolumes, error) {
	var sources map[string]*v1alpha1.VolumeSource
	all := selection{
		GroupVersionResource: schema.GroupVersionResource{Version: "v1", Resource: "persistentvolumes"},
		accept:               acceptProtobuf,
		limit:                smallObjects,
	}
	begin := func() { sources = make(map[string]*v1alpha1.VolumeSource) }
	err := l.each(ctx, all, begin, func(e encoded) error {
		var volume corev1.PersistentVolume
		if err := e.decode(&volume); err != nil {
			return err
		}
		field := fieldSet(&volume.Spec.PersistentVolumeSource)
		source := sources[field]
		if source == nil {
			source = &v1alpha1.VolumeSource{Type: field}
			sources[field] = source
		}
		source.Count++
		if field != "csi" && field != "nfs" {
			source.Names = append(source.Names, volume.Name)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	found := &v1alpha1.PersistentVolumes{}
	for _, field := range slices.Sorted(maps.Keys(sources)) {
		source := sources[field]
		slices.Sort(source.Names)
		found.Count += source.Count
		found.Sources = append(found.Sources, *source)
	}
	return found, nil
}

// fieldSet returns the name, as in JSON, of the field that is set in a struct of
// which one is: a volume source of pods, or of PersistentVolumes. It is "" where
// that is one newer than the types here.
func fieldSet(source any) string {
	v := reflect.Indirect(reflect.ValueOf(source))
	for i := range v.NumField() {
		if !v.Field(i).IsNil() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			return name
		}
	}
	return ""
}

// csiDrivers reads the names of all CSIDrivers.
func (l *lister) csiDrivers(ctx context.Context) (*v1alpha1.CSIDrivers, error) {
	found := &v1alpha1.CSIDrivers{}
	all := selection{
		GroupVersionResource: schema.GroupVersionResource{Group: "storage.k8s.io", Version: "v1", Resource: "csidrivers"},
		accept:               acceptMetadata,
		limit:                smallObjects,
	}
	err := l.each(ctx, all, func() { found.Names = []string{} }, func(e encoded) error {
		var driver metav1.PartialObjectMetadata
		if err := e.decode(&driver); err != nil {
			return err
		}
		found.Names = append(found.Names, driver.Name)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(found.Names)
	return found, nil
}
