//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/client-go/tools/clientcmd"
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
	config, err := clientcmd.LoadFromFile(b.kubeconfig)
	if err != nil {
		return traffic{}, err
	}
	cluster := config.Clusters[config.Contexts[config.CurrentContext].Cluster]
	server, err := url.Parse(cluster.Server)
	if err != nil {
		return traffic{}, err
	}
	proxy, err := startProxy(server.Host)
	if err != nil {
		return traffic{}, err
	}
	defer proxy.stop()

	server.Host = proxy.listener.Addr().String()
	cluster.Server = server.String()
	kubeconfig := filepath.Join(b.dir, "proxied")
	if err := clientcmd.WriteToFile(*config, kubeconfig); err != nil {
		return traffic{}, err
	}

	from := time.Now()
	if _, err := b.once(ctx, command, append(b.environment(true), "KUBECONFIG="+kubeconfig)); err != nil {
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

// proxy forwards connections and counts what comes back.
type proxy struct {
	listener net.Listener
	bytes    atomic.Int64
	running  sync.WaitGroup
}

func startProxy(server string) (*proxy, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: listener}
	p.running.Go(func() {
		for {
			client, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				p.running.Go(func() { p.forward(client, server) })
			}
		}
	})
	return p, nil
}

// stop waits for the connections, which end with the command that made them, and returns how many bytes came back.
func (p *proxy) stop() int64 {
	p.listener.Close()
	p.running.Wait()
	return p.bytes.Load()
}

func (p *proxy) forward(client net.Conn, server string) {
	defer client.Close()
	upstream, err := net.Dial("tcp4", server)
	if err != nil {
		return
	}
	p.running.Go(func() {
		defer upstream.Close()
		_, _ = io.Copy(upstream, client)
	})
	n, _ := io.Copy(client, upstream)
	p.bytes.Add(n)
}
