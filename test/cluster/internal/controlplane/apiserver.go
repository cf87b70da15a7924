package controlplane

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

type apiServerConfig struct {
	name            string // also its context in the kubeconfig, such as server-1
	hostname        string // the identity lease is named after a hash of it
	launcher        []string
	binary          string
	reported        string // the version that it says to have; empty for its own
	anonymous       bool   // it publishes no identity
	address         *net.TCPAddr
	advertise       string
	etcd            string
	further         []string // arguments, after those that every cluster has
	files           *files
	log, audit, pid string
}

// apiServer is one kube-apiserver process.
type apiServer struct {
	name     string
	hostname string
	address  string
	log, pid string
	// anonymous servers publish no identity, as all before 1.26.
	anonymous bool
	process   *os.Process
	ended     chan struct{} // closed when the process is gone
}

func startAPIServer(cfg apiServerConfig) (*apiServer, error) {
	if _, err := os.Stat(cfg.binary); err != nil {
		return nil, fmt.Errorf("%s is not built: run cluster build first: %w", cfg.name, err)
	}
	log, err := os.Create(cfg.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	s := &apiServer{
		name:      cfg.name,
		hostname:  cfg.hostname,
		address:   cfg.address.String(),
		log:       cfg.log,
		pid:       cfg.pid,
		anonymous: cfg.anonymous,
		ended:     make(chan struct{}),
	}
	started := make(chan error)
	go func() {
		// The kernel ends the child when the thread that started it ends, so that thread is kept.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		var err error
		s.process, err = cfg.start(log)
		started <- err
		if err != nil {
			return
		}
		_, _ = s.process.Wait()
		close(s.ended)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting %s: %w", cfg.name, err)
	}
	if err := os.WriteFile(s.pid, []byte(strconv.Itoa(s.process.Pid)+"\n"), 0o600); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// start does without a namespace where none may be made.
func (cfg apiServerConfig) start(log *os.File) (*os.Process, error) {
	command := slices.Concat(cfg.launcher, []string{cfg.hostname, cfg.binary}, cfg.args())
	var err error
	for _, attributes := range []*syscall.SysProcAttr{launchAttributes(), childAttributes()} {
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = log, log, attributes
		if err = cmd.Start(); err == nil {
			return cmd.Process, nil
		}
	}
	return nil, err
}

func (cfg apiServerConfig) args() []string {
	args := []string{
		"--bind-address=" + cfg.address.IP.String(),
		"--secure-port=" + strconv.Itoa(cfg.address.Port),
		"--advertise-address=" + cfg.advertise,
		"--etcd-servers=" + cfg.etcd,
		"--cert-dir=" + cfg.files.dir,
		"--tls-cert-file=" + cfg.files.servingCert,
		"--tls-private-key-file=" + cfg.files.servingKey,
		"--service-account-key-file=" + cfg.files.serviceAccountKey,
		"--service-account-signing-key-file=" + cfg.files.serviceAccountKey,
		"--service-account-issuer=https://kubernetes.default.svc",
		"--token-auth-file=" + cfg.files.tokenFile,
		"--authorization-mode=RBAC",
		"--service-cluster-ip-range=10.96.0.0/16",
		"--runtime-config=api/beta=true",
		"--allow-privileged=true",
		// Both wait for controllers: one for the default ServiceAccount, the other to lift the taint of a new Node.
		"--disable-admission-plugins=ServiceAccount,TaintNodesByCondition",
		"--audit-policy-file=" + cfg.files.auditPolicy,
		"--audit-log-path=" + cfg.audit,
	}
	if cfg.reported != "" {
		args = append(args, "--version="+cfg.reported)
	}
	return append(args, cfg.further...)
}

func (s *apiServer) waitUntilReady(ctx context.Context, client kubernetes.Interface) error {
	for {
		err := client.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
		if err == nil {
			// The namespaces that every cluster has are made after the start.
			_, err = client.CoreV1().Namespaces().Get(ctx, metav1.NamespaceDefault, metav1.GetOptions{})
		}
		if err == nil && (s.anonymous || holdsLease(ctx, client, s.hostname)) {
			return nil
		}
		select {
		case <-s.ended:
			return fmt.Errorf("%s ended during its start; the last lines of %s:\n%s", s.name, s.log, tail(s.log, 15))
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", s.name, errors.Join(context.Cause(ctx), err))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop gives the process a few seconds to end in order.
func (s *apiServer) stop() {
	_ = s.process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(3 * time.Second):
		_ = s.process.Kill()
		<-s.ended
	}
	_ = os.Remove(s.pid)
}

// tail returns the last lines of a log, or why it cannot be read.
func tail(file string, lines int) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
