package printer

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// answering is a platform that answers with a text wherever it may.
func answering(t *testing.T, text string) *v1alpha1.ReleaseCalendar {
	t.Helper()
	yes := true
	minor := version.Minor{Major: 1, Minor: 36}
	c := example(t, v1alpha1.PlatformRelease{Version: minor, Kubernetes: minor, Creatable: &yes, Default: text, Latest: text, Stage: v1alpha1.Undated})
	c.Live = v1alpha1.NewLiveReleases("example")
	c.Live.Region, c.Live.Source = text, text
	c.Live.ReadAt = metav1.NewTime(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))
	c.Live.Releases = []v1alpha1.LiveRelease{{
		Version: "1.36.1" + "-" + strings.Map(graphic, text), Patches: []string{text}, Status: text, Channels: []string{text}, Plans: []string{text},
		Runtimes: []v1alpha1.LiveRuntime{{Name: text, Version: text}}, Images: []v1alpha1.LiveImage{{Name: text}},
	}}
	c.Notes = []string{text}
	c.Live.Raw = []runtime.RawExtension{{Raw: []byte(`{"a": 1}`)}, {Raw: []byte("{\"b\": 2}\n")}}
	return releaseList(t, c)
}

// graphic keeps what may stand in a version's suffix.
func graphic(r rune) rune {
	if r > ' ' && r < 0x7f {
		return r
	}
	return -1
}

func TestWhatPlatformsAnswerCannotForgeOutput(t *testing.T) {
	const text = "\x1b[2J\u202eend\n| forged | <b> `x` | \u009b31m"
	for name, print := range map[string]func(io.Writer) error{
		"a table":      func(w io.Writer) error { return printHuman(w, answering(t, text), Layout{}) },
		"a wide table": func(w io.Writer) error { return printHuman(w, answering(t, text), Layout{Wide: true}) },
		"Markdown":     func(w io.Writer) error { return printMarkdown(w, answering(t, text), Layout{}) },
		"CSV":          func(w io.Writer) error { return printCSV(w, answering(t, text), Layout{}) },
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(lines(t, print), "\n")
			for _, control := range []string{"\x1b", "\u202e", "\u009b", "\n| forged"} {
				if strings.Contains(got, control) {
					t.Errorf("holds %q:\n%s", control, got)
				}
			}
			if name == "Markdown" && strings.Contains(strings.ReplaceAll(got, `\<b>`, ""), "<b>") {
				t.Errorf("holds an element:\n%s", got)
			}
			if !strings.Contains(got, "forged") {
				t.Errorf("does not show the text at all:\n%s", got)
			}
		})
	}
}

func TestRawIsALineAPage(t *testing.T) {
	got := lines(t, func(w io.Writer) error { return printRaw(w, answering(t, "x"), Layout{}) })
	if strings.Join(got, "|") != `{"a": 1}|{"b": 2}` {
		t.Errorf("got %q", got)
	}
	for _, line := range got {
		if !json.Valid([]byte(line)) {
			t.Errorf("%q is no JSON", line)
		}
	}
}

func TestColumnsOfAnAnswerAreThereWhereItTellsThem(t *testing.T) {
	header := func(c v1alpha1.PlatformCalendar) string {
		return printed(t, releaseList(t, c), Layout{Wide: true})[2]
	}
	all := header(answering(t, "x").Platforms[0])
	for _, want := range []string{"DEFAULT", "CHANNELS", "PLANS", "OFFERED", "RUNTIMES", "OS IMAGES"} {
		if !strings.Contains(all, want) {
			t.Errorf("%s is missing: %s", want, all)
		}
	}
	bare := answering(t, "x").Platforms[0]
	bare.Live = nil
	for _, unwanted := range []string{"CHANNELS", "PLANS", "OFFERED", "RUNTIMES", "OS IMAGES"} {
		if got := header(bare); strings.Contains(got, unwanted) {
			t.Errorf("%s without an answer: %s", unwanted, got)
		}
	}
}
