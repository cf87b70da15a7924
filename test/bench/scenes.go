//go:build linux

package main

import "fmt"

const (
	nodes = 5000
	runs  = 15
	// fewRuns are for what takes seconds.
	fewRuns = 5

	collectGarbage = "kubectl get --raw /debug/pprof/heap?gc=1"

	get          = "kubectl get nodes"
	help         = "kubectl-versions --help"
	linkedHelp   = linked + " --help"
	deprecations = "kubectl versions deprecations"
	plan         = "kubectl versions plan"
	overview     = "kubectl versions"
	// plugin is the same without kubectl, which takes memory of its own.
	plugin          = "kubectl-versions deprecations"
	pluginPlan      = "kubectl-versions plan"
	pluginOverview  = "kubectl-versions"
	auditLogCommand = plugin + " --audit-log " + auditLog + " --to 1.38"
	noCluster       = "no cluster"
	auditLogScene   = "no cluster, an audit log of 1 GB"
)

// scene is a state of the cluster, with the commands that are compared in it.
type scene struct {
	title    string
	commands []string
	runs     int
	// offline commands are told of no cluster.
	offline bool
}

// questions are the commands under the bars of `kubectl get nodes`.
func questions() []string { return []string{"kubectl versions skew", "kubectl versions support"} }

func skewScene(title string) scene {
	return scene{title: title, commands: append(questions(), get), runs: runs}
}

func sweepScene(multiple int) scene {
	s := scene{title: fmt.Sprintf("%d × the objects", multiple), commands: []string{deprecations, plugin, sweep}, runs: runs}
	if multiple > 1 {
		s.runs = fewRuns
		return s
	}
	s.commands = append(s.commands, overview, pluginOverview)
	return s
}

// planScene is the reference cluster again, with pods that are read too.
func planScene() scene {
	return scene{title: "1 × the objects, and the pods", commands: []string{plan, pluginPlan}, runs: runs}
}

func offlineScenes() []scene {
	return []scene{
		{title: noCluster, commands: []string{help, linkedHelp}, runs: runs, offline: true},
		{title: auditLogScene, commands: []string{auditLogCommand}, runs: fewRuns, offline: true},
	}
}
