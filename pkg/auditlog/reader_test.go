package auditlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
)

// requestLine is the last event of a request, of the shape of testdata.
const requestLine = `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"id-1","stage":"ResponseComplete",` +
	`"requestURI":"/apis/policy/v1beta1/namespaces/shop/poddisruptionbudgets?limit=500\u0026x=y","verb":"list",` +
	`"user":{"username":"alice","uid":"1","groups":["system:authenticated"]},"sourceIPs":["192.0.2.7"],"userAgent":"kubectl/v1.37.1",` +
	`"objectRef":{"resource":"poddisruptionbudgets","namespace":"shop","apiGroup":"policy","apiVersion":"v1beta1"},` +
	`"responseStatus":{"metadata":{},"code":200},` +
	`"requestReceivedTimestamp":"2026-11-20T10:00:00.000001Z","stageTimestamp":"2026-11-20T10:00:00.500000Z",` +
	`"annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":""}}` + "\n"

// edit replaces parts of requestLine, given in pairs.
func edit(tb testing.TB, pairs ...string) string {
	tb.Helper()
	line := requestLine
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(line, pairs[i]) {
			tb.Fatalf("no %s in the line", pairs[i])
		}
		line = strings.Replace(line, pairs[i], pairs[i+1], 1)
	}
	return line
}

func load(tb testing.TB) *apilifecycle.Index {
	tb.Helper()
	index, err := apilifecycle.Load()
	if err != nil {
		tb.Fatal(err)
	}
	return index
}

func read(tb testing.TB, log string) *v1alpha1.AuditLog {
	tb.Helper()
	reader := NewReader(load(tb))
	if err := reader.Read(tb.Context(), strings.NewReader(log)); err != nil {
		tb.Fatal(err)
	}
	return reader.AuditLog()
}

func matches(tb testing.TB, line []byte) bool {
	tb.Helper()
	return len(read(tb, string(line)).Requests) > 0
}

// at is a time of 2026-11-20, such as 10:00:00.5.
func at(tb testing.TB, clock string) metav1.MicroTime {
	tb.Helper()
	t, err := time.Parse("2006-01-02 15:04:05", "2026-11-20 "+clock)
	if err != nil {
		tb.Fatal(err)
	}
	return metav1.NewMicroTime(t)
}

// describe gives a line for each group: count, who, what.
func describe(log *v1alpha1.AuditLog) []string {
	var lines []string
	for _, r := range log.Requests {
		lines = append(lines, fmt.Sprintf("%d %s %s %s %s", r.Count, r.User, r.Verb,
			strings.Trim(r.Group+"/"+r.Version+" "+r.Resource+"/"+r.Subresource, "/"), r.RemovedRelease))
	}
	return lines
}

// The requests were made with kubectl and curl on a kube-apiserver 1.37.1 whose
// policy omits no stage; testdata is a part of its log.
func TestLogOfAServer(t *testing.T) {
	data, err := os.ReadFile("testdata/v1.37.1.log")
	if err != nil {
		t.Fatal(err)
	}
	log := read(t, string(data))
	seconds := func(text string) metav1.MicroTime {
		t.Helper()
		stamp, err := time.Parse(time.RFC3339Nano, "2026-11-21T03:21:"+text+"Z")
		if err != nil {
			t.Fatal(err)
		}
		return metav1.NewMicroTime(stamp)
	}
	const (
		kubectl = "kubectl/v1.37.1 (linux/amd64) kubernetes/unknown"
		self    = "kube-apiserver/v1.37.1 (linux/amd64) kubernetes/unknown"
	)
	first, last := seconds("14.236460"), seconds("20.412369")
	want := &v1alpha1.AuditLog{
		Events: int64(bytes.Count(data, []byte("\n"))),
		First:  &first,
		Last:   &last,
		Requests: []v1alpha1.AuditedRequests{
			{
				User: "system:anonymous", UserAgent: "ua\ufffd\u2028<>\"\\ é", Verb: "list", Version: "v1", Resource: "componentstatuses",
				Count: 1, First: seconds("20.411730"), Last: seconds("20.412369"),
			},
			// A watch reaches to its end.
			{
				User: "admin", UserAgent: kubectl, Verb: "watch", Version: "v1", Resource: "endpoints", Namespace: "default",
				Count: 1, First: seconds("19.226929"), Last: seconds("20.228396"),
			},
			{
				User: "system:apiserver", UserAgent: self, Verb: "create", Version: "v1", Resource: "endpoints", Namespace: "default",
				Count: 1, First: seconds("15.791193"), Last: seconds("15.792629"),
			},
			{
				User: "system:apiserver", UserAgent: self, Verb: "get", Version: "v1", Resource: "endpoints", Namespace: "default",
				Count: 1, First: seconds("15.789637"), Last: seconds("15.790342"),
			},
			// Only the annotation tells of a custom resource.
			{
				User: "admin", UserAgent: kubectl, Verb: "watch", Group: "example.com", Version: "v1alpha9", Resource: "widgets", Namespace: "default",
				Count: 1, First: seconds("18.031537"), Last: seconds("19.040729"),
			},
			// Only the index tells of what the server answers with 404.
			{
				User: "admin", UserAgent: kubectl, Verb: "list", Group: "policy", Version: "v1beta1", Resource: "poddisruptionbudgets", Namespace: "default",
				Count: 1, First: seconds("20.325862"), Last: seconds("20.326336"),
			},
			// By admin, who impersonated alice.
			{
				User: "alice", UserAgent: kubectl, Verb: "list", Group: "resource.k8s.io", Version: "v1beta1", Resource: "deviceclasses",
				RemovedRelease: "1.38", Count: 1, First: seconds("20.283081"), Last: seconds("20.285218"),
			},
			// Forbidden.
			{
				User: "reader", UserAgent: kubectl, Verb: "watch", Group: "resource.k8s.io", Version: "v1beta1", Resource: "deviceclasses",
				Count: 1, First: seconds("20.368570"), Last: seconds("20.369319"),
			},
		},
	}
	if diff := cmp.Diff(want, log); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestWhichRequests(t *testing.T) {
	const ref = `"resource":"poddisruptionbudgets","namespace":"shop","apiGroup":"policy","apiVersion":"v1beta1"`
	const decision = `"authorization.k8s.io/decision":"allow"`
	for name, test := range map[string]struct {
		line string
		want []string
	}{
		"of an API that is removed": {
			requestLine,
			[]string{"1 alice list policy/v1beta1 poddisruptionbudgets "},
		},
		"of the version that stays": {edit(t, ref, `"resource":"poddisruptionbudgets","apiGroup":"policy","apiVersion":"v1"`), nil},
		"of a stable version that is deprecated": {
			edit(t, ref, `"resource":"endpoints","apiVersion":"v1"`),
			[]string{"1 alice list v1 endpoints "},
		},
		"of an API whose removal is planned": {
			edit(t, ref, `"resource":"deviceclasses","apiGroup":"resource.k8s.io","apiVersion":"v1beta1"`),
			[]string{"1 alice list resource.k8s.io/v1beta1 deviceclasses "},
		},
		"of a resource of that name in another group":   {edit(t, ref, `"resource":"endpoints","apiGroup":"example.com","apiVersion":"v1"`), nil},
		"of a resource of that name in another version": {edit(t, ref, `"resource":"endpoints","apiVersion":"v2"`), nil},
		"of a subresource": {
			edit(t, ref, ref+`,"subresource":"status"`),
			[]string{"1 alice list policy/v1beta1 poddisruptionbudgets/status "},
		},
		"of an API that only the server calls deprecated": {
			edit(t, ref, `"resource":"widgets","apiGroup":"example.com","apiVersion":"v1alpha9"`, decision, `"k8s.io/deprecated":"true","k8s.io/removed-release":"1.99"`),
			[]string{"1 alice list example.com/v1alpha9 widgets 1.99"},
		},
		"of an API that the server does not call deprecated": {
			edit(t, ref, `"resource":"widgets","apiGroup":"example.com","apiVersion":"v1alpha9"`, decision, `"k8s.io/deprecated":"false"`), nil,
		},
		"of a path without resource":   {edit(t, `"objectRef":{`+ref+`},`, ""), nil},
		"of a path, with a null":       {edit(t, `{`+ref+`}`, "null"), nil},
		"of an unknown API, any other": {edit(t, `"apiGroup":"policy"`, `"apiGroup":"policy.example.com"`), nil},
		"that were forbidden": {
			edit(t, `"code":200`, `"status":"Failure","code":403`),
			[]string{"1 alice list policy/v1beta1 poddisruptionbudgets "},
		},
		"by somebody impersonated": {
			edit(t, `"sourceIPs"`, `"impersonatedUser":{"username":"bob","groups":["x"]},"sourceIPs"`),
			[]string{"1 bob list policy/v1beta1 poddisruptionbudgets "},
		},
		"of audit.k8s.io/v1beta1": {
			edit(t, "audit.k8s.io/v1", "audit.k8s.io/v1beta1", `"level"`, `"metadata":{"creationTimestamp":"2026-11-20T10:00:00Z"},"timestamp":"2026-11-20T10:00:00Z","level"`),
			[]string{"1 alice list policy/v1beta1 poddisruptionbudgets "},
		},
		"whose body names other things": {
			edit(t, `"requestReceivedTimestamp"`, `"requestObject":{"kind":"Event","items":[{"verb":"x"}],"verb":"delete","user":{"username":"eve"},"objectRef":{"resource":"pods"}},"requestReceivedTimestamp"`),
			[]string{"1 alice list policy/v1beta1 poddisruptionbudgets "},
		},
		"with spaces, other order and escapes": {
			"\t{ \"stage\" : \"ResponseComplete\" , \"objectRef\" : { \"apiVersion\":\"v1b\\u0065ta1\", \"apiGro\\u0075p\" :\"policy\",\"resource\":\"poddisruptionbudgets\"}, \"verb\": \"list\"," +
				` "annotations":{"k8s.io\/removed-release":"1.25"}, "user" :{"username":"\u0061lice"} ,"apiVersion":"audit.k8s.io\/v1","kind":"Event" } ` + "\r\n",
			[]string{"1 alice list policy/v1beta1 poddisruptionbudgets 1.25"},
		},
		"as a list, without kinds of its own": {
			`{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[` +
				strings.ReplaceAll(strings.TrimSpace(requestLine), `"kind":"Event","apiVersion":"audit.k8s.io/v1",`, "") + "," +
				strings.ReplaceAll(strings.TrimSpace(requestLine), "alice", "bob") + "]}",
			[]string{"1 alice list policy/v1beta1 poddisruptionbudgets ", "1 bob list policy/v1beta1 poddisruptionbudgets "},
		},
	} {
		t.Run(name, func(t *testing.T) {
			log := read(t, test.line)
			if diff := cmp.Diff(test.want, describe(log)); diff != "" || log.Malformed > 0 || log.Events == 0 {
				t.Errorf("%d events, %d malformed, requests (-want +got):\n%s", log.Events, log.Malformed, diff)
			}
		})
	}
}

// Windows PowerShell's > writes UTF-16 with CR LF, and editors there may put a mark before UTF-8.
func TestLogsAreReadAsWindowsWritesThem(t *testing.T) {
	line := strings.TrimSpace(edit(t, "alice", "zoë"))
	for name, encoded := range map[string]*encoding.Encoder{
		"UTF-8":             encoding.Nop.NewEncoder(),
		"UTF-8, marked":     unicode.UTF8BOM.NewEncoder(),
		"UTF-16":            unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(),
		"UTF-16, otherwise": unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder(),
	} {
		t.Run(name, func(t *testing.T) {
			text, err := encoded.String(line + "\r\n" + strings.Replace(line, "id-1", "id-2", 1) + "\r\n")
			if err != nil {
				t.Fatal(err)
			}
			log := read(t, text)
			if diff := cmp.Diff([]string{"2 zoë list policy/v1beta1 poddisruptionbudgets "}, describe(log)); diff != "" || log.Malformed > 0 {
				t.Errorf("%d malformed, requests (-want +got):\n%s", log.Malformed, diff)
			}
		})
	}
}

func TestARequestCountsOnce(t *testing.T) {
	const received, started, complete, panicked = "RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"
	event := func(id, stage, clock string) string {
		return edit(t, "id-1", id, complete, stage, "10:00:00.500000", clock)
	}
	impersonating := func(id, stage string) string {
		return edit(t, "id-1", id, complete, stage, `"sourceIPs"`, `"impersonatedUser":{"username":"bob"},"sourceIPs"`)
	}
	for name, test := range map[string]struct {
		log  string
		want []string
		// last is of the only group.
		last string
	}{
		"answered, and only that is logged": {event("1", complete, "10:00:01"), []string{"1 alice"}, "10:00:01"},
		"received and answered":             {event("1", received, "10:00:00") + event("1", complete, "10:00:01"), []string{"1 alice"}, "10:00:01"},
		"two requests":                      {event("1", complete, "10:00:01") + event("2", complete, "10:00:02"), []string{"2 alice"}, "10:00:02"},
		"two at the same time": {
			event("1", received, "10:00:00") + event("2", received, "10:00:00") + event("2", complete, "10:00:01") + event("1", complete, "10:00:03"),
			[]string{"2 alice"}, "10:00:03",
		},
		"a watch that still runs":      {event("1", received, "10:00:00") + event("1", started, "10:00:01"), []string{"1 alice"}, "10:00:00.000001"},
		"a watch that ended":           {event("1", received, "10:00:00") + event("1", started, "10:00:01") + event("1", complete, "10:08:00"), []string{"1 alice"}, "10:08:00"},
		"a watch, received not logged": {event("1", started, "10:00:01") + event("1", complete, "10:08:00"), []string{"1 alice"}, "10:08:00"},
		"a watch, its start neither":   {event("1", complete, "10:08:00"), []string{"1 alice"}, "10:08:00"},
		"panicked":                     {event("1", received, "10:00:00") + event("1", panicked, "10:00:01"), []string{"1 alice"}, "10:00:01"},
		"a watch that panicked":        {event("1", started, "10:00:00") + event("1", panicked, "10:00:01"), []string{"1 alice"}, "10:00:01"},
		"only received":                {event("1", received, "10:00:00") + event("2", received, "10:00:00"), []string{"2 alice"}, "10:00:00.000001"},
		"impersonated, of which what was received does not tell": {
			event("1", received, "10:00:00") + impersonating("1", complete), []string{"1 bob"}, "10:00:00.5",
		},
		"an impersonated watch": {
			event("1", received, "10:00:00") + impersonating("1", started) + impersonating("1", complete), []string{"1 bob"}, "10:00:00.5",
		},
		"one ID for the requests of two users, chosen to hide one": {
			event("1", started, "10:00:00") + impersonating("1", complete), []string{"1 alice", "1 bob"}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			log := read(t, test.log)
			var got []string
			for _, r := range log.Requests {
				got = append(got, fmt.Sprint(r.Count, " ", r.User))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Fatalf("requests (-want +got):\n%s", diff)
			}
			if test.last == "" {
				return
			}
			first, last := at(t, "10:00:00.000001"), at(t, test.last)
			if r := log.Requests[0]; !r.First.Equal(&first) || !r.Last.Equal(&last) {
				t.Errorf("from %s to %s, want %s to %s", r.First, r.Last, first, last)
			}
		})
	}
}

func TestAnAuditLogCanBeTakenBetweenTwoFiles(t *testing.T) {
	reader := NewReader(load(t))
	for i, log := range []string{edit(t, "ResponseComplete", "RequestReceived"), requestLine} {
		if err := reader.Read(t.Context(), strings.NewReader(log)); err != nil {
			t.Fatal(err)
		}
		want := []string{"1 alice list policy/v1beta1 poddisruptionbudgets "}
		if diff := cmp.Diff(want, describe(reader.AuditLog())); diff != "" {
			t.Errorf("after file %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestTimes(t *testing.T) {
	const stamps = `"requestReceivedTimestamp":"2026-11-20T10:00:00.000001Z","stageTimestamp":"2026-11-20T10:00:00.500000Z"`
	for name, test := range map[string]struct {
		stamps            string
		first, last       string
		logFirst, logLast string
	}{
		"a request is received before its event": {stamps, "10:00:00.000001", "10:00:00.5", "10:00:00.5", "10:00:00.5"},
		"received alone":                         {`"requestReceivedTimestamp":"2026-11-20T10:00:00.000001Z"`, "10:00:00.000001", "10:00:00.000001", "10:00:00.000001", "10:00:00.000001"},
		"the stage alone":                        {`"requestReceivedTimestamp":null,"stageTimestamp":"2026-11-20T10:00:01Z"`, "10:00:01", "10:00:01", "10:00:01", "10:00:01"},
		"another time zone":                      {`"stageTimestamp":"2026-11-20T12:00:01+02:00"`, "10:00:01", "10:00:01", "10:00:01", "10:00:01"},
		"nanoseconds":                            {`"stageTimestamp":"2026-11-20T10:00:01.000000999Z"`, "10:00:01", "10:00:01", "10:00:01", "10:00:01"},
		"no time whatsoever":                     {`"x":1`, "", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			log := read(t, edit(t, stamps, test.stamps))
			format := func(t *metav1.MicroTime) string {
				if t.IsZero() {
					return ""
				}
				return t.UTC().Format("15:04:05.999999")
			}
			got := []string{format(&log.Requests[0].First), format(&log.Requests[0].Last), format(log.First), format(log.Last)}
			if diff := cmp.Diff([]string{test.first, test.last, test.logFirst, test.logLast}, got); diff != "" {
				t.Errorf("times (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMalformedLines(t *testing.T) {
	whole := strings.TrimSpace(requestLine)
	for name, line := range map[string]string{
		"text":                        "starting kube-apiserver",
		"the legacy format":           `2026-11-20T10:00:00Z AUDIT: id="1" stage="ResponseComplete" method="list"`,
		"wrapped by another log":      `{"log":` + strconv.Quote(whole) + `,"stream":"stdout"}`,
		"inside of another document":  `{"message":` + whole + `}`,
		"an event of the core group":  edit(t, "audit.k8s.io/v1", "v1"),
		"an alpha version":            edit(t, "audit.k8s.io/v1", "audit.k8s.io/v1alpha1"),
		"another kind":                edit(t, `"kind":"Event"`, `"kind":"Policy"`),
		"no kind":                     edit(t, `"kind":"Event",`, ""),
		"cut at its end":              whole[:len(whole)-1],
		"cut within a string":         whole[:200],
		"cut behind a backslash":      whole[:strings.Index(whole, `\u0026`)+1],
		"two in a line":               whole + whole,
		"a number for a user":         edit(t, `{"username":"alice","uid":"1","groups":["system:authenticated"]}`, "7"),
		"a number for a verb":         edit(t, `"list"`, "7"),
		"a time that is none":         edit(t, "2026-11-20T10:00:00.000001Z", "yesterday"),
		"an escape that is none":      edit(t, "alice", `al\xice`),
		"no comma":                    edit(t, `"list",`, `"list"`),
		"no colon":                    edit(t, `"verb":`, `"verb"`),
		"brackets that do not close":  strings.Repeat("[", 100_000),
		"objects that do not close":   strings.Repeat(`{"a":`, 100_000),
		"a bracket that was not open": edit(t, `"list"`, `"list"]`),
		"zero bytes":                  "\x00\x00",
		"null":                        "null",
		"a list without array":        `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":{}}`,
		"a list cut off":              `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[` + whole + `,`,
	} {
		t.Run(name, func(t *testing.T) {
			log := read(t, line+"\n"+requestLine+"\n  \r\n")
			if log.Events != 1 || log.Malformed != 1 || len(log.Requests) != 1 || log.Requests[0].Count != 1 {
				t.Errorf("%d events, %d malformed, requests %q", log.Events, log.Malformed, describe(log))
			}
		})
	}
}

func TestLinesUpToTheBound(t *testing.T) {
	of := func(length int) string {
		line := strings.TrimSpace(requestLine)
		const before = `"requestReceivedTimestamp"`
		body := `"responseObject":"` + strings.Repeat("x", length-len(line)-len(`"responseObject":"",`)) + `",`
		return strings.Replace(line, before, body+before, 1)
	}
	for name, test := range map[string]struct {
		log               string
		events, malformed int64
	}{
		"longer than the buffer":       {of(bufferSize+1) + "\n" + requestLine, 2, 0},
		"as long as the buffer":        {of(bufferSize) + "\n" + requestLine, 2, 0},
		"a byte shorter than buffer":   {of(bufferSize-1) + "\n" + requestLine, 2, 0},
		"as long as allowed":           {of(MaxLine-1) + "\n" + requestLine, 2, 0},
		"as long as allowed, the last": {requestLine + of(MaxLine), 2, 0},
		"too long":                     {of(MaxLine) + "\n" + requestLine, 1, 1},
		"too long, the last":           {requestLine + of(MaxLine+1), 1, 1},
		"much too long":                {strings.Repeat("x", 3*MaxLine) + "\n" + requestLine, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			reader := NewReader(load(t))
			if err := reader.Read(t.Context(), strings.NewReader(test.log)); err != nil {
				t.Fatal(err)
			}
			if log := reader.AuditLog(); log.Events != test.events || log.Malformed != test.malformed {
				t.Errorf("%d events, %d malformed", log.Events, log.Malformed)
			}
			if cap(reader.long) > 2*MaxLine {
				t.Errorf("%d bytes are held", cap(reader.long))
			}
		})
	}
}

func TestHostileTexts(t *testing.T) {
	long := strings.Repeat("a", 1<<20)
	for name, test := range map[string]struct{ text, want string }{
		"as long as is kept":             {long[:MaxText], long[:MaxText]},
		"a byte longer":                  {long[:MaxText+1], long[:MaxText-len(cut)] + cut},
		"a megabyte":                     {long, long[:MaxText-len(cut)] + cut},
		"a megabyte of escapes":          {strings.Repeat(`\u0007`, 1<<18), strings.Repeat("\a", MaxText-len(cut)) + cut},
		"a character at the cut":         {long[:MaxText-len(cut)-1] + "éééé", long[:MaxText-len(cut)-1] + cut},
		"a terminal's escape":            {`\u001b[31mred\r\n`, "\x1b[31mred\r\n"},
		"bytes that are no UTF-8":        {"a\xff\xfe\xc3", "a\ufffd\ufffd\ufffd"},
		"half of a pair":                 {`a\ud800b`, "a\ufffdb"},
		"what ends a string, escaped":    {`a\"b\\`, `a"b\`},
		"markup, as Go's encoder has it": {`\u003cb\u003e\u0026`, "<b>&"},
	} {
		t.Run(name, func(t *testing.T) {
			log := read(t, edit(t, "kubectl/v1.37.1", test.text, "alice", test.text))
			if len(log.Requests) != 1 {
				t.Fatalf("%d malformed, requests %q", log.Malformed, describe(log))
			}
			if r := log.Requests[0]; r.UserAgent != test.want || r.User != test.want {
				t.Errorf("user agent %q, user %q", r.UserAgent, r.User)
			}
		})
	}
}

func TestTextsDoNotFlowIntoEachOther(t *testing.T) {
	log := read(t, edit(t, "alice", "ab", "kubectl/v1.37.1", "c")+edit(t, "alice", "a", "kubectl/v1.37.1", "bc"))
	want := []string{
		"1 a list policy/v1beta1 poddisruptionbudgets ",
		"1 ab list policy/v1beta1 poddisruptionbudgets ",
	}
	if diff := cmp.Diff(want, describe(log)); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestGroupsAreBounded(t *testing.T) {
	const more = 100
	t.Run("in number", func(t *testing.T) {
		log := read(t, string(byManyUsers(MaxGroups+more))+strings.Replace(requestLine, "alice", "user-0", 1))
		if len(log.Requests) != MaxGroups || log.Overflow != more || log.Events != MaxGroups+more+1 {
			t.Errorf("%d groups, overflow %d, %d events", len(log.Requests), log.Overflow, log.Events)
		}
		if first := log.Requests[0]; first.User != "user-0" || first.Count != 2 {
			t.Errorf("%d requests of %s: a group that is kept must go on counting", first.Count, first.User)
		}
	})
	t.Run("in text", func(t *testing.T) {
		agent := strings.Repeat("x", MaxText)
		text := strings.ReplaceAll(string(byManyUsers(MaxGroups)), "kubectl/v1.37.1", agent)
		log := read(t, text)
		if groups := len(log.Requests); groups > maxGroupText/MaxText || groups < maxGroupText/(2*MaxText) || log.Overflow != int64(MaxGroups-groups) {
			t.Errorf("%d groups, overflow %d", groups, log.Overflow)
		}
	})
}

// Requests that never end are forgotten, and count nevertheless.
func TestUnfinishedRequestsAreBounded(t *testing.T) {
	const requests = 3*maxUnfinished + 7
	for _, stage := range []string{requestReceived, responseStarted} {
		t.Run(stage, func(t *testing.T) {
			text := string(byManyUsers(requests))
			// One user, so that there is one group.
			var log strings.Builder
			for line := range strings.Lines(text) {
				start := strings.Index(line, "user-")
				end := start + strings.Index(line[start:], `"`)
				log.WriteString(strings.Replace(line[:start]+"alice"+line[end:], "ResponseComplete", stage, 1))
			}
			reader := NewReader(load(t))
			if err := reader.Read(t.Context(), strings.NewReader(log.String())); err != nil {
				t.Fatal(err)
			}
			if held := len(reader.unfinished) + len(reader.older); held > 2*maxUnfinished {
				t.Errorf("%d requests are held", held)
			}
			want := []string{fmt.Sprintf("%d alice list policy/v1beta1 poddisruptionbudgets ", requests)}
			if diff := cmp.Diff(want, describe(reader.AuditLog())); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMemoryDoesNotGrowWithTheLog(t *testing.T) {
	data, err := os.ReadFile("testdata/v1.37.1.log")
	if err != nil {
		t.Fatal(err)
	}
	const size, bound = 1 << 30, 16 << 20
	log := &repeated{block: data}
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	most := uint64(0)
	measured := readerFunc(func(p []byte) (int, error) {
		n, err := log.Read(p)
		log.total += n
		if log.total/(size/8) != (log.total-n)/(size/8) {
			runtime.ReadMemStats(&during)
			most = max(most, during.HeapSys-during.HeapReleased)
		}
		return n, err
	})
	reader := NewReader(load(t))
	if err := reader.Read(t.Context(), io.LimitReader(measured, size)); err != nil {
		t.Fatal(err)
	}
	// The lines repeat, and so do their IDs: a request ends before it comes again.
	if requests := reader.AuditLog().Requests; len(requests) != 8 || requests[0].Count < 1000 {
		t.Errorf("requests %q", describe(reader.AuditLog()))
	}
	if grown := int64(most) - int64(before.HeapSys-before.HeapReleased); grown > bound {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
}

func TestCancelEndsALogWithoutEnd(t *testing.T) {
	for name, block := range map[string]string{
		"of lines":              requestLine,
		"of a line without end": strings.Repeat("x", bufferSize),
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			cause := errors.New("enough")
			log := &repeated{block: []byte(block)}
			err := NewReader(load(t)).Read(ctx, readerFunc(func(p []byte) (int, error) {
				if log.total++; log.total == 3 {
					cancel(cause)
				}
				return log.Read(p)
			}))
			if !errors.Is(err, cause) {
				t.Errorf("error %v", err)
			}
			if log.total > 4 {
				t.Errorf("%d further reads", log.total-3)
			}
		})
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
