package cmd

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// holdsNoLink knows what viewers of SARIF make links of, and what they replace.
func holdsNoLink(t *testing.T, text string) {
	t.Helper()
	var log struct {
		Runs []struct {
			Results []struct{ Message struct{ Text string } }
		}
	}
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	for _, r := range log.Runs[0].Results {
		if found := regexp.MustCompile(`(?:^|[^\\])\[[^\[\]\\]*\]\(|(?:^|[^{])\{\d+\}`).FindString(r.Message.Text); found != "" {
			t.Errorf("%q is no text in %s", found, r.Message.Text)
		}
	}
}

// holdsCases reads the elements of XML, of which a name can add none.
func holdsCases(t *testing.T, text string) {
	t.Helper()
	known := map[string]string{
		"testsuites": "", "testsuite": "testsuites", "properties": "testsuite", "property": "properties", "testcase": "testsuite",
		"failure": "testcase", "skipped": "testcase", "system-out": "testcase",
	}
	decoder := xml.NewDecoder(strings.NewReader(text))
	open := []string{""}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		switch element := token.(type) {
		case xml.StartElement:
			name := element.Name.Local
			if parent, ok := known[name]; !ok || parent != open[len(open)-1] {
				t.Errorf("<%s> in <%s>", name, open[len(open)-1])
			}
			open = append(open, name)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.Comment, xml.Directive:
			t.Errorf("%v", element)
		}
	}
}

func holdsOwnMetrics(t *testing.T, text string) {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, family := range families {
		if !strings.HasPrefix(name, "kubectl_versions_") {
			t.Errorf("%s is no metric of this tool", name)
		}
		for _, m := range family.Metric {
			for _, l := range m.Label {
				if l.GetName() == "forged" {
					t.Errorf("%s has a label that a name made", name)
				}
			}
		}
	}
}
