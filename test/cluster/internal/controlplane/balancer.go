package controlplane

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// balancer hands each new connection to the next server that accepts it.
type balancer struct {
	listener net.Listener
	servers  []string
	next     atomic.Uint64
	cancel   context.CancelFunc
	running  sync.WaitGroup
}

func startBalancer(servers []string) (*balancer, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	b := &balancer{listener: listener, servers: servers, cancel: cancel}
	b.running.Go(func() { b.accept(ctx) })
	return b, nil
}

func (b *balancer) address() string {
	return b.listener.Addr().String()
}

// stop ends the open connections too.
func (b *balancer) stop() {
	b.cancel()
	b.listener.Close()
	b.running.Wait()
}

func (b *balancer) accept(ctx context.Context) {
	for {
		client, err := b.listener.Accept()
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			time.Sleep(10 * time.Millisecond) // such as too many open files
			continue
		}
		b.running.Go(func() { b.forward(ctx, client) })
	}
}

func (b *balancer) forward(ctx context.Context, client net.Conn) {
	defer client.Close()
	server := b.dial(ctx)
	if server == nil {
		return
	}
	defer server.Close()
	defer context.AfterFunc(ctx, func() { client.Close(); server.Close() })()

	// TLS is over when either side has closed.
	ended := make(chan struct{}, 2)
	for _, pair := range [][2]net.Conn{{client, server}, {server, client}} {
		b.running.Go(func() {
			_, _ = io.Copy(pair[0], pair[1])
			ended <- struct{}{}
		})
	}
	<-ended
}

// dial returns nil when no server accepts the connection.
func (b *balancer) dial(ctx context.Context) net.Conn {
	first := b.next.Add(1) - 1
	dialer := net.Dialer{Timeout: 5 * time.Second}
	for i := range uint64(len(b.servers)) {
		address := b.servers[(first+i)%uint64(len(b.servers))]
		if conn, err := dialer.DialContext(ctx, "tcp4", address); err == nil {
			return conn
		}
	}
	return nil
}
