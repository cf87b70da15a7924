package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// cluster is a running kube-apiserver of one version.
type cluster struct {
	bin, dir, server string
	process          *exec.Cmd
	stdin            io.Closer
}

// start runs an empty cluster; closing its stdin ends it.
func start(ctx context.Context, bin, dir, server string) (*cluster, error) {
	c := &cluster{bin: bin, dir: dir, server: server}
	c.process = exec.CommandContext(ctx, filepath.Join(bin, "cluster"), "run", "--bin", bin, "--dir", dir, "--server", server)
	c.process.Stderr = os.Stderr
	stdin, err := c.process.StdinPipe()
	if err != nil {
		return nil, err
	}
	c.stdin = stdin
	stdout, err := c.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.process.Start(); err != nil {
		return nil, err
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
		return nil, errors.Join(fmt.Errorf("cluster %s is not ready: %q: %w", server, line, err), c.stop())
	}
	return c, nil
}

func (c *cluster) stop() error { return errors.Join(c.stdin.Close(), c.process.Wait()) }

func (c *cluster) kubeconfig() string { return filepath.Join(c.dir, "kubeconfig") }

func (c *cluster) kubectl(ctx context.Context, do command) error {
	command := exec.CommandContext(ctx, filepath.Join(c.bin, c.server, "kubectl"), do.args...)
	command.Env = []string{"KUBECONFIG=" + c.kubeconfig(), "HOME=" + c.dir}
	command.Stdin = strings.NewReader(do.stdin)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("kubectl %s: %w: %s", strings.Join(do.args, " "), err, out)
	}
	return nil
}

// play does what the cases say, the first command of each, then the second: times
// in managedFields are to the second.
func (c *cluster) play(ctx context.Context, all []labelled) error {
	for _, do := range prepare() {
		if err := c.kubectl(ctx, do); err != nil {
			return err
		}
	}
	for turn := range 2 {
		time.Sleep(1100 * time.Millisecond)
		for _, l := range all {
			if turn < len(l.do) {
				if err := c.kubectl(ctx, l.do[turn]); err != nil {
					return fmt.Errorf("%s: %w", l.name, err)
				}
			}
		}
	}
	return nil
}

// traffic is what was asked of the server.
type traffic struct {
	requests int
	// deprecated are those to versions that the server calls deprecated.
	deprecated int
	// allSecrets are lists of Secrets that are not narrowed to those of Helm.
	allSecrets int
	// writes are all but get, list and watch.
	writes int
}

// during counts the requests of the administrator while something runs: nobody
// else is one.
func (c *cluster) during(run func() error) (traffic, error) {
	log := filepath.Join(c.dir, "audit", "server-1.log")
	before, err := os.ReadFile(log)
	if err != nil {
		return traffic{}, err
	}
	if err := run(); err != nil {
		return traffic{}, err
	}
	// The server writes a line after it has answered.
	time.Sleep(500 * time.Millisecond)
	after, err := os.ReadFile(log)
	if err != nil {
		return traffic{}, err
	}
	return count(after[len(before):])
}

func count(log []byte) (traffic, error) {
	var t traffic
	for line := range bytes.Lines(log) {
		var event struct {
			Verb string `json:"verb"`
			User struct {
				Username string `json:"username"`
			} `json:"user"`
			RequestURI  string            `json:"requestURI"`
			Annotations map[string]string `json:"annotations"`
			ObjectRef   struct {
				Resource string `json:"resource"`
			} `json:"objectRef"`
		}
		if err := json.Unmarshal(line, &event); err != nil {
			return traffic{}, fmt.Errorf("audit log: %w", err)
		}
		if event.User.Username != "admin" {
			continue
		}
		t.requests++
		if event.Annotations["k8s.io/deprecated"] == "true" {
			t.deprecated++
		}
		if event.ObjectRef.Resource == "secrets" && !strings.Contains(event.RequestURI, "owner%3Dhelm") {
			t.allSecrets++
		}
		switch event.Verb {
		case "get", "list", "watch":
		default:
			t.writes++
		}
	}
	if t.requests == 0 {
		return t, errors.New("audit log: no request was seen")
	}
	return t, nil
}
