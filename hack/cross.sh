#!/usr/bin/env bash
# Compiles the plugin and its helper, with their tests, for the platforms that no test here runs on. What a release was
# compiled with is not compiled again.
set -euo pipefail
cd "$(dirname "$0")/.."

export CGO_ENABLED=0 GOARM=7 GOFLAGS="${GOFLAGS:-} -trimpath"
for platform in windows/amd64 darwin/arm64 linux/arm; do
	for module in . live; do
		echo "== $platform: $module"
		GOOS=${platform%/*} GOARCH=${platform#*/} go -C "$module" vet ./...
	done
done
