// Command compare runs `kubectl versions deprecations` and other tools on the same labelled uses of APIs that go away,
// on clusters and in files, and writes what each finds, misses and reports falsely.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	var c comparison
	flag.StringVar(&c.bin, "bin", "../../bin", "folder of the built kubectl-versions, cluster, kube-apiservers and kubectls")
	flag.StringVar(&c.write, "write", "", "file to write the page to; without it it is only printed")
	flag.Parse()
	err := c.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

type comparison struct {
	bin, write string
	// dir has the programs, and a folder for each cluster.
	dir string
}

// scene is a cluster or a folder of files, with what was found there.
type scene struct {
	// Server is the version of kube-apiserver; empty for files.
	Server, Target string
	cases          []labelled
	results        []result
}

const (
	newer, newerTarget = "v1.37.1", "v1.38.0"
	older, olderTarget = "v1.31.0", "v1.32.0"
)

// claims go away in 1.38, and flowSchemas in 1.32.
func claims() resource {
	return resource{
		group: "resource.k8s.io", old: "v1beta1", new: "v1", kind: "ResourceClaim", plural: "resourceclaims", rest: `"spec":{}`,
		anotherKind: "DeviceClass", anotherPlural: "deviceclasses",
		alone: labelled{
			"an object of a kind that is served in deprecated versions alone",
			[]command{kubectl("create -f -", `{"apiVersion":"coordination.k8s.io/v1beta1","kind":"LeaseCandidate","metadata":{"name":"candidate"},
"spec":{"leaseName":"lease","binaryVersion":"1.37.0","emulationVersion":"1.37.0","strategy":"OldestEmulationVersion"}}`)},
			finding{"coordination.k8s.io/v1beta1", "LeaseCandidate", "candidate"}, true,
		},
	}
}

func flowSchemas() resource {
	return resource{
		group: "flowcontrol.apiserver.k8s.io", old: "v1beta3", new: "v1", kind: "FlowSchema", plural: "flowschemas",
		rest:        `"spec":{"priorityLevelConfiguration":{"name":"global-default"},"matchingPrecedence":9000}`,
		anotherKind: "PriorityLevelConfiguration", anotherPlural: "prioritylevelconfigurations",
	}
}

func (c comparison) run(ctx context.Context) (err error) {
	if c.bin, err = filepath.Abs(c.bin); err != nil {
		return err
	}
	if c.dir, err = os.MkdirTemp("", "compare"); err != nil {
		return err
	}
	defer os.RemoveAll(c.dir)
	tools, data, err := c.tools(ctx)
	if err != nil {
		return err
	}
	var scenes []scene
	for _, on := range []struct {
		server, target string
		of             resource
	}{{newer, newerTarget, claims()}, {older, olderTarget, flowSchemas()}} {
		s, err := c.onCluster(ctx, tools, on.server, on.target, on.of)
		if err != nil {
			return err
		}
		scenes = append(scenes, s)
	}
	onFiles, err := c.onFiles(ctx, tools)
	if err != nil {
		return err
	}
	page, err := render(append(scenes, onFiles), data, time.Now().UTC())
	if err != nil {
		return err
	}
	if c.write == "" {
		_, err := os.Stdout.Write(page)
		return err
	}
	return os.WriteFile(c.write, page, 0o644)
}

// tools builds them, and tells which API types the data of kubepug is made from.
func (c comparison) tools(ctx context.Context) (tools []tool, data string, err error) {
	const root, api = "../..", "k8s.io/api"
	for _, module := range []string{"pluto", "kubepug"} {
		fmt.Fprintln(os.Stderr, "building:", module)
		if err := build(ctx, module, c.dir); err != nil {
			return nil, "", err
		}
	}
	for name, target := range map[string]string{"kubectl": filepath.Join(newer, "kubectl"), "kubectl-versions": "kubectl-versions"} {
		if err := os.Symlink(filepath.Join(c.bin, target), filepath.Join(c.dir, name)); err != nil {
			return nil, "", err
		}
	}
	plutoVersion, err := moduleVersion(ctx, "tools/pluto", "github.com/fairwindsops/pluto/v5")
	if err != nil {
		return nil, "", err
	}
	kubepugVersion, err := moduleVersion(ctx, "tools/kubepug", "github.com/kubepug/kubepug")
	if err != nil {
		return nil, "", err
	}
	if data, err = moduleVersion(ctx, root, api); err != nil {
		return nil, "", err
	}
	file, err := kubepugDatabase(ctx, c.dir, root)
	if err != nil {
		return nil, "", err
	}
	return []tool{versions(), pluto(plutoVersion), kubepug(kubepugVersion, file)}, data, nil
}

func (c comparison) onCluster(ctx context.Context, tools []tool, server, target string, of resource) (s scene, err error) {
	s = scene{Server: server, Target: target, cases: cases(of)}
	fmt.Fprintln(os.Stderr, "kube-apiserver:", server)
	on, err := start(ctx, c.bin, filepath.Join(c.dir, server), server)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, on.stop()) }()
	if err := on.play(ctx, s.cases); err != nil {
		return s, err
	}
	for _, t := range tools {
		r := result{tool: t, arguments: t.onCluster("KUBECONFIG", target)}
		r.traffic, err = on.during(func() error {
			by, err := t.run(ctx, c.dir, t.onCluster(on.kubeconfig(), target), target)
			r.outcomes, r.besides = score(s.cases, by)
			return err
		})
		if err != nil {
			return s, err
		}
		s.results = append(s.results, r)
	}
	return s, nil
}

func (c comparison) onFiles(ctx context.Context, tools []tool) (scene, error) {
	s := scene{Target: newerTarget}
	folder := filepath.Join(c.dir, "manifests")
	for _, m := range manifests() {
		s.cases = append(s.cases, m.cases...)
		path := filepath.Join(folder, m.path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return s, err
		}
		if err := os.WriteFile(path, []byte(m.text), 0o600); err != nil {
			return s, err
		}
	}
	for _, t := range tools {
		by, err := t.run(ctx, c.dir, t.onFiles(folder, s.Target), s.Target)
		if err != nil {
			return s, err
		}
		r := result{tool: t, arguments: t.onFiles("FOLDER", s.Target)}
		r.outcomes, r.besides = score(s.cases, by)
		s.results = append(s.results, r)
	}
	return s, nil
}
