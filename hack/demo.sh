#!/usr/bin/env bash
# Runs `kubectl versions`, `skew`, `support`, `deprecations` and `plan` through a real kubectl, against a real kube-apiserver with seeded nodes, and cleans up.
set -euo pipefail
cd "$(dirname "$0")/.."
kubernetes=${1:?usage: hack/demo.sh KUBERNETES_VERSION}

dir=$(mktemp -d)
cleanup() {
	bin/cluster down --dir "$dir" >/dev/null 2>&1 || true
	rm -rf "$dir"
}
trap cleanup EXIT

bin/cluster up --bin bin --dir "$dir" --server "$kubernetes" \
	--arg=--runtime-config=resource.k8s.io/v1beta1=true \
	--seed test/cluster/seeds/demo.yaml --seed test/cluster/seeds/usage.yaml \
	--seed test/cluster/seeds/upgrade.yaml >/dev/null

export KUBECONFIG=$dir/kubeconfig
export PATH=$PWD/bin:$PWD/bin/$kubernetes:$PATH
kubectl config rename-context admin shop-prod >/dev/null

for question in "" skew support deprecations plan; do
	echo
	echo "\$ kubectl versions${question:+ $question}"
	kubectl versions ${question:+"$question"}
done
