package printer

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

const rawFormat = "raw"

// Raw reports whether the format shows a platform's answer as it was sent.
func (f *Flags) Raw() bool { return *f.stock.OutputFormat == rawFormat }

// printRaw writes the pages of a platform's answer, a line each where they are several.
func printRaw(w io.Writer, object runtime.Object, _ Layout) error {
	var body bytes.Buffer
	for _, platform := range object.(*v1alpha1.ReleaseCalendar).Platforms {
		for _, page := range platform.Live.Raw {
			body.Write(bytes.TrimSpace(page.Raw))
			body.WriteByte('\n')
		}
	}
	_, err := w.Write(body.Bytes())
	return err
}

// liveOf are the versions of a minor that a platform answered.
func liveOf(answer *v1alpha1.LiveReleases, minor version.Minor) []v1alpha1.LiveRelease {
	if answer == nil {
		return nil
	}
	var of []v1alpha1.LiveRelease
	for _, release := range answer.Releases {
		if v, err := version.Parse(release.Version); err == nil && v.Minor == minor {
			of = append(of, release)
		}
	}
	return of
}

// liveColumns hold what only a platform's answer tells.
func liveColumns(shown []releaseRow) []column[releaseRow] {
	var columns []column[releaseRow]
	for _, c := range []struct {
		header string
		wide   bool
		of     func(v1alpha1.LiveRelease) []string
	}{
		{"CHANNELS", false, func(r v1alpha1.LiveRelease) []string { return r.Channels }},
		{"PLANS", false, func(r v1alpha1.LiveRelease) []string { return r.Plans }},
		{"OFFERED", true, func(r v1alpha1.LiveRelease) []string { return append([]string{r.Version}, r.Patches...) }},
		{"RUNTIMES", true, runtimes},
		{"OS IMAGES", true, images},
	} {
		text := func(r releaseRow, _ int) string { return orDash(strings.Join(eachOnce(r.live, c.of), ",")) }
		if slices.ContainsFunc(shown, func(r releaseRow) bool { return text(r, page) != "-" }) {
			columns = append(columns, column[releaseRow]{header: c.header, wide: c.wide, droppable: true, text: text})
		}
	}
	return columns
}

func eachOnce(releases []v1alpha1.LiveRelease, of func(v1alpha1.LiveRelease) []string) []string {
	var all []string
	for _, release := range releases {
		for _, text := range of(release) {
			if !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	return all
}

func runtimes(r v1alpha1.LiveRelease) []string {
	var names []string
	for _, runtime := range r.Runtimes {
		names = append(names, strings.TrimSpace(runtime.Name+" "+runtime.Version))
	}
	return names
}

func images(r v1alpha1.LiveRelease) []string {
	var names []string
	for _, image := range r.Images {
		names = append(names, image.Name)
	}
	return names
}
