package deprecation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// remedy is the command or edit that ends a use.
func (e *evaluation) remedy(u *use) string {
	difference := u.api.difference()
	switch {
	case difference == "":
		return e.move(u)
	case u.api.replacement == nil:
		return difference
	default:
		return e.move(u) + "; " + difference
	}
}

func (e *evaluation) move(u *use) string {
	r := u.api.replacement
	if r == nil {
		return "stop using it: no replacement is known"
	}
	to := r.APIVersion
	if r.Kind != u.api.kind {
		to += " " + r.Kind
	}
	var move string
	switch u.subject.Type {
	case v1alpha1.SubjectFile:
		move = edit(u, to, quote(u.subject.Name))
	case v1alpha1.SubjectRelease:
		move = "upgrade the release to a chart that declares " + to
		if !u.api.served {
			move = "change apiVersion to " + to + " in the stored release first, as the Helm plugin mapkubeapis does, then upgrade to a chart that declares it"
		}
	case v1alpha1.SubjectManager:
		move = fmt.Sprintf("have %s use %s", u.subject.Name, to)
		if strings.HasPrefix(u.subject.Name, "kubectl") {
			move = edit(u, to, "FILE") + ", and apply it again"
		}
	case v1alpha1.SubjectUser:
		move = fmt.Sprintf("have %s use %s", u.subject.Name, to)
	case v1alpha1.SubjectClients:
		move = "have the clients use " + to
		if e.usage.AuditLog == nil {
			move += "; an audit log names them"
		}
	default:
		move = "change it to " + to
	}
	if !e.server.IsZero() && e.server.Compare(r.Since) < 0 {
		move += fmt.Sprintf(", together with the upgrade: it is served from %s", r.Since)
	}
	return move
}

// edit is for manifests, whose new text kubectl convert can show.
func edit(u *use, to, file string) string {
	if !convertible(u.api) || u.subject.Type == v1alpha1.SubjectFile && u.object.Line == 0 || file == "-" {
		return "change apiVersion to " + to
	}
	return fmt.Sprintf("change apiVersion to %s, as the plugin kubectl convert -f %s --output-version %s shows", to, file, to)
}

// convertible APIs are those of which kubectl convert still has the types: in
// 1.37 what k8s.io/api holds, without alphas and the betas of autoscaling, and
// nothing of other modules.
func convertible(a *api) bool {
	return !a.custom && a.replacement.Kind == a.kind && !strings.Contains(a.Version, "alpha") &&
		!slices.Contains([]string{"apiextensions.k8s.io", "apiregistration.k8s.io", "autoscaling"}, a.Group)
}

// quote is for a shell.
func quote(path string) string {
	if strings.ContainsFunc(path, func(r rune) bool { return !strings.ContainsRune("/._-", r) && !alphanumeric(r) }) {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}

func alphanumeric(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}
