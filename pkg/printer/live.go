package printer

import (
	"bytes"
	"io"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
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

// liveColumns hold what only a platform's answer tells, and the day of the release
// among them: on a narrow terminal it gives way to what is offered today.
func liveColumns(shown []releaseRow, released column[releaseRow]) []column[releaseRow] {
	var columns []column[releaseRow]
	for _, c := range []struct {
		header string
		wide   bool
		of     func(v1alpha1.LiveRelease) []string
	}{
		{"CHANNELS", false, func(r v1alpha1.LiveRelease) []string { return r.Channels }},
		{"PLANS", false, func(r v1alpha1.LiveRelease) []string { return r.Plans }},
		{released.header, false, nil},
		{"RUNTIMES", false, runtimes},
		{"OFFERED", true, offered},
		{"OS IMAGES", true, images},
	} {
		if c.of == nil {
			columns = append(columns, released)
			continue
		}
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

// offered is a version with what the columns of its minor do not tell of it.
func offered(r v1alpha1.LiveRelease) []string {
	var of []string
	for _, phase := range slices.Sorted(maps.Keys(r.Ends)) {
		of = append(of, phase+" until "+r.Ends[phase].String())
	}
	if r.Creatable != nil && !*r.Creatable {
		of = append(of, "not creatable")
	}
	if r.Preview {
		of = append(of, "preview")
	}
	of = append(of, r.Channels...)
	version := r.Version
	if len(of) > 0 {
		version += " (" + strings.Join(of, ", ") + ")"
	}
	return append([]string{version}, r.Patches...)
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
