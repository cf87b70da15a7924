package gate

import "strings"

// addOns says what the platform does not upgrade along. It passes: nothing
// stands against the hop, and there is something to do afterwards.
func addOns() Check {
	return Check{
		ID: "add-ons", Source: "https://kubernetes.io/docs/concepts/cluster-administration/addons/",
		Judge: func(h *Hop) Result {
			rule := h.Platform.Upgrades.AddOns
			if rule == nil || h.From == h.To {
				return Result{}
			}
			along := "no add-on"
			if len(rule.Along) > 0 {
				along = strings.Join(rule.Along, " and ")
			}
			r := pass("%s %s upgraded with the control plane; %s are upgraded apart", along, agree(max(len(rule.Along), 1), "is", "are"), rule.Apart)
			r.Remedy = "afterwards, upgrade " + rule.Apart + " " + rule.How
			r.Source = rule.Source
			return r
		},
	}
}
