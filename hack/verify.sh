#!/usr/bin/env bash
# Writes everything again that is written by a program, and fails where that is not what was there. Only pictures and
# benchmarks are left out, which differ from machine to machine.
#
# Changes that are not committed are what is verified too. What was written stays, to be committed, and what was there
# before is kept as the tree that the last line names.
set -euo pipefail
cd "$(dirname "$0")/.."

index=$(mktemp -d)
trap 'rm -rf "$index"' EXIT

# All files but the ignored ones, as a tree of git, by an index of its own.
tree() {
	cp "$(git rev-parse --git-path index)" "$index/index"
	GIT_INDEX_FILE=$index/index git add --all
	GIT_INDEX_FILE=$index/index git write-tree
}

before=$(tree)
make --no-print-directory generate
go run ./hack/apilifecycle index
mapfile -t modules < <(git ls-files --cached --others --exclude-standard 'go.mod' '*/go.mod')
for gomod in "${modules[@]}"; do
	# Some of what tests of goreleaser's own dependencies import cannot be had any more.
	[ "$gomod" = hack/goreleaser/go.mod ] || go -C "$(dirname "$gomod")" mod tidy
done
git ls-files -z --cached --others --exclude-standard '*.go' | xargs -0 gofmt -w
make --no-print-directory golden
after=$(tree)

if ! git diff --exit-code "$before" "$after"; then
	echo "verify: the files above were out of date: commit them, or see what was there with git diff $before" >&2
	exit 1
fi
