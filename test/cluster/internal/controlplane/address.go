package controlplane

import (
	"errors"
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

func tryAddresses(n int) ([]*net.TCPAddr, error) {
	var addresses []*net.TCPAddr
	for i := range n {
		want := &net.TCPAddr{IP: loopback(i)}
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
