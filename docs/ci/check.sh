#!/usr/bin/env bash
# For cron: reads every cluster of the kubeconfig, and prints what is new or worse since
# the last run, and nothing else. It ends with 3 when there is any, and with 1 when a
# cluster could not be read.
#
#   check.sh DIRECTORY   where snapshots are kept, one of each context
set -euo pipefail
directory=${1:?usage: check.sh DIRECTORY}
mkdir -p "$directory"

code=0
while read -r context; do
	# An ARN is a context's name too, and no file's.
	kept=$directory/${context//[^A-Za-z0-9._-]/_}.yaml
	if ! kubectl versions snapshot --context "$context" >"$kept.new"; then
		rm -f "$kept.new"
		code=1
		continue
	fi
	if [ -e "$kept" ]; then
		changed=0
		report=$(kubectl versions diff "$kept" "$kept.new" --fail-on warning) || changed=$?
		if ((changed)); then
			printf '%s\n\n' "$report"
			code=$changed
		fi
	fi
	mv "$kept.new" "$kept"
done < <(kubectl config get-contexts -o name)
exit "$code"
