package catalog

import (
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func rangeOf(r v1alpha1.VersionRange) Range { return Range{VersionRange: r} }

func TestWhatIsInsideARange(t *testing.T) {
	onboarding := rangeOf(v1alpha1.VersionRange{Minimum: "1.19.0", Below: "1.35.0"})
	newest := rangeOf(v1alpha1.VersionRange{Minimum: "1.30.0", Below: "1.34.0", NewestOnly: true})
	for name, tc := range map[string]struct {
		in      Range
		version string
		want    bool
	}{
		"the last patch before the minimum":            {onboarding, "v1.18.20", false},
		"the minimum":                                  {onboarding, "v1.19.0", true},
		"a pre-release of the minimum":                 {onboarding, "v1.19.0-rc.1", true},
		"the minimum without a patch":                  {onboarding, "1.19", true},
		"the middle":                                   {onboarding, "v1.27.16", true},
		"the last patch":                               {onboarding, "v1.34.13", true},
		"a vendor's version":                           {onboarding, "v1.34.1-eks-abc", true},
		"a pre-release of the first above":             {onboarding, "v1.35.0-rc.1", false},
		"the first above":                              {onboarding, "v1.35.0", false},
		"the first above, of a vendor":                 {onboarding, "v1.35.0-eks-abc", false},
		"the first above without a patch":              {onboarding, "1.35", false},
		"another major":                                {onboarding, "v2.20.0", false},
		"the newest minor where it alone will do":      {newest, "v1.33.0", true},
		"its last patch":                               {newest, "v1.33.13", true},
		"the one before, inside the range":             {newest, "v1.32.13", false},
		"the oldest inside the range":                  {newest, "v1.30.0", false},
		"above the newest":                             {newest, "v1.34.0", false},
		"the newest minor of a range that ends inside": {rangeOf(v1alpha1.VersionRange{Minimum: "1.30.0", Below: "1.33.5", NewestOnly: true}), "v1.33.4", true},
		"its end":                 {rangeOf(v1alpha1.VersionRange{Minimum: "1.30.0", Below: "1.33.5", NewestOnly: true}), "v1.33.5", false},
		"a range without numbers": {rangeOf(v1alpha1.VersionRange{For: "onboarding"}), "v1.34.1", false},
		"a range without an end":  {rangeOf(v1alpha1.VersionRange{Minimum: "1.19.0"}), "v1.34.1", false},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := version.Parse(tc.version)
			if err != nil {
				t.Fatal(err)
			}
			if got := tc.in.Contains(v); got != tc.want {
				t.Errorf("%s inside %q: %t, want %t", tc.version, tc.in.String(), got, tc.want)
			}
		})
	}
}

func TestWhatWasValidated(t *testing.T) {
	validated := rangeOf(v1alpha1.VersionRange{ValidatedMinimum: "1.28.0", ValidatedBelow: "1.36.0"})
	for name, tc := range map[string]struct {
		in      Range
		version string
		want    bool
	}{
		"the last patch before":         {validated, "v1.27.16", false},
		"the first":                     {validated, "v1.28.0", true},
		"the last patch":                {validated, "v1.35.6-acp.1", true},
		"the first above":               {validated, "v1.36.0", false},
		"a pre-release of that":         {validated, "v1.36.0-rc.1", false},
		"where nothing is said of that": {rangeOf(v1alpha1.VersionRange{Minimum: "1.19.0", Below: "1.35.0"}), "v1.30.0", false},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := version.Parse(tc.version)
			if err != nil {
				t.Fatal(err)
			}
			if got := tc.in.Validated(v); got != tc.want {
				t.Errorf("%s validated by %q: %t, want %t", tc.version, tc.in.String(), got, tc.want)
			}
		})
	}
}

func TestARangeSaysWhatItDoesNotTell(t *testing.T) {
	for want, r := range map[string]v1alpha1.VersionRange{
		"a range that is not published":                                        {For: "onboarding"},
		">=1.28.0 <1.36.0 (validated; what else is accepted is not published)": {ValidatedMinimum: "1.28.0", ValidatedBelow: "1.36.0"},
		">=1.19.0 <1.36.0 (validated >=1.28.0 <1.35.0)":                        {Minimum: "1.19.0", Below: "1.36.0", ValidatedMinimum: "1.28.0", ValidatedBelow: "1.35.0"},
	} {
		if got := r.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestRangesInTheCatalogReadAsOperatorsWriteThem(t *testing.T) {
	c := loaded(t)
	for _, tc := range []struct{ platform, version, purpose, want, newest string }{
		{"alauda-acp", "4.3", "onboarding", ">=1.19.0 <1.35.0", "1.34"},
		{"alauda-acp", "4.3", "upgrading the global cluster", ">=1.31.0 <1.35.0", "1.34"},
		{"alauda-acp", "4.2", "upgrading the global cluster", ">=1.30.0 <1.34.0 (its newest minor alone)", "1.33"},
		{"alauda-acp", "4.4", "onboarding", ">=1.28.0 <1.36.0 (validated; what else is accepted is not published)", ""},
		{"alauda-acp", "4.4", "upgrading the global cluster", ">=1.32.0 <1.36.0", "1.35"},
		{"daocloud-dce", "v0.44.0", "the installer v0.44.0", ">=1.24.0 <1.35.0", "1.34"},
		{"daocloud-dce", "v0.44.0", "container management v0.50.0", ">=1.18.0 <1.33.0", "1.32"},
		{"daocloud-dce", "v0.37.0", "the installer v0.37.0", ">=1.24.0 <1.33.0", "1.32"},
	} {
		v := platform(t, c, tc.platform).Version(tc.version)
		if v == nil {
			t.Errorf("%s has no version %s", tc.platform, tc.version)
			continue
		}
		found := false
		for _, r := range v.Ranges {
			if r.For != tc.purpose {
				continue
			}
			found = true
			if got := r.String(); got != tc.want || r.Known() != (tc.newest != "") {
				t.Errorf("%s %s for %s is %q, known: %t, want %q", tc.platform, tc.version, tc.purpose, got, r.Known(), tc.want)
			}
			if r.Known() && r.Newest() != minor(t, tc.newest) {
				t.Errorf("%s %s for %s: the newest is %s, want %s", tc.platform, tc.version, tc.purpose, r.Newest(), tc.newest)
			}
		}
		if !found {
			t.Errorf("%s %s has no range for %s", tc.platform, tc.version, tc.purpose)
		}
	}
	if v := platform(t, c, "alauda-acp").Version("5.0"); v != nil {
		t.Errorf("a version that is not there is %s", v.Version)
	}
}
