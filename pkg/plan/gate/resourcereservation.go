package gate

import "fmt"

// resourceReservation is about platforms that begin to set resources of nodes
// aside: evicted pods may then find no place.
func resourceReservation() Check {
	return Check{
		ID: "resource-reservation", Source: "https://kubernetes.io/docs/tasks/administer-cluster/reserve-compute-resources/",
		Judge: func(h *Hop) Result {
			rule := h.Platform.Upgrades.Reservation
			if rule == nil || !h.Crosses(rule.Since) {
				return Result{}
			}
			r := warning(fmt.Sprintf("keep CPU at %d %% and memory at %d %% of each node at most, as kubectl top nodes shows", rule.CPUPercent, rule.MemoryPercent), nil,
				"%s reserves resources of nodes from %s on: pods of full nodes may find no place", h.Platform.Name, rule.Since)
			r.Source = rule.Source
			return r
		},
	}
}
