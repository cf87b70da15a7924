package version_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func release(minor, patch int) version.Version {
	return version.Version{Minor: minorOf(minor), Patch: patch}
}

func minorOf(minor int) version.Minor { return version.Minor{Major: 1, Minor: minor} }

func preRelease(v version.Version, preRelease string) version.Version {
	v.PreRelease = preRelease
	return v
}

func withSuffix(v version.Version, suffix string) version.Version {
	v.Suffix = suffix
	return v
}

func mustParse(t *testing.T, s string) version.Version {
	t.Helper()
	v, err := version.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestParse(t *testing.T) {
	tests := []struct {
		name, in string
		want     version.Version
	}{
		{"an upstream release", "v1.37.1", release(37, 1)},
		{"a release without the leading v", "1.37.1", release(37, 1)},
		{"a first patch is not an unknown one", "v1.37.0", release(37, 0)},
		{"a release candidate", "v1.37.0-rc.1", preRelease(release(37, 0), "rc.1")},
		{"a beta", "v1.38.0-beta.0", preRelease(release(38, 0), "beta.0")},
		{"an alpha built from a modified tree", "v1.38.0-alpha.1.23+abcdef-dirty",
			withSuffix(preRelease(release(38, 0), "alpha.1.23"), "+abcdef-dirty")},
		{"a release built from a modified tree", "v1.37.1-dirty", withSuffix(release(37, 1), "-dirty")},
		{"commits on top of a release", "v1.37.1-3+abcdef0123", withSuffix(release(37, 1), "-3+abcdef0123")},
		{"rc without a number is a vendor's word", "v1.37.0-rc", withSuffix(release(37, 0), "-rc")},
		{"a word that begins like rc is a vendor's", "v1.37.0-rc.1st", withSuffix(release(37, 0), "-rc.1st")},
		{"a vendor's build of a release candidate", "v1.37.0-rc.1-eks-abc123",
			withSuffix(preRelease(release(37, 0), "rc.1"), "-eks-abc123")},

		{"Amazon EKS", "v1.33.5-eks-abc123", withSuffix(release(33, 5), "-eks-abc123")},
		{"Google Kubernetes Engine", "v1.36.3-gke.1640000", withSuffix(release(36, 3), "-gke.1640000")},
		{"Alibaba ACK", "v1.36.1-aliyun.1", withSuffix(release(36, 1), "-aliyun.1")},
		{"Alauda Container Platform", "v1.35.6-acp.1", withSuffix(release(35, 6), "-acp.1")},
		{"Alauda Container Platform, as its own resources have it", "1.35.6-acp.1", withSuffix(release(35, 6), "-acp.1")},
		{"k3s", "v1.33.1+k3s1", withSuffix(release(33, 1), "+k3s1")},
		{"rke2", "v1.33.1+rke2r1", withSuffix(release(33, 1), "+rke2r1")},
		{"a kubectl that runs another kubectl", "v1.32.4-dispatcher", withSuffix(release(32, 4), "-dispatcher")},
		{"a virtual-kubelet", "v1.18.4-vk-azure-aci-v1.4.1", withSuffix(release(18, 4), "-vk-azure-aci-v1.4.1")},
		{"an image of Amazon EKS", "v1.34.1-eksbuild.2", withSuffix(release(34, 1), "-eksbuild.2")},
		{"a minimal image of Amazon EKS", "v1.33.5-minimal-eksbuild.2", withSuffix(release(33, 5), "-minimal-eksbuild.2")},
		{"an image of rke2", "v1.33.1-rke2r1-build20250612", withSuffix(release(33, 1), "-rke2r1-build20250612")},

		{"the minor of /version", "1.31", release(31, version.UnknownPatch)},
		{"the minor of a vendor's /version", "1.31+", withSuffix(release(31, version.UnknownPatch), "+")},
		{"the widest numbers", "v1.999.999", release(999, 999)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := version.Parse(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Parse(%q) (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct{ name, in string }{
		{"nothing", ""},
		{"a v alone", "v"},
		{"a word", "latest"},
		{"two words", "not found"},
		{"a major alone", "v1"},
		{"a minor that is missing", "v1."},
		{"a patch that is missing", "v1.37."},
		{"a fourth number", "v1.37.1.2"},
		{"a wildcard", "v1.37.x"},
		{"a capital V", "V1.37.1"},
		{"space in front", " v1.37.1"},
		{"space behind", "v1.37.1 "},
		{"a newline behind", "v1.37.1\n"},
		{"a newline inside the suffix", "v1.37.1-eks\nv1.36.1"},
		{"control characters", "v1.37.1\x1b[31m"},
		{"control characters in a suffix", "v1.37.1-\x1b[31m"},
		{"a NUL", "v1.37.1\x00"},
		{"digits that are not ASCII", "v1.٣٧.١"},
		{"a suffix without a separator", "v1.37.1eks"},
		{"a negative minor", "v1.-37.1"},
		{"a negative major", "-1.37.1"},
		{"four digits", "v1.37.1000"},
		{"a number that no integer holds", "v1.99999999999999999999.0"},
		{"a tag that begins with a date", "v20210510-v1.21.0-alpha.0"},
		{"a date with dots", "2026.11.20"},
		{"a digest", "sha256:9f86d081884c7d659a2feaa0c55ad015"},
		{"a version after a word", "release-1.37"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := version.Parse(tt.in)
			if err == nil {
				t.Fatalf("Parse(%q) = %+v, want an error", tt.in, got)
			}
			if !strings.Contains(err.Error(), strconv.Quote(tt.in)) {
				t.Errorf("error %q does not quote %q", err, tt.in)
			}
		})
	}
}

func TestStringIsTheUpstreamPart(t *testing.T) {
	tests := []struct{ in, want string }{
		{"v1.33.5-eks-abc123", "v1.33.5"},
		{"1.33.5", "v1.33.5"},
		{"v1.37.0-rc.1", "v1.37.0-rc.1"},
		{"v1.38.0-alpha.1.23+abcdef-dirty", "v1.38.0-alpha.1.23"},
		{"1.31+", "v1.31"},
		{"v1.31.0", "v1.31.0"},
	}
	for _, tt := range tests {
		if got := mustParse(t, tt.in).String(); got != tt.want {
			t.Errorf("%q prints %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestCompareOrdersByUpstreamAge(t *testing.T) {
	// Oldest first.
	age := []string{
		"v1.9.11",
		"v1.10.0",
		"v1.36.9",
		"v1.37.0-alpha.1",
		"v1.37.0-alpha.1.23",
		"v1.37.0-alpha.2",
		"v1.37.0-beta.0",
		"v1.37.0-rc.2",
		"v1.37.0-rc.10",
		"v1.37.0",
		"v1.37.1-rc.0",
		"v1.37.1",
		"v1.37.2",
		"v1.37.10",
		"v2.0.0",
	}
	for i, a := range age {
		for j, b := range age {
			want := min(max(i-j, -1), 1)
			if got := mustParse(t, a).Compare(mustParse(t, b)); got != want {
				t.Errorf("%s compared with %s is %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestCompareDoesNotCountTheSuffix(t *testing.T) {
	for _, vendors := range []string{"v1.31.1-gke.1", "v1.31.1-gke.2", "v1.31.1-eks-abc123", "v1.31.1+k3s1", "v1.31.1-dirty", "1.31.1"} {
		if got := mustParse(t, vendors).Compare(mustParse(t, "v1.31.1")); got != 0 {
			t.Errorf("%s compared with v1.31.1 is %d, want 0", vendors, got)
		}
	}
	// A release candidate stays older than its release, whoever built it.
	if got := mustParse(t, "v1.31.1-rc.1+k3s1").Compare(mustParse(t, "v1.31.1-gke.1")); got != -1 {
		t.Errorf("v1.31.1-rc.1+k3s1 compared with v1.31.1-gke.1 is %d, want -1", got)
	}
}

func TestDispatcher(t *testing.T) {
	for in, want := range map[string]bool{
		"v1.32.4-dispatcher":       true,
		"v1.32.4-dispatcher-dirty": true,
		"v1.32.4-rc.1-dispatcher":  true,
		"v1.32.4":                  false,
		"v1.32.4-gke.1":            false,
		"v1.32.4-gke.1-dispatcher": false,
	} {
		if got := mustParse(t, in).Dispatcher(); got != want {
			t.Errorf("%s is a dispatcher: %t, want %t", in, got, want)
		}
	}
}

func TestParseMinor(t *testing.T) {
	for _, in := range []string{"1.37", "v1.37"} {
		if got, err := version.ParseMinor(in); err != nil || got != minorOf(37) {
			t.Errorf("ParseMinor(%q) = %v, %v, want 1.37", in, got, err)
		}
	}
	for _, in := range []string{"", "1", "latest", "+2", "1.37.0", "1.37+", "1.37-rc.1", "1.37-eks", "-1.37", "1.37\n"} {
		got, err := version.ParseMinor(in)
		if err == nil {
			t.Errorf("ParseMinor(%q) = %v, want an error", in, got)
		} else if !strings.Contains(err.Error(), strconv.Quote(in)) {
			t.Errorf("error %q does not quote %q", err, in)
		}
	}
}

func TestMinorArithmetic(t *testing.T) {
	tests := []struct {
		name      string
		m, other  version.Minor
		wantMinus int
	}{
		{"the same", minorOf(37), minorOf(37), 0},
		{"one newer", minorOf(37), minorOf(36), 1},
		{"one older", minorOf(36), minorOf(37), -1},
		{"across ten", minorOf(10), minorOf(9), 1},
		{"the next major is a thousand newer", version.Minor{Major: 2}, version.Minor{Major: 1}, 1000},
		{"the major before is a thousand older", version.Minor{Major: 1}, version.Minor{Major: 2}, -1000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.m.Minus(tt.other); got != tt.wantMinus {
				t.Errorf("%s minus %s is %d, want %d", tt.m, tt.other, got, tt.wantMinus)
			}
			if got, want := tt.m.Compare(tt.other), min(max(tt.wantMinus, -1), 1); got != want {
				t.Errorf("%s compared with %s is %d, want %d", tt.m, tt.other, got, want)
			}
		})
	}

	for n, want := range map[int]string{-3: "1.34", -1: "1.36", 0: "1.37", 1: "1.38", 3: "1.40"} {
		if got := minorOf(37).Add(n).String(); got != want {
			t.Errorf("1.37 and %d is %s, want %s", n, got, want)
		}
	}
	if !(version.Minor{}).IsZero() {
		t.Error("the zero value is a release")
	}
	if minorOf(0).IsZero() {
		t.Error("1.0 is no release")
	}
}

func TestMinorIsText(t *testing.T) {
	type document struct {
		Since version.Minor `json:"since"`
	}
	for _, minor := range []version.Minor{minorOf(0), minorOf(9), minorOf(37), {Major: 2, Minor: 10}} {
		text, err := json.Marshal(document{minor})
		if err != nil {
			t.Fatal(err)
		}
		if want := `{"since":"` + minor.String() + `"}`; string(text) != want {
			t.Errorf("%v is written as %s, want %s", minor, text, want)
		}
		var read document
		if err := json.Unmarshal(text, &read); err != nil || read.Since != minor {
			t.Errorf("%s is read as %v, %v", text, read.Since, err)
		}
	}
	for _, text := range []string{`{"since":"1.37.1"}`, `{"since":"latest"}`, `{"since":1.37}`} {
		read := document{minorOf(1)}
		if err := json.Unmarshal([]byte(text), &read); err == nil {
			t.Errorf("%s is read as %v, want an error", text, read.Since)
		} else if read.Since != minorOf(1) {
			t.Errorf("%s is refused, and yet changed the value to %v", text, read.Since)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"v1.37.1", "1.31+", "v1.38.0-alpha.1.23+abcdef-dirty", "v1.33.5-eks-abc123", "v1.33.1+k3s1", "1.31-rc.1",
		"v001.037.000", "v20210510-v1.21.0-alpha.0", "v1.37.1\n", "v1.37.0-rc.99999999999999999999", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := version.Parse(s)
		if err != nil {
			if v != (version.Version{}) {
				t.Errorf("Parse(%q) = %+v beside an error", s, v)
			}
			return
		}
		if !strings.HasSuffix(s, v.Suffix) {
			t.Errorf("Parse(%q) has the suffix %q, which is not the end of it", s, v.Suffix)
		}
		again, err := version.Parse(v.String())
		if err != nil {
			t.Fatalf("Parse(%q) prints %q: %v", s, v.String(), err)
		}
		if diff := cmp.Diff(withSuffix(v, ""), again); diff != "" {
			t.Errorf("Parse(%q) prints %q, which is read as (-first +again):\n%s", s, v.String(), diff)
		}
		if c := v.Compare(again); c != 0 {
			t.Errorf("%q compared with its own upstream part %s is %d", s, again, c)
		}
	})
}

func TestAMinorIsTextInDocuments(t *testing.T) {
	var m version.Minor
	if err := json.Unmarshal([]byte(`"1.30"`), &m); err != nil || m != (version.Minor{Major: 1, Minor: 30}) {
		t.Errorf("got %s, %v", m, err)
	}
	for document, want := range map[string]string{
		"1.3":      `1.3 is a number: write a minor version in quotes, as "1.30"`,
		"null":     `null is a number: write a minor version in quotes, as "1.30"`,
		`"1.30.1"`: `"1.30.1" is not a minor version, want one such as 1.37`,
	} {
		if err := json.Unmarshal([]byte(document), &m); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", document, err, want)
		}
	}
}
