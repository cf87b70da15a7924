#!/usr/bin/env bash
# Writes the go.mod that builds kube-apiserver and kubectl of one Kubernetes version.
#
#   minors/add.sh v1.35.4       writes minors/1.35, or moves it to that patch
#   minors/add.sh v1.37.2 .     moves the module in the current folder, which keeps its other requirements
#
# k8s.io/kubernetes takes its staging modules from its own source tree, so a module that requires it has to replace
# each of them with the release of the same minor and patch: v1.35.4 goes with k8s.io/api v0.35.4.
set -euo pipefail

version=${1:?usage: add.sh VERSION [DIR], for example: add.sh v1.35.4}
if [[ ! $version =~ ^v1\.([0-9]+)\.[0-9]+$ ]]; then
	echo "add.sh: version \"$version\" is not a release: write it like v1.35.4" >&2
	exit 2
fi
minor=1.${BASH_REMATCH[1]}
dir=${2:-$(dirname "$0")/$minor}

mkdir -p "$dir"
cd "$dir"
if [[ ! -f go.mod ]]; then
	go mod init "github.com/kubectl-versions/kubectl-versions/test/cluster/minors/$minor"
	go mod edit -go=1.26.0
fi

if ! download=$(go mod download -json "k8s.io/kubernetes@$version"); then
	echo "add.sh: k8s.io/kubernetes $version cannot be downloaded: $download" >&2
	exit 1
fi
gomod=$(sed -n 's/^\t"GoMod": "\(.*\)",$/\1/p' <<<"$download")

{
	sed '/^replace (/,/^)/d' go.mod
	echo 'replace ('
	sed -n "s|^\t\(k8s\.io/[^ ]*\) => \./staging/.*|\t\1 => \1 v0.${version#v1.}|p" "$gomod"
	echo ')'
} >go.mod.new
mv go.mod.new go.mod
go mod edit -require="k8s.io/kubernetes@$version"

# Without the version go get moves k8s.io/kubernetes to its newest release.
go get -tool "k8s.io/kubernetes/cmd/kube-apiserver@$version" "k8s.io/kubernetes/cmd/kubectl@$version"
go mod tidy
