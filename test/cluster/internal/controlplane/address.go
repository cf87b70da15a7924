package controlplane

import (
	"errors"
	"math/rand/v2"
	"net"
)

// freeAddresses returns n free addresses, with one port for all where each has an IP of its own: that is what the
// endpoints of Service default/kubernetes can express.
func freeAddresses(n int) ([]*net.TCPAddr, error) {
	var errs []error
	for range 10 {
		addresses, err := tryAddresses(n)
		if err == nil {
			return addresses, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

// belowEphemeral picks a port that no outgoing connection is given between now and the server's start: those begin at
// 32768 on Linux, and higher elsewhere.
func belowEphemeral() int { return 20000 + rand.IntN(12768) }

func tryAddresses(n int) ([]*net.TCPAddr, error) {
	var addresses []*net.TCPAddr
	for i := range n {
		want := &net.TCPAddr{IP: loopback(i), Port: belowEphemeral()}
		if i > 0 && !want.IP.Equal(addresses[0].IP) {
			want.Port = addresses[0].Port
		}
		listener, err := net.ListenTCP("tcp4", want)
		if err != nil {
			return nil, err
		}
		defer listener.Close()
		addresses = append(addresses, listener.Addr().(*net.TCPAddr))
	}
	return addresses, nil
}
