# Everything is built from Go modules into bin/. `make help` lists the targets.
SHELL := /bin/bash

KUBERNETES := v1.37.1
OLDER      := v1.36.3
OLDEST     := v1.31.0

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

.PHONY: help
help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

.PHONY: build
build: bin/kubectl-versions bin/kubectl-versions-live ## Build the plugin and its helper for --live into bin/

.PHONY: demo
demo: bin/kubectl-versions bin/cluster bin/$(KUBERNETES) ## Judge a seeded cluster on a real kube-apiserver, through a real kubectl
	@hack/demo.sh $(KUBERNETES)

.PHONY: test
test: unit bin/kubectl-versions bin/cluster bin/$(KUBERNETES) ## Run all tests, end to end on a real kube-apiserver and in a browser too
	cd live && go test -count=1 ./...
	cd test/formats && go test -count=1 ./...
	cd test/cluster && CLUSTER_BIN=$(CURDIR)/bin go test -count=1 ./...
	cd test/browser && go test -count=1 ./...
	E2E_SERVERS=$(KUBERNETES) go test -count=1 -skip ^TestMatrix ./test/e2e

.PHONY: unit
unit: ## Run the tests that need no cluster: seconds
	go test $$(go list ./... | grep -v -e /test/ -e /hack/layers -e /hack/repository)
	go test -count=1 ./hack/layers ./hack/repository

.PHONY: race
race: ## Run the tests that need no cluster under the race detector; needs a C compiler
	go test -race ./cmd/... ./pkg/...
	cd live && go test -race ./...

.PHONY: test-matrix
test-matrix: bin/kubectl-versions bin/cluster bin/$(KUBERNETES) bin/$(OLDER) bin/$(OLDEST) ## Run the tests on kube-apiservers of several minors
	E2E_SERVERS=$(KUBERNETES),$(OLDER),$(OLDEST) go test -count=1 -run ^TestMatrix ./test/e2e

.PHONY: bench
bench: bin/kubectl-versions bin/cluster bin/$(KUBERNETES) ## Measure on 5,000 nodes and write docs/benchmarks.md
	go run ./test/bench -bin bin -kubernetes $(KUBERNETES) -write docs/benchmarks.md

.PHONY: bench-check
bench-check: bin/kubectl-versions bin/cluster bin/$(KUBERNETES) ## Measure, and fail when a bar of docs/benchmarks.md is missed
	go run ./test/bench -bin bin -kubernetes $(KUBERNETES)

.PHONY: lint
lint: bin/golangci-lint bin/actionlint ## Check formatting, vet, lint, shell scripts and workflows
	hack/lint.sh

.PHONY: verify
verify: ## Write all that is generated, and fail where that changes a file
	hack/verify.sh

.PHONY: cross
cross: ## Compile for the platforms that no test here runs on
	hack/cross.sh

.PHONY: vulnerabilities
vulnerabilities: bin/govulncheck ## Look for known vulnerabilities in what is called; asks vuln.go.dev
	bin/govulncheck ./...
	cd live && $(CURDIR)/bin/govulncheck ./...

.PHONY: generate
generate: ## Rewrite generated code and the command reference
	cd hack/deepcopy-gen && go build -o ../../bin/deepcopy-gen k8s.io/code-generator/cmd/deepcopy-gen
	bin/deepcopy-gen --output-file zz_generated.deepcopy.go --go-header-file hack/deepcopy-gen/boilerplate.go.txt ./pkg/api/v1alpha1
	go run ./hack/docs > docs/commands.md

.PHONY: golden
golden: ## Rewrite the expected outputs of the printer and script tests
	UPDATE_GOLDENS=1 go test ./pkg/cmd ./cmd/kubectl-versions

.PHONY: screenshots
screenshots: bin/kubectl-versions ## Take the pictures of the README; needs chromium
	cd test/browser && go build -o $(CURDIR)/bin/screenshots ./screenshots
	bin/screenshots

.PHONY: cluster-up
cluster-up: bin/cluster bin/$(KUBERNETES) ## Start a seeded cluster in the background, its kubeconfig in bin/cluster-state
	bin/cluster up --bin bin --dir bin/cluster-state --server $(KUBERNETES) --seed test/cluster/seeds/demo.yaml

.PHONY: cluster-down
cluster-down: bin/cluster ## Stop it
	bin/cluster down --dir bin/cluster-state

# Go's own cache knows what has changed.
.PHONY: bin/kubectl-versions
bin/kubectl-versions:
	CGO_ENABLED=0 go build -trimpath -ldflags "-X main.version=$(VERSION)" -o $@ ./cmd/kubectl-versions

.PHONY: bin/kubectl-versions-live
bin/kubectl-versions-live:
	cd live && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o $(CURDIR)/$@ .

.PHONY: bin/cluster
bin/cluster:
	cd test/cluster && go build -o $(CURDIR)/$@ .

# kube-apiserver and kubectl of one version: minutes the first time, and never again.
bin/v%:
	@$(MAKE) --no-print-directory bin/cluster
	bin/cluster build --bin bin v$*

bin/golangci-lint: hack/golangci-lint/go.mod hack/golangci-lint/go.sum
	cd hack/golangci-lint && go build -o $(CURDIR)/$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

bin/actionlint: hack/actionlint/go.mod hack/actionlint/go.sum
	cd hack/actionlint && go build -o $(CURDIR)/$@ github.com/rhysd/actionlint/cmd/actionlint

bin/govulncheck: hack/govulncheck/go.mod hack/govulncheck/go.sum
	cd hack/govulncheck && go build -o $(CURDIR)/$@ golang.org/x/vuln/cmd/govulncheck
