package v1alpha1

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	goyaml "go.yaml.in/yaml/v2"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// MaxSnapshotBytes bounds what DecodeSnapshot reads. The snapshot of a cluster
// with 5,000 nodes takes a fraction of a percent of it.
const MaxSnapshotBytes = 256 << 20

// MaxYAMLBytes bounds documents in YAML, of which a tree of up to a hundred times
// the size is made; JSON does without.
const MaxYAMLBytes = 32 << 20

// DecodeSnapshot reads a snapshot in YAML or JSON. Fields that this version
// does not know, kinds it does not know, and more than MaxSnapshotBytes are errors.
func DecodeSnapshot(r io.Reader) (*Snapshot, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSnapshotBytes+1))
	if err != nil {
		return nil, err
	}
	snapshot := &Snapshot{}
	unknown, err := DecodeDocument(data, MaxSnapshotBytes, SnapshotKind, "written by kubectl versions snapshot", snapshot)
	if err := errors.Join(unknown, err); err != nil {
		return nil, err
	}
	if err := snapshot.validate(); err != nil {
		return nil, err
	}
	return snapshot, nil
}

// DecodeReport reads a snapshot, or a report on one or more clusters, in YAML or
// JSON. Fields, kinds and verdicts that this version does not know, and more than
// MaxSnapshotBytes are errors.
func DecodeReport(r io.Reader) (runtime.Object, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSnapshotBytes+1))
	if err != nil {
		return nil, err
	}
	asJSON, found, err := decodeType(data, MaxSnapshotBytes, "report")
	if err != nil {
		return nil, err
	}
	var report runtime.Object
	switch found.Kind {
	case SnapshotKind:
		report = &Snapshot{}
	case SkewReportKind:
		report = &SkewReport{}
	case SupportReportKind:
		report = &SupportReport{}
	case DeprecationReportKind:
		report = &DeprecationReport{}
	case UpgradePlanKind:
		report = &UpgradePlan{}
	case OverviewKind:
		report = &Overview{}
	case FleetOverviewKind:
		report = &FleetOverview{}
	case FleetSupportReportKind:
		report = &FleetSupportReport{}
	}
	const origin = "written by kubectl versions -o yaml"
	if report == nil {
		return nil, found.refuse("report", "a Snapshot or a report on a cluster of "+GroupVersion.String(), origin)
	}
	if err := found.expect(typeMeta(found.Kind), origin); err != nil {
		return nil, err
	}
	faults, err := json.UnmarshalStrict(asJSON, report)
	if err := errors.Join(append(faults, err)...); err != nil {
		return nil, err
	}
	if snapshot, ok := report.(*Snapshot); ok {
		if err := snapshot.validate(); err != nil {
			return nil, err
		}
	}
	return report, nil
}

// DecodeDocument reads one document of a kind of this group, in YAML or JSON.
// Another kind, a second document, and more than limit bytes are errors, which
// say where such documents come from. Fields that this version does not know,
// and those that stand twice, are in unknown.
func DecodeDocument(data []byte, limit int, kind, origin string, into any) (unknown, err error) {
	asJSON, found, err := decodeType(data, limit, strings.ToLower(kind))
	if err != nil {
		return nil, err
	}
	if err := found.expect(typeMeta(kind), origin); err != nil {
		return nil, err
	}
	faults, err := json.UnmarshalStrict(asJSON, into)
	return errors.Join(faults...), err
}

// foundType is what a document says that it is.
type foundType struct{ metav1.TypeMeta }

// decodeType returns a document as JSON, and its type.
func decodeType(data []byte, limit int, what string) (asJSON []byte, found foundType, err error) {
	if len(data) > limit {
		return nil, found, fmt.Errorf("larger than %d MiB", limit>>20)
	}
	// Windows PowerShell's > writes UTF-16, and editors there a mark before UTF-8.
	data, _, err = transform.Bytes(unicode.BOMOverride(transform.Nop), data)
	if err != nil {
		return nil, found, fmt.Errorf("not text: %w", err)
	}
	if moreDocuments(data) {
		return nil, found, fmt.Errorf("holds more than one document: give one %s at a time", what)
	}
	asJSON = data
	if !stdjson.Valid(data) {
		if len(data) > MaxYAMLBytes {
			return nil, found, fmt.Errorf("larger than %d MiB, and not JSON: write it with -o json, which may be larger", MaxYAMLBytes>>20)
		}
		if moreInBraces(data) {
			return nil, found, fmt.Errorf("holds more than one document: give one %s at a time", what)
		}
		if asJSON, err = yaml.YAMLToJSONStrict(data); err != nil {
			return nil, found, fmt.Errorf("not YAML or JSON: %w", err)
		}
	}
	if err := json.UnmarshalCaseSensitivePreserveInts(asJSON, &found.TypeMeta); err != nil {
		return nil, found, fmt.Errorf("no apiVersion and kind: %w", err)
	}
	return asJSON, found, nil
}

// expect refuses a document of another type.
func (t foundType) expect(want metav1.TypeMeta, origin string) error {
	name := strings.ToLower(want.Kind)
	switch {
	case t.APIVersion == "" || t.Kind == "":
		return t.refuse(name, want.Kind, origin)
	case t.GroupVersionKind().Group != GroupVersion.Group || t.Kind != want.Kind:
		return t.refuse(name, want.APIVersion+" "+want.Kind, origin)
	case t.APIVersion != want.APIVersion:
		return fmt.Errorf("%s is not known to this version, which reads %s: upgrade kubectl-versions, or write the %s again",
			t.APIVersion, want.APIVersion, name)
	}
	return nil
}

func (t foundType) refuse(name, want, origin string) error {
	if t.APIVersion == "" || t.Kind == "" {
		return fmt.Errorf("no apiVersion and kind: want %s, as %s", want, origin)
	}
	return fmt.Errorf("%s %s is no %s: want %s, as %s", t.APIVersion, t.Kind, name, want, origin)
}

// validate finds what decoding cannot: a file that was cut short is valid YAML.
func (s *Snapshot) validate() error {
	if s.Nodes == nil {
		return nil
	}
	named := 0
	for _, group := range s.Nodes.Groups {
		named += len(group.Names)
	}
	if named != int(s.Nodes.Count) {
		return fmt.Errorf("names %d of its %d nodes: it was cut short, or edited without nodes.count", named, s.Nodes.Count)
	}
	return nil
}

// moreDocuments finds a second YAML document, which decoding would pass over.
func moreDocuments(data []byte) bool {
	begun, ended := false, false
	for line := range bytes.Lines(data) {
		line = bytes.TrimRight(line, " \t\r\n")
		switch content := len(line) > 0 && line[0] != '#'; {
		case begun && bytes.HasPrefix(line, []byte("---")), ended && content:
			return true
		case begun && string(line) == "...":
			ended = true
		case content && string(line) != "---":
			begun = true
		}
	}
	return false
}

// moreInBraces finds one that begins behind the braces of the first.
func moreInBraces(data []byte) bool {
	inBraces := false
	for line := range bytes.Lines(data) {
		line = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(line), []byte("---")))
		if len(line) > 0 && line[0] != '#' {
			inBraces = line[0] == '{'
			break
		}
	}
	if !inBraces {
		return false
	}
	var document any
	decoder := goyaml.NewDecoder(bytes.NewReader(data))
	return decoder.Decode(&document) == nil && !errors.Is(decoder.Decode(&document), io.EOF)
}

// MaxPolicyBytes bounds what DecodePolicy reads.
const MaxPolicyBytes = 4 << 20

// DecodePolicy reads a policy in YAML or JSON. Unknown fields, a waiver without
// a reason, one that names nothing, and patterns that are none are errors.
func DecodePolicy(r io.Reader) (*DeprecationPolicy, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxPolicyBytes+1))
	if err != nil {
		return nil, err
	}
	policy := &DeprecationPolicy{}
	unknown, err := DecodeDocument(data, MaxPolicyBytes, DeprecationPolicyKind, "described in docs/deprecations.md", policy)
	if err := errors.Join(unknown, err); err != nil {
		return nil, err
	}
	for i, w := range policy.Waivers {
		if err := w.validate(); err != nil {
			return nil, fmt.Errorf("waivers[%d]: %w", i, err)
		}
	}
	return policy, nil
}

func (w *Waiver) validate() error {
	if strings.TrimSpace(w.Reason) == "" {
		return errors.New("has no reason")
	}
	patterns := []string{w.APIVersion, w.Kind, w.Namespace, w.Name, w.Subject}
	if strings.Join(patterns, "") == "" {
		return errors.New("names nothing: give apiVersion, kind, namespace, name or subject")
	}
	for _, pattern := range patterns {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("%q is no pattern: %w", pattern, err)
		}
	}
	return nil
}
