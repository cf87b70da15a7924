#!/usr/bin/env bash
# All checks that are no tests, of every module, by the rules at the top.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0
check() {
	echo "== $*"
	"$@" || failed=1
}

for module in . live hack/krew hack/sbom test/bench/linked test/cluster test/compare test/formats test/browser; do
	check env -C "$module" go vet ./...
	check env -C "$module" "$PWD/bin/golangci-lint" run --config "$PWD/.golangci.yml" ./...
done
mapfile -t modules < <(git ls-files 'go.mod' '*/go.mod')
for gomod in "${modules[@]}"; do
	# Some of what tests of goreleaser's own dependencies import cannot be had any more.
	[ "$gomod" = hack/goreleaser/go.mod ] || check env -C "$(dirname "$gomod")" go mod tidy -diff
	check env -C "$(dirname "$gomod")" go mod verify
done
mapfile -t scripts < <(git ls-files '*.sh' .ci/run)
check shellcheck "${scripts[@]}"

before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
cp pkg/api/v1alpha1/zz_generated.deepcopy.go docs/commands.md .krew.yaml "$before"
make --no-print-directory generate
check diff -u "$before/zz_generated.deepcopy.go" pkg/api/v1alpha1/zz_generated.deepcopy.go
check diff -u "$before/commands.md" docs/commands.md
check diff -u "$before/.krew.yaml" .krew.yaml

exit "$failed"
