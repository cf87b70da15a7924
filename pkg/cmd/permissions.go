package cmd

import (
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/collect"
)

// The scopes of commands: those of skew, support and releases --live, of
// deprecations, of the overview, and of plan and snapshot.

func partsScope() scope { return scope{components: true} }

func usageScope(o *collect.UsageOptions) scope { return scope{usage: o} }

func overviewScope(o *collect.UsageOptions) scope {
	return scope{components: true, usage: o, upgrade: true}
}

func everything(o *collect.UsageOptions) scope {
	return scope{components: true, usage: o, upgrade: true, pods: true}
}

// Asking is a command, or several, with what it may ask a cluster for.
type Asking struct {
	Command     string
	Permissions []collect.Permission
}

// Permissions are what each command may ask for with every flag that adds to it.
// The last one asks for all that any does.
func Permissions(c *catalog.Catalog, index *apilifecycle.Index) []Asking {
	usage := &collect.UsageOptions{Index: index, ReadDeprecated: true}
	of := func(command string, what scope) Asking {
		return Asking{command, collect.Permissions(collect.Options{
			Catalog: c, ProbeEndpoints: true, Components: what.components, APIUsage: what.usage, Upgrade: what.upgrade, Pods: what.pods,
		})}
	}
	return []Asking{
		of("skew, support", partsScope()),
		of("deprecations", usageScope(usage)),
		of("overview", overviewScope(usage)),
		of("plan, snapshot", everything(usage)),
	}
}
