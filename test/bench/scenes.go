//go:build linux

package main

import (
	"fmt"
	"regexp"
)

const (
	nodes = 5000
	runs  = 15
	// fewRuns are for what takes seconds, fewerRuns for clusters that take minutes to make.
	fewRuns   = 5
	fewerRuns = 3

	collectGarbage = "kubectl get --raw /debug/pprof/heap?gc=1"

	get          = "kubectl get nodes"
	help         = "kubectl-versions --help"
	linkedHelp   = linked + " --help"
	skew         = "kubectl versions skew"
	support      = "kubectl versions support"
	deprecations = "kubectl versions deprecations"
	plan         = "kubectl versions plan"
	overview     = "kubectl versions"
	auditLogRead = "kubectl-versions deprecations --audit-log " + auditLog + " --to 1.38"
	// listing lists objects, whole, to find deprecated APIs.
	listing = lister + " detect-all-in-cluster --output json --ignore-deprecations --ignore-removals --ignore-unavailable-replacements"

	noCluster  = "no cluster"
	auditScene = "audit log"
	reference  = "reference"
	slowLink   = "slow link"
	rollout    = "rollout"
	scanner    = "scanner"
)

// scene is a state of the cluster, with the commands that are compared in it.
type scene struct {
	// name selects the scene with -scene.
	name, title string
	commands    []string
	runs        int
	// offline commands are told of no cluster.
	offline bool
	// seeds are applied to the cluster of the scenes before it.
	seeds [][]string
	// link is between the commands and the kube-apiserver; nil for loopback as it is.
	link *link
	// multiple is how many times the objects of the reference cluster there are; 0 where that is not the question.
	multiple int
	// thorough scenes take minutes, and are left out of the gate.
	thorough bool
}

// questions are the commands under test.
func questions() []string { return []string{skew, support, deprecations, plan, overview} }

// scenes are all there are, in an order in which each adds to the cluster of those before it.
func scenes() []scene {
	besides := append(questions(), sweep, get)
	multiple := func(n int) scene {
		return scene{
			name: fmt.Sprintf("%d times", n), multiple: n, title: fmt.Sprintf("The objects of the reference cluster %d times, on as many nodes", n),
			commands: besides, runs: fewerRuns, seeds: [][]string{objectSeeds(n/2+1, n)}, thorough: true,
		}
	}
	return []scene{
		{name: noCluster, title: "No cluster: start-up", commands: []string{help, linkedHelp}, runs: runs, offline: true},
		{name: auditScene, title: "No cluster: an audit log of 1 GB", commands: []string{auditLogRead}, runs: fewRuns, offline: true},
		{
			name: reference, title: "The reference cluster", commands: besides, runs: runs,
			seeds: [][]string{nodeSeeds(0), objectSeeds(1, 1)},
		},
		{
			name: slowLink, title: "The reference cluster over a link of 50 ms round trip and 20 Mbit/s", commands: besides, runs: fewRuns,
			link: &link{delay: roundTrip / 2, rate: bytesPerSecond},
		},
		{name: scanner, title: "The reference cluster, by a scanner that lists objects", commands: []string{listing}, runs: 1, thorough: true},
		{
			name: rollout, title: "The reference cluster, with the rollout of kube-proxy half done", commands: []string{skew, support, get}, runs: runs,
			seeds: [][]string{nodeSeeds(nodes / 2)},
		},
		multiple(2),
		multiple(4),
	}
}

// chosen are the scenes whose names match, each with the seeds of those before it that are left out.
func chosen(name *regexp.Regexp, thorough bool) []scene {
	var some []scene
	var seeds [][]string
	for _, s := range scenes() {
		seeds = append(seeds, s.seeds...)
		if name.MatchString(s.name) && (thorough || !s.thorough) {
			s.seeds, seeds = seeds, nil
			some = append(some, s)
		}
	}
	return some
}
