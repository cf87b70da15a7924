package collect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// Of github.com/kubean-io/kubean: its resources (charts/kubean/crds), what its
// releases write into a Manifest (artifacts/cr_template.py), and the key of the
// variables of Ansible (api/constants).
const (
	kubeanVersion = "v1alpha1"

	// kubernetesComponent is the name of Kubernetes among the components of a Manifest.
	kubernetesComponent = "kube"
	sprayRelease        = "kubean.io/sprayRelease"
	sprayTimestamp      = "kubean.io/sprayTimestamp"

	groupVars   = "group_vars.yml"
	kubeVersion = "kube_version"
)

const (
	configMapsAtOnce = 4
	// maxVars bounds the variables of a cluster, in bytes. Those of all roles of
	// Kubespray, with their comments, are a fifth of it.
	maxVars = 256 << 10
	// maxNamedClusters are named in a gap of some of them.
	maxNamedClusters = 3
)

// versionText leaves no room for anything but a version: variables hold passwords, too.
var versionText = regexp.MustCompile(`^v?\d{1,3}\.\d{1,3}(\.\d{1,3})?([-+][0-9A-Za-z.+-]{1,40})?$`)

// givesVersion finds kube_version among arguments of Ansible, which win over its variables.
var givesVersion = regexp.MustCompile(`\b` + kubeVersion + `\b`)

var errNoConfigMap = errors.New("varsConfRef is not the name of a ConfigMap")

type kubeanManifest struct {
	Metadata struct {
		Name              string            `json:"name"`
		Labels            map[string]string `json:"labels"`
		Annotations       map[string]string `json:"annotations"`
		CreationTimestamp metav1.Time       `json:"creationTimestamp"`
	} `json:"metadata"`
	Spec struct {
		KubeanVersion string            `json:"kubeanVersion"`
		Components    []kubeanComponent `json:"components"`
	} `json:"spec"`
	Status struct {
		LocalAvailable struct {
			Components []kubeanComponent `json:"components"`
		} `json:"localAvailable"`
	} `json:"status"`
}

type kubeanComponent struct {
	Name           string   `json:"name"`
	DefaultVersion string   `json:"defaultVersion"`
	VersionRange   []string `json:"versionRange"`
}

type kubeanCluster struct {
	Metadata struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Spec struct {
		VarsConfRef configMapRef `json:"varsConfRef"`
	} `json:"spec"`
}

type kubeanOperation struct {
	Metadata struct {
		Name              string      `json:"name"`
		CreationTimestamp metav1.Time `json:"creationTimestamp"`
	} `json:"metadata"`
	Spec struct {
		Cluster      string `json:"cluster"`
		Action       string `json:"action"`
		ActionSource string `json:"actionSource"`
		ExtraArgs    string `json:"extraArgs"`
		// VarsConfRef is a copy, which Kubean makes when the operation begins.
		VarsConfRef configMapRef `json:"varsConfRef"`
	} `json:"spec"`
	Status struct {
		Status  string      `json:"status"`
		EndTime metav1.Time `json:"endTime"`
	} `json:"status"`
}

type configMapRef struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

func (r configMapRef) String() string { return "configmap " + r.Namespace + "/" + r.Name }

// path is an error where a name would lead elsewhere than to a ConfigMap.
func (r configMapRef) path() (string, error) {
	if validation.IsDNS1123Label(r.Namespace) != nil || validation.IsDNS1123Subdomain(r.Name) != nil {
		return "", malformedError{kubeanGroup, errNoConfigMap}
	}
	return "/api/v1/namespaces/" + r.Namespace + "/configmaps/" + r.Name, nil
}

// What is unknown without each of Kubean's resources.
const (
	hiddenManifests      = "versions of Kubernetes that Kubean offers"
	hiddenOffline        = "whether Kubean installs nothing but what is there offline"
	hiddenKubeanClusters = "clusters that Kubean manages, and their versions"
	hiddenInstalled      = "versions that Kubean installed, rather than was told to install"
	hiddenKubeanVersions = "versions of the clusters that Kubean manages"
)

func kubeanPermissions() []Permission {
	needs := func(resource, hides string) Permission {
		return Permission{
			Verb: "list", Group: kubeanGroup, Resource: resource, Source: v1alpha1.SourceManagement, Of: resource + "." + kubeanGroup, Hides: hides,
			Why: "The clusters that Kubean manages from this one, and the versions that it offers.", When: kubeanGroup + " is served",
		}
	}
	return []Permission{
		needs("clusteroperations", hiddenInstalled),
		needs("clusters", hiddenKubeanClusters),
		needs("localartifactsets", hiddenOffline),
		needs("manifests", hiddenManifests),
		{
			Verb: "get", Resource: "configmaps", Namespace: "kubean-system", Source: v1alpha1.SourceManagement, Of: "configmaps", Hides: hiddenKubeanVersions,
			Why: "The versions of the clusters that Kubean manages.", When: kubeanGroup + " is served",
		},
	}
}

// kubean reads what Kubean's releases offer, and the versions of its clusters.
// These are in ConfigMaps beside much else, of which nothing is kept.
func (p *platforms) kubean(ctx context.Context) *v1alpha1.Kubean {
	found := &v1alpha1.Kubean{}
	const versions = "versions that Kubean offers, and those of the clusters that it manages"
	if _, err := p.selection(kubeanGroup, "", kubeanVersion); err != nil {
		p.gap(kubeanGroup, versions, err)
		return found
	}
	var clusters []kubeanCluster
	var runs map[string]kubeanRuns
	var sources sync.WaitGroup
	sources.Go(func() {
		var err error
		found.Manifests, err = p.kubeanManifests(ctx)
		p.gap("manifests.kubean.io", hiddenManifests, err)
	})
	sources.Go(func() {
		var err error
		found.Offline, err = p.kubeanOffline(ctx)
		p.gap("localartifactsets.kubean.io", hiddenOffline, unlessAbsent(err))
	})
	sources.Go(func() {
		var err error
		clusters, err = kubeanList[kubeanCluster](ctx, p, "clusters")
		p.gap("clusters.kubean.io", hiddenKubeanClusters, err)
	})
	sources.Go(func() {
		operations, err := kubeanList[kubeanOperation](ctx, p, "clusteroperations")
		p.gap("clusteroperations.kubean.io", hiddenInstalled, unlessAbsent(err))
		runs = runsOf(operations)
	})
	sources.Wait()
	if clusters != nil {
		found.Clusters = p.kubeanClusters(ctx, clusters, runs)
	}
	return found
}

func kubeanList[T any](ctx context.Context, p *platforms, resource string) ([]T, error) {
	of, err := p.selection(kubeanGroup, resource, kubeanVersion)
	if err != nil {
		return nil, err
	}
	return listed[T](ctx, p.lists, of)
}

func (p *platforms) kubeanManifests(ctx context.Context) ([]v1alpha1.KubeanManifest, error) {
	listed, err := kubeanList[kubeanManifest](ctx, p, "manifests")
	if err != nil {
		return nil, err
	}
	found := []v1alpha1.KubeanManifest{}
	for _, m := range listed {
		// Older releases keep a copy under these names.
		if name := m.Metadata.Name; name != "manifest-global" && name != "infomanifest-global" {
			found = append(found, m.ofKubernetes())
		}
	}
	slices.SortFunc(found, func(a, b v1alpha1.KubeanManifest) int { return cmp.Compare(a.Name, b.Name) })
	return found, nil
}

func (m *kubeanManifest) ofKubernetes() v1alpha1.KubeanManifest {
	offered, local := kubernetesOf(m.Spec.Components), kubernetesOf(m.Status.LocalAvailable.Components)
	found := v1alpha1.KubeanManifest{
		Name: m.Metadata.Name, Spray: cmp.Or(m.Metadata.Labels[sprayRelease], m.Metadata.Annotations[sprayRelease]),
		Kubean: m.Spec.KubeanVersion, Created: m.Metadata.CreationTimestamp,
		Versions: offered.VersionRange, Local: local.VersionRange,
	}
	// "null" is written by releases without a default.
	if offered.DefaultVersion != "null" {
		found.Default = offered.DefaultVersion
	}
	if seconds, err := strconv.ParseInt(m.Metadata.Annotations[sprayTimestamp], 10, 64); err == nil && seconds > 0 {
		found.SprayTime = recorded(&metav1.Time{Time: time.Unix(seconds, 0).UTC()})
	}
	return found
}

func kubernetesOf(components []kubeanComponent) kubeanComponent {
	for _, c := range components {
		if c.Name == kubernetesComponent {
			return c
		}
	}
	return kubeanComponent{}
}

// kubeanOffline tells whether there is any LocalArtifactSet: Kubean's own sign of
// an environment that is offline.
func (p *platforms) kubeanOffline(ctx context.Context) (bool, error) {
	of, err := p.selection(kubeanGroup, "localartifactsets", kubeanVersion)
	if err != nil {
		return false, err
	}
	of.limit = 1
	found := false
	_, err = p.lists.page(ctx, of, "", func(encoded) error {
		found = true
		return nil
	})
	return found, err
}

// kubeanRuns are the newest operations that install Kubernetes in a cluster: the
// last that succeeded, and the last that began and did not.
type kubeanRuns struct {
	succeeded, unfinished *kubeanOperation
}

// runsOf finds those of each cluster.
func runsOf(operations []kubeanOperation) map[string]kubeanRuns {
	all := make(map[string]kubeanRuns)
	for i := range operations {
		o := &operations[i]
		if !o.installs() {
			continue
		}
		runs := all[o.Spec.Cluster]
		switch o.Status.Status {
		case "Succeeded":
			runs.succeeded = o.newest(runs.succeeded)
		case "Running", "Failed":
			runs.unfinished = o.newest(runs.unfinished)
		}
		all[o.Spec.Cluster] = runs
	}
	return all
}

// installs tells the playbooks of Kubespray that install Kubernetes from others,
// and from what a ConfigMap holds under their name.
func (o *kubeanOperation) installs() bool {
	return (o.Spec.Action == "cluster.yml" || o.Spec.Action == "upgrade-cluster.yml") &&
		(o.Spec.ActionSource == "" || o.Spec.ActionSource == "builtin")
}

// newest orders by creation, as Kubean does.
func (o *kubeanOperation) newest(other *kubeanOperation) *kubeanOperation {
	if other != nil && o.compare(other) < 0 {
		return other
	}
	return o
}

func (o *kubeanOperation) compare(other *kubeanOperation) int {
	return cmp.Or(
		o.Metadata.CreationTimestamp.Compare(other.Metadata.CreationTimestamp.Time),
		o.Status.EndTime.Compare(other.Status.EndTime.Time),
		cmp.Compare(o.Metadata.Name, other.Metadata.Name),
	)
}

// kubeanClusters reads the version of each cluster.
func (p *platforms) kubeanClusters(ctx context.Context, clusters []kubeanCluster, runs map[string]kubeanRuns) []v1alpha1.ManagedCluster {
	slices.SortFunc(clusters, func(a, b kubeanCluster) int { return cmp.Compare(a.Metadata.Name, b.Metadata.Name) })
	found := make([]v1alpha1.ManagedCluster, len(clusters))
	errs := make([]error, len(clusters))
	slots := make(chan struct{}, configMapsAtOnce)
	var all sync.WaitGroup
	for i, cluster := range clusters {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			found[i], errs[i] = p.kubeanCluster(ctx, cluster, runs[cluster.Metadata.Name])
		})
	}
	all.Wait()
	p.addUntold(found, errs)
	return found
}

// addUntold adds a gap for each way in which versions could not be read, since
// there can be hundreds of clusters.
func (p *platforms) addUntold(clusters []v1alpha1.ManagedCluster, errs []error) {
	type way struct {
		reason     v1alpha1.GapReason
		permission string
	}
	first, names, ways := make(map[way]error), make(map[way][]string), []way{}
	for i, err := range errs {
		if err == nil {
			continue
		}
		gap := newGap(v1alpha1.SourceManagement, "", p.gaps.cutOff(err))
		w := way{gap.Reason, gap.Permission}
		if first[w] == nil {
			first[w], ways = err, append(ways, w)
		}
		names[w] = append(names[w], clusters[i].Name)
	}
	for _, w := range ways {
		hides := hiddenKubeanVersions
		if of := names[w]; len(of) < len(clusters) {
			hides = fmt.Sprintf("versions of %d of the %d clusters that Kubean manages: %s", len(of), len(clusters), strings.Join(of[:min(len(of), maxNamedClusters)], ", "))
			if len(of) > maxNamedClusters {
				hides += ", …"
			}
		}
		p.gap("configmaps", hides, first[w])
	}
}

// kubeanCluster takes the version that the last operation installed, by its copy
// of the variables, and else the one that the cluster's own variables ask for.
func (p *platforms) kubeanCluster(ctx context.Context, cluster kubeanCluster, runs kubeanRuns) (v1alpha1.ManagedCluster, error) {
	found := v1alpha1.ManagedCluster{Name: cluster.Metadata.Name}
	own := cluster.Spec.VarsConfRef
	if run := runs.succeeded; run != nil {
		operation := "clusteroperation " + run.Metadata.Name
		if givesVersion.MatchString(run.Spec.ExtraArgs) {
			found.From = operation + ", whose extraArgs override " + kubeVersion
			return found, nil
		}
		if vars := run.Spec.VarsConfRef; vars != own && vars != (configMapRef{}) {
			version, problem, err := p.client.varsVersion(ctx, vars)
			if err == nil {
				found.Version, found.From = version, vars.String()+" of "+operation+problem+runs.later()
			}
			// Kubean deletes the copy with an operation that it forgets.
			if !apierrors.IsNotFound(err) {
				return found, err
			}
		}
	}
	version, problem, err := p.client.varsVersion(ctx, own)
	if err != nil {
		return found, err
	}
	found.Version, found.From, found.Desired = version, own.String()+problem, version != ""
	return found, nil
}

// later names an operation after the last that succeeded, since the cluster may
// be between two versions.
func (r kubeanRuns) later() string {
	if r.unfinished == nil || r.unfinished.compare(r.succeeded) < 0 {
		return ""
	}
	return "; " + r.unfinished.Metadata.Name + " is " + r.unfinished.Status.Status
}

// varsVersion reads the version of Kubernetes, alone, out of variables of Ansible.
// problem says why there is none.
func (c *client) varsVersion(ctx context.Context, vars configMapRef) (version, problem string, err error) {
	path, err := vars.path()
	if err != nil {
		return "", "", err
	}
	var object struct {
		Data map[string]string `json:"data"`
	}
	if _, err := c.getJSON(ctx, path, nil, acceptJSON, &object); err != nil {
		return "", "", err
	}
	version, problem, err = parseVars(object.Data[groupVars])
	if err != nil {
		return "", "", malformedError{path, err}
	}
	return version, problem, nil
}

// parseVars leaves aliases as they are: expanded, a few of them are gigabytes.
func parseVars(text string) (version, problem string, err error) {
	var document yaml.Node
	if len(text) > maxVars || yaml.Unmarshal([]byte(text), &document) != nil {
		return "", "", errUnreadable
	}
	const absent = ", without " + kubeVersion
	if len(document.Content) == 0 || document.Content[0].Tag == "!!null" {
		return "", absent, nil
	}
	root := document.Content[0]
	if root.Kind != yaml.MappingNode {
		return "", "", errUnreadable
	}
	var value *yaml.Node
	for i := 0; i+1 < len(root.Content); i += 2 {
		// Ansible takes the last.
		if root.Content[i].Value == kubeVersion {
			value = root.Content[i+1]
		}
	}
	if value != nil && value.Kind == yaml.AliasNode {
		value = value.Alias
	}
	switch {
	case value == nil || value.Tag == "!!null" || value.Kind == yaml.ScalarNode && value.Value == "":
		return "", absent, nil
	case value.Kind != yaml.ScalarNode || !versionText.MatchString(value.Value):
		return "", ", whose " + kubeVersion + " is not a version", nil
	}
	return value.Value, "", nil
}
