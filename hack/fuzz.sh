#!/usr/bin/env bash
# Fuzzes everything that reads what others wrote, each target so long or so often: hack/fuzz.sh 60s, or 300x, and
# with a second argument those alone that match it. `hack/fuzz.sh list` prints the targets, a directory and a name each.
# What a target finds stays in its testdata/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."

targets() {
	git grep --untracked -oE '^func Fuzz[A-Za-z0-9_]+' -- '*_test.go' | sed -E 's|/[^/]+:func | |' | sort
}
if [ "$1" = list ]; then
	targets
	exit
fi

built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
last=
targets | grep -E -- "${2:-}" | while read -r directory name; do
	if [ "$directory" != "$last" ]; then
		go -C "$directory" test -c -fuzz . -o "$built/test" .
		last=$directory
	fi
	echo "== $directory $name"
	(cd "$directory" && "$built/test" -test.run '^$' -test.fuzz "^$name\$" -test.fuzztime "$1" -test.fuzzminimizetime 1x \
		-test.fuzzcachedir "$built/cache" </dev/null | tail -n 20)
done
