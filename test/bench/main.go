//go:build linux

// Command bench measures `kubectl versions …` on a seeded cluster of 5,000 nodes, beside what it is compared with in the
// same run, and fails when a bar is missed.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	var b bench
	flag.StringVar(&b.bin, "bin", "bin", "folder of the built binaries")
	flag.StringVar(&b.kubernetes, "kubernetes", "", "version of kube-apiserver and kubectl in that folder")
	flag.StringVar(&b.write, "write", "", "file to write the figures of all scenes to")
	flag.StringVar(&b.scene, "scene", "", "regular expression of the scenes to measure; without it and -write, all that have bars of their own")
	flag.StringVar(&b.profile, "profile", "", "folder to write profiles of each command to, instead of measuring")
	flag.Parse()
	err := b.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

type bench struct {
	bin, kubernetes, write, scene, profile string

	// dir has the kubeconfig, the audit logs of the servers, and the programs that are built for it.
	dir, kubeconfig string
}

// results are all that was measured.
type results struct {
	scenes  []scene
	figures []figure
	traffic []traffic
	// sizes of programs, in bytes.
	sizes map[string]int64
}

func (b *bench) run(ctx context.Context) error {
	name, err := regexp.Compile(b.scene)
	if err != nil {
		return err
	}
	if b.bin, err = filepath.Abs(b.bin); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "bench"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	b.kubeconfig = filepath.Join(b.dir, "kubeconfig")
	if b.profile != "" {
		return b.onCluster(ctx, func() error { return b.profiles(ctx) })
	}

	measured := results{scenes: chosen(name, b.write != "" || b.scene != "")}
	if measured.sizes, err = b.build(ctx, measured.scenes); err != nil {
		return err
	}
	// Before there is a cluster, which takes processor time of its own.
	var clustered []scene
	for _, s := range measured.scenes {
		if !s.offline {
			clustered = append(clustered, s)
		} else if err := b.measure(ctx, s, &measured); err != nil {
			return err
		}
	}
	if len(clustered) > 0 {
		err := b.onCluster(ctx, func() error {
			for _, s := range clustered {
				if err := b.measure(ctx, s, &measured); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}

	commit, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty", "--match=", "--abbrev=12").Output()
	if err != nil {
		return err
	}
	page := render(measured, b.kubernetes, strings.TrimSpace(string(commit)), time.Now().UTC())
	fmt.Print(page)
	if b.write != "" {
		if err := os.WriteFile(b.write, []byte(page), 0o644); err != nil {
			return err
		}
	}
	return checkBars(measured)
}

func (b *bench) onCluster(ctx context.Context, do func() error) error {
	stop, err := b.start(ctx)
	if err != nil {
		return err
	}
	return errors.Join(do(), stop())
}

func (b *bench) measure(ctx context.Context, s scene, measured *results) error {
	if s.name == auditScene {
		log := filepath.Join(b.dir, auditLog)
		if err := writeAuditLog(log, auditLogBytes); err != nil {
			return err
		}
		defer os.Remove(log)
	}
	figures, err := b.compare(ctx, s)
	if err != nil {
		return err
	}
	measured.figures = append(measured.figures, figures...)
	if s.name != reference {
		return nil
	}
	for _, command := range s.commands {
		counted, err := b.count(ctx, command)
		if err != nil {
			return err
		}
		measured.traffic = append(measured.traffic, counted)
	}
	return nil
}

// profiles writes those of each command on the reference cluster.
func (b *bench) profiles(ctx context.Context) error {
	program := filepath.Join(b.dir, "profiled")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./test/bench/profiled")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	folder, err := filepath.Abs(b.profile)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, s := range chosen(regexp.MustCompile("^"+reference+"$"), false) {
		if err := b.seed(ctx, s.seeds); err != nil {
			return err
		}
	}
	for _, command := range questions() {
		args := strings.Fields(strings.TrimPrefix(command, "kubectl versions"))
		name := cmp.Or(strings.Join(args, "-"), "overview")
		profiled := exec.CommandContext(ctx, program, append([]string{filepath.Join(folder, name)}, args...)...)
		profiled.Env, profiled.Stderr = b.environment(b.kubeconfig), os.Stderr
		if err := profiled.Run(); err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
		fmt.Println("go tool pprof -top", filepath.Join(b.profile, name+".cpu.pprof"))
	}
	return nil
}
