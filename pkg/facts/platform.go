// Package facts says what a snapshot tells of a cluster, where more than one
// question needs it: which kube-apiserver instances there are, and of which
// platform the cluster is.
package facts

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Recognised is the platform of a cluster, and why.
type Recognised struct {
	// Platform is upstream's when nothing tells of another one.
	Platform *catalog.Platform
	// Evidence names the mark.
	Evidence string
	// Conclusive is false when marks contradict each other, or some could not be read.
	Conclusive bool
	// Notes are marks of other platforms, and what could not be read.
	Notes []string
}

// Recognise tells the platform of a cluster: by kube-apiserver's version, then
// by its nodes, then by its API groups.
func Recognise(c *catalog.Catalog, s *v1alpha1.Snapshot) Recognised {
	byVersion, byNodes, byGroups := marksOfVersion(c, s), marksOfNodes(c, s), marksOfAPIGroups(c, s)
	for _, tier := range [][]mark{byVersion, byNodes, byGroups} {
		switch len(tier) {
		case 0:
		case 1:
			return Recognised{
				Platform: tier[0].platform, Evidence: tier[0].evidence, Conclusive: true,
				Notes: tier[0].others(slices.Concat(byVersion, byNodes, byGroups)),
			}
		default:
			a, b := tier[0], tier[1]
			return Recognised{
				Platform: c.Platform(catalog.Upstream),
				Evidence: fmt.Sprintf("assumed: signs of both %s (%s) and %s (%s)", a.platform.Name, a.evidence, b.platform.Name, b.evidence),
				Notes:    []string{fmt.Sprintf("signs contradict each other: name the platform with --platform, %s or %s", a.platform.ID, b.platform.ID)},
			}
		}
	}
	r := Recognised{Platform: c.Platform(catalog.Upstream), Evidence: "no sign of another platform", Conclusive: true}
	var unread []string
	for _, source := range []v1alpha1.Source{v1alpha1.SourceNodeSamples, v1alpha1.SourceAPIGroups} {
		if !wasRead(s, source) {
			unread = append(unread, string(source))
		}
	}
	if len(unread) > 0 {
		r.Conclusive, r.Evidence = false, "assumed: "+strings.Join(unread, " and ")+" not read"
		r.Notes = []string{"the platform may be another one than upstream: name it with --platform"}
	}
	return r
}

// wasRead is false when a source of marks was not read, or not whole.
func wasRead(s *v1alpha1.Snapshot, source v1alpha1.Source) bool {
	present := s.APIGroups != nil
	if source == v1alpha1.SourceNodeSamples {
		present = s.NodeSamples != nil
	}
	return present && s.Gap(source) == nil
}

// mark is what tells of a platform.
type mark struct {
	platform *catalog.Platform
	evidence string
}

// others are the marks of other platforms, as notes.
func (m mark) others(all []mark) []string {
	var notes []string
	for _, other := range all {
		if other.platform != m.platform {
			notes = append(notes, fmt.Sprintf("%s: a sign of %s; --platform %s judges by its calendar", other.evidence, other.platform.Name, other.platform.ID))
		}
	}
	return notes
}

func marksOfVersion(c *catalog.Catalog, s *v1alpha1.Snapshot) []mark {
	if s.APIServers == nil {
		return nil
	}
	var marks []mark
	for _, answer := range s.APIServers.Instances {
		v, err := version.Parse(answer.GitVersion)
		if err != nil {
			continue
		}
		for i := range c.Platforms {
			if p := &c.Platforms[i]; matches(p.Recognise.GitVersionSuffix, v.Suffix) && !marked(marks, p) {
				marks = append(marks, mark{p, "version " + answer.GitVersion})
			}
		}
	}
	return marks
}

func marksOfNodes(c *catalog.Catalog, s *v1alpha1.Snapshot) []mark {
	var marks []mark
	if s.NodeSamples != nil {
		samples := s.NodeSamples.Nodes
		for i := range c.Platforms {
			p := &c.Platforms[i]
			first, n := "", 0
			for _, node := range samples {
				if by := markOf(p.Recognise, node); by != "" {
					first, n = cmp.Or(first, by), n+1
				}
			}
			if n > 0 {
				marks = append(marks, mark{p, fmt.Sprintf("%s on %d of %d nodes sampled", first, n, len(samples))})
			}
		}
	}
	if s.Nodes != nil {
		for i := range c.Platforms {
			p := &c.Platforms[i]
			if p.Recognise.OSImage == "" || marked(marks, p) {
				continue
			}
			n := 0
			for _, group := range s.Nodes.Groups {
				if strings.Contains(group.OSImage, p.Recognise.OSImage) {
					n += len(group.Names)
				}
			}
			if n > 0 {
				marks = append(marks, mark{p, fmt.Sprintf("OS image %q on %d of %d nodes", p.Recognise.OSImage, n, s.Nodes.Count)})
			}
		}
	}
	return marks
}

func marksOfAPIGroups(c *catalog.Catalog, s *v1alpha1.Snapshot) []mark {
	if s.APIGroups == nil {
		return nil
	}
	var marks []mark
	for i := range c.Platforms {
		p := &c.Platforms[i]
		for _, group := range p.Recognise.APIGroups {
			if slices.Contains(s.APIGroups.Names, group) && !marked(marks, p) {
				marks = append(marks, mark{p, "API group " + group})
			}
		}
	}
	return marks
}

func marked(marks []mark, p *catalog.Platform) bool {
	return slices.ContainsFunc(marks, func(m mark) bool { return m.platform == p })
}

// ofNode is the mark that a node carries, or empty.
func markOf(r catalog.Recognition, node v1alpha1.NodeSample) string {
	for _, label := range r.NodeLabels {
		key, want, exact := strings.Cut(label, "=")
		if value, ok := node.Labels[key]; ok && (!exact || value == want) {
			return "label " + label
		}
	}
	if matches(r.ProviderID, node.ProviderID) {
		return "providerID " + node.ProviderID
	}
	return ""
}

func matches(expression *regexp.Regexp, text string) bool {
	return expression != nil && expression.MatchString(text)
}
