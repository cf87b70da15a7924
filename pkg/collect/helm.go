package collect

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/manifest"
)

// The labels, type and key of the Secrets and ConfigMaps that Helm 3 and 4 keep
// releases in, one for each revision: helm.sh/helm, pkg/storage/driver.
const (
	helmOwner      = "owner"
	helmName       = "name"
	helmVersion    = "version"
	helmStatus     = "status"
	helmModified   = "modifiedAt"
	helmSecretType = "helm.sh/release.v1"
	helmPayload    = "release"
)

// Statuses of revisions. One that was uninstalled is kept with helm uninstall --keep-history.
const (
	helmDeployed    = "deployed"
	helmUninstalled = "uninstalled"
)

// decodeAhead is how many payloads may wait to be decoded while more are read.
const decodeAhead = 16

var errSkippedHelmSecrets = errors.New("left out with --skip helm-secrets")

// errHelmObject stands for whatever a decoder says, which could quote a Secret.
var errHelmObject = errors.New("an object does not decode")

// helmDriver is a kind of object that Helm keeps releases in.
type helmDriver struct {
	name     string
	resource string
	source   v1alpha1.Source
	fields   string
	// decode takes a whole object apart.
	decode func(encoded) (helmObject, error)
}

// helmObject is a revision with its payload, still encoded.
type helmObject struct {
	meta    *metav1.ObjectMeta
	payload []byte
}

func helmSecrets() helmDriver {
	return helmDriver{
		name: "Secret", resource: "secrets", source: v1alpha1.SourceHelmSecrets, fields: "type=" + helmSecretType,
		decode: func(e encoded) (helmObject, error) {
			var secret corev1.Secret
			err := e.decode(&secret)
			return helmObject{&secret.ObjectMeta, secret.Data[helmPayload]}, err
		},
	}
}

func helmConfigMaps() helmDriver {
	return helmDriver{
		name: "ConfigMap", resource: "configmaps", source: v1alpha1.SourceHelmConfigMaps,
		decode: func(e encoded) (helmObject, error) {
			var stored corev1.ConfigMap
			err := e.decode(&stored)
			return helmObject{&stored.ObjectMeta, []byte(stored.Data[helmPayload])}, err
		},
	}
}

const hiddenHelm = "the APIs that Helm releases declare"

func helmPermissions(skipSecrets bool) []Permission {
	var all []Permission
	for _, d := range []helmDriver{helmSecrets(), helmConfigMaps()} {
		if d.source != v1alpha1.SourceHelmSecrets || !skipSecrets {
			all = append(all, Permission{
				Verb: "list", Resource: d.resource, Source: d.source, Hides: hiddenHelm,
				Why: "What Helm keeps of its releases.",
			})
		}
	}
	return all
}

// helm reads the releases of both drivers. It is nil when neither could be read.
func (u *usage) helm(ctx context.Context) *v1alpha1.HelmReleases {
	var all *v1alpha1.HelmReleases
	var mu sync.Mutex
	var drivers sync.WaitGroup
	for _, d := range []helmDriver{helmSecrets(), helmConfigMaps()} {
		drivers.Go(func() {
			var found *v1alpha1.HelmReleases
			err := errSkippedHelmSecrets
			if d.source != v1alpha1.SourceHelmSecrets || !u.SkipHelmSecrets {
				found, err = u.helmReleases(ctx, d)
			}
			u.gaps.add(d.source, hiddenHelm, err)
			if found == nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if all == nil {
				all = &v1alpha1.HelmReleases{Releases: []v1alpha1.HelmRelease{}}
			}
			all.Revisions += found.Revisions
			all.Releases = append(all.Releases, found.Releases...)
		})
	}
	drivers.Wait()
	if all != nil {
		slices.SortFunc(all.Releases, func(a, b v1alpha1.HelmRelease) int {
			return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Driver, b.Driver))
		})
	}
	return all
}

// helmReleases reads the newest deployed revision of each release, or else the
// newest one. A release whose newest revision is uninstalled is not installed,
// and left out. Where some could not be read, the others are returned together
// with the first error.
func (u *usage) helmReleases(ctx context.Context, d helmDriver) (*v1alpha1.HelmReleases, error) {
	var revisions int32
	var newest map[releaseName]v1alpha1.HelmRelease
	var newestErr error
	var both sync.WaitGroup
	both.Go(func() { revisions, newest, newestErr = u.helmRevisions(ctx, d) })
	found, err := u.readHelm(ctx, d, u.Namespace, labels.Set{helmStatus: helmDeployed})
	both.Wait()
	if err := cmp.Or(newestErr, err); err != nil {
		return nil, err
	}

	var missing []v1alpha1.HelmRelease
	for name, release := range newest {
		if _, deployed := found[name]; release.Status == helmUninstalled {
			delete(found, name)
		} else if !deployed {
			missing = append(missing, release)
		}
	}
	others := make([]map[releaseName]v1alpha1.HelmRelease, len(missing))
	errs := make([]error, len(missing))
	var all sync.WaitGroup
	for i, release := range missing {
		all.Go(func() {
			revision := labels.Set{helmName: release.Name, helmVersion: strconv.Itoa(int(release.Revision))}
			others[i], errs[i] = u.readHelm(ctx, d, release.Namespace, revision)
		})
	}
	all.Wait()

	releases := &v1alpha1.HelmReleases{Revisions: revisions, Releases: []v1alpha1.HelmRelease{}}
	for _, some := range append(others, found) {
		for _, release := range some {
			releases.Releases = append(releases.Releases, release)
		}
	}
	return releases, cmp.Or(errs...)
}

type releaseName struct{ namespace, name string }

// helmRevisions counts all revisions, and tells the newest of each release, by metadata alone.
func (u *usage) helmRevisions(ctx context.Context, d helmDriver) (int32, map[releaseName]v1alpha1.HelmRelease, error) {
	of, err := d.selection(u.Namespace, labels.Set{})
	if err != nil {
		return 0, nil, err
	}
	of.accept, of.limit = acceptMetadata, smallObjects
	var count int32
	var newest map[releaseName]v1alpha1.HelmRelease
	begin := func() { count, newest = 0, make(map[releaseName]v1alpha1.HelmRelease) }
	err = u.lists.each(ctx, of, begin, func(e encoded) error {
		var object metav1.PartialObjectMetadata
		if e.decode(&object) != nil {
			return errHelmObject
		}
		if revision, ok := d.revision(&object.ObjectMeta); ok {
			count++
			keepNewest(newest, revision)
		}
		return nil
	})
	return count, newest, err
}

// readHelm reads revisions with what they declare, and keeps the newest of each
// release. Payloads are decoded while further ones are read.
func (u *usage) readHelm(ctx context.Context, d helmDriver, namespace string, with labels.Set) (map[releaseName]v1alpha1.HelmRelease, error) {
	of, err := d.selection(namespace, with)
	if err != nil {
		return nil, err
	}
	of.accept, of.limit = acceptProtobuf, largeObjects
	found := make(map[releaseName]v1alpha1.HelmRelease)
	var mu sync.Mutex
	objects := make(chan helmObject, decodeAhead)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for object := range objects {
				release, ok := d.revision(object.meta)
				if !ok {
					continue
				}
				declared, err := manifest.Helm(object.payload)
				release.Objects = declared.Objects
				if err != nil {
					release.Error = err.Error()
				}
				mu.Lock()
				keepNewest(found, release)
				mu.Unlock()
			}
		})
	}
	// A list that starts over brings the same revisions again.
	err = u.lists.each(ctx, of, func() {}, func(e encoded) error {
		object, err := d.decode(e)
		if err != nil {
			return errHelmObject
		}
		objects <- object
		return nil
	})
	close(objects)
	workers.Wait()
	return found, err
}

// selection selects Helm's own objects, whatever else the labels say.
func (d helmDriver) selection(namespace string, with labels.Set) (selection, error) {
	selector, err := labels.ValidatedSelectorFromSet(labels.Merge(with, labels.Set{helmOwner: "helm"}))
	if err != nil {
		return selection{}, err
	}
	return selection{
		GroupVersionResource: schema.GroupVersionResource{Version: "v1", Resource: d.resource},
		namespace:            namespace,
		labels:               selector.String(),
		fields:               d.fields,
	}, nil
}

// revision reads the labels. Helm finds its revisions by them, so that an
// object without them is none.
func (d helmDriver) revision(meta *metav1.ObjectMeta) (v1alpha1.HelmRelease, bool) {
	number, err := strconv.ParseInt(meta.Labels[helmVersion], 10, 32)
	if err != nil || number < 1 || meta.Labels[helmName] == "" {
		return v1alpha1.HelmRelease{}, false
	}
	release := v1alpha1.HelmRelease{
		Namespace: meta.Namespace, Name: meta.Labels[helmName], Revision: int32(number), Status: meta.Labels[helmStatus], Driver: d.name,
	}
	if seconds, err := strconv.ParseInt(meta.Labels[helmModified], 10, 64); err == nil && seconds > 0 {
		release.Modified = recorded(&metav1.Time{Time: time.Unix(seconds, 0)})
	} else if created := meta.CreationTimestamp; !created.IsZero() {
		release.Modified = &created
	}
	return release, true
}

func keepNewest(found map[releaseName]v1alpha1.HelmRelease, release v1alpha1.HelmRelease) {
	name := releaseName{release.Namespace, release.Name}
	if known, ok := found[name]; !ok || known.Revision < release.Revision {
		found[name] = release
	}
}
