package version_test

import (
	"encoding/json"
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func TestParseNumber(t *testing.T) {
	for in, want := range map[string]string{
		"1.7.28":                   "1.7.28",
		"v2.0.14":                  "2.0.14",
		"2.2.6-k3s1":               "2.2.6",
		"1.6.20~ds1":               "1.6.20",
		"3.5.24-0":                 "3.5.24",
		"5.15.0-1051-aws":          "5.15.0",
		"4.18.0-553.el8_10.x86_64": "4.18.0",
		"6.1.0 (amd64)":            "6.1.0",
		"10.0.20348.2655":          "10.0.20348",
		"5.8":                      "5.8",
		"12 (bookworm)":            "12",
		"9":                        "9",
		"1.7.":                     "1.7",
	} {
		if got, found := version.ParseNumber(in); !found || got.String() != want {
			t.Errorf("ParseNumber(%q) = %s, %t, want %s", in, got, found, want)
		}
	}
	for _, in := range []string{"", "Unknown", "containerd://1.7.28", ".5", "-1", "3f2a9c1", "1234567", "20240101-1"} {
		if got, found := version.ParseNumber(in); found {
			t.Errorf("ParseNumber(%q) = %s", in, got)
		}
	}
}

func TestNumbersCompareByTheirParts(t *testing.T) {
	ascending := []string{"1", "1.6", "1.6.0", "1.6.39", "1.7.28", "1.10.0", "2", "2.0", "2.0.14", "21.10", "22.4"}
	for i, a := range ascending {
		for j, b := range ascending {
			older, _ := version.ParseNumber(a)
			newer, _ := version.ParseNumber(b)
			if got := older.Compare(newer); got != compareInts(i, j) {
				t.Errorf("%s against %s: %d", a, b, got)
			}
		}
	}
}

func compareInts(a, b int) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

func TestSameMinor(t *testing.T) {
	a, b, c := version.Number{Major: 1, Minor: 7, Patch: 0}, version.Number{Major: 1, Minor: 7, Patch: 28}, version.Number{Major: 2, Minor: 7, Patch: 0}
	if !a.SameMinor(b) || a.SameMinor(c) {
		t.Error("the minor alone decides")
	}
}

func TestANumberIsTextInDocuments(t *testing.T) {
	for _, text := range []string{`"1.7.28"`, `"5.8"`, `"9"`} {
		var n version.Number
		if err := json.Unmarshal([]byte(text), &n); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if written, err := json.Marshal(n); err != nil || string(written) != text {
			t.Errorf("%s became %s, %v", text, written, err)
		}
	}
	for _, text := range []string{`1.7`, `"1.7.28-rc.1"`, `""`, `"newest"`} {
		var n version.Number
		if err := json.Unmarshal([]byte(text), &n); err == nil {
			t.Errorf("%s became %s", text, n)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, seed := range []string{"1.7.28", "v2.0.14", "2.2.6-k3s1", "5.15.0-1051-aws", "12 (bookworm)", "1.7.", "007.08", "999999.999999.999999", "1234567", "20240101-1", "", "v"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, found := version.ParseNumber(text)
		if !found {
			if !n.IsZero() {
				t.Errorf("%q is none, and %s", text, n)
			}
			return
		}
		if again, found := version.ParseNumber(n.String()); !found || again != n || n.Compare(again) != 0 || !n.SameMinor(again) {
			t.Errorf("%q is %s, which is %s", text, n, again)
		}
		var read version.Number
		if err := read.UnmarshalText([]byte(n.String())); err != nil || read != n {
			t.Errorf("%q as text is %s, %v", text, read, err)
		}
		if older, _ := version.ParseNumber("0"); n.Compare(older) < 0 {
			t.Errorf("%q is %s, older than 0", text, n)
		}
	})
}
