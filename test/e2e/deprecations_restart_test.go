package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const identityLeases = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"

// restart ends the first kube-apiserver and starts it anew on the same etcd,
// with further arguments: its metrics begin at zero, and its objects stay. It
// returns the new process.
func (s scene) restart(t *testing.T, further ...string) (pid int) {
	t.Helper()
	former := s.server(t, 1)
	args := append(commandLine(t, former), further...)
	end(t, former)
	s.http.CloseIdleConnections()

	began := time.Now()
	log, err := os.Create(filepath.Join(s.dir, "logs", "restarted.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	server := exec.Command(args[0], args[1:]...)
	server.Stdout, server.Stderr, server.SysProcAttr = log, log, dieWithParent()
	ended, started := make(chan struct{}), make(chan error)
	go func() {
		// The kernel ends the child when the thread that started it ends.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(ended)
		err := server.Start()
		started <- err
		if err == nil {
			_ = server.Wait()
		}
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		<-ended
	})
	for !s.ready(t) || !s.onlyLease(t, began) {
		select {
		case <-ended:
			t.Fatalf("kube-apiserver ended: see %s", log.Name())
		case <-time.After(100 * time.Millisecond):
		}
		if time.Since(began) > time.Minute {
			t.Fatal("kube-apiserver is not ready after a minute")
		}
	}
	return server.Process.Pid
}

// server is the process of the nth kube-apiserver, from 1.
func (c cluster) server(t *testing.T, n int) (pid int) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.dir, "server-"+strconv.Itoa(n)+".pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// commandLine is of a process, whose arguments hold no spaces where there is no /proc.
func commandLine(t *testing.T, pid int) []string {
	t.Helper()
	if text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline")); err == nil {
		return strings.Split(strings.TrimRight(string(text), "\x00"), "\x00")
	}
	text, err := exec.Command("ps", "-ww", "-o", "args=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(text))
}

// end gives a process a few seconds to end in order.
func end(t *testing.T, pid int) {
	t.Helper()
	process, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	_ = process.Signal(syscall.SIGTERM)
	for began := time.Now(); process.Signal(syscall.Signal(0)) == nil; time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > 3*time.Second {
			_ = process.Kill()
		}
	}
}

func (s scene) ready(t *testing.T) bool {
	t.Helper()
	response, err := s.http.Do(s.request(t, "watchdog", http.MethodGet, "/readyz", "", ""))
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// onlyLease reports whether the kube-apiserver that has begun since holds its
// identity lease, and removes that of its predecessor, who had another hostname.
func (s scene) onlyLease(t *testing.T, since time.Time) bool {
	t.Helper()
	var leases struct {
		Items []struct {
			Metadata struct{ Name string }
			Spec     struct{ RenewTime time.Time }
		}
	}
	selector := "?labelSelector=apiserver.kubernetes.io%2Fidentity%3Dkube-apiserver"
	if err := json.NewDecoder(bytes.NewReader(s.send(t, "watchdog", http.MethodGet, identityLeases+selector, "", ""))).Decode(&leases); err != nil {
		t.Fatal(err)
	}
	var former []string
	for _, lease := range leases.Items {
		if lease.Spec.RenewTime.Before(since) {
			former = append(former, lease.Metadata.Name)
		}
	}
	if len(former) == len(leases.Items) {
		return false
	}
	for _, name := range former {
		s.send(t, "watchdog", http.MethodDelete, identityLeases+"/"+name, "", "")
	}
	return true
}
