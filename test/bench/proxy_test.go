//go:build linux

package main

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"
)

// An answer takes a round trip to connect, one to ask, and its length over the rate, whatever the number of connections.
func TestALinkTakesItsTime(t *testing.T) {
	const size, rate, delay = 250_000, 1e6, 20 * time.Millisecond
	server, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() {
		for {
			connection, err := server.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				_, _ = io.ReadFull(connection, make([]byte, 1))
				_, _ = connection.Write(bytes.Repeat([]byte("x"), size))
			}()
		}
	}()
	for name, connections := range map[string]int{"one connection": 1, "two that share it": 2} {
		t.Run(name, func(t *testing.T) {
			p, err := startProxy(server.Addr().String(), link{delay: delay, rate: rate})
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			read := make(chan int64)
			for range connections {
				go func() {
					connection, err := net.Dial("tcp4", p.listener.Addr().String())
					if err != nil {
						t.Error(err)
						read <- 0
						return
					}
					defer connection.Close()
					_, _ = connection.Write([]byte("?"))
					n, _ := io.Copy(io.Discard, connection)
					read <- n
				}()
			}
			for range connections {
				if n := <-read; n != size {
					t.Errorf("read %d bytes", n)
				}
			}
			took := time.Since(start)
			least := 4*delay + time.Duration(float64(connections)*size/rate*float64(time.Second))
			if took < least {
				t.Errorf("took %s, the link alone takes %s", took, least)
			}
			if counted := p.stop(); counted != int64(connections)*size {
				t.Errorf("counted %d bytes", counted)
			}
		})
	}
}
