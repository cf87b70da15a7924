//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// traffic is what one run of a command asked of the cluster.
type traffic struct {
	command string
	// requests and paths are those of the server's audit log; paths are without queries, sorted, and each there once.
	requests int
	paths    []string
	// bytes is what the command received, as it went over the connections: compressed and encrypted.
	bytes int64
}

// audited is how long a server may take to log its last answer.
const audited = 500 * time.Millisecond

// count runs a command once, through a proxy that counts bytes.
func (b *bench) count(ctx context.Context, command string) (traffic, error) {
	proxy, kubeconfig, err := b.through(link{})
	if err != nil {
		return traffic{}, err
	}
	defer proxy.stop()

	from := time.Now()
	if _, err := b.once(ctx, command, b.environment(kubeconfig)); err != nil {
		return traffic{}, err
	}
	until := time.Now()
	time.Sleep(audited)
	counted := traffic{command: command, bytes: proxy.stop()}
	counted.requests, counted.paths, err = b.audited(from, until)
	return counted, err
}

// audited returns the number and the paths of the requests that the admin sent, who is nobody but the measured command.
func (b *bench) audited(from, until time.Time) (requests int, paths []string, err error) {
	// A log of 100 MB is renamed, and a new one begun.
	files, err := filepath.Glob(filepath.Join(b.dir, "audit", "*.log"))
	if err != nil {
		return 0, nil, err
	}
	for _, file := range files {
		err := eachLine(file, func(line []byte) error {
			if !bytes.Contains(line, []byte(`"username":"admin"`)) {
				return nil
			}
			var event struct {
				RequestURI               string    `json:"requestURI"`
				RequestReceivedTimestamp time.Time `json:"requestReceivedTimestamp"`
			}
			if err := json.Unmarshal(line, &event); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			if event.RequestReceivedTimestamp.Before(from) || event.RequestReceivedTimestamp.After(until) {
				return nil
			}
			path, _, _ := strings.Cut(event.RequestURI, "?")
			requests++
			paths = append(paths, path)
			return nil
		})
		if err != nil {
			return 0, nil, err
		}
	}
	slices.Sort(paths)
	return requests, slices.Compact(paths), nil
}

func eachLine(file string, use func([]byte) error) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if err := use(lines.Bytes()); err != nil {
			return err
		}
	}
	return lines.Err()
}
