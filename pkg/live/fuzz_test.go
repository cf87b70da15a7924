package live

import (
	"encoding/json"
	"testing"

	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// FuzzDecode reads anything that a program called kubectl-versions-live may print.
func FuzzDecode(f *testing.F) {
	const header = `{"apiVersion": "kubectl-versions.github.io/v1alpha1", "kind": "LiveReleases", "platform": "alibaba-ack", `
	for _, rest := range []string{
		`"source": "s", "readAt": "2026-11-20T10:00:00Z", "releases": [{"version": "1.36", "released": "2026-05", "ends": {"standard": "~2027-05-30"}}], "raw": [{"a": [1e999]}]}`,
		`"fault": {"reason": "Forbidden", "message": "no\n\u001b[2J", "permission": "p"}, "releases": []}`,
		`"platform": "amazon-eks"}`, `"raw": null}`, `"raw": [null]}`, `"releases": [null, {"capabilities": {}, "metadata": []}]}`,
	} {
		f.Add([]byte(header + rest))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		answer, err := decode(&bounded{kept: said}, "alibaba-ack")
		if (answer == nil) == (err == nil) {
			t.Fatalf("%v and %v", answer, err)
		}
		if _, cutErr := decode(&bounded{kept: said, cut: true}, "alibaba-ack"); cutErr == nil {
			t.Error("what was cut short is an answer")
		}
		if err != nil {
			return
		}
		if answer.Platform != "alibaba-ack" || len(answer.Releases) > v1alpha1.MaxLiveReleases {
			t.Errorf("%d releases of %s", len(answer.Releases), answer.Platform)
		}
		written, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decode(&bounded{kept: written}, "alibaba-ack")
		if err != nil {
			t.Fatalf("%v: %s", err, written)
		}
		answer.Raw, again.Raw = nil, nil // white space aside
		for _, a := range []*v1alpha1.LiveReleases{answer, again} {
			for i := range a.Releases {
				a.Releases[i].Capabilities, a.Releases[i].Metadata = nil, nil
			}
		}
		if !equality.Semantic.DeepEqual(answer, again) {
			t.Errorf("%+v became %+v", answer, again)
		}
	})
}
