//go:build linux

package main

import (
	"errors"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/client-go/tools/clientcmd"
)

const (
	roundTrip = 50 * time.Millisecond
	// bytesPerSecond are 20 Mbit/s.
	bytesPerSecond = 20e6 / 8
)

// link is a line between two places. Its zero value has no length, and no bound.
type link struct {
	// delay is that of one way.
	delay time.Duration
	// rate is in bytes per second, of each way, which all connections share; 0 for no bound.
	rate float64
}

// way is one direction of a link.
type way struct {
	link
	mu sync.Mutex
	// free is when the line has sent all that it was given.
	free time.Time
}

// arrival tells when the last of n bytes that are sent now is there.
func (w *way) arrival(n int) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now := time.Now(); w.free.Before(now) {
		w.free = now
	}
	if w.rate > 0 {
		w.free = w.free.Add(time.Duration(float64(n) / w.rate * float64(time.Second)))
	}
	return w.free.Add(w.delay)
}

// segment is what is on its way.
type segment struct {
	bytes []byte
	at    time.Time
}

const (
	segmentBytes = 16 << 10
	// inFlight is how many segments a connection has on its way at most: 4 MB, as much as Linux buffers.
	inFlight = 256
)

// carry copies until the source ends, and returns how many bytes.
func (w *way) carry(to io.Writer, from io.Reader) int64 {
	onTheWay := make(chan segment, inFlight)
	var sent int64
	go func() {
		defer close(onTheWay)
		for {
			buffer := make([]byte, segmentBytes)
			n, err := from.Read(buffer)
			if n > 0 {
				onTheWay <- segment{buffer[:n], w.arrival(n)}
			}
			if err != nil {
				return
			}
		}
	}()
	for s := range onTheWay {
		time.Sleep(time.Until(s.at))
		n, _ := to.Write(s.bytes) // a reader that went away is no reason to stop reading
		sent += int64(n)
	}
	return sent
}

// proxy forwards connections over a link and counts what comes back.
type proxy struct {
	listener net.Listener
	up, down way
	bytes    atomic.Int64
	running  sync.WaitGroup
}

func startProxy(server string, over link) (*proxy, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: listener, up: way{link: over}, down: way{link: over}}
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
	// The listener accepted at once what takes a round trip.
	time.Sleep(p.up.delay + p.down.delay)
	upstream, err := net.Dial("tcp4", server)
	if err != nil {
		return
	}
	p.running.Go(func() {
		defer upstream.Close()
		p.up.carry(upstream, client)
	})
	p.bytes.Add(p.down.carry(client, upstream))
}

// through starts a proxy to the cluster, and returns a kubeconfig that goes through it.
func (b *bench) through(over link) (*proxy, string, error) {
	config, err := clientcmd.LoadFromFile(b.kubeconfig)
	if err != nil {
		return nil, "", err
	}
	cluster := config.Clusters[config.Contexts[config.CurrentContext].Cluster]
	server, err := url.Parse(cluster.Server)
	if err != nil {
		return nil, "", err
	}
	p, err := startProxy(server.Host, over)
	if err != nil {
		return nil, "", err
	}
	server.Host = p.listener.Addr().String()
	cluster.Server = server.String()
	kubeconfig := filepath.Join(b.dir, "proxied")
	if err := clientcmd.WriteToFile(*config, kubeconfig); err != nil {
		p.stop()
		return nil, "", err
	}
	return p, kubeconfig, nil
}
