package support

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

const (
	ok          = v1alpha1.OK
	warning     = v1alpha1.Warning
	unsupported = v1alpha1.Unsupported
	unknown     = v1alpha1.Unknown
)

// today is the day of every test that names no other.
const today = "2026-11-20"

var embedded = sync.OnceValues(catalog.Load)

func loaded(t *testing.T) *catalog.Catalog {
	t.Helper()
	c, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func day(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func platform(t *testing.T, id string) *catalog.Platform {
	t.Helper()
	p := loaded(t).Platform(id)
	if p == nil {
		t.Fatalf("the catalog has no platform %s", id)
	}
	return p
}

// cluster is a snapshot under construction, and the question about it. It is
// complete: nodes, their labels and the API groups were read, and none of them
// is any platform's.
type cluster struct {
	*v1alpha1.Snapshot
	at, endsWithin, platform, platformVersion string
	thirdParty                                []string
}

func clusterOf(apiServers ...string) cluster {
	s := v1alpha1.NewSnapshot("test")
	s.APIServers = &v1alpha1.APIServers{}
	for _, gitVersion := range apiServers {
		s.APIServers.Instances = append(s.APIServers.Instances, v1alpha1.APIServerInstance{
			VersionInfo: v1alpha1.VersionInfo{GitVersion: gitVersion}, Connections: 1,
		})
	}
	s.Nodes = &v1alpha1.Nodes{}
	s.NodeSamples = &v1alpha1.NodeSamples{}
	s.APIGroups = &v1alpha1.APIGroups{Names: []string{"apps", "batch"}}
	return cluster{Snapshot: s, at: today}
}

func (c cluster) nodes(kubelet string, names ...string) cluster {
	return c.group(v1alpha1.NodeGroup{KubeletVersion: kubelet, Status: "Ready", Roles: "<none>", Names: names})
}

func (c cluster) virtual(kubelet string, names ...string) cluster {
	return c.group(v1alpha1.NodeGroup{KubeletVersion: kubelet, Status: "Ready", Roles: "agent", Virtual: true, Names: names})
}

func (c cluster) group(group v1alpha1.NodeGroup) cluster {
	c.Nodes.Groups = append(c.Nodes.Groups, group)
	c.Nodes.Count += int32(len(group.Names))
	return c
}

// labels adds a sampled node with labels such as "a=b".
func (c cluster) labels(pairs ...string) cluster {
	sample := v1alpha1.NodeSample{Name: "sampled", Labels: map[string]string{"kubernetes.io/os": "linux"}}
	for _, pair := range pairs {
		key, value, _ := strings.Cut(pair, "=")
		sample.Labels[key] = value
	}
	c.NodeSamples.Nodes = append(c.NodeSamples.Nodes, sample)
	return c
}

// unread turns a section into a gap.
func (c cluster) unread(sources ...v1alpha1.Source) cluster {
	for _, source := range sources {
		switch source {
		case v1alpha1.SourceNodes:
			c.Nodes = nil
		case v1alpha1.SourceNodeSamples:
			c.NodeSamples = nil
		case v1alpha1.SourceAPIGroups:
			c.APIGroups = nil
		}
	}
	return c.gaps(sources...)
}

// gaps adds gaps beside whatever was read.
func (c cluster) gaps(sources ...v1alpha1.Source) cluster {
	for _, source := range sources {
		c.Gaps = append(c.Gaps, v1alpha1.Gap{Source: source, Reason: v1alpha1.GapTimeout, Hides: "something", Message: "took too long"})
	}
	return c
}

func (c cluster) on(at string) cluster {
	c.at = at
	return c
}

func (c cluster) within(period string) cluster {
	c.endsWithin = period
	return c
}

// by names the platform, and maybe its version, as --platform and --platform-version do.
func (c cluster) by(id string, platformVersion ...string) cluster {
	c.platform, c.platformVersion = id, strings.Join(platformVersion, "")
	return c
}

// guest is a cluster that --third-party names.
func (c cluster) guest() cluster {
	c.Name, c.thirdParty = "guest", []string{"guest"}
	return c
}

func (c cluster) evaluate(t *testing.T) *v1alpha1.SupportReport {
	t.Helper()
	report, err := Evaluate(c.Snapshot, loaded(t), c.options(t))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func (c cluster) options(t *testing.T) Options {
	t.Helper()
	o := Options{At: day(t, c.at), ThirdParty: c.thirdParty}
	if c.endsWithin != "" {
		period, err := calendar.ParsePeriod(c.endsWithin)
		if err != nil {
			t.Fatal(err)
		}
		o.Within = period
	}
	if c.platform != "" {
		o.Platform = platform(t, c.platform)
	}
	if c.platformVersion != "" {
		if o.PlatformVersion = o.Platform.Version(c.platformVersion); o.PlatformVersion == nil {
			t.Fatalf("%s has no version %s", c.platform, c.platformVersion)
		}
	}
	return o
}

// theRow returns the row of a part at a version, and fails unless there is exactly one.
func theRow(t *testing.T, report *v1alpha1.SupportReport, part, gitVersion string) v1alpha1.SupportRow {
	t.Helper()
	rows := slices.DeleteFunc(slices.Clone(report.Rows), func(r v1alpha1.SupportRow) bool { return r.Part != part || r.Version != gitVersion })
	if len(rows) != 1 {
		t.Fatalf("want one row of %s %q, got %d among %+v", part, gitVersion, len(rows), report.Rows)
	}
	return rows[0]
}

// controlPlaneRow returns the row of a control plane that has one version.
func (c cluster) controlPlaneRow(t *testing.T) v1alpha1.SupportRow {
	t.Helper()
	return theRow(t, c.evaluate(t), controlPlane, c.APIServers.Instances[0].GitVersion)
}

// left is the number of days of a standing; it fails when there is none.
func left(t *testing.T, s v1alpha1.Standing) int {
	t.Helper()
	if s.DaysLeft == nil {
		t.Fatalf("%+v has no days left", s)
	}
	return int(*s.DaysLeft)
}

// minor reads a minor; empty is none.
func minor(t *testing.T, s string) version.Minor {
	t.Helper()
	if s == "" {
		return version.Minor{}
	}
	m, err := version.ParseMinor(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// phaseOr is the phase, or where there is none the stage.
func phaseOr(phase string, stage v1alpha1.Stage) string {
	if phase != "" {
		return phase
	}
	return string(stage)
}
