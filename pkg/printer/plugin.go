package printer

import (
	"fmt"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// fact is a line of what a bug report should tell.
type fact struct{ name, value string }

func pluginDocument(info *v1alpha1.PluginInfo) document {
	build, catalog, helper := info.Build, info.Catalog, info.Live.Path
	if helper == "" {
		helper = info.Live.Message
	}
	facts := []fact{
		{"commit", orDash(build.Commit)},
		{"commit date", orDash(build.Date)},
		{"catalog", fmt.Sprintf("of %s, %s old", catalog.AsOf, several(int64(catalog.AgeDays), "day"))},
		{"catalog origin", catalog.Origin},
		{"catalog knows", "minors up to " + catalog.Newest.String()},
		{"helper for --live", helper},
	}
	columns := []column[fact]{
		{header: "ABOUT", text: func(f fact, _ int) string { return f.name }},
		{header: "IS", folds: true, text: func(f fact, _ int) string { return f.value }},
	}
	return document{
		title: "Plugin", table: tableOf[fact]{columns, facts},
		lead: []string{fmt.Sprintf("kubectl versions %s for %s/%s, built with %s", build.Version, build.OS, build.Arch, build.Go)},
	}
}
