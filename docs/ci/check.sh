#!/usr/bin/env bash
# For cron: reads every cluster of the kubeconfig, and prints what is new or worse since
# the last run, and nothing else. It ends with 3 when there is any, else with 1 when a
# cluster could not be read or compared: what was kept of that one stays.
#
#   check.sh DIRECTORY   where snapshots are kept, one of each context
set -euo pipefail
directory=${1:?usage: check.sh DIRECTORY}
mkdir -p "$directory"

contexts=$(kubectl config get-contexts -o name)
found=0
failed=0
while read -r context; do
	[ -n "$context" ] || continue
	# An ARN is a context's name too, and no file's.
	read -r sum _ < <(cksum <<<"$context")
	kept=$directory/${context//[^A-Za-z0-9._-]/_}-$sum.yaml
	if ! kubectl versions snapshot --context "$context" >"$kept.new"; then
		rm "$kept.new"
		failed=1
		continue
	fi
	changed=0
	if [ -e "$kept" ]; then
		report=$(kubectl versions diff "$kept" "$kept.new" --fail-on warning) || changed=$?
	fi
	case $changed in
	0) ;;
	3)
		printf '%s\n\n' "$report"
		found=1
		;;
	*)
		rm "$kept.new"
		failed=1
		continue
		;;
	esac
	mv "$kept.new" "$kept"
done <<<"$contexts"
exit $((found ? 3 : failed))
