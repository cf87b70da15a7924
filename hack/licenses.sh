#!/usr/bin/env bash
# Fails where something that is linked into a program that is shipped has a license that does not go with Apache-2.0, or
# none that is known. MPL-2.0 asks for the source of its own files alone, which are linked as they are published.
# Two modules of Alibaba Cloud have no file for it, and say in their README.md that it is Apache-2.0.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0
for program in cmd/kubectl-versions live; do
	for system in linux darwin windows; do
		env -C "$program" GOOS="$system" CGO_ENABLED=0 "$PWD/bin/go-licenses" check . --ignore github.com/kubectl-versions/kubectl-versions \
			--ignore github.com/alibabacloud-go/endpoint-util/service --ignore github.com/alibabacloud-go/tea-utils/service \
			--allowed_licenses Apache-2.0,MIT,BSD-2-Clause,BSD-3-Clause,ISC,MPL-2.0 --logtostderr --stderrthreshold ERROR 2>bin/licenses.log ||
			{ grep -v -e '^W' -e '^/' bin/licenses.log >&2 || cat bin/licenses.log >&2; failed=1; }
	done
done
exit "$failed"
