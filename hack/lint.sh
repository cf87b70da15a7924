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
	check env -C "$(dirname "$gomod")" go mod verify
done
mapfile -t scripts < <(git ls-files '*.sh' .ci/run)
check shellcheck "${scripts[@]}"
check bin/actionlint .github/workflows/*.yaml docs/ci/github-actions.yaml

exit "$failed"
