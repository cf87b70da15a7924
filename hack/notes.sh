#!/usr/bin/env bash
# Prints a release's section of the changelog on stdin, without its heading.
set -euo pipefail
tag=${1:?usage: hack/notes.sh TAG < CHANGELOG.md}

notes=$(awk -v tag="$tag" '/^## / { ours = ($2 == tag); next } ours' | sed '/./,$!d')
if [ -z "$notes" ]; then
	echo "the changelog tells nothing of $tag: write a section headed ## $tag (YYYY-MM-DD)" >&2
	exit 1
fi
printf '%s\n' "$notes"
