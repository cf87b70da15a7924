#!/usr/bin/env bash
# Brings the calendars up to date, and offers what is new in them as a pull request, with what the sources say otherwise
# than a person read. It needs gh, with a token that may push and open pull requests, and a clone without changes.
set -euo pipefail
cd "$(dirname "$0")/.."

branch=catalog-refresh
calendars=pkg/catalog/data/releases
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

go build -o "$work/catalog" ./hack/catalog
if ! "$work/catalog" refresh 2>"$work/notes"; then
	cat "$work/notes" >&2
	exit 1
fi
cat "$work/notes" >&2

# That the sources were read today is no news.
if [ -z "$(git diff -I '^  "asOf": ' -- "$calendars")" ]; then
	echo "nothing is new" >&2
	exit 0
fi

tests=pass
go test ./pkg/... ./cmd/... ./hack/catalog >"$work/tests" 2>&1 || tests=fail
cat "$work/tests" >&2

indented() { sed 's/^/    /' "$1"; }
{
	echo "Written by \`go run ./hack/catalog refresh\`. Compare each date with the page that \`sources\` names before merging."
	if [ -s "$work/notes" ]; then
		printf '\nThese stay as they are, as a person read them or has to; edit the files where the source is right:\n\n'
		indented "$work/notes"
	fi
	if [ "$tests" = fail ]; then
		printf '\nTests fail with these calendars:\n\n'
		grep -v '^ok' "$work/tests" | tail -n 60 >"$work/failed"
		indented "$work/failed"
	fi
} >"$work/body"

git switch --quiet --force-create "$branch"
git -c user.name='github-actions[bot]' -c user.email='41898282+github-actions[bot]@users.noreply.github.com' \
	commit --quiet --message "Bring the calendars up to date" --message "Written by go run ./hack/catalog refresh." -- "$calendars"
gh auth setup-git
git push --quiet --force origin "$branch"
open=$(gh pr list --head "$branch" --state open --json number --jq '.[].number')
if [ -n "$open" ]; then
	gh pr edit "$open" --body-file "$work/body"
else
	gh pr create --head "$branch" --title "Bring the calendars up to date" --body-file "$work/body"
fi
[ "$tests" = pass ] # no workflow runs for what a workflow pushed: this one tells
