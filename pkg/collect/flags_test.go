package collect

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestFlags(t *testing.T) {
	named := func(names ...string) []v1alpha1.Flag {
		var flags []v1alpha1.Flag
		for _, name := range names {
			flags = append(flags, v1alpha1.Flag{Name: name})
		}
		return flags
	}
	gates := v1alpha1.Flag{Name: "feature-gates", Value: "A=true,B=false"}
	type s = []string
	tests := []struct {
		name      string
		component string
		command   []string
		args      []string
		want      []v1alpha1.Flag
	}{
		{"nothing", "kube-apiserver", nil, nil, nil},
		{"a program alone", "kube-apiserver", s{"kube-apiserver"}, nil, nil},
		{"in order, without values", "kube-apiserver", s{"kube-apiserver", "--token-auth-file=/secret", "--allow-privileged", "--a=b=c"}, nil, named("token-auth-file", "allow-privileged", "a")},
		{"in args", "kube-apiserver", nil, s{"kube-apiserver", "--secure-port=6443"}, named("secure-port")},
		{"in args alone", "kube-apiserver", s{"/usr/local/bin/kube-apiserver"}, s{"--secure-port=6443"}, named("secure-port")},
		{"a value", "kube-apiserver", s{"kube-apiserver", "--feature-gates=A=true,B=false"}, nil, []v1alpha1.Flag{gates}},
		{"a value that is the next word", "kube-apiserver", s{"kube-apiserver", "--feature-gates", "A=true,B=false", "--x", "y"}, nil, append([]v1alpha1.Flag{gates}, named("x")...)},
		{"no value", "kube-apiserver", s{"kube-apiserver", "--feature-gates", "--x"}, nil, named("feature-gates", "x")},
		{"no value at the end", "kube-apiserver", s{"kube-apiserver", "--feature-gates"}, nil, named("feature-gates")},
		{"an empty value", "kube-apiserver", s{"kube-apiserver", "--feature-gates=", "A=true"}, nil, named("feature-gates")},
		{
			"all whose values are kept", "kube-apiserver",
			s{"kube-apiserver", "--cloud-provider=external", "--runtime-config=api/all=true", "--enable-admission-plugins=A", "--disable-admission-plugins=B", "--proxy-mode=ipvs"}, nil,
			[]v1alpha1.Flag{
				{Name: "cloud-provider", Value: "external"}, {Name: "runtime-config", Value: "api/all=true"}, {Name: "enable-admission-plugins", Value: "A"},
				{Name: "disable-admission-plugins", Value: "B"}, {Name: "proxy-mode", Value: "ipvs"},
			},
		},
		{"underscores", "kube-apiserver", s{"kube-apiserver", "--feature_gates=A=true,B=false"}, nil, []v1alpha1.Flag{gates}},
		{"twice", "kube-apiserver", s{"kube-apiserver", "--v=2", "--v=4"}, nil, named("v", "v")},
		{"one dash, and what is no flag", "etcd", s{"etcd", "-name=x", "--", "---x", "--=x", "--\x1b[2J", "--a b", "x"}, nil, nil},
		{"a value with flags in it", "kube-apiserver", s{"kube-apiserver", "--audit=a --secret=x\n--more=y"}, nil, named("audit")},
		{"after a wrapper", "kube-apiserver", s{"/go-runner", "--log-file=/var/log/kube-apiserver.log", "/usr/local/bin/kube-apiserver", "--a=b"}, nil, named("a")},
		{"after a wrapper whose flag ends in the name", "kube-apiserver", s{"/go-runner", "--log-file=/var/log/kube-apiserver", "--also-stdout", "/usr/local/bin/kube-apiserver", "--a=b"}, nil, named("a")},
		{"of hyperkube", "kube-scheduler", s{"/hyperkube", "kube-scheduler", "--a=b"}, nil, named("a")},
		{"of a program by another name", "cloud-controller-manager", s{"/bin/aws-cloud-controller-manager", "--cloud-provider=aws"}, nil, []v1alpha1.Flag{{Name: "cloud-provider", Value: "aws"}}},
		{"of a shell", "kube-apiserver", s{"/bin/sh", "-c", "exec kube-apiserver --a=b --feature-gates 'A=true,B=false' --c"}, nil, []v1alpha1.Flag{{Name: "a"}, gates, {Name: "c"}}},
		{
			"of a shell with a pipe", "kube-apiserver",
			s{"/bin/sh", "-c", "mkfifo --mode=600 /tmp/pipe; (tee --append /var/log/kube-apiserver.log < /tmp/pipe & ) ; exec /usr/local/bin/kube-apiserver --a=b --feature-gates=\"A=true,B=false\" > /tmp/pipe 2>&1; rm --force /tmp/pipe"},
			nil, []v1alpha1.Flag{{Name: "a"}, gates},
		},
		{
			"of a shell in several lines", "kube-apiserver", s{"/bin/sh", "-c"},
			s{"set -e\nexec kube-apiserver \\\n  --advertise-address=$(hostname -i) \\\n  --node=`hostname --fqdn` \\\n  --feature-gates=A=true,B=false\necho --done"},
			[]v1alpha1.Flag{{Name: "advertise-address"}, {Name: "node"}, gates},
		},
		{"of a shell that names the program twice", "kube-apiserver", s{"/bin/sh", "-c", "rm --force /run/kube-apiserver; exec kube-apiserver --a=b"}, nil, named("a")},
		{"of a shell that runs another program", "kube-apiserver", s{"/bin/sh", "-c", "exec /hyperkube apiserver --a=b"}, nil, named("a")},
		{"of a shell that does not end its quote", "kube-apiserver", s{"/bin/sh", "-c", "exec kube-apiserver --a=b --c='d --e=f"}, nil, named("a", "c", "e")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			item := kubeadmPod(tt.component, tt.component, "registry.k8s.io/"+tt.component+":v1.37.1", "sidecar", "sidecar:v1")
			containers := item["spec"].(object)["containers"].([]object)
			containers[0]["command"], containers[0]["args"] = tt.command, tt.args
			containers[1]["args"] = s{"--not-ours"}
			got := newAPIServer(t).on(systemPodsPath, bySelector(map[string]http.HandlerFunc{kubeadmSelector: answerJSON(list(item))})).collect(t)
			checkGaps(t, got)
			if diff := cmp.Diff(tt.want, got.ControlPlanePods.Pods[0].Flags); diff != "" {
				t.Errorf("flags (-want +got):\n%s", diff)
			}
		})
	}
}
