package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/cmd"
	"github.com/kubectl-versions/kubectl-versions/pkg/collect"
)

const permissionsHeader = `# Permissions

This page is written by ` + "`make generate`" + ` from what the collectors declare, and so is [rbac.yaml](rbac.yaml), whose roles grant
all of it and nothing else. Take one away, and the report names it together with what is unknown then. Everything else is answered
as before.

| permission | unknown without it | asked for | by |
| --- | --- | --- | --- |
`

const permissionsFooter = `
Custom resources with deprecated versions need ` + "`list`" + ` on their own groups. With ` + "`-n`" + `, ` + "`deprecations`" + ` and ` + "`snapshot`" + ` list objects
and releases of Helm in that namespace alone. ConfigMaps that a resource of Kubean names outside kubean-system need ` + "`get`" + ` there.
` + "`releases --live`" + ` asks for what ` + "`skew`" + ` does.
`

// permissionsPage is docs/permissions.md: a row for all that hides the same.
func permissionsPage(commands []cmd.Asking) string {
	type row struct{ hides, when, by string }
	var order []row
	permissions := make(map[row][]string)
	for _, p := range commands[len(commands)-1].Permissions {
		var by []string
		for _, c := range commands {
			if slices.Contains(c.Permissions, p) {
				by = append(by, c.Command)
			}
		}
		r := row{p.Hides, when(p), strings.Join(by, ", ")}
		if p.Of == collect.AnyGroupVersion {
			r.hides = "of each version of a group, " + r.hides
		}
		if len(by) == len(commands) {
			r.by = "every command"
		}
		if permissions[r] == nil {
			order = append(order, r)
		}
		permissions[r] = append(permissions[r], "`"+named(p)+"`")
	}
	var text strings.Builder
	text.WriteString(permissionsHeader)
	for _, r := range order {
		fmt.Fprintf(&text, "| %s | %s | %s | %s |\n", strings.Join(permissions[r], ", "), r.hides, r.when, r.by)
	}
	text.WriteString(permissionsFooter)
	return text.String()
}

func named(p collect.Permission) string {
	if p.Name == "" {
		return p.String()
	}
	before, namespace, _ := strings.Cut(p.String(), " in ")
	return strings.TrimSuffix(before+"/"+p.Name+" in "+namespace, " in ")
}

func when(p collect.Permission) string {
	switch {
	case p.When == "" && p.Until.IsZero():
		return "always"
	case p.When == "":
		return "until " + p.Until.String()
	case strings.HasPrefix(p.When, "--"):
		p.When = "with `" + p.When + "`"
	default:
		p.When = "where " + p.When
	}
	if !p.Until.IsZero() {
		p.When += ", until " + p.Until.String()
	}
	return p.When
}
