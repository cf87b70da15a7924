# Everything is built from Go modules into bin/. `make help` lists the targets.
SHELL := /bin/bash

KUBERNETES := v1.37.1
# The minors that are tested besides, newest first; test/cluster/minors has a module for each.
OLDER      := v1.36.3 v1.34.4 v1.31.0 v1.24.17

FUZZTIME ?= 60s

VERSION := $(shell git describe --tags --always --dirty --abbrev=12 2>/dev/null || echo unknown)
COMMIT  := $(shell git describe --match= --always --abbrev=40 --dirty 2>/dev/null)
DATE    := $(shell TZ=UTC0 git log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ 2>/dev/null)

# goreleaser takes no commit from a repository without a remote, and zip files tell local times.
RELEASE_ENV = VERSION='$(VERSION)' TZ=UTC GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=remote.origin.url GIT_CONFIG_VALUE_0=https://github.com/kubectl-versions/kubectl-versions

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
	cd hack/krew && go test -count=1 ./...
	cd hack/sbom && go test -count=1 ./...
	cd test/compare && go test -count=1 ./...
	cd test/cluster && CLUSTER_BIN=$(CURDIR)/bin go test -count=1 ./...
	cd test/browser && go test -count=1 ./...
	E2E_SERVERS=$(KUBERNETES) go test -count=1 -skip ^TestMatrix ./test/e2e

.PHONY: unit
unit: ## Run the tests that need no cluster: seconds
	go test $$(go list ./... | grep -v -e /test/ -e /hack/layers -e /hack/repository) ./test/bench
	go test -count=1 ./hack/layers ./hack/repository

# Not the scripts, which are a third of the time: what their commands do at once, the tests of pkg/cmd do too. What is in
# hack and beside the tests does one thing after the other.
.PHONY: race
race: ## Run the tests that need no cluster under the race detector; needs a C compiler
	go test -race -skip ^TestScripts$$ ./cmd/... ./pkg/... ./test/bench
	cd live && go test -race ./...

.PHONY: test-matrix
test-matrix: bin/kubectl-versions bin/cluster $(addprefix bin/,$(KUBERNETES) $(OLDER)) ## Run the tests on kube-apiservers of several minors and write docs/compatibility.md
	E2E_SERVERS=$$(tr ' ' , <<< '$(KUBERNETES) $(OLDER)') go test -count=1 -json -run ^TestMatrix ./test/e2e | go run ./hack/compatibility docs/compatibility.md

.PHONY: test-krew
test-krew: bin/cluster bin/$(KUBERNETES) bin/krew bin/validate-krew-manifest ## Install, upgrade and uninstall the release in dist/ with krew
	E2E_SERVERS=$(KUBERNETES) go test -count=1 ./test/krew

.PHONY: bench
bench: bin/kubectl-versions bin/cluster bin/$(KUBERNETES) ## Measure on 5,000 nodes and write docs/benchmarks.md; with SCENE, only measure that
	go run ./test/bench -bin bin -kubernetes $(KUBERNETES) $(if $(SCENE),-scene '^$(SCENE)$$',-write docs/benchmarks.md)

.PHONY: profile
profile: bin/cluster bin/$(KUBERNETES) ## Write processor and allocation profiles of each command on that cluster into bin/profiles
	go run ./test/bench -bin bin -kubernetes $(KUBERNETES) -profile bin/profiles

.PHONY: bench-check
bench-check: bin/kubectl-versions bin/cluster bin/$(KUBERNETES) ## Measure, and fail when a bar of docs/benchmarks.md is missed
	go run ./test/bench -bin bin -kubernetes $(KUBERNETES)

.PHONY: compare
compare: bin/kubectl-versions bin/cluster bin/$(KUBERNETES) bin/v1.31.0 ## Run other tools on the same uses of APIs and write docs/comparison.md
	cd test/compare && go run . -bin $(CURDIR)/bin -write $(CURDIR)/docs/comparison.md

# Its parallelism is that of go build: programs finish, and are archived, in one order.
.PHONY: dist
dist: bin/goreleaser bin/sbom ## Make the files of a release into dist/
	go run ./hack/catalog export > bin/catalog-v1alpha1.json
	$(RELEASE_ENV) bin/goreleaser release --clean --parallelism 1 --snapshot
	cp bin/catalog-v1alpha1.json dist/

.PHONY: test-dist
test-dist: dist ## Check the files of a release, that another clone makes the same ones, and that krew installs them
	go test -count=1 -timeout 60m ./test/dist
	$(MAKE) --no-print-directory test-krew

.PHONY: fuzz
fuzz: ## Fuzz whatever reads what others wrote, each target for FUZZTIME: 60s, or 300x for so many executions
	hack/fuzz.sh $(FUZZTIME)

.PHONY: licenses
licenses: bin/go-licenses ## Check the licenses of what is linked into the programs that are shipped
	hack/licenses.sh

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
generate: ## Rewrite generated code, the command reference, the manual pages and the roles
	cd hack/deepcopy-gen && go build -o ../../bin/deepcopy-gen k8s.io/code-generator/cmd/deepcopy-gen
	bin/deepcopy-gen --output-file zz_generated.deepcopy.go --go-header-file hack/deepcopy-gen/boilerplate.go.txt ./pkg/api/v1alpha1
	go run ./hack/docs docs
	cd hack/krew && go run . -bot > $(CURDIR)/bin/krew.yaml
	mv bin/krew.yaml .krew.yaml

.PHONY: krew-manifest
krew-manifest: ## Write plugins/versions.yaml for VERSION, from the release in dist/
	@mkdir -p bin
	cd hack/krew && go run . -version '$(VERSION)' > $(CURDIR)/bin/versions.yaml
	mv bin/versions.yaml plugins/

.PHONY: golden
golden: ## Rewrite the expected outputs of the printer and script tests
	UPDATE_GOLDENS=1 go test ./pkg/cmd ./cmd/kubectl-versions

.PHONY: screenshots
screenshots: bin/kubectl-versions ## Take the pictures of the documentation; needs chromium
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
	CGO_ENABLED=0 go build -trimpath -ldflags "-X main.version=$(VERSION) -X main.commit=$(COMMIT) -X main.date=$(DATE)" -o $@ ./cmd/kubectl-versions

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

bin/krew: hack/krew/go.mod hack/krew/go.sum
	cd hack/krew && go build -o $(CURDIR)/$@ sigs.k8s.io/krew/cmd/krew

bin/validate-krew-manifest: hack/krew/go.mod hack/krew/go.sum
	cd hack/krew && go build -o $(CURDIR)/$@ sigs.k8s.io/krew/cmd/validate-krew-manifest

bin/goreleaser: hack/goreleaser/go.mod hack/goreleaser/go.sum
	cd hack/goreleaser && go build -o $(CURDIR)/$@ github.com/goreleaser/goreleaser/v2

.PHONY: bin/sbom
bin/sbom:
	cd hack/sbom && go build -o $(CURDIR)/$@ .

bin/go-licenses: hack/licenses/go.mod hack/licenses/go.sum
	cd hack/licenses && go build -o $(CURDIR)/$@ github.com/google/go-licenses/v2

bin/actionlint: hack/actionlint/go.mod hack/actionlint/go.sum
	cd hack/actionlint && go build -o $(CURDIR)/$@ github.com/rhysd/actionlint/cmd/actionlint

bin/govulncheck: hack/govulncheck/go.mod hack/govulncheck/go.sum
	cd hack/govulncheck && go build -o $(CURDIR)/$@ golang.org/x/vuln/cmd/govulncheck
