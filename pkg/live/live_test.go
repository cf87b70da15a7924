package live

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// behaviour of this test binary where it stands in for the helper.
const behaviour = "KUBECTL_VERSIONS_LIVE_TEST"

func TestMain(m *testing.M) {
	if how := os.Getenv(behaviour); how != "" {
		os.Exit(helper(how))
	}
	os.Exit(m.Run())
}

func helper(how string) int {
	query := &v1alpha1.LiveQuery{}
	if err := json.NewDecoder(os.Stdin).Decode(query); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return 2
	}
	answer := v1alpha1.NewLiveReleases(query.Platform)
	answer.Source, answer.Releases = query.Region, []v1alpha1.LiveRelease{{Version: "1.36"}}
	switch how {
	case "fault":
		answer.Fault, answer.Releases = &v1alpha1.LiveFault{Reason: v1alpha1.GapForbidden, Message: "no permission", Permission: "eks:DescribeClusterVersions"}, nil
	case "another platform":
		answer.Platform = "amazon-eks"
	case "newer":
		answer.APIVersion = "kubectl-versions.github.io/v2"
	case "crash":
		fmt.Fprintln(os.Stderr, "error: out of luck\ngoroutine 1")
		return 2
	case "silent crash":
		return 3
	case "page":
		fmt.Println("<html>")
		return 0
	case "many":
		answer.Releases = slices.Repeat(answer.Releases, v1alpha1.MaxLiveReleases+1)
	case "flood":
		_, _ = io.CopyN(os.Stdout, endless{}, maxAnswer+1)
		return 0
	case "deaf":
		signal.Ignore(os.Interrupt)
		time.Sleep(time.Minute)
	case "hang":
		time.Sleep(time.Minute)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil || answer.Fault != nil {
		return 1
	}
	return 0
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// placed puts this test binary into a directory under the helper's name.
func placed(t *testing.T, how string) Helper {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := helperName
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	dir := t.TempDir()
	if err := os.Link(self, filepath.Join(dir, name)); err != nil {
		data, err := os.ReadFile(self)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", "")
	t.Setenv(behaviour, how)
	return Helper{Beside: dir}
}

func query() *v1alpha1.LiveQuery {
	q := v1alpha1.NewLiveQuery("alibaba-ack")
	q.Region = "cn-beijing"
	return q
}

func TestAskPassesTheQueryAndReturnsTheAnswer(t *testing.T) {
	got := placed(t, "answer").Ask(t.Context(), query())
	want := v1alpha1.NewLiveReleases("alibaba-ack")
	want.Source, want.Releases = "cn-beijing", []v1alpha1.LiveRelease{{Version: "1.36"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheHelperOnPathServesWhereNoneIsBeside(t *testing.T) {
	onPath := placed(t, "answer")
	t.Setenv("PATH", onPath.Beside)
	for name, h := range map[string]Helper{"nothing beside": {Beside: t.TempDir()}, "beside what is not known": {}} {
		if got := h.Ask(t.Context(), query()); got.Fault != nil {
			t.Errorf("%s: %s", name, got.Fault.Message)
		}
	}
}

func TestWhatFailsIsOneLine(t *testing.T) {
	for how, want := range map[string]v1alpha1.LiveFault{
		"fault":            {Reason: v1alpha1.GapForbidden, Message: "no permission", Permission: "eks:DescribeClusterVersions"},
		"another platform": {Reason: v1alpha1.GapMalformed, Message: `is about "amazon-eks", not alibaba-ack`},
		"newer":            {Reason: v1alpha1.GapMalformed, Message: "kubectl-versions.github.io/v2 is not known to this version"},
		"crash":            {Reason: v1alpha1.GapUnavailable, Message: "failed: out of luck"},
		"silent crash":     {Reason: v1alpha1.GapUnavailable, Message: "failed: exit status 3"},
		"page":             {Reason: v1alpha1.GapMalformed, Message: "no apiVersion and kind"},
		"many":             {Reason: v1alpha1.GapMalformed, Message: "lists 1001 versions, and no more than 1000 are taken"},
		"flood":            {Reason: v1alpha1.GapMalformed, Message: "larger than 64 MiB"},
	} {
		t.Run(how, func(t *testing.T) {
			got := placed(t, how).Ask(t.Context(), query())
			if got.Fault == nil || len(got.Releases) > 0 {
				t.Fatalf("answered %v", got)
			}
			if got.Fault.Reason != want.Reason || got.Fault.Permission != want.Permission || !strings.Contains(got.Fault.Message, want.Message) || strings.Contains(got.Fault.Message, "\n") {
				t.Errorf("got %+v, want %+v", *got.Fault, want)
			}
			if got.Platform != "alibaba-ack" || got.Region != "cn-beijing" {
				t.Errorf("is about %q in %q", got.Platform, got.Region)
			}
		})
	}
}

// os/exec copies with io.Copy, which prefers other methods than Write.
func TestWhatAHelperSaysIsBounded(t *testing.T) {
	b := &bounded{most: 10}
	n, err := io.Copy(b, io.LimitReader(endless{}, 1<<20))
	if n != 1<<20 || err != nil || len(b.kept) != 10 || !b.cut {
		t.Errorf("copied %d, %v; kept %d, cut %t", n, err, len(b.kept), b.cut)
	}
	whole := &bounded{most: 10}
	if _, err := io.Copy(whole, strings.NewReader("0123456789")); err != nil || string(whole.kept) != "0123456789" || whole.cut {
		t.Errorf("kept %q, cut %t, %v", whole.kept, whole.cut, err)
	}
}

func TestAMissingHelperSaysWhereItIsLookedFor(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	got := Helper{Beside: t.TempDir()}.Ask(t.Context(), query())
	const want = "kubectl-versions-live, which asks platforms, is neither beside this plugin nor on PATH: install it, as docs/live.md says"
	if got.Fault == nil || got.Fault.Reason != v1alpha1.GapNotFound || got.Fault.Message != want {
		t.Errorf("got %+v", got.Fault)
	}
}

func TestAPlatformThatCannotBeAskedStartsNothing(t *testing.T) {
	got := placed(t, "answer").Ask(t.Context(), v1alpha1.NewLiveQuery("k3s"))
	if got.Fault == nil || !strings.HasPrefix(got.Fault.Message, "k3s cannot be asked for its versions; alibaba-ack, ") {
		t.Errorf("got %+v", got.Fault)
	}
}

func TestAHelperThatHangsIsEnded(t *testing.T) {
	for _, how := range []string{"hang", "deaf"} {
		t.Run(how, func(t *testing.T) {
			h := placed(t, how)
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			began := time.Now()
			got := h.Ask(ctx, query())
			if took := time.Since(began); took > grace+5*time.Second {
				t.Errorf("took %s", took)
			}
			if got.Fault == nil || got.Fault.Reason != v1alpha1.GapTimeout {
				t.Errorf("got %+v", got.Fault)
			}
		})
	}
}

func TestAnInterruptIsNoFaultOfThePlatform(t *testing.T) {
	h := placed(t, "hang")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	if got := h.Ask(ctx, query()); got.Fault == nil || got.Fault.Reason != v1alpha1.GapInterrupted {
		t.Errorf("got %+v", got.Fault)
	}
}
