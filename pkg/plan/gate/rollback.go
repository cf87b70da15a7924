package gate

import "github.com/kubectl-versions/kubectl-versions/pkg/catalog"

// rollback is for everybody to know before: whether there is a way back.
func rollback() Check {
	return Check{
		ID: "rollback", Source: "https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/#backing-up-an-etcd-cluster",
		Judge: func(h *Hop) Result {
			if h.From == h.To {
				return Result{}
			}
			r := pass("after the hop, %s", Rollback(h.Platform))
			if rule := h.Platform.Upgrades.Rollback; rule != nil {
				r.Source = rule.Source
			}
			return r
		},
	}
}

// Rollback says in a sentence whether the control plane can go back to the minor before.
func Rollback(p *catalog.Platform) string {
	rule := p.Upgrades.Rollback
	if rule == nil {
		return p.Name + " is not known to promise a way back: take a backup that can be restored"
	}
	says := "the control plane cannot go back to the minor before"
	if rule.Allowed {
		says = "the control plane can go back to the minor before"
		if rule.WithinDays > 0 {
			says += " within " + count(rule.WithinDays, "day")
		}
	}
	if rule.Condition != "" {
		says += ": " + rule.Condition
	}
	return says
}
