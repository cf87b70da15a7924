package collect

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func volume(name string, source corev1.PersistentVolumeSource) corev1.PersistentVolume {
	return corev1.PersistentVolume{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: corev1.PersistentVolumeSpec{PersistentVolumeSource: source}}
}

func TestPersistentVolumes(t *testing.T) {
	csi := corev1.PersistentVolumeSource{CSI: &corev1.CSIPersistentVolumeSource{Driver: "ebs.csi.aws.com"}}
	nfs := corev1.PersistentVolumeSource{NFS: &corev1.NFSVolumeSource{Server: "192.0.2.1"}}
	ebs := corev1.PersistentVolumeSource{AWSElasticBlockStore: &corev1.AWSElasticBlockStoreVolumeSource{VolumeID: "vol-1"}}
	local := corev1.PersistentVolumeSource{Local: &corev1.LocalVolumeSource{Path: "/mnt"}}
	list := &corev1.PersistentVolumeList{Items: []corev1.PersistentVolume{
		volume("z", ebs), volume("a\x1b[2J", ebs), volume("b", csi), volume("c", csi), volume("d", nfs), volume("e", local), volume("f", corev1.PersistentVolumeSource{}),
	}}
	want := &v1alpha1.PersistentVolumes{Count: 7, Sources: []v1alpha1.VolumeSource{
		{Type: "", Count: 1, Names: []string{"f"}},
		{Type: "awsElasticBlockStore", Count: 2, Names: []string{"a\x1b[2J", "z"}},
		{Type: "csi", Count: 2},
		{Type: "local", Count: 1, Names: []string{"e"}},
		{Type: "nfs", Count: 1},
	}}
	var items []any
	for _, item := range list.Items {
		items = append(items, item)
	}
	for encoding, s := range map[string]*apiServer{
		"protobuf": newUpgradeServer(t).on(volumesPath, pages(list)),
		"JSON":     newUpgradeServer(t).on(volumesPath, asJSON("PersistentVolumeList", items...)),
	} {
		t.Run(encoding, func(t *testing.T) {
			got := s.upgrade(t)
			checkGaps(t, got)
			if diff := cmp.Diff(want, got.Upgrade.Volumes); diff != "" {
				t.Errorf("volumes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTypesOfVolumesAreTheFieldsOfTheAPI(t *testing.T) {
	for field, source := range sourcesOf[corev1.PersistentVolumeSource]() {
		if got := fieldSet(&source); got != field {
			t.Errorf("%s is called %q", field, got)
		}
	}
}

func TestVolumesAreListedInPages(t *testing.T) {
	list := &corev1.PersistentVolumeList{}
	for i := range smallObjects + 1 {
		list.Items = append(list.Items, volume(fmt.Sprint(i), corev1.PersistentVolumeSource{NFS: &corev1.NFSVolumeSource{}}))
	}
	s := newUpgradeServer(t).on(volumesPath, pages(list))
	got := s.upgrade(t)
	checkGaps(t, got)
	if n := got.Upgrade.Volumes.Count; n != smallObjects+1 {
		t.Errorf("%d volumes were counted, want %d", n, smallObjects+1)
	}
	if diff := cmp.Diff([]string{"10000 from ", "10000 from 10000"}, s.limits(volumesPath)); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

func TestCSIDrivers(t *testing.T) {
	driver := func(name string) storagev1.CSIDriver {
		return storagev1.CSIDriver{ObjectMeta: metav1.ObjectMeta{Name: name}}
	}
	s := newUpgradeServer(t).on(csiDriversPath, pages(&storagev1.CSIDriverList{Items: []storagev1.CSIDriver{driver("nfs.csi.k8s.io"), driver("ebs.csi.aws.com")}}))
	got := s.upgrade(t)
	checkGaps(t, got)
	if diff := cmp.Diff(&v1alpha1.CSIDrivers{Names: []string{"ebs.csi.aws.com", "nfs.csi.k8s.io"}}, got.Upgrade.CSIDrivers); diff != "" {
		t.Errorf("drivers (-want +got):\n%s", diff)
	}
	if accept := s.requests(csiDriversPath)[0].Accept; accept != acceptMetadata {
		t.Errorf("accepts %q, want %q", accept, acceptMetadata)
	}
}
