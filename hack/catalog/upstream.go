package main

import (
	"slices"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// schedule is data/releases/schedule.yaml of kubernetes/website: the minors that are supported.
type schedule struct {
	Schedules []struct {
		Release                  version.Minor    `json:"release"`
		ReleaseDate              calendar.Date    `json:"releaseDate"`
		MaintenanceModeStartDate calendar.Date    `json:"maintenanceModeStartDate"`
		EndOfLifeDate            calendar.Date    `json:"endOfLifeDate"`
		Next                     *scheduledPatch  `json:"next"`
		PreviousPatches          []scheduledPatch `json:"previousPatches"`
	} `json:"schedules"`
}

type scheduledPatch struct {
	Release    string        `json:"release"`
	TargetDate calendar.Date `json:"targetDate"`
}

func (p scheduledPatch) patch() catalog.Patch {
	return catalog.Patch{Version: p.Release, Announced: p.TargetDate}
}

func parseSchedule(data []byte) ([]finding, error) {
	var s schedule
	if err := yaml.Unmarshal(data, &s); err != nil {
		return nil, err
	}
	var found []finding
	for _, minor := range s.Schedules {
		f := finding{
			version:  minor.Release,
			released: minor.ReleaseDate,
			ends: map[string]calendar.Date{
				"standard":    minor.MaintenanceModeStartDate,
				"maintenance": minor.EndOfLifeDate,
			},
		}
		for _, patch := range minor.PreviousPatches {
			f.patches = append(f.patches, patch.patch())
		}
		// The table mostly leaves out the first one.
		first := catalog.Patch{Version: minor.Release.String() + ".0", Announced: minor.ReleaseDate}
		if !slices.ContainsFunc(f.patches, func(p catalog.Patch) bool { return p.Version == first.Version }) {
			f.patches = append(f.patches, first)
		}
		if minor.Next != nil {
			next := minor.Next.patch()
			f.next = &next
		}
		found = append(found, f)
	}
	return found, nil
}

// endOfLife is data/releases/eol.yaml of kubernetes/website: the minors that are not supported any more.
type endOfLife struct {
	Branches []struct {
		Release           version.Minor `json:"release"`
		FinalPatchRelease string        `json:"finalPatchRelease"`
		EndOfLifeDate     calendar.Date `json:"endOfLifeDate"`
	} `json:"branches"`
}

func parseEndOfLife(data []byte) ([]finding, error) {
	var e endOfLife
	if err := yaml.Unmarshal(data, &e); err != nil {
		return nil, err
	}
	var found []finding
	for _, branch := range e.Branches {
		found = append(found, finding{
			version:   branch.Release,
			endOfLife: branch.EndOfLifeDate,
			patches:   []catalog.Patch{{Version: branch.FinalPatchRelease}},
		})
	}
	return found, nil
}
