package catalog

import (
	"fmt"
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// inWords is a standing such as "supported: maintenance until 2027-06-28".
func inWords(stage v1alpha1.Stage, phase v1alpha1.SupportPhase) string {
	if phase.Until.IsZero() {
		return string(stage)
	}
	return fmt.Sprintf("%s: %s until %s", stage, phase.Name, phase.Until)
}

// A row says when a phase ends and what follows; the phase holds on the day
// before and on that day itself, what follows holds on the day after.
func TestAPhaseLastsThroughItsLastDay(t *testing.T) {
	c := loaded(t)
	paid := map[string]bool{"extended": true, "LTS": true, "EUS 1": true, "EUS 2": true}
	seen := map[string]bool{}
	for _, tc := range []struct{ platform, release, phase, until, then string }{
		{"upstream", "1.36", "standard", "2027-04-28", "supported: maintenance until 2027-06-28"},
		{"upstream", "1.36", "maintenance", "2027-06-28", "end of life: maintenance until 2027-06-28"},
		{"upstream", "1.35", "maintenance", "2027-02-28", "end of life: maintenance until 2027-02-28"},
		{"upstream", "1.34", "standard", "2026-08-27", "supported: maintenance until 2026-10-27"},
		{"upstream", "1.34", "maintenance", "2026-10-27", "end of life: maintenance until 2026-10-27"},
		{"upstream", "1.18", "maintenance", "2021-06-18", "end of life: maintenance until 2021-06-18"},
		{"upstream", "1.17", "standard", "2021-01-13", "end of life: standard until 2021-01-13"},
		{"upstream", "1.2", "standard", "2016-10-23", "end of life: standard until 2016-10-23"},
		{"amazon-eks", "1.34", "standard", "2026-12-02", "supported: extended until 2027-12-02"},
		{"amazon-eks", "1.34", "extended", "2027-12-02", "end of life: extended until 2027-12-02"},
		{"amazon-eks", "1.20", "standard", "2022-11-01", "end of life: standard until 2022-11-01"},
		{"google-kubernetes-engine", "1.33", "standard", "2026-08-03", "supported: extended until ~2027-06-03"},
		{"google-kubernetes-engine", "1.33", "extended", "~2027-06-03", "end of life: extended until ~2027-06-03"},
		{"google-kubernetes-engine", "1.26", "standard", "2024-06-30", "end of life: standard until 2024-06-30"},
		{"azure-kubernetes-service", "1.34", "community", "2026-11-30", "supported: LTS until 2027-11-30"},
		{"azure-kubernetes-service", "1.34", "LTS", "2027-11-30", "end of life: LTS until 2027-11-30"},
		{"azure-kubernetes-service", "1.26", "community", "2024-04-11", "end of life: community until 2024-04-11"},
		{"alibaba-ack", "1.36", "standard", "2027-05-30", "end of life: standard until 2027-05-30"},
		{"red-hat-openshift", "4.18", "full", "2025-09-17", "supported: maintenance until 2026-08-25"},
		{"red-hat-openshift", "4.18", "maintenance", "2026-08-25", "supported: EUS 1 until 2027-02-25"},
		{"red-hat-openshift", "4.18", "EUS 1", "2027-02-25", "supported: EUS 2 until ~2028-02-25"},
		{"red-hat-openshift", "4.18", "EUS 2", "~2028-02-25", "end of life: EUS 2 until ~2028-02-25"},
		{"red-hat-openshift", "4.19", "maintenance", "2026-12-17", "end of life: maintenance until 2026-12-17"},
		{"red-hat-openshift", "4.8", "EUS 1", "2023-04-27", "end of life: EUS 1 until 2023-04-27"},
		{"k3s", "1.30", "standard", "~2025-06-28", "end of life: standard until ~2025-06-28"},
	} {
		seen[tc.platform+" "+tc.phase] = true
		p := platform(t, c, tc.platform)
		r, last := release(t, p, tc.release), date(t, tc.until)
		holds := fmt.Sprintf("supported: %s until %s", tc.phase, tc.until)
		for offset, want := range map[int]string{-1: holds, 0: holds, 1: tc.then} {
			day := last.AddDays(offset)
			stage, phase := p.Standing(r, day)
			if got := inWords(stage, phase); got != want {
				t.Errorf("%s %s on %s is %s, want %s", tc.platform, tc.release, day, got, want)
			}
			if (phase.Kind == v1alpha1.Extended) != paid[phase.Name] {
				t.Errorf("%s %s on %s is in a phase of kind %s", tc.platform, tc.release, day, phase.Kind)
			}
		}
	}
	for _, p := range c.Platforms {
		for _, phase := range p.Phases {
			if !seen[p.ID+" "+phase.Name] {
				t.Errorf("no end of %s support on %s is checked", phase.Name, p.ID)
			}
		}
	}
}

func TestStandingOnADay(t *testing.T) {
	c := loaded(t)
	for name, tc := range map[string]struct{ platform, release, day, want string }{
		"the day before it came out":                {"upstream", "1.37", "2026-08-25", "planned"},
		"the day it came out":                       {"upstream", "1.37", "2026-08-26", "supported: standard until 2027-08-28"},
		"the day before the month it came out in":   {"alibaba-ack", "1.36", "2026-04-30", "planned"},
		"the first day of the month it came out in": {"alibaba-ack", "1.36", "2026-05-01", "supported: standard until 2027-05-30"},
		"the day before an unconfirmed one":         {"red-hat-openshift", "4.21", "2026-02-02", "planned"},
		"an unconfirmed day":                        {"red-hat-openshift", "4.21", "2026-02-03", "supported: full until 2026-09-09"},
		"the first day of the month that ends it":   {"alibaba-ack", "1.26", "2025-04-01", "supported: standard until 2025-04"},
		"the last day of the month that ends it":    {"alibaba-ack", "1.26", "2025-04-30", "supported: standard until 2025-04"},
		"the first day of the month after":          {"alibaba-ack", "1.26", "2025-05-01", "end of life: standard until 2025-04"},
		"the last of February, which ends it":       {"upstream", "1.26", "2024-02-28", "supported: maintenance until 2024-02-28"},
		"the leap day after":                        {"upstream", "1.26", "2024-02-29", "end of life: maintenance until 2024-02-28"},
		"long after":                                {"upstream", "1.26", "2099-01-01", "end of life: maintenance until 2024-02-28"},
		"a release without ends before it came out": {"rke2", "1.36", "2026-05-11", "planned"},
		"a release without ends":                    {"rke2", "1.36", "2026-05-12", "unknown"},
		"maintenance, of a release that had none":   {"upstream", "1.17", "2020-12-31", "supported: standard until 2021-01-13"},
	} {
		t.Run(name, func(t *testing.T) {
			p := platform(t, c, tc.platform)
			if got := inWords(p.Standing(release(t, p, tc.release), date(t, tc.day))); got != tc.want {
				t.Errorf("%s %s on %s is %s, want %s", tc.platform, tc.release, tc.day, got, tc.want)
			}
		})
	}
}

func TestPolicies(t *testing.T) {
	c := loaded(t)
	for _, tc := range []struct{ platform, release, want string }{
		{"upstream", "1.18", "standard:9"},
		{"upstream", "1.19", "standard:12 maintenance:2"},
		{"upstream", "1.38", "standard:12 maintenance:2"},
		{"amazon-eks", "1.25", "none"},
		{"amazon-eks", "1.26", "standard:14 extended:12"},
		{"google-kubernetes-engine", "1.26", "standard:14"},
		{"google-kubernetes-engine", "1.27", "standard:14 extended:10"},
		{"azure-kubernetes-service", "1.26", "none"},
		{"azure-kubernetes-service", "1.27", "standard:12 lts:12"},
		{"alibaba-ack", "1.30", "standard:24"},
		{"alibaba-ack", "1.31", "standard:12"},
		{"red-hat-openshift", "4.22", "full:6 maintenance:12"},
		{"rke2", "1.36", "none"},
	} {
		got := "none"
		if policy := platform(t, c, tc.platform).PolicyFor(minor(t, tc.release)); policy != nil {
			got = spaced(policy.Phases, func(l PhaseLength) string { return fmt.Sprintf("%s:%d", l.Phase, l.Months) })
		}
		if got != tc.want {
			t.Errorf("the policy of %s for %s is %s, want %s", tc.platform, tc.release, got, tc.want)
		}
	}
}

// The nine months of 1.18 would have ended on 2020-12-25.
func TestPublishedEndsStandAboveThePolicy(t *testing.T) {
	p := platform(t, loaded(t), Upstream)
	r := release(t, p, "1.18")
	promised := r.Released.AddMonths(p.PolicyFor(r.Version).Phases[0].Months)
	if got := promised.String(); got != "2020-12-25" {
		t.Errorf("the policy promised %s", got)
	}
	if got, want := inWords(p.Standing(r, promised.AddDays(1))), "supported: standard until 2021-04-28"; got != want {
		t.Errorf("the day after is %s, want %s", got, want)
	}
}

func TestTheLatestPatchOnADay(t *testing.T) {
	c := loaded(t)
	for _, tc := range []struct{ platform, release, day, want string }{
		{"upstream", "1.36", "2026-04-21", "none"},
		{"upstream", "1.36", "2026-04-22", "1.36.0"},
		{"upstream", "1.36", "2026-05-12", "1.36.0"}, // 1.36.1 was tagged, and announced for the next day
		{"upstream", "1.36", "2026-05-13", "1.36.1"},
		{"upstream", "1.36", "2026-07-14", "1.36.2"}, // 1.36.3 was announced, and not tagged
		{"upstream", "1.36", "2026-07-21", "1.36.2"},
		{"upstream", "1.36", "2026-07-22", "1.36.3"},
		{"upstream", "1.36", "2026-10-27", "1.36.5"},
		{"upstream", "1.36", "2026-10-28", "1.36.6"},
		{"upstream", "1.36", "2026-11-20", "1.36.6"},
		{"google-kubernetes-engine", "1.36", "2026-08-19", "none"}, // no earlier one is known
		{"google-kubernetes-engine", "1.36", "2026-08-20", "1.36.3-gke.1640000"},
		{"rke2", "1.35", "2026-08-03", "none"},
		{"rke2", "1.35", "2026-08-04", "v1.35.7+rke2r1"},
		{"azure-kubernetes-service", "1.36", "2026-11-20", "none"},
	} {
		got := "none"
		if latest := release(t, platform(t, c, tc.platform), tc.release).LatestBy(date(t, tc.day)); latest != nil {
			got = latest.Version
		}
		if got != tc.want {
			t.Errorf("%s %s on %s: the latest is %s, want %s", tc.platform, tc.release, tc.day, got, tc.want)
		}
	}
}

func TestFinalPatchesAfterEndOfLife(t *testing.T) {
	p := platform(t, loaded(t), Upstream)
	for _, tc := range []struct{ release, before, on, patch, standing string }{
		{"1.34", "2026-10-27", "2026-10-28", "1.34.13", "end of life: maintenance until 2026-10-27"},
		{"1.31", "2025-11-11", "2025-11-12", "1.31.14", "end of life: maintenance until 2025-11-11"},
		{"1.29", "2025-03-10", "2025-03-11", "1.29.15", "end of life: maintenance until 2025-02-28"},
		{"1.27", "2024-07-16", "2024-07-17", "1.27.16", "end of life: maintenance until 2024-07-16"},
		{"1.26", "2024-03-13", "2024-03-14", "1.26.15", "end of life: maintenance until 2024-02-28"},
		{"1.22", "2022-12-07", "2022-12-08", "1.22.17", "end of life: maintenance until 2022-10-28"},
	} {
		r := release(t, p, tc.release)
		if latest := r.LatestBy(date(t, tc.before)); latest != nil && latest.Version == tc.patch {
			t.Errorf("%s is there on %s", tc.patch, tc.before)
		}
		if latest := r.LatestBy(date(t, tc.on)); latest == nil || latest.Version != tc.patch {
			t.Errorf("%s on %s: got %v, want %s", tc.release, tc.on, latest, tc.patch)
		}
		if got := inWords(p.Standing(r, date(t, tc.on))); got != tc.standing {
			t.Errorf("%s on %s is %s, want %s", tc.release, tc.on, got, tc.standing)
		}
	}
}

func TestWhatIsPlanned(t *testing.T) {
	c := loaded(t)
	for _, tc := range []struct {
		platform, release, day string
		want                   bool
	}{
		{"upstream", "1.37", "2026-08-25", true},
		{"upstream", "1.37", "2026-08-26", false},
		{"azure-kubernetes-service", "1.37", "2026-09-30", true},
		{"azure-kubernetes-service", "1.37", "2026-10-31", true}, // planned for October, and not confirmed
		{"azure-kubernetes-service", "1.37", "2026-11-20", true},
		{"azure-kubernetes-service", "1.36", "2026-05-31", true},
		{"azure-kubernetes-service", "1.36", "2026-06-01", false},
		{"red-hat-openshift", "4.21", "2026-02-02", true},
		{"red-hat-openshift", "4.21", "2026-11-20", false}, // a patch confirms what the page of its day does not
		{"upstream", "1.2", "2026-11-20", false},           // of an unknown day
	} {
		if got := release(t, platform(t, c, tc.platform), tc.release).PlannedOn(date(t, tc.day)); got != tc.want {
			t.Errorf("%s %s on %s is planned: %t, want %t", tc.platform, tc.release, tc.day, got, tc.want)
		}
	}
}

func TestWhatIsSupportedOnADay(t *testing.T) {
	c := loaded(t)
	for _, tc := range []struct{ platform, day, want string }{
		{"upstream", "2026-11-20", "1.37 1.36 1.35"},
		{"upstream", "2026-06-28", "1.36 1.35 1.34 1.33"},
		{"upstream", "2026-06-29", "1.36 1.35 1.34"},
		{"upstream", "2026-08-25", "1.36 1.35 1.34"},
		{"upstream", "2026-08-26", "1.37 1.36 1.35 1.34"},
		{"upstream", "2026-10-27", "1.37 1.36 1.35 1.34"},
		{"upstream", "2026-10-28", "1.37 1.36 1.35"},
		{"upstream", "2099-01-01", ""},
		{"amazon-eks", "2026-12-02", "1.36 1.35 1.34"},
		{"amazon-eks", "2026-12-03", "1.36 1.35"},
		{"google-kubernetes-engine", "2026-10-01", "1.36 1.35 1.34"},
		{"google-kubernetes-engine", "2026-10-02", "1.36 1.35"},
		{"azure-kubernetes-service", "2026-11-20", "1.36 1.35 1.34"}, // 1.37 is planned
		{"azure-kubernetes-service", "2026-12-01", "1.36 1.35"},
		{"alibaba-ack", "2026-11-20", "1.36 1.35"},
		{"red-hat-openshift", "2026-11-20", "4.22 4.21 4.20 4.19"},
		{"rke2", "2026-11-20", ""}, // it has no dates of its own
	} {
		var supported []version.Minor
		p := platform(t, c, tc.platform)
		for i := range p.Releases {
			if stage, phase := p.Standing(&p.Releases[i], date(t, tc.day)); stage == v1alpha1.Supported && phase.Kind != v1alpha1.Extended && !p.Releases[i].PlannedOn(date(t, tc.day)) {
				supported = append(supported, p.Releases[i].Version)
			}
		}
		got := spaced(supported, version.Minor.String)
		if got != tc.want {
			t.Errorf("%s supports %q on %s, want %q", tc.platform, got, tc.day, tc.want)
		}
	}
}

func TestWhatCanBeCreatedOnADay(t *testing.T) {
	c := loaded(t)
	for _, tc := range []struct{ platform, day, want string }{
		{"alibaba-ack", "2026-11-20", "1.36 1.35 1.34"},
		{"alibaba-ack", "2026-05-01", "1.36 1.35 1.34"},
		{"alibaba-ack", "2026-04-30", "1.35 1.34 1.33"},
		{"alibaba-ack", "2024-08-31", "1.30 1.28 1.26"},
		{"daocloud-dce", "2026-11-20", "1.36 1.35 1.34"},
		{"daocloud-dce", "2026-08-25", "1.35 1.34 1.33"},
		{"daocloud-dce", "2026-04-01", "1.34 1.33 1.32"},
		{"amazon-eks", "2026-11-20", "unknown"},
		{"upstream", "2026-11-20", "unknown"},
		{"alauda-acp", "2026-11-20", "1.35"}, // as its newest version says
	} {
		got := "unknown"
		if minors, known := c.CreatableOn(platform(t, c, tc.platform), date(t, tc.day)); known {
			got = spaced(minors, version.Minor.String)
		}
		if got != tc.want {
			t.Errorf("%s creates %s on %s, want %s", tc.platform, got, tc.day, tc.want)
		}
	}
}

func TestWhatIsRecommendedOnADay(t *testing.T) {
	c := loaded(t)
	for _, tc := range []struct{ platform, day, want string }{
		{"daocloud-dce", "2023-05-08", "none"},
		{"daocloud-dce", "2023-05-09", "1.26.5"},
		{"daocloud-dce", "2023-11-29", "1.26.5"},
		{"daocloud-dce", "2023-11-30", "1.27.5"},
		{"daocloud-dce", "2026-11-20", "1.27.5"},
		{"alauda-acp", "2026-11-20", "none"},
	} {
		got := "none"
		if r := platform(t, c, tc.platform).RecommendedOn(date(t, tc.day)); r != nil {
			got = r.Version
		}
		if got != tc.want {
			t.Errorf("%s recommends %s on %s, want %s", tc.platform, got, tc.day, tc.want)
		}
	}
}

func TestWhoseDatesHold(t *testing.T) {
	c := loaded(t)
	for name, tc := range map[string]struct{ platform, minor, whose, release string }{
		"RKE2 has the release, and no ends":       {"rke2", "1.36", "upstream", "1.36"},
		"RKE2 does not have the release":          {"rke2", "1.37", "upstream", "1.37"},
		"nobody has it":                           {"rke2", "1.38", "upstream", "none"},
		"k3s has its own end of 1.30":             {"k3s", "1.30", "k3s", "1.30"},
		"k3s has no other":                        {"k3s", "1.31", "upstream", "1.31"},
		"DCE has none":                            {"daocloud-dce", "1.36", "upstream", "1.36"},
		"ACP has none":                            {"alauda-acp", "1.34", "upstream", "1.34"},
		"EKS follows nobody":                      {"amazon-eks", "1.36", "amazon-eks", "1.36"},
		"EKS does not have the release":           {"amazon-eks", "1.37", "amazon-eks", "none"},
		"OpenShift by the minor inside":           {"red-hat-openshift", "1.35", "red-hat-openshift", "4.22"},
		"OpenShift left a Kubernetes minor out":   {"red-hat-openshift", "1.15", "red-hat-openshift", "none"},
		"OpenShift's number is no Kubernetes one": {"red-hat-openshift", "4.22", "red-hat-openshift", "none"},
		"upstream":                                {"upstream", "1.37", "upstream", "1.37"},
	} {
		t.Run(name, func(t *testing.T) {
			whose, r := c.Calendar(platform(t, c, tc.platform), minor(t, tc.minor))
			got := "none"
			if r != nil {
				got = r.Version.String()
			}
			if whose.ID != tc.whose || got != tc.release {
				t.Errorf("got %s %s, want %s %s", whose.ID, got, tc.whose, tc.release)
			}
			if r != nil && r != whose.Release(minor(t, tc.minor)) {
				t.Errorf("the release is not that of %s", whose.ID)
			}
		})
	}
}
