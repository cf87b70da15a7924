package catalog

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

type spoiled map[string]struct {
	spoil func(c *Catalog)
	want  string
}

// refused checks that each fault is found, and no other one.
func (cases spoiled) refused(t *testing.T) {
	t.Helper()
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := loaded(t)
			tc.spoil(c)
			got := "no fault"
			if err := c.Validate(); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// on spoils a platform of the catalog.
func on(id string, spoil func(p *Platform)) func(c *Catalog) {
	return func(c *Catalog) { spoil(c.Platform(id)) }
}

// in spoils the release of a platform that stands at an index, the newest at 0.
func in(id string, i int, spoil func(r *Release)) func(c *Catalog) {
	return on(id, func(p *Platform) { spoil(&p.Releases[i]) })
}

func skewOf(spoil func(s *Skew)) func(c *Catalog) {
	return func(c *Catalog) { spoil(c.Skew) }
}

func TestValidateRefusesASkewPolicy(t *testing.T) {
	spoiled{
		"without a day": {skewOf(func(s *Skew) { s.AsOf = calendar.Date{} }), "skew: asOf is missing"},
		"that leaves a component out": {skewOf(func(s *Skew) { s.Policy = s.Policy[1:] }),
			"skew: kube-apiserver has no rule"},
		"with a component that is none": {skewOf(func(s *Skew) { s.Policy = append(s.Policy, ComponentPolicy{Component: "etcd"}) }),
			"skew: etcd is no component of the policy"},
		"with a rule without a source": {skewOf(func(s *Skew) { s.Policy[0].Rules[0].Source = "" }),
			"skew: kube-apiserver since 1.0 has no source"},
		"that lets a component be older by less than nothing": {skewOf(func(s *Skew) { s.Policy[0].Rules[0].Older = -1 }),
			"skew: kube-apiserver since 1.0 has a negative distance"},
		"that lets a component be newer by less than nothing": {skewOf(func(s *Skew) { s.Policy[6].Rules[0].Newer = -1 }),
			"skew: kubectl since 1.0 has a negative distance"},
		"with rules out of order": {skewOf(func(s *Skew) { r := s.Policy[4].Rules; r[0], r[1] = r[1], r[0] }),
			"skew: kubelet since 1.0 is out of order"},
		"with two rules since the same minor": {skewOf(func(s *Skew) { s.Policy[4].Rules[1].Since = s.Policy[4].Rules[0].Since }),
			"skew: kubelet since 1.0 is out of order"},
		"with pods in no namespace": {skewOf(func(s *Skew) { s.ControlPlanePods[1].Namespace = "" }),
			"skew: control-plane pods of kOps need a namespace, a selector, and either a component or its label"},
		"with pods that nothing selects": {skewOf(func(s *Skew) { s.ControlPlanePods[1].Selector = "" }),
			"skew: control-plane pods of kOps need a namespace, a selector, and either a component or its label"},
		"with pods of two ways to tell the component": {skewOf(func(s *Skew) { s.ControlPlanePods[1].Component = KubeScheduler }),
			"skew: control-plane pods of kOps need a namespace, a selector, and either a component or its label"},
		"with pods of no way to tell the component": {skewOf(func(s *Skew) { s.ControlPlanePods[1].ComponentLabel = "" }),
			"skew: control-plane pods of kOps need a namespace, a selector, and either a component or its label"},
		"with an image without a repository": {skewOf(func(s *Skew) { s.CloudControllerManagers[0].Repository = "" }),
			`skew: cloud-controller-manager "" needs a repository and a source`},
		"with an image without a source": {skewOf(func(s *Skew) { s.CloudControllerManagers[0].Source = "" }),
			`skew: cloud-controller-manager "provider-aws/cloud-controller-manager" needs a repository and a source`},
		"without its newest minor": {skewOf(func(s *Skew) { s.LastKnownMinor = version.Minor{} }),
			"skew: lastKnownMinor and kubeadmLocalKubelet need a minor, and the latter a source"},
		"without the minor of kubeadm's local kubelets": {skewOf(func(s *Skew) { s.KubeadmLocalKubelet.Since = version.Minor{} }),
			"skew: lastKnownMinor and kubeadmLocalKubelet need a minor, and the latter a source"},
		"without the source of kubeadm's local kubelets": {skewOf(func(s *Skew) { s.KubeadmLocalKubelet.Source = "" }),
			"skew: lastKnownMinor and kubeadmLocalKubelet need a minor, and the latter a source"},
	}.refused(t)
}

func TestValidateRefusesPlatforms(t *testing.T) {
	const needs = ": needs an id, a name, asOf and sources"
	spoiled{
		"that files cannot be called after": {on("k3s", func(p *Platform) { p.ID = "../k3s" }),
			`platform "../k3s": its id is not of letters, digits, dots, dashes and underscores`},
		"without a day of the whole": {func(c *Catalog) { c.AsOf = calendar.Date{} }, "asOf is missing"},
		"without upstream":           {func(c *Catalog) { c.Platforms = nil }, `platform "upstream" is missing`},
		"without an id":              {func(c *Catalog) { c.Platforms[0].ID = "" }, `platform ""` + needs},
		"without a name":             {on("k3s", func(p *Platform) { p.Name = "" }), `platform "k3s"` + needs},
		"without a source":           {on("k3s", func(p *Platform) { p.Sources = nil }), `platform "k3s"` + needs},
		"without a day":              {on("k3s", func(p *Platform) { p.AsOf = calendar.Date{} }), `platform "k3s"` + needs},
		"that stand twice": {func(c *Catalog) { c.Platforms = append(c.Platforms[:1:1], c.Platforms...) },
			`platform "alauda-acp": stands twice`},
		"that stand twice, with others between": {func(c *Catalog) { c.Platforms = append(c.Platforms, c.Platforms[0]) },
			`platform "alauda-acp": stands twice`},
		"that follow nobody": {on("k3s", func(p *Platform) { p.Follows = "kubernetes" }),
			`platform "k3s": follows "kubernetes", which is no platform with dates of its own`},
		"that follow themselves": {on("k3s", func(p *Platform) { p.Follows = "k3s" }),
			`platform "k3s": follows "k3s", which is no platform with dates of its own`},
		"of the same suffix": {func(c *Catalog) {
			c.Platform("rke2").Recognise.GitVersionSuffix = c.Platform("k3s").Recognise.GitVersionSuffix
		}, `platform "rke2": is recognised by the same suffix as "k3s"`},
		"that bound kubelets without a source": {on("alibaba-ack", func(p *Platform) { p.Kubelet.Source = "" }),
			`platform "alibaba-ack": its bound on kubelets needs a number and a source`},
		"that bound kubelets below nothing": {on("alibaba-ack", func(p *Platform) { p.Kubelet.Older = -1 }),
			`platform "alibaba-ack": its bound on kubelets needs a number and a source`},
	}.refused(t)
}

func TestValidateRefusesPhasesAndPolicies(t *testing.T) {
	spoiled{
		"a phase of an unknown kind": {on("upstream", func(p *Platform) { p.Phases[0].Kind = "gold" }),
			`platform "upstream": phase "standard" needs an id, a name, and a kind out of standard, maintenance, extended`},
		"a phase without a name": {on("upstream", func(p *Platform) { p.Phases[0].Name = "" }),
			`platform "upstream": phase "standard" needs an id, a name, and a kind out of standard, maintenance, extended`},
		"a phase without an id": {on("rke2", func(p *Platform) { p.Phases = []Phase{{Name: "standard", Kind: v1alpha1.Standard}} }),
			`platform "rke2": phase "" needs an id, a name, and a kind out of standard, maintenance, extended`},
		"extended support without terms": {on("amazon-eks", func(p *Platform) { p.Phases[1].Terms = "" }),
			`platform "amazon-eks": phase "extended": extended support has terms, and no other has`},
		"standard support with terms": {on("amazon-eks", func(p *Platform) { p.Phases[0].Terms = "costs extra" }),
			`platform "amazon-eks": phase "standard": extended support has terms, and no other has`},
		"a phase that stands twice": {on("rke2", func(p *Platform) {
			p.Phases = []Phase{{ID: "standard", Name: "full", Kind: v1alpha1.Standard}, {ID: "standard", Name: "standard", Kind: v1alpha1.Standard}}
		}), `platform "rke2": phase "standard" stands twice`},
		"a policy without a source": {on("upstream", func(p *Platform) { p.Policy[1].Source = "" }),
			`platform "upstream": policy since 1.19 needs phases and a source`},
		"policies out of order": {on("upstream", func(p *Platform) { p.Policy[0], p.Policy[1] = p.Policy[1], p.Policy[0] }),
			`platform "upstream": policy since 1.0 is out of order`},
		"two policies since the same release": {on("upstream", func(p *Platform) { p.Policy[1].Since = p.Policy[0].Since }),
			`platform "upstream": policy since 1.0 is out of order`},
		"a policy for a phase that is none": {on("upstream", func(p *Platform) { p.Policy[0].Phases[0].Phase = "extended" }),
			`platform "upstream": policy since 1.0: phase "extended" must be one of the platform's, and last some months`},
		"a policy of no months": {on("upstream", func(p *Platform) { p.Policy[1].Phases[1].Months = 0 }),
			`platform "upstream": policy since 1.19: phase "maintenance" must be one of the platform's, and last some months`},
	}.refused(t)
}

func TestValidateRefusesRules(t *testing.T) {
	const (
		creatable = `platform "alibaba-ack": what can be created needs a source, and a number of newest minors`
		recommend = `platform "daocloud-dce": recommendation "1.26.5" needs a version, a day and a source`
		nodes     = `platform "daocloud-dce": a requirement of nodes needs a minor, its text and a source`
		cycle     = `platform "upstream": the cycle of 1.38 needs a planned day and a source`
	)
	recommended := func(spoil func(r *Recommendation)) func(c *Catalog) {
		return on("daocloud-dce", func(p *Platform) { spoil(&p.Recommended[1]) })
	}
	need := func(spoil func(n *NodeRequirement)) func(c *Catalog) {
		return on("daocloud-dce", func(p *Platform) { spoil(&p.Upgrades.Nodes[0]) })
	}
	spoiled{
		"what can be created, without a source": {on("alibaba-ack", func(p *Platform) { p.Creatable.Source = "" }), creatable},
		"what can be created, of no number":     {on("alibaba-ack", func(p *Platform) { p.Creatable.Newest = 0 }), creatable},
		"a recommendation without a day":        {recommended(func(r *Recommendation) { r.Published = calendar.Date{} }), recommend},
		"a recommendation without a source":     {recommended(func(r *Recommendation) { r.Source = "" }), recommend},
		"a recommendation of no version": {recommended(func(r *Recommendation) { r.Version = "newest" }),
			`platform "daocloud-dce": recommendation "newest" needs a version, a day and a source`},
		"recommendations out of order": {on("daocloud-dce", func(p *Platform) { r := p.Recommended; r[0], r[1] = r[1], r[0] }),
			`platform "daocloud-dce": recommendation "1.27.5" is out of order: the newest is first`},
		"two recommendations of a day": {on("daocloud-dce", func(p *Platform) { p.Recommended[1].Published = p.Recommended[0].Published }),
			`platform "daocloud-dce": recommendation "1.26.5" is out of order: the newest is first`},
		"whether a minor may be skipped, without a source": {on("amazon-eks", func(p *Platform) { p.Upgrades.SkipMinor.Source = "" }),
			`platform "amazon-eks": skipMinor has no source`},
		"whether an upgrade may be rolled back, without a source": {on("amazon-eks", func(p *Platform) { p.Upgrades.Rollback.Source = "" }),
			`platform "amazon-eks": rollback has no source`},
		"that nodes come first, without a source": {on("alibaba-ack", func(p *Platform) { p.Upgrades.NodesFirst.Source = "" }),
			`platform "alibaba-ack": nodesFirst has no source`},
		"what nodes need, without a minor":  {need(func(n *NodeRequirement) { n.Since = version.Minor{} }), nodes},
		"what nodes need, without a text":   {need(func(n *NodeRequirement) { n.Requires = "" }), nodes},
		"what nodes need, without a source": {need(func(n *NodeRequirement) { n.Source = "" }), nodes},
		"a cycle without a source":          {on("upstream", func(p *Platform) { p.Upcoming.Source = "" }), cycle},
		"a cycle without a planned day":     {on("upstream", func(p *Platform) { p.Upcoming.Released = calendar.Date{} }), cycle},
		"a cycle that runs backwards": {on("upstream", func(p *Platform) { e := p.Upcoming.Events; e[2], e[3] = e[3], e[2] }),
			`platform "upstream": the cycle of 1.38: enhancements freeze runs backwards`},
	}.refused(t)
}

func TestValidateRefusesWhatUpgradesTake(t *testing.T) {
	const (
		reservation = `platform "alibaba-ack": a reservation needs a minor, percentages and a source`
		addOns      = `platform "alibaba-ack": addOns need what is upgraded apart, how, and a source`
		durations   = `platform "alibaba-ack": durations need one at least, and a source`
		minutes     = `platform "alibaba-ack": durations are no minutes, or the least is more than the most`
	)
	upgrades := func(spoil func(u *Upgrades)) func(c *Catalog) {
		return on("alibaba-ack", func(p *Platform) { spoil(&p.Upgrades) })
	}
	spoiled{
		"a reservation without a minor":      {upgrades(func(u *Upgrades) { u.Reservation.Since = version.Minor{} }), reservation},
		"a reservation of no CPU":            {upgrades(func(u *Upgrades) { u.Reservation.CPUPercent = 0 }), reservation},
		"a reservation of too much memory":   {upgrades(func(u *Upgrades) { u.Reservation.MemoryPercent = 101 }), reservation},
		"a reservation without a source":     {upgrades(func(u *Upgrades) { u.Reservation.Source = "" }), reservation},
		"add-ons without those apart":        {upgrades(func(u *Upgrades) { u.AddOns.Apart = "" }), addOns},
		"add-ons without a way":              {upgrades(func(u *Upgrades) { u.AddOns.How = "" }), addOns},
		"add-ons without a source":           {upgrades(func(u *Upgrades) { u.AddOns.Source = "" }), addOns},
		"an add-on without a name":           {upgrades(func(u *Upgrades) { u.AddOns.Along[0] = "" }), addOns},
		"no duration":                        {upgrades(func(u *Upgrades) { u.Durations = &Durations{Source: u.Durations.Source} }), durations},
		"durations without a source":         {upgrades(func(u *Upgrades) { u.Durations.Source = "" }), durations},
		"durations below nothing":            {upgrades(func(u *Upgrades) { u.Durations.DrainTimeout = -1 }), minutes},
		"a least that is more than the most": {upgrades(func(u *Upgrades) { u.Durations.InPlace = [2]int{11, 10} }), minutes},
	}.refused(t)
}

func TestValidateRefusesReleases(t *testing.T) {
	newest, day := calendar.Date{Year: 2026, Month: 8, Day: 26}, calendar.Date{Year: 2026, Month: 10, Day: 27}
	spoiled{
		"without a source": {in("upstream", 1, func(r *Release) { r.Sources = nil }),
			`platform "upstream": release 1.36: has no source`},
		"that stand twice": {on("rke2", func(p *Platform) { p.Releases = append(p.Releases[:1:1], p.Releases...) }),
			"platform \"rke2\": release 1.36: is out of order: the newest is first, and each stands once\n" +
				"platform \"rke2\": release 1.36: its Kubernetes 1.36 is that of 1.36, or newer"},
		"in the wrong order": {on("rke2", func(p *Platform) { p.Releases = []Release{p.Releases[1], p.Releases[0]} }),
			"platform \"rke2\": release 1.36: is out of order: the newest is first, and each stands once\n" +
				"platform \"rke2\": release 1.36: its Kubernetes 1.36 is that of 1.35, or newer\n" +
				`platform "rke2": release 1.36: was released after 1.35`},
		"that leave a minor out": {on("rke2", func(p *Platform) { p.Releases = append(p.Releases[:3:3], p.Releases[4:]...) }),
			`platform "rke2": release 1.32: leaves out what lies before 1.34`},
		"that leave a minor out since none is": {on("alibaba-ack", func(p *Platform) { p.Releases = append(p.Releases[:5:5], p.Releases[6:]...) }),
			`platform "alibaba-ack": release 1.30: leaves out what lies before 1.32`},
		"that leave a minor out one before": {on("alibaba-ack", func(p *Platform) { p.EveryMinorSince = version.Minor{Major: 1, Minor: 28} }),
			`platform "alibaba-ack": release 1.28: leaves out what lies before 1.30`},
		"two of one Kubernetes minor": {in("red-hat-openshift", 1, func(r *Release) { r.Kubernetes = version.Minor{Major: 1, Minor: 35} }),
			`platform "red-hat-openshift": release 4.21: its Kubernetes 1.35 is that of 4.22, or newer`},
		"of a newer Kubernetes than the newer one": {in("red-hat-openshift", 1, func(r *Release) { r.Kubernetes = version.Minor{Major: 1, Minor: 36} }),
			`platform "red-hat-openshift": release 4.21: its Kubernetes 1.36 is that of 4.22, or newer`},
		"that came out after the newer one": {in("rke2", 1, func(r *Release) { r.Released = newest }),
			`platform "rke2": release 1.35: was released after 1.36`},
		"that end before they come out": {in("amazon-eks", 18, func(r *Release) { r.Ends["standard"] = r.Released.AddDays(-1) }),
			`platform "amazon-eks": release 1.18: standard support ends on 2020-10-12, which is not after 2020-10-13`},
		"that are supported for longer than anybody sells": {in("amazon-eks", 0, func(r *Release) { r.Ends["extended"] = calendar.Date{Year: 2099, Month: 1, Day: 1} }),
			`platform "amazon-eks": release 1.36: extended support ends on 2099-01-01, more than ten years after its release`},
		"that are, and do not say when they came out": {in("amazon-eks", 0, func(r *Release) {
			r.Released, r.Ends["extended"] = calendar.Date{}, calendar.Date{Year: 2099, Month: 1, Day: 1}
		}), `platform "amazon-eks": release 1.36: extended support ends on 2099-01-01, more than ten years after asOf`},
		"that end on the day they come out": {in("amazon-eks", 18, func(r *Release) { r.Ends["standard"] = r.Released }),
			`platform "amazon-eks": release 1.18: standard support ends on 2020-10-13, which is not after 2020-10-13`},
		"with maintenance that ends before standard support": {in("upstream", 0, func(r *Release) { r.Ends["maintenance"] = day }),
			`platform "upstream": release 1.37: maintenance support ends on 2026-10-27, which is not after 2027-08-28`},
		"with extended support that ends with standard support": {in("amazon-eks", 0, func(r *Release) { r.Ends["extended"] = r.Ends["standard"] }),
			`platform "amazon-eks": release 1.36: extended support ends on 2027-08-02, which is not after 2027-08-02`},
		"with a phase without an end": {in("amazon-eks", 0, func(r *Release) { r.Ends["extended"] = calendar.Date{} }),
			`platform "amazon-eks": release 1.36: extended support ends on no day`},
		"with a phase that the platform does not have": {in("amazon-eks", 0, func(r *Release) { r.Ends["platinum"] = day }),
			`platform "amazon-eks": release 1.36: ends a phase "platinum" that the platform does not have`},
		"with a latest beside the patches": {in("upstream", 0, func(r *Release) { r.Latest = &r.Patches[0] }),
			`platform "upstream": release 1.37: latest and patches say the same thing twice`},
	}.refused(t)
}

func TestValidateRefusesPatches(t *testing.T) {
	last := func(spoil func(p *Patch)) func(c *Catalog) {
		return in("upstream", 0, func(r *Release) { spoil(&r.Patches[2]) })
	}
	spoiled{
		"of another minor": {last(func(p *Patch) { p.Version = "1.36.0" }),
			`platform "upstream": release 1.37: patch "1.36.0" needs a version of the minor, and a day`},
		"of no version": {last(func(p *Patch) { p.Version = "newest" }),
			`platform "upstream": release 1.37: patch "newest" needs a version of the minor, and a day`},
		"without a day": {last(func(p *Patch) { *p = Patch{Version: p.Version} }),
			`platform "upstream": release 1.37: patch "1.37.0" needs a version of the minor, and a day`},
		"with one left out": {in("upstream", 0, func(r *Release) { r.Patches = append(r.Patches[:1:1], r.Patches[2]) }),
			`platform "upstream": release 1.37: patch 1.37.0 is out of order, or one is left out`},
		"with one that stands twice": {in("upstream", 0, func(r *Release) { r.Patches = append(r.Patches[:1:1], r.Patches...) }),
			`platform "upstream": release 1.37: patch 1.37.2 is out of order, or one is left out`},
		"in the wrong order": {in("upstream", 0, func(r *Release) { r.Patches = []Patch{r.Patches[1], r.Patches[0]} }),
			`platform "upstream": release 1.37: patch 1.37.2 is out of order, or one is left out`},
		"that were there after the next one": {last(func(p *Patch) { p.Announced = calendar.Date{Year: 2026, Month: 9, Day: 24} }),
			`platform "upstream": release 1.37: patch 1.37.0 is out of order, or one is left out`},
	}.refused(t)
}

func TestValidateRefusesVersionsOfInstalledPlatforms(t *testing.T) {
	onVersion := func(spoil func(v *PlatformVersion)) func(c *Catalog) {
		return on("alauda-acp", func(p *Platform) { spoil(p.Version("4.3")) })
	}
	onRange := func(spoil func(r *Range)) func(c *Catalog) {
		return onVersion(func(v *PlatformVersion) { spoil(&v.Ranges[0]) })
	}
	const at = `platform "alauda-acp": version "4.3": `
	spoiled{
		"without a number": {onVersion(func(v *PlatformVersion) { v.Version = "" }),
			`platform "alauda-acp": version "": needs a version and a source`},
		"without a source":                 {onVersion(func(v *PlatformVersion) { v.Sources = nil }), at + "needs a version and a source"},
		"whose range has no purpose":       {onRange(func(r *Range) { r.For = "" }), at + "a range needs its purpose, and what happens outside it"},
		"whose range has no outside":       {onRange(func(r *Range) { r.Outside = "" }), at + "a range needs its purpose, and what happens outside it"},
		"whose range has no end":           {onRange(func(r *Range) { r.Below = "" }), at + `range for onboarding: "" is not a Kubernetes version, want one such as v1.37.1`},
		"whose range has no beginning":     {onRange(func(r *Range) { r.Minimum = "" }), at + `range for onboarding: "" is not a Kubernetes version, want one such as v1.37.1`},
		"whose range ends where it begins": {onRange(func(r *Range) { r.Minimum = "1.35.0" }), at + "range for onboarding: 1.35.0 is not below 1.35.0"},
		"whose range ends before":          {onRange(func(r *Range) { r.Minimum = "1.36.0" }), at + "range for onboarding: 1.36.0 is not below 1.35.0"},
		"whose range has an unknown role": {onRange(func(r *Range) { r.Role = "guest" }),
			at + `range for onboarding: role "guest" is none of workload, third-party`},
		"whose range is of the global cluster": {onRange(func(r *Range) { r.Role = v1alpha1.GlobalCluster }),
			at + `range for onboarding: role "global" is none of workload, third-party`},
		"whose range validated without an end": {onRange(func(r *Range) { r.ValidatedMinimum = "1.28.0" }),
			at + `range for onboarding: validated: "" is not a Kubernetes version, want one such as v1.37.1`},
		"whose range validated nothing": {onRange(func(r *Range) { r.ValidatedMinimum, r.ValidatedBelow = "1.28.0", "1.28.0" }),
			at + "range for onboarding: validated: 1.28.0 is not below 1.28.0"},
		"whose range validated what it does not accept": {onRange(func(r *Range) { r.ValidatedMinimum, r.ValidatedBelow = "1.28.0", "1.36.0" }),
			at + "range for onboarding: validated is more than what is accepted"},
	}.refused(t)
}

// What looks like one of the faults above, and is none.
func TestValidateTakes(t *testing.T) {
	spoiled{
		"the embedded catalog": {func(*Catalog) {}, "no fault"},
		"all that is accepted validated": {on("alauda-acp", func(p *Platform) {
			r := &p.Version("4.3").Ranges[0]
			r.ValidatedMinimum, r.ValidatedBelow = r.Minimum, r.Below
		}), "no fault"},
		"platforms in any order": {func(c *Catalog) { slices.Reverse(c.Platforms) }, "no fault"},
		"even minors alone, before ACK had every one": {on("alibaba-ack", func(p *Platform) {
			p.Releases = append(p.Releases[:8:8], p.Releases[9:]...) // 1.26
		}), "no fault"},
		"a major after another":           {on("red-hat-openshift", func(p *Platform) { p.Releases[0].Version = version.Minor{Major: 5} }), "no fault"},
		"releases of one day":             {in("rke2", 1, func(r *Release) { r.Released = calendar.Date{Year: 2026, Month: 5, Day: 12} }), "no fault"},
		"patches of one day":              {in("upstream", 0, func(r *Release) { r.Patches[1].Tagged = r.Patches[0].Tagged }), "no fault"},
		"events of one day":               {on("upstream", func(p *Platform) { p.Upcoming.Events[2].Date = p.Upcoming.Events[1].Date }), "no fault"},
		"a release without phases":        {in("amazon-eks", 0, func(r *Release) { r.Ends = nil }), "no fault"},
		"an end in the month it came out": {in("alibaba-ack", 0, func(r *Release) { r.Ends["standard"] = r.Released }), "no fault"},
		"an extension that follows a platform of the other catalog": {func(c *Catalog) {
			c.Skew, c.Components, c.Platforms = nil, nil, []Platform{*c.Platform("k3s")}
		}, "no fault"},
	}.refused(t)
}

func TestValidateFindsEveryFault(t *testing.T) {
	spoiled{
		"one in the policy, two in platforms": {func(c *Catalog) {
			c.Skew.Policy[0].Rules[0].Source = ""
			c.Platform("k3s").Name = ""
			c.Platform("rke2").Releases[0].Sources = nil
		}, "skew: kube-apiserver since 1.0 has no source\n" +
			"platform \"k3s\": needs an id, a name, asOf and sources\n" +
			`platform "rke2": release 1.36: has no source`},
	}.refused(t)
}
