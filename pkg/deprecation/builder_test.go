package deprecation

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// The server starts at started; what is written before is "before", later "after".
var (
	started = time.Date(2026, 11, 17, 12, 0, 0, 0, time.UTC)
	before  = started.Add(-24 * time.Hour)
	after   = started.Add(24 * time.Hour)
)

// claims of a 1.37 server: v1beta1 is planned to be removed in 1.38, v1beta2 in 1.39, v1 stays.
const (
	group   = "resource.k8s.io"
	v1beta1 = group + "/v1beta1"
	v1beta2 = group + "/v1beta2"
	v1      = group + "/v1"
)

// cluster is a snapshot under construction: a complete one, of a single
// kube-apiserver 1.37 that serves all versions of resourceclaims.
type cluster struct{ *v1alpha1.Snapshot }

func newCluster() cluster {
	s := v1alpha1.NewSnapshot("test")
	s.APIServers = &v1alpha1.APIServers{Instances: []v1alpha1.APIServerInstance{
		{VersionInfo: v1alpha1.VersionInfo{GitVersion: "v1.37.1"}, StartTime: startTime(started)},
	}}
	renewed := metav1.NewMicroTime(after)
	s.Leases = &v1alpha1.Leases{ServerTime: metav1.NewTime(after), Leases: []v1alpha1.Lease{
		{Name: "apiserver-0", Identity: v1alpha1.APIServerIdentity, RenewTime: &renewed},
	}}
	s.APIUsage = &v1alpha1.APIUsage{
		Served: &v1alpha1.ServedAPIs{Resources: []v1alpha1.ServedResource{
			{Group: group, Resource: "resourceclaims", Kind: "ResourceClaim", Namespaced: true, Listable: true, Versions: []string{"v1", "v1beta2", "v1beta1"}},
		}},
		Requests: &v1alpha1.RequestMetrics{Instances: []v1alpha1.InstanceMetrics{{GitVersion: "v1.37.1", StartTime: startTime(started)}}},
		Objects: &v1alpha1.ScannedObjects{Resources: []v1alpha1.ScannedResource{
			{Group: group, Version: "v1", Resource: "resourceclaims", Kind: "ResourceClaim", Count: 1},
		}},
		Definitions: &v1alpha1.CustomResourceDefinitions{}, References: &v1alpha1.References{}, Helm: &v1alpha1.HelmReleases{},
	}
	return cluster{s}
}

func startTime(t time.Time) string { return fmt.Sprintf("%d.21", t.Unix()) }

// claim adds a ResourceClaim shop/NAME.
func (c cluster) claim(name string, entries ...v1alpha1.ManagedEntry) cluster {
	return c.object(v1alpha1.ScannedObject{Namespace: "shop", Name: name, ManagedFields: entries})
}

func (c cluster) object(o v1alpha1.ScannedObject) cluster {
	claims := &c.APIUsage.Objects.Resources[0]
	claims.Objects = append(claims.Objects, o)
	return c
}

// requests adds counts of requests for resourceclaims to the first instance.
func (c cluster) requests(version, verb string, count int64) cluster {
	instance := &c.APIUsage.Requests.Instances[0]
	instance.Requests = append(instance.Requests, v1alpha1.APIRequests{
		Group: group, Version: version, Resource: "resourceclaims", Verb: verb, Count: count,
	})
	return c
}

// instance adds a kube-apiserver, whose metrics are read if it is seen.
func (c cluster) instance(seen bool, start time.Time) cluster {
	renewed := metav1.NewMicroTime(after)
	c.Leases.Leases = append(c.Leases.Leases, v1alpha1.Lease{
		Name: fmt.Sprintf("apiserver-%d", len(c.Leases.Leases)), Identity: v1alpha1.APIServerIdentity, RenewTime: &renewed,
	})
	if seen {
		c.APIServers.Instances = append(c.APIServers.Instances, v1alpha1.APIServerInstance{
			VersionInfo: v1alpha1.VersionInfo{GitVersion: "v1.37.1"}, StartTime: startTime(start),
		})
		c.APIUsage.Requests.Instances = append(c.APIUsage.Requests.Instances, v1alpha1.InstanceMetrics{GitVersion: "v1.37.1", StartTime: startTime(start)})
	}
	return c
}

func updated(manager, apiVersion string, at time.Time) v1alpha1.ManagedEntry {
	return v1alpha1.ManagedEntry{Manager: manager, Operation: "Update", APIVersion: apiVersion, Time: &metav1.Time{Time: at}}
}

func applied(manager, apiVersion string, at time.Time) v1alpha1.ManagedEntry {
	return v1alpha1.ManagedEntry{Manager: manager, Operation: "Apply", APIVersion: apiVersion, Time: &metav1.Time{Time: at}}
}

func index(t *testing.T) *apilifecycle.Index {
	t.Helper()
	x, err := apilifecycle.Load()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func minor(t *testing.T, text string) version.Minor {
	t.Helper()
	m, err := version.ParseMinor(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// judged evaluates at a target.
func (c cluster) judged(t *testing.T, target string, change ...func(*Options)) *v1alpha1.DeprecationReport {
	t.Helper()
	o := Options{Index: index(t), Target: minor(t, target), Today: calendar.Of(after)}
	for _, f := range change {
		f(&o)
	}
	report, err := Evaluate(c.Snapshot, o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// told renders findings for comparison: verdict, API, subject, evidence with
// its objects. What the server merely serves is left out.
func told(findings []v1alpha1.DeprecationFinding) []string {
	lines := []string{}
	for _, f := range findings {
		if f.Evidence[0].Type == v1alpha1.EvidenceServed {
			continue
		}
		var evidence []string
		for _, e := range f.Evidence {
			text := string(e.Type)
			switch {
			case e.Stale:
				text += " stale"
			case e.Dormant:
				text += " dormant"
			}
			for _, o := range e.Objects {
				text += " " + strings.TrimPrefix(o.Namespace+"/"+o.Name, "/")
			}
			evidence = append(evidence, text)
		}
		subject := strings.Trim(string(f.Subject.Type)+" "+strings.TrimPrefix(f.Subject.Namespace+"/"+f.Subject.Name, "/"), " ")
		lines = append(lines, fmt.Sprintf("%s %s %s: %s: %s", f.Verdict, f.APIVersion, f.Kind, subject, strings.Join(evidence, "; ")))
	}
	slices.Sort(lines)
	return lines
}

// newServer is a snapshot under construction of a single kube-apiserver, complete
// and without anything in it.
func newServer(gitVersion string) cluster {
	c := newCluster()
	c.APIServers.Instances[0].GitVersion = gitVersion
	c.APIUsage.Requests.Instances[0].GitVersion = gitVersion
	c.APIUsage.Served, c.APIUsage.Objects = &v1alpha1.ServedAPIs{}, &v1alpha1.ScannedObjects{}
	return c
}

// offline is what -f without a cluster makes.
func offline() cluster {
	s := v1alpha1.NewSnapshot("")
	s.APIUsage = &v1alpha1.APIUsage{}
	return cluster{s}
}

// serving adds a resource to discovery.
func (c cluster) serving(group, resource, kind string, versions ...string) cluster {
	c.APIUsage.Served.Resources = append(c.APIUsage.Served.Resources, v1alpha1.ServedResource{
		Group: group, Resource: resource, Kind: kind, Namespaced: true, Listable: true, Versions: versions,
	})
	return c
}

// scanned adds a resource whose objects were read through a version.
func (c cluster) scanned(group, version, resource, kind string, objects ...v1alpha1.ScannedObject) cluster {
	c.APIUsage.Objects.Resources = append(c.APIUsage.Objects.Resources, v1alpha1.ScannedResource{
		Group: group, Version: version, Resource: resource, Kind: kind, Count: int32(len(objects)), Objects: objects,
	})
	return c
}

func (c cluster) writer(manager, apiVersion string, objects int32) cluster {
	resource := &c.APIUsage.Objects.Resources[len(c.APIUsage.Objects.Resources)-1]
	resource.Writers = append(resource.Writers, v1alpha1.Writer{Manager: manager, APIVersion: apiVersion, Objects: objects})
	return c
}

// marked sets apiserver_requested_deprecated_apis on the first instance.
func (c cluster) marked(group, version, resource, removed string) cluster {
	instance := &c.APIUsage.Requests.Instances[0]
	instance.Deprecated = append(instance.Deprecated, v1alpha1.DeprecatedRequests{
		Group: group, Version: version, Resource: resource, RemovedRelease: removed,
	})
	return c
}

// counted adds requests to an instance.
func (c cluster) counted(instance int, r v1alpha1.APIRequests) cluster {
	of := &c.APIUsage.Requests.Instances[instance]
	of.Requests = append(of.Requests, r)
	return c
}

// own adds requests that the first instance sent to itself.
func (c cluster) own(r v1alpha1.APIRequests) cluster {
	instance := &c.APIUsage.Requests.Instances[0]
	instance.OwnRequests = append(instance.OwnRequests, r)
	return c
}

// stored adds a count of objects in etcd to an instance.
func (c cluster) stored(instance int, group, resource string, count int64) cluster {
	of := &c.APIUsage.Requests.Instances[instance]
	of.Stored = append(of.Stored, v1alpha1.StoredObjects{Group: group, Resource: resource, Count: count})
	return c
}

func (c cluster) audited(r ...v1alpha1.AuditedRequests) cluster {
	c.APIUsage.AuditLog = &v1alpha1.AuditLog{Sources: []string{"audit.log"}, Events: int64(len(r)), Requests: r}
	return c
}

func (c cluster) file(path string, objects ...v1alpha1.DeclaredObject) cluster {
	if c.APIUsage.Files == nil {
		c.APIUsage.Files = &v1alpha1.Files{}
	}
	c.APIUsage.Files.Files = append(c.APIUsage.Files.Files, v1alpha1.File{Path: path, Objects: objects})
	return c
}

// release adds a Helm release of namespace shop.
func (c cluster) release(name, status string, objects ...v1alpha1.DeclaredObject) cluster {
	c.APIUsage.Helm.Releases = append(c.APIUsage.Helm.Releases, v1alpha1.HelmRelease{
		Namespace: "shop", Name: name, Revision: 3, Status: status, Driver: "Secret", Objects: objects,
	})
	return c
}

func declared(apiVersion, kind, name string) v1alpha1.DeclaredObject {
	return v1alpha1.DeclaredObject{APIVersion: apiVersion, Kind: kind, Name: name}
}

// widgets are custom resources of group example.com.
func (c cluster) widgets(stored []string, versions ...v1alpha1.CustomResourceVersion) cluster {
	if c.APIUsage.Definitions == nil {
		c.APIUsage.Definitions = &v1alpha1.CustomResourceDefinitions{}
	}
	c.APIUsage.Definitions.Definitions = append(c.APIUsage.Definitions.Definitions, v1alpha1.CustomResourceDefinition{
		Group: "example.com", Resource: "widgets", Kind: "Widget", Namespaced: true, Versions: versions, StoredVersions: stored,
	})
	return c
}

func stableVersion(name string) v1alpha1.CustomResourceVersion {
	return v1alpha1.CustomResourceVersion{Name: name, Served: true}
}

// storageV1 is the version that widgets are stored in where nothing else is said.
func storageV1() v1alpha1.CustomResourceVersion {
	return v1alpha1.CustomResourceVersion{Name: "v1", Served: true, Storage: true}
}

func deprecatedVersion(name string) v1alpha1.CustomResourceVersion {
	return v1alpha1.CustomResourceVersion{Name: name, Served: true, Deprecated: true}
}

func unservedVersion(name string) v1alpha1.CustomResourceVersion {
	return v1alpha1.CustomResourceVersion{Name: name}
}

func (c cluster) admitting(rules ...v1alpha1.AdmissionReference) cluster {
	c.APIUsage.References.Admission = append(c.APIUsage.References.Admission, rules...)
	return c
}

// reasons renders findings with the sentence that each gives, those of the server alone too.
func reasons(findings []v1alpha1.DeprecationFinding) []string {
	lines := []string{}
	for _, f := range findings {
		subject := strings.Trim(string(f.Subject.Type)+" "+strings.TrimPrefix(f.Subject.Namespace+"/"+f.Subject.Name, "/"), " ")
		lines = append(lines, fmt.Sprintf("%s %s: %s", f.Verdict, subject, f.Reason))
	}
	return lines
}

// ofGroup keeps the findings of one group.
func ofGroup(group string, findings []v1alpha1.DeprecationFinding) []v1alpha1.DeprecationFinding {
	return slices.DeleteFunc(slices.Clone(findings), func(f v1alpha1.DeprecationFinding) bool { return !strings.HasPrefix(f.APIVersion, group+"/") })
}

// used leaves out what the server merely serves.
func used(findings []v1alpha1.DeprecationFinding) []v1alpha1.DeprecationFinding {
	return slices.DeleteFunc(slices.Clone(findings), func(f v1alpha1.DeprecationFinding) bool { return f.Subject.Type == v1alpha1.SubjectServer })
}
