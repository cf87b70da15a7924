package gate

import (
	"fmt"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// retiredImages are those of registries and projects that get no new versions,
// so that none follows the next minor.
func retiredImages() Check {
	return Check{
		ID: "retired-images", Source: "https://kubernetes.io/blog/2023/03/10/image-registry-redirect/",
		Judge: func(h *Hop) Result {
			pods := h.Facts().Pods
			switch {
			case h.Catalog.Images == nil:
				return unknown("kubectl versions catalog update", "the catalog in use knows no retired images")
			case pods == nil:
				return h.unread(v1alpha1.SourcePods)
			}
			found, source := []Result{pass("%s, none of a registry or project that is known to be retired", images(len(pods.Images)))}, ""
			for _, retired := range h.Catalog.Images.Retired {
				used := where(pods.Images, func(i v1alpha1.ImageUse) bool { return retired.Has(i.Repository) })
				if len(used) == 0 {
					continue
				}
				if source == "" {
					source = retired.Source
				}
				found = append(found, warning(retired.Instead, list(used, imageUse), "%s", h.retirement(retired, used)))
			}
			r := join(found...)
			r.Source = source
			return r
		},
	}
}

func (h *Hop) retirement(r catalog.RetiredImage, used []v1alpha1.ImageUse) string {
	var pods int32
	for _, i := range used {
		pods += i.Pods
	}
	says := fmt.Sprintf("%s %s images of %s, which gets no new versions since %s", count(pods, "pod"), agree(pods, "runs", "run"), r.Name, r.Since)
	if r.MayVanish && h.Drains() {
		says += ", and may not have these either when new nodes pull them"
	}
	return says
}

func images(n int) string {
	return agree(n, "1 image repository", number(n)+" image repositories")
}

// imageUse is such as "k8s.gcr.io/pause: 3 pods, such as kube-system/proxy".
func imageUse(i v1alpha1.ImageUse) string {
	line := i.Repository + ": " + count(i.Pods, "pod")
	if len(i.Examples) > 0 {
		line += ", such as " + strings.Join(i.Examples, ", ")
	}
	return line
}
