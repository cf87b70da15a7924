package plan

import (
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// commandsOf are the platform's; nil where none are known, or where the cluster
// does not show the installer that they are of.
func (p *planner) commandsOf() *catalog.Commands {
	commands := p.Platform.Upgrades.Commands
	if commands == nil || commands.Kubeadm && !p.madeByKubeadm() {
		return nil
	}
	return commands
}

func (p *planner) madeByKubeadm() bool {
	facts := p.snapshot.Upgrade
	return facts != nil && facts.Configuration != nil && facts.Configuration.Kubeadm != nil
}

// commands that do a step. Nodes that are replaced by hand need those of whoever
// makes machines, which nobody knows here.
func (h *hop) commands(step v1alpha1.PlanStep) []string {
	known := h.commandsOf()
	if known == nil || len(step.Moves) == 0 {
		return nil
	}
	moves := func(component catalog.Component) bool {
		return slices.ContainsFunc(step.Moves, func(m v1alpha1.PlanMove) bool { return m.Component == string(component) })
	}
	var commands []string
	switch {
	case moves(catalog.KubeAPIServer):
		commands = known.ControlPlane
	case step.OneByOne:
		commands = known.ControlPlaneNodes
	case moves(catalog.Kubelet) && (h.Platform.Managed || len(h.Platform.Embeds) > 0 || h.Method.NodeUpgrade == v1alpha1.InPlace):
		commands = known.Nodes
	}
	return filledIn(commands, step.Moves[0].To, h.release(minorOf(step.Moves[0].To)))
}

// backup saves the control plane's data before a hop to a minor.
func (p *planner) backup(to version.Minor) []string {
	known := p.commandsOf()
	if known == nil || p.Method.ControlPlane == v1alpha1.Managed {
		return nil
	}
	return filledIn(known.Backup, p.version(to), p.release(to))
}

// release is the platform's own number of a minor's newest patch; empty where it
// is not known.
func (p *planner) release(minor version.Minor) string {
	latest := p.latest(minor)
	if latest == nil {
		return ""
	}
	return latest.Version
}

// filledIn puts in what the plan knows.
func filledIn(commands []string, to, release string) []string {
	if release == "" {
		release = "RELEASE"
	}
	fill := strings.NewReplacer("{minor}", minorOf(to).String(), "{version}", to, "{release}", release)
	filled := make([]string, len(commands))
	for i, command := range commands {
		filled[i] = fill.Replace(command)
	}
	return filled
}
