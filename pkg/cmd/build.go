package cmd

import (
	"cmp"
	"runtime"
	"runtime/debug"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// BuildOf describes a program by what the linker was told, and by what the
// compiler recorded, which may be nil, where it was told nothing.
func BuildOf(version, commit, date string, recorded *debug.BuildInfo) v1alpha1.Build {
	settings := map[string]string{}
	if recorded != nil {
		version = cmp.Or(version, recorded.Main.Version)
		for _, s := range recorded.Settings {
			settings[s.Key] = s.Value
		}
	}
	revision := settings["vcs.revision"]
	if revision != "" && settings["vcs.modified"] == "true" {
		revision += "-dirty"
	}
	return v1alpha1.Build{
		Version: cmp.Or(version, "unknown"), Commit: cmp.Or(commit, revision), Date: cmp.Or(date, settings["vcs.time"]),
		Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
	}
}
