package controlplane

import (
	"io"
	"net"
	"testing"
)

func TestBalancerTakesTurnsAndSkipsTheDead(t *testing.T) {
	var addresses []string
	var listeners []net.Listener
	for _, name := range []string{"a", "b", "c"} {
		listener, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		listeners = append(listeners, listener)
		addresses = append(addresses, listener.Addr().String())
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				_, _ = io.WriteString(conn, name)
				conn.Close()
			}
		}()
	}
	b, err := startBalancer(addresses)
	if err != nil {
		t.Fatal(err)
	}
	defer b.stop()

	ask := func() string {
		conn, err := net.Dial("tcp4", b.address())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		answer, _ := io.ReadAll(conn)
		return string(answer)
	}
	if got := ask() + ask() + ask() + ask(); got != "abca" {
		t.Errorf("answers came from %q, want abca", got)
	}
	listeners[1].Close()
	if got := ask() + ask() + ask(); got != "cca" {
		t.Errorf("without b, answers came from %q, want cca", got)
	}
}

func TestBalancerEndsOpenConnections(t *testing.T) {
	silent, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	b, err := startBalancer([]string{silent.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp4", b.address())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := silent.Accept(); err != nil {
		t.Fatal(err)
	}
	b.stop()
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is still open")
	}
}
