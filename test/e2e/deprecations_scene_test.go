package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// scene is a namespace of a cluster, and a way to write there as an operator
// would: by HTTP, under a name of its own.
type scene struct {
	cluster
	http      *http.Client
	host      string
	ca        []byte
	namespace string
}

func (c cluster) scene(t *testing.T, namespace string) scene {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", c.kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	return scene{cluster: c, http: client, host: config.Host, ca: config.CAData, namespace: namespace}
}

func (s scene) in(namespace string) scene {
	s.namespace = namespace
	return s
}

// Content types of patches.
const (
	jsonPatch  = "application/json-patch+json"
	mergePatch = "application/merge-patch+json"
	applyPatch = "application/apply-patch+yaml"
)

// send asks as a program would whose user agent is AGENT/1.0, and fails unless
// the server agrees. kube-apiserver takes the field manager from the agent.
func (s scene) send(t *testing.T, agent, method, path, contentType, body string) []byte {
	t.Helper()
	code, answer := s.try(t, agent, method, path, contentType, body)
	if code/100 != 2 {
		t.Fatalf("%s %s: %d: %s", method, path, code, answer)
	}
	return answer
}

func (s scene) try(t *testing.T, agent, method, path, contentType, body string) (code int, answer []byte) {
	t.Helper()
	response, err := s.http.Do(s.request(t, agent, method, path, contentType, body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if answer, err = io.ReadAll(response.Body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, answer
}

func (s scene) request(t *testing.T, agent, method, path, contentType, body string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.host+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("User-Agent", agent+"/1.0")
	request.Header.Set("Content-Type", contentType)
	return request
}

// watch begins a watch and leaves it open.
func (s scene) watch(t *testing.T, agent, path string) (end func()) {
	t.Helper()
	request := s.request(t, agent, http.MethodGet, path+"?watch=true&timeoutSeconds=600", "", "")
	begun, ended := make(chan error), make(chan struct{})
	ctx, cancel := context.WithCancel(request.Context())
	go func() {
		defer close(ended)
		response, err := s.http.Do(request.WithContext(ctx))
		begun <- err
		if err == nil {
			_, _ = io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
	}()
	if err := <-begun; err != nil {
		t.Fatal(err)
	}
	return func() {
		cancel()
		<-ended
	}
}

// run gives kubectl a text on stdin.
func (s scene) run(t *testing.T, stdin string, args ...string) {
	t.Helper()
	command := s.command(s.kubeconfig(), args...)
	command.Stdin = strings.NewReader(stdin)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("kubectl %v: %v: %s", args, err, out)
	}
}

// step is one thing that is done in a scene.
type step func(*testing.T, scene)

func (s scene) do(t *testing.T, steps ...step) {
	t.Helper()
	for _, step := range steps {
		step(t, s)
	}
}

// resource is a kind of objects, of which every row of the corpus has one.
type resource struct {
	group, name, kind string
	clusterScoped     bool
	// object is the name of the one object.
	object string
	// rest is what an object needs besides metadata, such as `"spec":{}`.
	rest string
}

// claims are namespaced, and served as v1beta1 (~1.38), v1beta2 (~1.39) and v1.
func claims() resource {
	return resource{group: "resource.k8s.io", name: "resourceclaims", kind: "ResourceClaim", object: "claim", rest: `"spec":{}`}
}

// text is the object with annotations, which are all that ever changes.
func (r resource) text(s scene, version string, annotations ...string) string {
	noted := map[string]string{}
	for _, a := range annotations {
		key, value, _ := strings.Cut(a, "=")
		noted["example.com/"+key] = value
	}
	metadata := map[string]any{"name": r.object, "annotations": noted}
	if !r.clusterScoped {
		metadata["namespace"] = s.namespace
	}
	encoded, _ := json.Marshal(metadata)
	text := fmt.Sprintf(`{"apiVersion":"%s/%s","kind":%q,"metadata":%s`, r.group, version, r.kind, encoded)
	if r.rest != "" {
		text += "," + r.rest
	}
	return text + "}"
}

// list is the path of the objects, and item that of the one.
func (r resource) list(s scene, version string) string {
	path := "/apis/" + r.group + "/" + version
	if !r.clusterScoped {
		path += "/namespaces/" + s.namespace
	}
	return path + "/" + r.name
}

func (r resource) item(s scene, version string) string { return r.list(s, version) + "/" + r.object }

// argument is such as resourceclaims.v1beta1.resource.k8s.io/claim, for kubectl.
func (r resource) argument(version string) string {
	return r.name + "." + version + "." + r.group + "/" + r.object
}

// kubectl runs a command that takes the object's text, such as create or apply --server-side.
func (r resource) kubectl(command, version string, annotations ...string) step {
	return func(t *testing.T, s scene) {
		s.run(t, r.text(s, version, annotations...), append(strings.Fields(command), "-f", "-")...)
	}
}

// kubectlPatch sets an annotation with kubectl patch, through a version.
func (r resource) kubectlPatch(version, annotation string) step {
	return func(t *testing.T, s scene) {
		key, value, _ := strings.Cut(annotation, "=")
		s.run(t, "", "patch", r.argument(version), "-n", s.namespace, "--type=merge",
			"-p", fmt.Sprintf(`{"metadata":{"annotations":{"example.com/%s":%q}}}`, key, value))
	}
}

// post creates the object as an operator does.
func (r resource) post(operator, version string, annotations ...string) step {
	return func(t *testing.T, s scene) {
		s.send(t, operator, http.MethodPost, r.list(s, version), "application/json", r.text(s, version, annotations...))
	}
}

// put reads the object through a version, sets annotations, and writes it back.
func (r resource) put(operator, version string, annotations ...string) step {
	return func(t *testing.T, s scene) {
		var object map[string]any
		if err := json.Unmarshal(s.send(t, operator, http.MethodGet, r.item(s, version), "", ""), &object); err != nil {
			t.Fatal(err)
		}
		metadata := object["metadata"].(map[string]any)
		for _, a := range annotations {
			key, value, _ := strings.Cut(a, "=")
			noted, ok := metadata["annotations"].(map[string]any)
			if !ok {
				noted = map[string]any{}
				metadata["annotations"] = noted
			}
			noted["example.com/"+key] = value
		}
		body, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		s.send(t, operator, http.MethodPut, r.item(s, version), "application/json", string(body))
	}
}

// patch sets an annotation as an operator does.
func (r resource) patch(operator, version, annotation string) step {
	return func(t *testing.T, s scene) {
		key, value, _ := strings.Cut(annotation, "=")
		s.send(t, operator, http.MethodPatch, r.item(s, version), mergePatch,
			fmt.Sprintf(`{"metadata":{"annotations":{"example.com/%s":%q}}}`, key, value))
	}
}

// apply is server-side apply by a manager.
func (r resource) apply(manager, version string, annotations ...string) step {
	return func(t *testing.T, s scene) {
		s.send(t, manager, http.MethodPatch, r.item(s, version)+"?force=true&fieldManager="+url.QueryEscape(manager), applyPatch,
			r.text(s, version, annotations...))
	}
}

// disowned forgets all managers, as is done to repair managedFields.
func (r resource) disowned() step {
	return func(t *testing.T, s scene) {
		s.send(t, "rewriter", http.MethodPatch, r.item(s, "v1"), jsonPatch, `[{"op":"replace","path":"/metadata/managedFields","value":[{}]}]`)
	}
}

// written has the first entry be of another manager at another time, or at none.
// Of a manager that it knows kube-apiserver keeps the time.
func (r resource) written(manager, as, at string) step {
	time := `{"op":"remove","path":"/metadata/managedFields/0/time"}`
	if at != "" {
		time = fmt.Sprintf(`{"op":"replace","path":"/metadata/managedFields/0/time","value":%q}`, at)
	}
	return func(t *testing.T, s scene) {
		s.send(t, "rewriter", http.MethodPatch, r.item(s, "v1"), jsonPatch, fmt.Sprintf(
			`[{"op":"test","path":"/metadata/managedFields/0/manager","value":%q},{"op":"replace","path":"/metadata/managedFields/0/manager","value":%q},%s]`,
			manager, as, time))
	}
}

// together does steps of which it does not matter when they are done.
func together(steps ...step) step {
	return func(t *testing.T, s scene) { s.do(t, steps...) }
}

// inOneSecond does both steps within one second by the server's clock, which is this one.
func inOneSecond(steps ...step) step {
	return func(t *testing.T, s scene) {
		nextSecond()
		s.do(t, steps...)
	}
}

// nextSecond returns when one has just begun: times in managedFields are to the second.
func nextSecond() {
	now := time.Now()
	time.Sleep(now.Truncate(time.Second).Add(time.Second + 10*time.Millisecond).Sub(now))
}

// told renders findings for comparison: verdict, API, subject, evidence with its
// objects. What the server merely serves is left out.
func told(findings []v1alpha1.DeprecationFinding) []string {
	lines := []string{}
	for _, f := range findings {
		if f.Evidence[0].Type == v1alpha1.EvidenceServed {
			continue
		}
		var evidence []string
		for _, e := range f.Evidence {
			text := string(e.Type)
			if e.Stale {
				text += " stale"
			}
			if e.Dormant {
				text += " dormant"
			}
			if e.Reads > 0 && e.Writes == 0 {
				text += " reads only"
			}
			for _, o := range e.Objects {
				if o.Path != "" {
					text += fmt.Sprintf(" %s:%d", o.Path, o.Line)
				}
				if o.Name != "" {
					text += " " + strings.TrimPrefix(o.Namespace+"/"+o.Name, "/")
				}
			}
			evidence = append(evidence, text)
		}
		lines = append(lines, fmt.Sprintf("%s %s: %s", f.Verdict, identity(f), strings.Join(evidence, "; ")))
	}
	return lines
}

// identity is the API and the subject, of which there is one finding.
func identity(f v1alpha1.DeprecationFinding) string {
	subject := strings.TrimPrefix(f.Subject.Namespace+"/"+f.Subject.Name, "/")
	if f.Subject.UserAgent != "" {
		subject += " with " + f.Subject.UserAgent
	}
	return fmt.Sprintf("%s %s: %s", f.APIVersion, f.Kind, strings.TrimSpace(string(f.Subject.Type)+" "+subject))
}

// deprecations runs the command and fails unless it ends with 0.
func (c cluster) deprecations(t *testing.T, args ...string) *v1alpha1.DeprecationReport {
	t.Helper()
	report := &v1alpha1.DeprecationReport{}
	c.report(t, report, append([]string{"deprecations"}, args...)...)
	return report
}

// gauges are the samples of apiserver_requested_deprecated_apis, and the counts
// of requests for versions that are not stable, as /metrics has them.
func (s scene) gauges(t *testing.T) (requested, counted map[string]string) {
	t.Helper()
	requested, counted = map[string]string{}, map[string]string{}
	for line := range bytes.Lines(s.send(t, "watchdog", http.MethodGet, "/metrics", "", "")) {
		series, value, _ := strings.Cut(strings.TrimSpace(string(line)), "} ")
		switch {
		case strings.HasPrefix(series, "apiserver_requested_deprecated_apis{"):
			requested[series] = value
		case strings.HasPrefix(series, "apiserver_request_total{") && (strings.Contains(series, `version="v1alpha`) || strings.Contains(series, `version="v1beta`)):
			counted[series] = value
		}
	}
	return requested, counted
}
