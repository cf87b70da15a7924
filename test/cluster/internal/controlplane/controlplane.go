// Package controlplane runs one embedded etcd and kube-apiserver processes on it.
package controlplane

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiversion "k8s.io/apimachinery/pkg/util/version"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// Config says what to start.
type Config struct {
	Dir string // state, logs, audit logs and kubeconfig; an absolute path
	Bin string // Bin/VERSION/kube-apiserver; an absolute path
	// One kube-apiserver each: v1.37.1, or v1.37.1=v1.37.1-eks-a737599 for one that says it is a vendor's.
	Versions []string
	// Args are further arguments of every kube-apiserver.
	Args     []string
	Launcher []string  // command that sets the hostname in its first argument and becomes the rest
	Progress io.Writer // one line per step
}

// ControlPlane is running.
type ControlPlane struct {
	etcd     *embed.Etcd
	servers  []*apiServer
	balancer *balancer
	dir      string
}

// stateDirs hold what nobody reads after the end.
func stateDirs(dir string) []string {
	return []string{filepath.Join(dir, "etcd"), filepath.Join(dir, "pki")}
}

// startsApart makes process_start_time_seconds, which counts in hundredths of a second, tell the servers apart.
const startsApart = 50 * time.Millisecond

// Start returns when every kube-apiserver is ready and, from 1.26 on, holds its identity lease, or with the reason why one
// is not. A failed start leaves only logs behind.
func Start(ctx context.Context, cfg Config) (_ *ControlPlane, err error) {
	cp := &ControlPlane{dir: cfg.Dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, cp.Stop())
		}
	}()
	logs, audit := filepath.Join(cfg.Dir, "logs"), filepath.Join(cfg.Dir, "audit")
	for _, dir := range append(stateDirs(cfg.Dir), logs, audit) {
		if err := os.RemoveAll(dir); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}

	addresses, err := freeAddresses(len(cfg.Versions))
	if err != nil {
		return nil, err
	}
	files, err := writeFiles(filepath.Join(cfg.Dir, "pki"), addresses)
	if err != nil {
		return nil, err
	}
	cp.etcd, err = startEtcd(ctx, filepath.Join(cfg.Dir, "etcd"), filepath.Join(logs, "etcd.log"))
	if err != nil {
		return nil, fmt.Errorf("starting etcd: %w", err)
	}
	for i, version := range cfg.Versions {
		version, reported, _ := strings.Cut(version, "=")
		parsed, err := apiversion.ParseSemantic(version)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			time.Sleep(startsApart)
		}
		name := "server-" + strconv.Itoa(i+1)
		fmt.Fprintf(cfg.Progress, "starting %s: kube-apiserver %s\n", name, version)
		server, err := startAPIServer(apiServerConfig{
			name:     name,
			hostname: "cp-" + strconv.Itoa(i+1),
			binary:   filepath.Join(cfg.Bin, version, "kube-apiserver"),
			reported: reported,
			// APIServerIdentity is on by default from then on.
			anonymous: parsed.LessThan(apiversion.MajorMinor(1, 26)),
			launcher:  cfg.Launcher,
			address:   addresses[i],
			// Endpoints may not be on loopback; 192.0.2.0/24 is for documentation and never routed.
			advertise: fmt.Sprintf("192.0.2.%d", i+1),
			further:   cfg.Args,
			etcd:      "http://" + cp.etcd.Clients[0].Addr().String(),
			files:     files,
			log:       filepath.Join(logs, name+".log"),
			audit:     filepath.Join(audit, name+".log"),
			pid:       filepath.Join(cfg.Dir, name+".pid"),
		})
		if err != nil {
			return nil, err
		}
		cp.servers = append(cp.servers, server)
	}
	if err := cp.waitUntilReady(ctx, files, cfg.Progress); err != nil {
		return nil, err
	}
	cp.balancer, err = startBalancer(cp.addresses())
	if err != nil {
		return nil, err
	}
	if err := writeKubeconfig(cp.Kubeconfig(), cp.balancer.address(), cp.servers, files); err != nil {
		return nil, err
	}
	return cp, nil
}

// Kubeconfig is the path of a file whose current context is admin, through the load balancer.
func (cp *ControlPlane) Kubeconfig() string {
	return filepath.Join(cp.dir, "kubeconfig")
}

// Stop ends the processes in the order of their dependencies and removes the state. The logs and the kubeconfig stay.
func (cp *ControlPlane) Stop() error {
	if cp.balancer != nil {
		cp.balancer.stop()
	}
	var stopping sync.WaitGroup
	for _, server := range cp.servers {
		stopping.Go(server.stop)
	}
	stopping.Wait()
	if cp.etcd != nil {
		cp.etcd.Close()
	}
	var errs []error
	for _, dir := range stateDirs(cp.dir) {
		errs = append(errs, os.RemoveAll(dir))
	}
	return errors.Join(errs...)
}

func (cp *ControlPlane) addresses() []string {
	var addresses []string
	for _, server := range cp.servers {
		addresses = append(addresses, server.address)
	}
	return addresses
}

func (cp *ControlPlane) waitUntilReady(ctx context.Context, files *files, progress io.Writer) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 2*time.Minute, errors.New("it is not ready after two minutes"))
	defer cancel()
	for _, server := range cp.servers {
		client, err := kubernetes.NewForConfig(&rest.Config{
			Host:            "https://" + server.address,
			BearerToken:     files.tokens["admin"],
			TLSClientConfig: rest.TLSClientConfig{CAData: files.ca},
		})
		if err != nil {
			return err
		}
		if err := server.waitUntilReady(ctx, client); err != nil {
			return err
		}
		fmt.Fprintf(progress, "%s is ready\n", server.name)
	}
	return nil
}

// holdsLease reports whether the kube-apiserver has published its identity, under its own hostname or, where it could not
// have one, that of the machine.
func holdsLease(ctx context.Context, client kubernetes.Interface, hostname string) bool {
	machine, err := os.Hostname()
	if err != nil {
		return false
	}
	leases, err := client.CoordinationV1().Leases(metav1.NamespaceSystem).List(ctx, metav1.ListOptions{
		LabelSelector: "apiserver.kubernetes.io/identity=kube-apiserver",
	})
	return err == nil && slices.ContainsFunc(leases.Items, func(lease coordinationv1.Lease) bool {
		holder := lease.Labels[corev1.LabelHostname]
		return holder == hostname || holder == machine
	})
}
