//go:build linux

// Command bench measures `kubectl versions …` on a seeded cluster of 5,000 nodes, beside what it is compared with in the
// same run, and fails when a bar is missed.
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
	var b bench
	flag.StringVar(&b.bin, "bin", "bin", "folder of the built binaries")
	flag.StringVar(&b.kubernetes, "kubernetes", "", "version of kube-apiserver and kubectl in that folder")
	flag.StringVar(&b.write, "write", "", "file to write the figures to, those of larger clusters too; without it they are only printed")
	flag.Parse()
	err := b.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

type bench struct {
	bin, kubernetes, write string

	// dir has the kubeconfig, the audit logs of the servers, and the programs that are built for it.
	dir, kubeconfig string
}

// results are all that was measured.
type results struct {
	figures []figure
	traffic []traffic
	// sizes of programs, in bytes.
	sizes map[string]int64
}

func (b *bench) run(ctx context.Context) error {
	var err error
	if b.bin, err = filepath.Abs(b.bin); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "bench"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	b.kubeconfig = filepath.Join(b.dir, "kubeconfig")
	sizes, err := b.build(ctx)
	if err != nil {
		return err
	}

	// Before there is a cluster, which does not come to rest for minutes.
	alone, err := b.measureOffline(ctx)
	if err != nil {
		return err
	}
	stopCluster, err := b.start(ctx)
	if err != nil {
		return err
	}
	measured, err := b.measure(ctx)
	if err = errors.Join(err, stopCluster()); err != nil {
		return err
	}
	measured.figures, measured.sizes = append(measured.figures, alone...), sizes
	page := render(measured, b.kubernetes, time.Now().UTC())
	fmt.Print(page)
	if b.write != "" {
		if err := os.WriteFile(b.write, []byte(page), 0o644); err != nil {
			return err
		}
	}
	return checkBars(measured)
}

func (b *bench) measure(ctx context.Context) (results, error) {
	var measured results
	show := func(s scene) error {
		figures, err := b.compare(ctx, s)
		measured.figures = append(measured.figures, figures...)
		return err
	}

	for _, rollout := range []struct {
		title    string
		oldproxy int
	}{{"rollout of kube-proxy complete", 0}, {"rollout of kube-proxy half done", nodes / 2}} {
		if err := b.seed(ctx, rollout.title, nodeSeeds(rollout.oldproxy)); err != nil {
			return measured, err
		}
		if err := show(skewScene(rollout.title)); err != nil {
			return measured, err
		}
	}

	reference := sweepScene(1)
	if err := b.seed(ctx, reference.title, objectSeeds(1, 1)); err != nil {
		return measured, err
	}
	for _, s := range []scene{reference, planScene()} {
		if err := show(s); err != nil {
			return measured, err
		}
	}
	for _, command := range append(reference.commands, pluginPlan) {
		counted, err := b.count(ctx, command)
		if err != nil {
			return measured, err
		}
		measured.traffic = append(measured.traffic, counted)
	}
	if b.write != "" {
		for _, multiple := range []int{2, 4} {
			larger := sweepScene(multiple)
			if err := b.seed(ctx, larger.title, objectSeeds(multiple/2+1, multiple)); err != nil {
				return measured, err
			}
			if err := show(larger); err != nil {
				return measured, err
			}
		}
	}
	return measured, nil
}

// measureOffline measures what asks no cluster.
func (b *bench) measureOffline(ctx context.Context) ([]figure, error) {
	log := filepath.Join(b.dir, auditLog)
	if err := writeAuditLog(log, auditLogBytes); err != nil {
		return nil, err
	}
	defer os.Remove(log)
	var measured []figure
	for _, s := range offlineScenes() {
		figures, err := b.compare(ctx, s)
		if err != nil {
			return nil, err
		}
		measured = append(measured, figures...)
	}
	return measured, nil
}
