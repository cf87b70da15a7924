package main

import "slices"

// outcome is what a tool made of a case.
type outcome string

const (
	found outcome = "found"
	// unnamed: the API is reported, and not that this object uses it.
	unnamed outcome = "API alone"
	missed  outcome = "missed"
	// falsely: it is reported, and nobody uses it any more.
	falsely outcome = "false"
	quiet   outcome = "quiet"
)

func judge(l labelled, by []finding) outcome {
	reported := slices.Contains(by, l.finding)
	switch {
	case !l.used && reported:
		return falsely
	case !l.used:
		return quiet
	case reported:
		return found
	case slices.ContainsFunc(by, func(f finding) bool { return f.api == l.api && f.kind == l.kind && f.object == "" }):
		return unnamed
	case l.object == "" && slices.ContainsFunc(by, func(f finding) bool { return f.api == l.api && f.kind == l.kind }):
		return found
	}
	return missed
}

// result is what one tool made of all cases.
type result struct {
	tool
	arguments []string
	outcomes  []outcome
	// besides are findings of objects that no case is about.
	besides []finding
	traffic
}

func score(all []labelled, by []finding) (outcomes []outcome, besides []finding) {
	for _, l := range all {
		outcomes = append(outcomes, judge(l, by))
	}
	for _, f := range by {
		if f.object != "" && !slices.ContainsFunc(all, func(l labelled) bool { return l.finding == f }) && !slices.Contains(besides, f) {
			besides = append(besides, f)
		}
	}
	return outcomes, besides
}

// of counts the cases with an outcome.
func (r result) of(o outcome) int {
	n := 0
	for _, has := range r.outcomes {
		if has == o {
			n++
		}
	}
	return n
}
