//go:build !race

package cmd

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

// filler writes into every string of a document.
type filler struct {
	// with makes a string of the field's name, and of what stands there.
	with func(field, value string) string
	// grow adds an element to what has none.
	grow   bool
	filled map[string]bool
}

func (f *filler) fill(field string, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			v.SetString(f.with(field, v.String()))
			f.filled[field] = true
		}
	case reflect.Pointer:
		if v.IsNil() && f.grow && v.CanSet() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		if !v.IsNil() {
			f.fill(field, v.Elem())
		}
	case reflect.Slice:
		if v.Len() == 0 && f.grow && v.CanSet() && v.Type().Elem().Kind() != reflect.Uint8 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		for i := range v.Len() {
			f.fill(field, v.Index(i))
		}
	case reflect.Map:
		if v.Len() == 0 && f.grow && v.CanSet() {
			v.Set(reflect.MakeMap(v.Type()))
			v.SetMapIndex(reflect.Zero(v.Type().Key()), reflect.Zero(v.Type().Elem()))
		}
		filled := reflect.MakeMap(v.Type())
		for key, value := range v.Seq2() {
			newKey, newValue := reflect.New(key.Type()).Elem(), reflect.New(value.Type()).Elem()
			newKey.Set(key)
			newValue.Set(value)
			f.fill(field, newKey)
			f.fill(field, newValue)
			filled.SetMapIndex(newKey, newValue)
		}
		if v.CanSet() && !v.IsNil() {
			v.Set(filled)
		}
	case reflect.Struct:
		if strings.HasPrefix(v.Type().PkgPath(), "k8s.io/") && v.Type().Name() != "ObjectMeta" {
			return // times, and types of documents
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				f.fill(v.Type().Field(i).Name, v.Field(i))
			}
		}
	case reflect.Int32, reflect.Int64, reflect.Int:
		if f.grow && v.CanSet() && v.IsZero() {
			v.SetInt(1)
		}
	}
}

// whatIsParsed are the fields that rules read as versions, types and images.
var whatIsParsed = regexp.MustCompile(`^(.*Version|.*Versions|Group|Kind|Resource|Desired|APIGroup|Names|Source|Reason|Local|Default|Image|Component|Identity|Verb)$`)

// filledSnapshots have a text in every string: beside what stands in the example, and
// alone in a document that has one of everything.
func filledSnapshots(t *testing.T, text string) map[string]string {
	t.Helper()
	example, err := os.ReadFile("../../docs/examples/shop-prod.yaml")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	written := map[string]string{}
	for name, f := range map[string]*filler{
		"example": {with: func(field, value string) string {
			if whatIsParsed.MatchString(field) {
				return value
			}
			return value + text
		}, filled: seen},
		"everything": {with: func(field, _ string) string {
			switch field {
			case "APIVersion":
				return "policy/v1beta1"
			case "GitVersion", "KubeletVersion":
				return "v1.34.1"
			case "Image":
				return "registry.k8s.io/kube-proxy:v1.34.1"
			}
			return text
		}, filled: seen, grow: true},
	} {
		snapshot := &v1alpha1.Snapshot{}
		if err := yaml.UnmarshalStrict(example, snapshot); err != nil {
			t.Fatal(err)
		}
		of := snapshot.TypeMeta
		if f.grow {
			snapshot = &v1alpha1.Snapshot{}
		} else {
			snapshot.Management = managementNamed("harmless")
		}
		f.fill("", reflect.ValueOf(snapshot))
		snapshot.TypeMeta = of
		snapshot.OwnerReferences, snapshot.ManagedFields = nil, nil
		if f.grow {
			snapshot.Nodes.Count = 1
		}
		data, err := json.Marshal(snapshot)
		if err != nil {
			t.Fatal(err)
		}
		written[name] = filepath.Join(t.TempDir(), "snapshot.json")
		if err := os.WriteFile(written[name], data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) < 80 {
		t.Fatalf("%d fields were filled: %v", len(seen), seen)
	}
	return written
}

// shape is what a document of JSON holds, without its texts and numbers.
func shape(document any) any {
	switch of := document.(type) {
	case map[string]any:
		var all []string
		for _, value := range of {
			all = append(all, fmt.Sprint(shape(value)))
		}
		slices.Sort(all)
		return all
	case []any:
		var all []any
		for _, value := range of {
			all = append(all, shape(value))
		}
		return all
	default:
		return fmt.Sprintf("%T", of)
	}
}

// structure is what a reader finds in an output, without its texts.
func structure(t *testing.T, format, output string) any {
	t.Helper()
	switch format {
	case "csv":
		records, err := csv.NewReader(strings.NewReader(output)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var fields []int
		for _, record := range records {
			fields = append(fields, len(record))
		}
		return fields
	case "junit":
		holdsCases(t, output)
		var names []string
		for decoder := xml.NewDecoder(strings.NewReader(output)); ; {
			token, err := decoder.Token()
			if err != nil {
				return names
			}
			if element, ok := token.(xml.StartElement); ok {
				names = append(names, fmt.Sprint(element.Name.Local, len(element.Attr)))
			}
		}
	case "prometheus":
		holdsOwnMetrics(t, output)
		parser := expfmt.NewTextParser(model.LegacyValidation)
		families, err := parser.TextToMetricFamilies(strings.NewReader(output))
		if err != nil {
			t.Fatal(err)
		}
		samples := map[string]int{}
		for name, family := range families {
			samples[name] = len(family.Metric)
		}
		return samples
	case "sarif", "json", "yaml":
		var document any
		if err := yaml.Unmarshal([]byte(output), &document); err != nil {
			t.Fatal(err)
		}
		return shape(document)
	case "html":
		return elements(output)
	case "markdown":
		return elements(rendered(t, output))
	default:
		return nil
	}
}

// TestEveryStringIsTextAlone puts what formats, terminals and runners of pipelines obey
// into every string that a snapshot has, and reads each output as its reader would: it
// has the structure that it has of harmless texts.
func TestEveryStringIsTextAlone(t *testing.T) {
	var lines []string
	for _, payload := range payloads() {
		lines = append(lines, payload)
	}
	slices.Sort(lines)
	// One that a version may be followed by, and one that it may not.
	texts := map[string][3]string{
		"in a word": {"example", "-harmless", "-<script>alert(1)</script>\"'`|](x)[y]{0}{{.z}}&lt;]]>*_~%0A::error::a##[b]${c}"},
		"in lines":  {"everything", "- harm less", "- " + strings.Join(lines, "\n::ERROR title=a:b::c\r\n##[B]\u200b\u2066\t=1+1|")},
	}
	formats := slices.DeleteFunc(printer.NewReportFlags().Formats(), func(f string) bool {
		return f == "kyaml" || strings.Contains(f, "template") || strings.Contains(f, "path") || strings.Contains(f, "columns")
	})
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			harmless, hostile := filledSnapshots(t, text[1]), filledSnapshots(t, text[2])
			document := text[0]
			for _, question := range []string{"", "skew", "support", "deprecations", "plan"} {
				for _, format := range append([]string{""}, formats...) {
					where := strings.Join([]string{document, question, format}, "/")
					want, wantErr := tried(t, question, harmless[document], format)
					got, gotErr := tried(t, question, hostile[document], format)
					if wantErr != nil || gotErr != nil {
						t.Errorf("%s: %v of harmless texts, and %v", where, wantErr, gotErr)
						continue
					}
					holdsNoControls(t, format, got)
					if !slices.Contains([]string{"json", "yaml", "sarif"}, format) {
						if command := regexp.MustCompile(`(?im)^\s*::[a-z-]+( .*)?::|##[a-z]*\[`).FindString(got); command != "" {
							t.Errorf("%s: a runner obeys %q", where, command)
						}
					}
					if format == "csv" {
						holdsNoFormula(t, got)
					}
					if diff := cmp.Diff(structure(t, format, want), structure(t, format, got)); diff != "" {
						t.Errorf("%s (-harmless +hostile):\n%.2000s", where, diff)
					}
				}
			}
		})
	}
}

// tried is run for what may be refused.
func tried(t *testing.T, question, snapshot, format string) (string, error) {
	t.Helper()
	var out, errOut bytes.Buffer
	err := Execute(t.Context(), Environment{
		Streams: genericiooptions.IOStreams{In: strings.NewReader(""), Out: &out, ErrOut: &errOut},
		Getenv:  func(string) string { return "" },
		Now:     func() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) },
	}, append(strings.Fields(question), "--snapshot", snapshot, "-o", format))
	holdsNoControls(t, "", errOut.String())
	return out.String(), err
}
