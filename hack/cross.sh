#!/usr/bin/env bash
# Compiles the plugin and its helper, with their tests, for the platforms that no test here runs on.
set -euo pipefail
cd "$(dirname "$0")/.."

for platform in windows/amd64 darwin/arm64 linux/arm; do
	for module in . live; do
		echo "== $platform: $module"
		CGO_ENABLED=0 GOOS=${platform%/*} GOARCH=${platform#*/} go -C "$module" vet ./...
	done
done
