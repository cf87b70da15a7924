package collect

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// helmRevision is a revision as Helm stores it. Its payload declares a
// PodDisruptionBudget that is named after the revision.
func helmRevision(namespace, name string, number int, status string) corev1.Secret {
	return corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: fmt.Sprintf("sh.helm.release.v1.%s.v%d", name, number),
			CreationTimestamp: metav1.NewTime(now),
			Labels:            map[string]string{"owner": "helm", "name": name, "version": strconv.Itoa(number), "status": status},
		},
		Type: "helm.sh/release.v1",
		Data: map[string][]byte{"release": helmText(fmt.Sprintf("apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata:\n  name: %s-%d\n", name, number))},
	}
}

// helmText encodes a release with a manifest as Helm does.
func helmText(manifest string) []byte {
	var compressed bytes.Buffer
	w := gzip.NewWriter(&compressed)
	err := json.NewEncoder(w).Encode(object{"name": "from the payload", "manifest": manifest})
	if err := errors.Join(err, w.Close()); err != nil {
		panic(err)
	}
	return []byte(base64.StdEncoding.EncodeToString(compressed.Bytes()))
}

// asConfigMap is the same revision of the other driver.
func asConfigMap(s corev1.Secret) corev1.ConfigMap {
	return corev1.ConfigMap{ObjectMeta: s.ObjectMeta, Data: map[string]string{"release": string(s.Data["release"])}}
}

func helmServer(t *testing.T, secrets ...corev1.Secret) *apiServer {
	s := newUsageServer(t)
	all := pages(&corev1.SecretList{Items: secrets})
	s.on(secretsPath, all)
	for _, secret := range secrets {
		in := &corev1.SecretList{}
		for _, other := range secrets {
			if other.Namespace == secret.Namespace {
				in.Items = append(in.Items, other)
			}
		}
		s.on("/api/v1/namespaces/"+secret.Namespace+"/secrets", pages(in))
		s.on("/api/v1/namespaces/"+secret.Namespace+"/configmaps", pages(&corev1.ConfigMapList{}))
	}
	return s
}

// released is a release without the time that it was modified.
func released(namespace, name string, number int32, status, driver string) v1alpha1.HelmRelease {
	return v1alpha1.HelmRelease{
		Namespace: namespace, Name: name, Revision: number, Status: status, Driver: driver,
		Objects: []v1alpha1.DeclaredObject{{APIVersion: "policy/v1beta1", Kind: "PodDisruptionBudget", Name: fmt.Sprintf("%s-%d", name, number)}},
	}
}

func TestRevisionsOfHelmThatAreRead(t *testing.T) {
	tests := []struct {
		name      string
		revisions []corev1.Secret
		want      []v1alpha1.HelmRelease
	}{
		{
			"the deployed one",
			[]corev1.Secret{helmRevision("shop", "web", 1, "superseded"), helmRevision("shop", "web", 2, "deployed")},
			[]v1alpha1.HelmRelease{released("shop", "web", 2, "deployed", "Secret")},
		},
		{
			"the newest deployed one, where an upgrade was interrupted",
			[]corev1.Secret{helmRevision("shop", "web", 9, "deployed"), helmRevision("shop", "web", 10, "deployed")},
			[]v1alpha1.HelmRelease{released("shop", "web", 10, "deployed", "Secret")},
		},
		{
			"the deployed one, though a newer one failed or is under way",
			[]corev1.Secret{
				helmRevision("shop", "web", 2, "deployed"), helmRevision("shop", "web", 3, "failed"),
				helmRevision("shop", "api", 1, "deployed"), helmRevision("shop", "api", 2, "pending-upgrade"),
			},
			[]v1alpha1.HelmRelease{released("shop", "api", 1, "deployed", "Secret"), released("shop", "web", 2, "deployed", "Secret")},
		},
		{
			"the newest one, where none is deployed",
			[]corev1.Secret{
				helmRevision("shop", "web", 9, "failed"), helmRevision("shop", "web", 10, "failed"), helmRevision("shop", "api", 1, "pending-install"),
				helmRevision("shop", "db", 1, "superseded"), helmRevision("shop", "db", 2, "superseded"), helmRevision("shop", "mq", 4, "uninstalling"),
			},
			[]v1alpha1.HelmRelease{
				released("shop", "api", 1, "pending-install", "Secret"), released("shop", "db", 2, "superseded", "Secret"),
				released("shop", "mq", 4, "uninstalling", "Secret"), released("shop", "web", 10, "failed", "Secret"),
			},
		},
		{
			"none of a release that was uninstalled",
			[]corev1.Secret{
				helmRevision("shop", "web", 1, "superseded"), helmRevision("shop", "web", 2, "uninstalled"),
				helmRevision("shop", "api", 1, "deployed"), helmRevision("shop", "api", 2, "uninstalled"),
			},
			[]v1alpha1.HelmRelease{},
		},
		{
			"those of releases of one name in two namespaces",
			[]corev1.Secret{
				helmRevision("a", "web", 3, "deployed"), helmRevision("b", "web", 2, "deployed"), helmRevision("c", "web", 2, "failed"), helmRevision("d", "web", 2, "failed"),
			},
			[]v1alpha1.HelmRelease{
				released("a", "web", 3, "deployed", "Secret"), released("b", "web", 2, "deployed", "Secret"),
				released("c", "web", 2, "failed", "Secret"), released("d", "web", 2, "failed", "Secret"),
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := helmServer(t, tt.revisions...).usage(t)
			checkGaps(t, got)
			want := &v1alpha1.HelmReleases{Revisions: int32(len(tt.revisions)), Releases: tt.want}
			modified := cmpopts.IgnoreFields(v1alpha1.HelmRelease{}, "Modified")
			if diff := cmp.Diff(want, got.APIUsage.Helm, modified); diff != "" {
				t.Errorf("releases (-want +got):\n%s", diff)
			}
		})
	}
}

func TestManyReleasesOfHelmInBothDrivers(t *testing.T) {
	var secrets []corev1.Secret
	var maps corev1.ConfigMapList
	for i := range 600 {
		name := fmt.Sprintf("web-%03d", i)
		secrets = append(secrets, helmRevision("shop", name, 1, "superseded"), helmRevision("shop", name, 2, "deployed"))
		maps.Items = append(maps.Items, asConfigMap(helmRevision("shop", name, 7, "deployed")))
	}
	s := helmServer(t, secrets...).on(configMapsPath, pages(&maps))
	got := s.usage(t)
	checkGaps(t, got)
	helm := got.APIUsage.Helm
	if helm.Revisions != 1800 || len(helm.Releases) != 1200 {
		t.Fatalf("%d releases of %d revisions, want 1200 of 1800", len(helm.Releases), helm.Revisions)
	}
	at := metav1.NewTime(now)
	want := []v1alpha1.HelmRelease{released("shop", "web-599", 7, "deployed", "ConfigMap"), released("shop", "web-599", 2, "deployed", "Secret")}
	want[0].Modified, want[1].Modified = &at, &at
	if diff := cmp.Diff(want, helm.Releases[1198:]); diff != "" {
		t.Errorf("the last releases (-want +got):\n%s", diff)
	}
}

func TestWhenAHelmReleaseWasModified(t *testing.T) {
	tests := []struct {
		name, label string
		want        time.Time
	}{
		{"when Helm says", "1763640000", time.Unix(1763640000, 0)},
		{"when it was stored, where Helm does not say", "", now},
		{"when it was stored, where Helm says nonsense", "yesterday", now},
		{"not at a time that JSON cannot hold", "999999999999999", time.Time{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := helmRevision("shop", "web", 1, "deployed")
			if tt.label != "" {
				r.Labels["modifiedAt"] = tt.label
			}
			got := helmServer(t, r).usage(t).APIUsage.Helm.Releases[0].Modified
			if tt.want.IsZero() != (got == nil) || got != nil && !got.Time.Equal(tt.want) {
				t.Errorf("modified %v, want %v", got, tt.want)
			}
		})
	}
}

// Helm finds its revisions by labels, so that these are none.
func TestObjectsThatAreNoRevisionsOfHelm(t *testing.T) {
	unnamed, unnumbered, negative, other := helmRevision("shop", "", 1, "deployed"), helmRevision("shop", "a", 1, "deployed"),
		helmRevision("shop", "b", 1, "deployed"), helmRevision("shop", "c", 1, "deployed")
	delete(unnamed.Labels, "name")
	unnumbered.Labels["version"] = "latest"
	negative.Labels["version"] = "-1"
	other.Type = corev1.SecretTypeOpaque
	got := helmServer(t, unnamed, unnumbered, negative, other, helmRevision("shop", "web", 1, "deployed")).usage(t)
	checkGaps(t, got)
	if helm := got.APIUsage.Helm; helm.Revisions != 1 || len(helm.Releases) != 1 || helm.Releases[0].Name != "web" {
		t.Errorf("releases = %+v, want web alone", helm)
	}
}

func TestAHelmReleaseThatCannotBeDecoded(t *testing.T) {
	broken := helmRevision("shop", "web", 1, "deployed")
	broken.Data["release"] = []byte("password=hunter2")
	got := helmServer(t, broken, helmRevision("shop", "zoo", 1, "deployed")).usage(t)
	checkGaps(t, got)
	releases := got.APIUsage.Helm.Releases
	if len(releases) != 2 || releases[0].Error == "" || releases[0].Objects != nil || releases[1].Error != "" {
		t.Fatalf("releases = %+v, want an error of the first", releases)
	}
	if strings.Contains(releases[0].Error, "hunter2") {
		t.Errorf("the error %q quotes a Secret", releases[0].Error)
	}
}

func TestHelmReleasesThatCannotBeRead(t *testing.T) {
	const refusal = `secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" at the cluster scope`
	const hides = "the APIs that Helm releases declare"
	secretive := answerJSON(object{"kind": "SecretList", "apiVersion": "v1", "items": []object{{"metadata": object{"creationTimestamp": "hunter2"}}}})
	tests := []struct {
		name   string
		answer http.HandlerFunc
		skip   bool
		gap    v1alpha1.Gap
	}{
		{
			"the role does not allow it", refuse(refusal), false,
			v1alpha1.Gap{Reason: v1alpha1.GapForbidden, Permission: "list secrets", Message: refusal},
		},
		{
			"left out", func(w http.ResponseWriter, _ *http.Request) { panic("read though left out") }, true,
			v1alpha1.Gap{Reason: v1alpha1.GapSkipped, Message: "left out with --skip helm-secrets"},
		},
		{
			"an answer that does not decode is not quoted", secretive, false,
			v1alpha1.Gap{Reason: v1alpha1.GapMalformed, Message: secretsPath + ": unexpected answer: an object does not decode"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			maps := &corev1.ConfigMapList{Items: []corev1.ConfigMap{asConfigMap(helmRevision("shop", "web", 1, "deployed"))}}
			s := newUsageServer(t).on(secretsPath, tt.answer).on(configMapsPath, pages(maps))
			o := s.usageOptions(t)
			o.APIUsage.SkipHelmSecrets = tt.skip
			got := s.usageWith(t, o)
			tt.gap.Source, tt.gap.Hides = v1alpha1.SourceHelmSecrets, hides
			if diff := cmp.Diff([]v1alpha1.Gap{tt.gap}, got.Gaps); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
			if helm := got.APIUsage.Helm; helm == nil || len(helm.Releases) != 1 || helm.Releases[0].Driver != "ConfigMap" {
				t.Errorf("releases = %+v, want that of the ConfigMap", helm)
			}
			if tt.skip && len(s.requests(secretsPath)) > 0 {
				t.Errorf("Secrets were listed")
			}
		})
	}
	t.Run("neither driver", func(t *testing.T) {
		got := newUsageServer(t).on(secretsPath, http.NotFound).on(configMapsPath, http.NotFound).usage(t)
		if got.APIUsage.Helm != nil || len(got.Gaps) != 2 {
			t.Errorf("releases = %+v and gaps %+v, want two gaps alone", got.APIUsage.Helm, got.Gaps)
		}
	})
	t.Run("a single revision", func(t *testing.T) {
		s := helmServer(t, helmRevision("a", "web", 1, "failed"), helmRevision("b", "web", 1, "deployed")).on("/api/v1/namespaces/a/secrets", refuse(refusal))
		got := s.usage(t)
		checkGaps(t, got, v1alpha1.Gap{Source: v1alpha1.SourceHelmSecrets, Reason: v1alpha1.GapForbidden, Permission: "list secrets", Message: refusal})
		if helm := got.APIUsage.Helm; len(helm.Releases) != 1 || helm.Releases[0].Namespace != "b" {
			t.Errorf("releases = %+v, want that of b", helm)
		}
	})
}

func TestSecretsAreListedByTypeAndOwner(t *testing.T) {
	s := helmServer(t, helmRevision("shop", "web", 1, "failed"))
	s.usage(t)
	var queries []string
	for _, path := range []string{secretsPath, "/api/v1/namespaces/shop/secrets"} {
		for _, r := range s.requests(path) {
			queries = append(queries, r.Path+" "+r.Query.Get("labelSelector")+" "+r.Query.Get("fieldSelector"))
		}
	}
	want := []string{
		"/api/v1/secrets owner=helm type=helm.sh/release.v1",
		"/api/v1/secrets owner=helm,status=deployed type=helm.sh/release.v1",
		"/api/v1/namespaces/shop/secrets name=web,owner=helm,version=1 type=helm.sh/release.v1",
	}
	if diff := cmp.Diff(want, queries); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestHelmReleasesOfOneNamespace(t *testing.T) {
	s := helmServer(t, helmRevision("shop", "web", 1, "deployed"), helmRevision("shop", "api", 1, "failed"), helmRevision("other", "web", 1, "deployed"))
	o := s.usageOptions(t)
	o.APIUsage.Namespace = "shop"
	got := s.usageWith(t, o)
	checkGaps(t, got)
	var names []string
	for _, release := range got.APIUsage.Helm.Releases {
		names = append(names, release.Namespace+"/"+release.Name)
	}
	if diff := cmp.Diff([]string{"shop/api", "shop/web"}, names); diff != "" {
		t.Errorf("releases (-want +got):\n%s", diff)
	}
}

// A label that would widen the selector comes from no API server that checks labels.
func TestHelmSelectorsCannotBeWidened(t *testing.T) {
	s := helmServer(t, helmRevision("shop", "web,owner!=helm", 1, "failed"))
	got := s.usage(t)
	if len(got.Gaps) != 1 || got.Gaps[0].Source != v1alpha1.SourceHelmSecrets {
		t.Errorf("gaps = %+v, want that of the Secrets", got.Gaps)
	}
}
