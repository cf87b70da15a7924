package printer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func sarifOf(t *testing.T, object runtime.Object) sarifRun {
	t.Helper()
	var out bytes.Buffer
	if err := printSARIF(&out, object, Layout{}); err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	if err := json.Unmarshal(out.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	for _, r := range log.Runs[0].Results {
		if rule := log.Runs[0].Tool.Driver.Rules[r.RuleIndex]; rule.ID != r.RuleID {
			t.Errorf("rule %d is %s, the result's is %s", r.RuleIndex, rule.ID, r.RuleID)
		}
	}
	return log.Runs[0]
}

func TestFileURI(t *testing.T) {
	for _, c := range []struct {
		path    string
		windows bool
		want    string
	}{
		{"deploy/web.yaml", false, "deploy/web.yaml"},
		{"./deploy//web.yaml", false, "deploy/web.yaml"},
		{"../web.yaml", false, "../web.yaml"},
		{"-", false, "stdin"},
		{".", false, "."},
		{"with space/50%#?.yaml", false, "with%20space/50%25%23%3F.yaml"},
		{"ü\xff\n.yaml", false, "%C3%BC%FF%0A.yaml"},
		{"c:d.yaml", false, "./c:d.yaml"},
		{"//evil.example/x.yaml", false, "file:///evil.example/x.yaml"},
		{"/srv/web.yaml", false, "file:///srv/web.yaml"},
		{`back\slash.yaml`, false, "back%5Cslash.yaml"},
		{`deploy\web.yaml`, true, "deploy/web.yaml"},
		{`C:\srv\a b.yaml`, true, "file:///C:/srv/a%20b.yaml"},
		{`\\host\share\web.yaml`, true, "file://host/share/web.yaml"},
	} {
		if got := fileURI(c.path, c.windows); got != c.want {
			t.Errorf("%q (windows: %t) is %s, want %s", c.path, c.windows, got, c.want)
		}
	}
}

func TestLevels(t *testing.T) {
	for verdict, want := range map[v1alpha1.Verdict]string{
		v1alpha1.Error: "error", v1alpha1.Unsupported: "error", v1alpha1.Blocked: "error", v1alpha1.Warning: "warning", v1alpha1.Unknown: "note",
		v1alpha1.OK: "", v1alpha1.Pass: "", v1alpha1.Information: "", v1alpha1.NotVisible: "", v1alpha1.NotJudged: "",
	} {
		if got := sarifLevel(verdict); got != want {
			t.Errorf("%s is %q, want %q", verdict, got, want)
		}
	}
}

func TestSARIFOfEverything(t *testing.T) {
	run := sarifOf(t, everything())
	var got []string
	for _, r := range run.Results {
		got = append(got, fmt.Sprintf("%s %s %s %d", r.RuleID, r.Level, r.BaselineState, len(r.Suppressions)))
	}
	want := []string{
		"skew/kubelet error new 0",
		"deprecations/policy/v1beta1-PodDisruptionBudget error unchanged 0",
		"plan/removed-apis error unchanged 0",
		"deprecations/batch/v1beta1-CronJob error  1",
		"support/control-plane warning unchanged 0",
		"skew/kube-proxy note unchanged 0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got, want := run.Results[3].Suppressions[0].Justification, "goes with the next release, until 2027-10-28"; got != want {
		t.Errorf("waived for %q, want %q", got, want)
	}
	if n := run.Invocations[0].Notifications; len(n) != 1 || n[0].Message.Text != "not seen: how many run: needs permission to list leases" {
		t.Errorf("notifications %v", n)
	}
	if got := run.AutomationDetails.ID; got != "kubectl-versions/overview/prod/" {
		t.Errorf("category %s", got)
	}
	kubelet := run.Results[0]
	if uri := run.Tool.Driver.Rules[kubelet.RuleIndex].HelpURI; uri != "https://kubernetes.io/releases/version-skew-policy/#kubelet" {
		t.Errorf("help is at %s", uri)
	}
	location := kubelet.Locations[0]
	if location.PhysicalLocation != physical("kubernetes-cluster", 1) || location.LogicalLocations[0].FullyQualifiedName != "prod/skew/kubelet/kubelet 1.33" ||
		location.LogicalLocations[2].FullyQualifiedName != "prod/b" {
		t.Errorf("%+v", location)
	}
	if got, want := kubelet.Message.Text, "prod: kubelet 1.33: 4 minors older."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestFingerprintsDoNotDependOnWhatARunChanges(t *testing.T) {
	prints := func(o runtime.Object) (all []string) {
		for _, r := range sarifOf(t, o).Results {
			all = append(all, r.PartialFingerprints[sarifIdentity])
		}
		slices.Sort(all)
		return all
	}
	earlier, later := everything(), everything()
	later.Skew.Rows[0].Version, later.Skew.Rows[0].Reason, later.Skew.Rows[0].Names = "v1.33.9", "5 minors older", []string{"c"}
	later.Support.Rows[0].Reason = "ends sooner"
	later.Deprecations.Findings[0].Reason = "called it (9 writes)"
	slices.Reverse(later.Skew.Rows)
	if a, b := prints(earlier), prints(later); !slices.Equal(a, b) || len(slices.Compact(a)) != 6 {
		t.Errorf("%v became %v", a, b)
	}
	fleet := v1alpha1.NewFleetOverview()
	fleet.Clusters = []v1alpha1.FleetCluster{{Name: "a", Overview: everything()}, {Name: "b", Overview: everything()}}
	if all := prints(fleet); len(slices.Compact(all)) != 12 {
		t.Errorf("clusters share fingerprints: %v", all)
	}
}

// manifests is a report on a file that declares an API in these lines.
func manifests(lines ...v1alpha1.EvidenceObject) *v1alpha1.DeprecationReport {
	r := v1alpha1.NewDeprecationReport("")
	r.Findings = []v1alpha1.DeprecationFinding{{
		APIVersion: "policy/v1beta1", Kind: "PodDisruptionBudget", Verdict: v1alpha1.Error, Reason: "declares it",
		Subject:  v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectFile, Name: lines[0].Path},
		Evidence: []v1alpha1.DeprecationEvidence{{Type: v1alpha1.EvidenceDeclared, Objects: lines}},
	}}
	return r
}

// Lines move, and objects keep their fingerprints; two of one name have two.
func TestResultsOfFiles(t *testing.T) {
	at := func(line int32, name string) v1alpha1.EvidenceObject {
		return v1alpha1.EvidenceObject{Path: "a.yaml", Line: line, Namespace: "shop", Name: name}
	}
	earlier := sarifOf(t, manifests(at(3, "web"), at(9, "api"), at(20, "api"))).Results
	later := sarifOf(t, manifests(at(5, "web"), at(11, "api"), at(22, "api"))).Results
	if len(earlier) != 3 || len(later) != 3 {
		t.Fatalf("%d and %d results", len(earlier), len(later))
	}
	seen := map[string]bool{}
	for i, r := range earlier {
		id := r.PartialFingerprints[sarifIdentity]
		if seen[id] || id != later[i].PartialFingerprints[sarifIdentity] {
			t.Errorf("fingerprint %s of result %d", id, i)
		}
		seen[id] = true
		if len(r.logical()) > 0 || r.PartialFingerprints["primaryLocationLineHash"] != "" {
			t.Errorf("result %d of a file: %+v", i, r)
		}
	}
	if got := later[1].Locations[0].PhysicalLocation; got != physical("a.yaml", 11) {
		t.Errorf("at %+v", got)
	}
	if got := sarifOf(t, manifests(v1alpha1.EvidenceObject{Path: "overlay"})).Results[0].Locations[0].PhysicalLocation; got != physical("overlay", 1) {
		t.Errorf("a kustomization is at %+v", got)
	}
}

func (r sarifResult) logical() []sarifLogical { return r.Locations[0].LogicalLocations }

// Consumers replace {0}, and make links of [text](target).
func TestMessagesAreText(t *testing.T) {
	f := v1alpha1.Finding{Message: "field {.spec} or {0}", Remedy: "see [here](https://evil.example) and list[0]"}
	want := `a: field {.spec} or {{0}}. What to do: see \[here\](https://evil.example) and list[0].`
	if got := sarifMessage("a", f); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRunsAreBounded(t *testing.T) {
	var lines []v1alpha1.EvidenceObject
	for i := range sarifResults + 7 {
		lines = append(lines, v1alpha1.EvidenceObject{Path: "a.yaml", Line: int32(i + 1), Name: fmt.Sprint(i)})
	}
	run := sarifOf(t, manifests(lines...))
	if len(run.Results) != sarifResults {
		t.Errorf("%d results", len(run.Results))
	}
	if n := run.Invocations[0].Notifications; len(n) != 1 || !strings.HasPrefix(n[0].Message.Text, "7 results are left out") {
		t.Errorf("notifications %v", n)
	}

	o := everything()
	o.Skew.Rows[0].Names = nil
	for i := range 5000 {
		o.Skew.Rows[0].Names = append(o.Skew.Rows[0].Names, fmt.Sprintf("node-%d", i))
	}
	kubelet := sarifOf(t, o).Results[0]
	if len(kubelet.logical()) != 1+machinePlaces || !strings.HasSuffix(kubelet.Message.Text, " The first 100 of 5,000 places are named.") {
		t.Errorf("%d locations: %s", len(kubelet.logical()), kubelet.Message.Text)
	}
}

func TestSARIFSaysWhatCouldNotBeJudged(t *testing.T) {
	o := v1alpha1.NewOverview("a")
	o.Answers = []v1alpha1.OverviewAnswer{{Question: v1alpha1.QuestionPlan, Verdict: v1alpha1.Unknown, Message: "nothing is known after 1.38"}}
	fleet := v1alpha1.NewFleetOverview()
	fleet.Clusters = []v1alpha1.FleetCluster{{Name: "a", Overview: o}, {Name: "b", Error: "no route to host"}}
	run := sarifOf(t, fleet)
	var got []string
	for _, n := range run.Invocations[0].Notifications {
		got = append(got, n.Level+" "+n.Message.Text)
	}
	if want := []string{"warning a: plan: nothing is known after 1.38", "error b: could not be judged: no route to host"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if run.AutomationDetails.ID != "kubectl-versions/fleet/" || run.Results == nil {
		t.Errorf("%+v", run)
	}
}
