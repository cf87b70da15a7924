package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// servers is one API server on loopback that stands for many: each cluster has a
// path of its own, /clusters/NAME, and its version.
type servers struct {
	*httptest.Server
	versions map[string]string
	// before is called before any answer, with the cluster's name; nil for nothing.
	before func(r *http.Request, cluster string)
}

func newServers(t *testing.T, versions map[string]string) *servers {
	t.Helper()
	s := &servers{versions: versions}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.EnableHTTP2 = true
	// Clients go away at any time.
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func (s *servers) serve(w http.ResponseWriter, r *http.Request) {
	cluster, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/clusters/"), "/")
	if s.before != nil {
		s.before(r, cluster)
	}
	version, ok := s.versions[cluster]
	if !ok {
		http.Error(w, "no such cluster", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch {
	case path == "version":
		fmt.Fprintf(w, `{"gitVersion": %q}`, version)
	case path == "metrics":
		fmt.Fprintf(w, "kubernetes_build_info{git_version=%q} 1\nprocess_start_time_seconds 1.7636e+09\n", version)
	case path == "api":
		fmt.Fprint(w, `{"kind": "APIVersions", "versions": ["v1"]}`)
	case path == "apis":
		fmt.Fprint(w, `{"kind": "APIGroupList", "groups": []}`)
	case path == "api/v1":
		fmt.Fprint(w, `{"kind": "APIResourceList", "groupVersion": "v1", "resources": []}`)
	case strings.Contains(r.Header.Get("Accept"), "as=Table"):
		fmt.Fprint(w, `{"kind": "Table", "columnDefinitions": [{"name": "Name"}, {"name": "Status"}, {"name": "Roles"}, {"name": "Version"}], "rows": []}`)
	case strings.Contains(path, "/configmaps/"):
		http.NotFound(w, r)
	default:
		fmt.Fprint(w, `{"kind": "List", "metadata": {}, "items": []}`)
	}
}

// kubeconfig has a context of each name, and returns its path.
func (s *servers) kubeconfig(t *testing.T, contexts ...string) string {
	t.Helper()
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	config := clientcmdapi.NewConfig()
	for _, name := range contexts {
		config.Clusters[name] = &clientcmdapi.Cluster{Server: s.URL + "/clusters/" + name, CertificateAuthorityData: authority}
		config.AuthInfos[name] = &clientcmdapi.AuthInfo{Token: "token-of-" + name}
		config.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	}
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// kubectlVersions runs the command line on a day, and returns what it wrote.
func kubectlVersions(ctx context.Context, args ...string) (stdout, stderr string, err error) {
	var out, errOut bytes.Buffer
	env := Environment{
		Streams: genericiooptions.IOStreams{In: strings.NewReader(""), Out: &out, ErrOut: &errOut},
		Getenv:  func(string) string { return "" },
		Now:     func() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) },
		Build:   v1alpha1.Build{Version: "v0.0.0"},
	}
	err = Execute(ctx, env, append(args, "--kubectl-version", "v1.37.0"))
	return out.String(), errOut.String(), err
}

func fleetOf(ctx context.Context, t *testing.T, args ...string) (*v1alpha1.FleetOverview, error) {
	t.Helper()
	stdout, stderr, err := kubectlVersions(ctx, append(args, "-o", "json")...)
	report := &v1alpha1.FleetOverview{}
	if faulty := json.Unmarshal([]byte(stdout), report); faulty != nil {
		t.Fatalf("%v: %v: %s", err, faulty, stderr)
	}
	return report, err
}

// rows shows clusters as NAME VERDICT ERROR.
func rows(report *v1alpha1.FleetOverview) []string {
	var all []string
	for _, c := range report.Clusters {
		all = append(all, strings.TrimSpace(fmt.Sprint(c.Name, " ", c.Verdict, " ", c.Error)))
	}
	return all
}

func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("c%03d", i)
	}
	return names
}

func TestAFleetIsSortedAndAFailingClusterIsARow(t *testing.T) {
	s := newServers(t, map[string]string{"fine": "v1.37.1", "old": "v1.30.0", "older": "v1.29.0"})
	kubeconfig := s.kubeconfig(t, "old", "gone", "fine", "older")
	breakContexts(t, kubeconfig)
	report, err := fleetOf(t.Context(), t, "--kubeconfig", kubeconfig, "--all-contexts")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"old unsupported", "older unsupported", "fine warning",
		`bad-url unknown cannot reach kube-apiserver at https://[::1 (context "bad-url"): host must be a URL or a host:port pair: "https://[::1"`,
		`gone unknown cannot reach kube-apiserver at ` + s.URL + `/clusters/gone (context "gone"): the server is currently unable to handle the request (get /clusters/gone/version)`,
		`no-cluster unknown kubeconfig has no cluster "nowhere", which its context "no-cluster" names`,
		`no-plugin unknown no credentials for kube-apiserver at ` + s.URL + `/clusters/fine (context "no-plugin"): exec: executable no-such-plugin not found: install what is missing, log in again, or choose another --context or --user`,
	}
	if diff := cmp.Diff(want, rows(report)); diff != "" {
		t.Error(diff)
	}
	for _, c := range report.Clusters {
		if (c.Overview == nil) != (c.Error != "") {
			t.Errorf("%s: overview %v beside error %q", c.Name, c.Overview != nil, c.Error)
		}
	}
	if _, _, err := kubectlVersions(t.Context(), "--kubeconfig", kubeconfig, "--all-contexts", "-o", "name", "--require-complete"); !errors.Is(err, errIncomplete) {
		t.Errorf("error = %v, want errIncomplete", err)
	}
	if _, _, err := kubectlVersions(t.Context(), "--kubeconfig", kubeconfig, "--contexts", "old,gone", "-o", "name", "--fail-on", "error"); !errors.Is(err, errFindings) {
		t.Errorf("error = %v, want errFindings", err)
	}
}

// breakContexts adds contexts that cannot be used, each in its own way.
func breakContexts(t *testing.T, kubeconfig string) {
	t.Helper()
	config, err := clientcmd.LoadFromFile(kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	config.Contexts["no-cluster"] = &clientcmdapi.Context{Cluster: "nowhere", AuthInfo: "fine"}
	config.Clusters["bad-url"] = &clientcmdapi.Cluster{Server: "https://[::1"}
	config.Contexts["bad-url"] = &clientcmdapi.Context{Cluster: "bad-url", AuthInfo: "fine"}
	config.AuthInfos["no-plugin"] = &clientcmdapi.AuthInfo{Exec: &clientcmdapi.ExecConfig{
		APIVersion: "client.authentication.k8s.io/v1", Command: "no-such-plugin", InteractiveMode: clientcmdapi.NeverExecInteractiveMode,
		InstallHint: "install it",
	}}
	config.Contexts["no-plugin"] = &clientcmdapi.Context{Cluster: "fine", AuthInfo: "no-plugin"}
	if err := clientcmd.WriteToFile(*config, kubeconfig); err != nil {
		t.Fatal(err)
	}
}

func TestContextsAreCheckedBeforeAnythingIsRead(t *testing.T) {
	s := newServers(t, map[string]string{"shop-prod": "v1.37.1", "shop-test": "v1.37.1", "bank": "v1.37.1"})
	var asked atomic.Int32
	s.before = func(*http.Request, string) { asked.Add(1) }
	kubeconfig := s.kubeconfig(t, "shop-prod", "shop-test", "bank")
	_, _, err := kubectlVersions(t.Context(), "--kubeconfig", kubeconfig, "--contexts", "bank,shop-prd")
	if want := `kubeconfig has no context "shop-prd": kubectl config get-contexts lists them`; ExitCode(err) != ExitUsage || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
	report, err := fleetOf(t.Context(), t, "--kubeconfig", kubeconfig, "--contexts", "bank,shop-prod,bank", "--contexts", "shop-prod")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"bank warning", "shop-prod warning"}, rows(report)); diff != "" {
		t.Error(diff)
	}
}

func TestAHangingClusterCostsItsOwnDeadline(t *testing.T) {
	versions := make(map[string]string)
	names := numbered(10)
	for _, name := range names {
		versions[name] = "v1.37.1"
	}
	s := newServers(t, versions)
	s.before = func(r *http.Request, cluster string) {
		if cluster == "c000" {
			<-r.Context().Done()
		}
	}
	start := time.Now()
	// The first holds the only slot, and the deadlines of the others begin after its own.
	report, err := fleetOf(t.Context(), t, "--kubeconfig", s.kubeconfig(t, names...), "--all-contexts", "--concurrency", "1", "--request-timeout", "2s")
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took < 2*time.Second || took > 10*time.Second {
		t.Errorf("took %s, want little more than 2 s", took)
	}
	if report.Summary.Clusters != 10 || report.Summary.Failed != 1 || report.Summary.Complete {
		t.Errorf("summary %+v", report.Summary)
	}
	last := rows(report)[9]
	if want := `(context "c000") did not answer within 2s: check the network, or wait longer with --request-timeout`; !strings.HasSuffix(last, want) {
		t.Errorf("got  %s\nwant %s", last, want)
	}
}

func TestNoClusterThatCouldBeJudgedIsAFailure(t *testing.T) {
	s := newServers(t, nil)
	kubeconfig := s.kubeconfig(t, "a", "b")
	report, err := fleetOf(t.Context(), t, "--kubeconfig", kubeconfig, "--all-contexts")
	if ExitCode(err) != ExitFailed || err.Error() != "no cluster could be judged" {
		t.Errorf("error = %v", err)
	}
	if _, err := fleetOf(t.Context(), t, "--kubeconfig", kubeconfig, "--all-contexts", "--require-complete"); ExitCode(err) != ExitIncomplete {
		t.Errorf("error = %v, want that of incomplete evidence", err)
	}
	if report.Summary.Failed != 2 || len(report.Clusters) != 2 {
		t.Errorf("report %+v", report)
	}
}

func TestAnInterruptedFleetTellsWhatIsKnown(t *testing.T) {
	s := newServers(t, map[string]string{"c000": "v1.37.1", "c001": "v1.37.1", "c002": "v1.37.1", "c003": "v1.37.1"})
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	s.before = func(r *http.Request, cluster string) {
		switch {
		case cluster == "c001" && strings.HasSuffix(r.URL.Path, "/poddisruptionbudgets"):
			// By then the kube-apiserver has told its version.
			time.Sleep(200 * time.Millisecond)
			cancel(errors.New("interrupt signal received"))
			<-r.Context().Done()
		case cluster == "c002":
			<-r.Context().Done()
		}
	}
	kubeconfig := s.kubeconfig(t, numbered(4)...)
	report, err := fleetOf(ctx, t, "--kubeconfig", kubeconfig, "--contexts", "c000,c002,c001,c003", "--concurrency", "2")
	if ExitCode(err) != ExitInterrupted || !Silent(err) {
		t.Errorf("error = %v", err)
	}
	want := []string{"c000 warning", "c001 warning", "c002 unknown interrupted", "c003 unknown interrupted before it was read"}
	if diff := cmp.Diff(want, rows(report)); diff != "" {
		t.Error(diff)
	}
	for _, c := range report.Clusters {
		if wantComplete := c.Name == "c000"; wantComplete && *c.Gaps > 0 || !wantComplete && c.Complete {
			t.Errorf("%s: complete %t, %d gaps", c.Name, c.Complete, *c.Gaps)
		}
	}
}

// What was typed holds for every context as it does for one.
func TestOverridesAreThoseOfOneCluster(t *testing.T) {
	s := newServers(t, map[string]string{"a": "v1.37.1"})
	kubeconfig := s.kubeconfig(t, "a", "b")
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{},
		{"--user", "b"},
		{"--token", "typed"},
		{"--as", "jane", "--as-group", "dev", "--as-group", "ops", "--as-uid", "7", "--as-user-extra", "team=shop", "--as-user-extra", "team=bank"},
		{"--insecure-skip-tls-verify", "--tls-server-name", "example.com", "--disable-compression", "--request-timeout", "3s"},
		{"--client-certificate", empty, "--client-key", empty, "--certificate-authority", empty},
	} {
		t.Run(strings.Join(args[:min(1, len(args))], " "), func(t *testing.T) {
			config := genericclioptions.NewConfigFlags(true)
			flags := pflag.NewFlagSet("", pflag.ContinueOnError)
			config.AddFlags(flags)
			if err := flags.Parse(append(args, "--kubeconfig", kubeconfig, "--context", "a")); err != nil {
				t.Fatal(err)
			}
			want, err := config.ToRESTConfig()
			if err != nil {
				t.Fatal(err)
			}
			raw, err := config.ToRawKubeConfigLoader().RawConfig()
			if err != nil {
				t.Fatal(err)
			}
			source := &sourceFlags{config: config}
			got, err := clientcmd.NewNonInteractiveClientConfig(raw, "a", source.overrides(), nil).ClientConfig()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The contexts are read side by side, and cost no more than their requests.
func TestManyContextsTakeTheTimeOfTheirRequests(t *testing.T) {
	names, s := manyClusters(t)
	names = names[:100]
	s.before = func(*http.Request, string) { time.Sleep(20 * time.Millisecond) }
	kubeconfig := s.kubeconfig(t, names...)
	timed := func(n int) time.Duration {
		start := time.Now()
		report, err := fleetOf(t.Context(), t, "--kubeconfig", kubeconfig, "--contexts", strings.Join(names[:n], ","))
		if err != nil {
			t.Fatal(err)
		}
		if int(report.Summary.Clusters) != n || report.Summary.Failed > 0 {
			t.Fatalf("summary %+v", report.Summary)
		}
		isWorse := func(a, b v1alpha1.FleetCluster) int { return b.Verdict.Weight() - a.Verdict.Weight() }
		if !slices.IsSortedFunc(report.Clusters, isWorse) {
			t.Error("the worst do not come first")
		}
		return time.Since(start)
	}
	one := timed(1)
	many := timed(len(names))
	t.Logf("1 context %s, %d contexts %s", one, len(names), many)
	if many > time.Duration(len(names)/2)*one {
		t.Errorf("%d contexts took %s, and one takes %s", len(names), many, one)
	}
}

// Nothing stays of a cluster but its row.
func TestManyContextsLeaveNothingBehind(t *testing.T) {
	names, s := manyClusters(t)
	kubeconfig := s.kubeconfig(t, names...)
	measure := func(n int) (peak uint64, goroutines int) {
		done, sampled := make(chan struct{}), make(chan uint64)
		go func() {
			var peak uint64
			for {
				select {
				case <-done:
					sampled <- peak
					return
				case <-time.After(100 * time.Millisecond):
					// What is alive, not what waits for its collection.
					runtime.GC()
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					peak = max(peak, m.HeapAlloc)
				}
			}
		}()
		if _, stderr, err := kubectlVersions(t.Context(), "--kubeconfig", kubeconfig, "--contexts", strings.Join(names[:n], ","), "-o", "name"); err != nil {
			t.Fatal(err, stderr)
		}
		close(done)
		peak = <-sampled
		for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			if goroutines = runtime.NumGoroutine(); goroutines < 10 {
				break
			}
		}
		return peak, goroutines
	}
	few, idle := measure(50)
	many, after := measure(len(names))
	t.Logf("50 contexts %d MB, %d goroutines after; %d contexts %d MB, %d goroutines after", few>>20, idle, len(names), many>>20, after)
	if many > few+few/2+8<<20 {
		t.Errorf("%d MB for 50 contexts, %d MB for %d", few>>20, many>>20, len(names))
	}
	if after >= 10 {
		t.Errorf("%d goroutines after 50 contexts, %d after %d", idle, after, len(names))
	}
}

func manyClusters(t *testing.T) ([]string, *servers) {
	t.Helper()
	names := numbered(200)
	versions := make(map[string]string)
	for i, name := range names {
		versions[name] = []string{"v1.37.1", "v1.36.3", "v1.30.0"}[i%3]
	}
	return names, newServers(t, versions)
}

func fleetSupportOf(ctx context.Context, t *testing.T, args ...string) (*v1alpha1.FleetSupportReport, error) {
	t.Helper()
	stdout, stderr, err := kubectlVersions(ctx, append([]string{"support", "-o", "json"}, args...)...)
	report := &v1alpha1.FleetSupportReport{}
	if faulty := json.Unmarshal([]byte(stdout), report); faulty != nil {
		t.Fatalf("%v: %v: %s", err, faulty, stderr)
	}
	return report, err
}

// supportRows shows clusters as NAME VERSION ROLE VERDICT ERROR.
func supportRows(report *v1alpha1.FleetSupportReport) []string {
	var all []string
	for _, c := range report.Clusters {
		all = append(all, strings.Join(strings.Fields(fmt.Sprint(c.Name, " ", c.Version, " ", c.Role, " ", c.Verdict, " ", c.Error)), " "))
	}
	return all
}

func TestSupportOfSeveralContexts(t *testing.T) {
	s := newServers(t, map[string]string{"shop": "v1.35.9", "legacy": "v1.31.9", "cloud": "v1.34.4-eks-ac2d5a0"})
	kubeconfig := s.kubeconfig(t, "shop", "legacy", "cloud", "gone")
	args := []string{"--kubeconfig", kubeconfig, "--all-contexts", "--platform", "alauda-acp", "--platform-version", "4.4", "--third-party", "cloud"}
	report, err := fleetSupportOf(t.Context(), t, args...)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"legacy v1.31.9 workload unsupported",
		`gone workload unknown cannot reach kube-apiserver at ` + s.URL + `/clusters/gone (context "gone"): the server is currently unable to handle the request (get /clusters/gone/version)`,
		"cloud v1.34.4-eks-ac2d5a0 third-party ok",
		"shop v1.35.9 workload ok",
	}
	if diff := cmp.Diff(want, supportRows(report)); diff != "" {
		t.Error(diff)
	}
	if got := report.Clusters[0].From; got != "context legacy" {
		t.Errorf("from %s", got)
	}
	for _, c := range report.Clusters {
		if (c.Report == nil) != (c.Error != "") {
			t.Errorf("%s: report %v beside error %q", c.Name, c.Report != nil, c.Error)
		}
	}
	for _, tt := range []struct {
		more []string
		want error
	}{{[]string{"--require-complete"}, errIncomplete}, {[]string{"--fail-on", "error", "--require-complete"}, errFindings}} {
		if _, err := fleetSupportOf(t.Context(), t, append(args, tt.more...)...); !errors.Is(err, tt.want) {
			t.Errorf("%s: error = %v, want %v", tt.more, err, tt.want)
		}
	}
	// The name of a context is known though it could not be read.
	if _, err := fleetSupportOf(t.Context(), t, append(args, "--third-party", "gone")...); err != nil {
		t.Errorf("error = %v", err)
	}
	if _, _, err := kubectlVersions(t.Context(), append([]string{"support", "--third-party", "other"}, args...)...); ExitCode(err) != ExitUsage {
		t.Errorf("error = %v, want that of a name that no cluster has", err)
	}
}

func TestAHangingClusterCostsTheSupportOfItsOwn(t *testing.T) {
	s := newServers(t, map[string]string{"c000": "v1.35.9", "c001": "v1.35.9", "c002": "v1.35.9"})
	s.before = func(r *http.Request, cluster string) {
		if cluster == "c000" {
			<-r.Context().Done()
		}
	}
	report, err := fleetSupportOf(t.Context(), t, "--kubeconfig", s.kubeconfig(t, numbered(3)...), "--all-contexts", "--concurrency", "1", "--request-timeout", "2s")
	if err != nil {
		t.Fatal(err)
	}
	if report.Summary.Clusters != 3 || report.Summary.Failed != 1 || report.Summary.Complete {
		t.Errorf("summary %+v", report.Summary)
	}
	const want = `(context "c000") did not answer within 2s: check the network, or wait longer with --request-timeout`
	if first := report.Clusters[0]; !strings.HasSuffix(first.Error, want) {
		t.Errorf("got  %s\nwant %s", first.Error, want)
	}
}

func TestInterruptedSupportTellsWhatIsKnown(t *testing.T) {
	s := newServers(t, map[string]string{"c000": "v1.35.9", "c001": "v1.35.9", "c002": "v1.35.9"})
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	s.before = func(r *http.Request, cluster string) {
		if cluster == "c001" {
			cancel(errors.New("interrupt signal received"))
			<-r.Context().Done()
		}
	}
	report, err := fleetSupportOf(ctx, t, "--kubeconfig", s.kubeconfig(t, numbered(3)...), "--contexts", "c000,c001,c002", "--concurrency", "1")
	if ExitCode(err) != ExitInterrupted || !Silent(err) {
		t.Errorf("error = %v", err)
	}
	want := []string{"c001 unknown interrupted", "c002 unknown interrupted before it was read", "c000 v1.35.9 ok"}
	if diff := cmp.Diff(want, supportRows(report)); diff != "" {
		t.Error(diff)
	}
}
