package seed

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

func TestHelmReleaseIsWhatHelmStores(t *testing.T) {
	const text = `{{ helmRelease (dict "name" "cart" "namespace" "shop" "revision" 3 "status" "deployed" "api" (dict "policy" "policy/v1beta1")) }}`
	stored, err := render(t, text)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := base64.StdEncoding.DecodeString(stored)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	var release helmRelease
	if err := json.NewDecoder(unpacked).Decode(&release); err != nil {
		t.Fatal(err)
	}
	if release.Name != "cart" || release.Namespace != "shop" || release.Version != 3 || release.Info.Status != "deployed" {
		t.Errorf("got %s/%s revision %d, %s", release.Namespace, release.Name, release.Version, release.Info.Status)
	}
	for _, want := range []string{
		"apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata:\n  name: cart\n  namespace: shop\n",
		"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n",
	} {
		if !strings.Contains(release.Manifest, want) {
			t.Errorf("the manifest has no %q:\n%s", want, release.Manifest)
		}
	}
	if len(release.Hooks) != 1 || !strings.HasPrefix(release.Hooks[0].Manifest, "apiVersion: batch/v1\nkind: Job\n") {
		t.Errorf("got hooks %v", release.Hooks)
	}
	if !bytes.Contains(release.Chart.Templates[0].Data, []byte("{{ .Release.Name }}")) {
		t.Errorf("the chart's templates are not templates: %s", release.Chart.Templates[0].Data)
	}
}

func TestHelmReleaseNamesWhatItNeeds(t *testing.T) {
	_, err := render(t, `{{ helmRelease (dict "name" "cart") }}`)
	if err == nil || !strings.Contains(err.Error(), "needs name, namespace, revision and status") {
		t.Errorf("got error %v", err)
	}
}
