package deprecation

import (
	"fmt"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// remedy is the command or edit that ends a use.
func (e *evaluation) remedy(u *use) string {
	r := u.api.replacement
	if r == nil {
		return "stop using it: no replacement is known"
	}
	to := r.APIVersion
	if r.Kind != u.api.kind {
		to += " " + r.Kind
	}
	var remedy string
	switch u.subject.Type {
	case v1alpha1.SubjectFile:
		remedy = convert(u, to, quote(u.subject.Name))
	case v1alpha1.SubjectRelease:
		remedy = "upgrade the release to a chart that declares " + to
		if !u.api.served {
			remedy = "change apiVersion to " + to + " in the stored release first, as the Helm plugin mapkubeapis does, then upgrade to a chart that declares it"
		}
	case v1alpha1.SubjectManager:
		remedy = fmt.Sprintf("have %s use %s", u.subject.Name, to)
		if strings.HasPrefix(u.subject.Name, "kubectl") {
			remedy = convert(u, to, "FILE") + ", and apply it again"
		}
	case v1alpha1.SubjectUser:
		remedy = fmt.Sprintf("have %s use %s", u.subject.Name, to)
	case v1alpha1.SubjectClients:
		remedy = "have the clients use " + to + "; an audit log names them"
	default:
		remedy = "change it to " + to
	}
	if !e.server.IsZero() && e.server.Compare(r.Since) < 0 {
		remedy += fmt.Sprintf(", together with the upgrade: it is served from %s", r.Since)
	}
	return remedy
}

// convert is for manifests. kubectl convert knows built-in kinds alone, and no
// stdin; what stands on no line was built by kustomize.
// https://kubernetes.io/docs/tasks/tools/install-kubectl-linux/#install-kubectl-convert-plugin
func convert(u *use, to, file string) string {
	if u.api.custom || u.api.replacement.Kind != u.api.kind || u.subject.Type == v1alpha1.SubjectFile && u.object.Line == 0 || file == "-" {
		return "change apiVersion to " + to
	}
	return fmt.Sprintf("kubectl convert -f %s --output-version %s", file, to)
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
