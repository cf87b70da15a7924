package collect

import "testing"

func TestMissingPermission(t *testing.T) {
	tests := []struct{ name, refusal, want string }{
		{
			"a list at the cluster scope",
			`nodes is forbidden: User "system:serviceaccount:default:viewer" cannot list resource "nodes" in API group "" at the cluster scope`,
			"list nodes",
		},
		{
			"a list in a namespace",
			`leases.coordination.k8s.io is forbidden: User "jane@example.com" cannot list resource "leases" in API group "coordination.k8s.io" in the namespace "kube-system"`,
			"list leases.coordination.k8s.io in kube-system",
		},
		{
			"a list in a namespace, of the core group",
			`pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "kube-system"`,
			"list pods in kube-system",
		},
		{
			"a named object",
			`daemonsets.apps "kube-proxy" is forbidden: User "jane" cannot get resource "daemonsets" in API group "apps" in the namespace "kube-system"`,
			"get daemonsets.apps in kube-system",
		},
		{
			"a subresource",
			`pods "a" is forbidden: User "jane" cannot get resource "pods/log" in API group "" in the namespace "kube-system"`,
			"get pods/log in kube-system",
		},
		{
			"a path",
			`forbidden: User "system:anonymous" cannot get path "/metrics"`,
			"get /metrics",
		},
		{
			"a binding to a role that is missing",
			`nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope: RBAC: clusterrole.rbac.authorization.k8s.io "node-reader" not found`,
			"list nodes",
		},
		{
			"a user whose name reads like another refusal",
			`nodes is forbidden: User "cannot list resource \"secrets\" in API group \"\" at the cluster scope" cannot list resource "nodes" in API group "" at the cluster scope`,
			"list nodes",
		},
		{
			"a webhook's refusal is not RBAC's",
			`nodes is forbidden: User "jane" may not look at nodes`,
			"",
		},
		{
			"a refusal that is cut short",
			`nodes is forbidden: User "jane" cannot list resource "nodes" in API group ""`,
			"",
		},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := missingPermission(tt.refusal); got != tt.want {
				t.Errorf("missing permission %q, want %q, in\n%s", got, tt.want, tt.refusal)
			}
		})
	}
}
