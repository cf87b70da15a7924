package main

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/krew/pkg/constants"
	"sigs.k8s.io/krew/pkg/index"
	"sigs.k8s.io/yaml"
)

const (
	// pluginName is what users type after kubectl; krew links kubectl-NAME to the program.
	pluginName = "versions"
	// program is its own name, whatever krew calls it.
	program   = "kubectl-versions"
	homepage  = "https://github.com/kubectl-versions/kubectl-versions"
	downloads = homepage + "/releases/download"

	// The reviewers of krew-index ask for at most 50 characters here, lines of at
	// most 80 below, and no usage.
	shortDescription = "Check version skew, support and upgrade readiness"
	description      = `Answers four questions about a cluster, from evidence, on one screen: is
every component inside the version skew policy; is it still supported, by
upstream and by its platform, and until when; which deprecated APIs are in
use, and by whom; and how does it get to a later version, step by step, and
what stands against that.

It knows the calendars of Amazon EKS, Google Kubernetes Engine, Azure
Kubernetes Service, Alibaba Cloud ACK, Red Hat OpenShift, RKE2, k3s and
others, judges saved snapshots and several clusters too, and reports to
terminals, pages and pipelines. It only reads: what it may not read makes a
verdict unknown, never ok.
`
	caveats = `* Reading everything takes the roles in docs/rbac.yaml of the homepage; with
  less, the report names the permission that is missing and what that hides.
* krew links no completion: kubectl versions completion prints a script for it.
* On Windows kubectl turns every failure of a plugin into exit code 1.
`
)

// platform is one that an archive is built for, as Go names it.
type platform struct{ os, arch string }

func platforms() []platform {
	return []platform{
		{"linux", "amd64"}, {"linux", "arm64"}, {"linux", "arm"}, {"linux", "ppc64le"},
		{"darwin", "amd64"}, {"darwin", "arm64"},
		{"windows", "amd64"}, {"windows", "arm64"},
	}
}

func (p platform) archive() string {
	extension := ".tar.gz"
	if p.os == "windows" {
		extension = ".zip"
	}
	return program + "_" + p.os + "_" + p.arch + extension
}

// executable is the name of a program on the platform.
func (p platform) executable(name string) string {
	if p.os == "windows" {
		return name + ".exe"
	}
	return name
}

// release is a version, and where its archives are.
type release struct {
	// version is its tag, such as v0.1.0.
	version string
	// base is followed by the tag and the archive's name.
	base string
	// sums are sha256 in hex, by the name of a file.
	sums map[string]string
}

// final is a version without a pre-release: krew has no channels, so everybody gets what an index holds.
var final = regexp.MustCompile(`^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$`)

// archives are files that only the manifest leads to.
var archives = regexp.MustCompile(`^` + program + `_.*\.(tar\.gz|zip)$`)

func (r release) manifest() ([]byte, error) {
	if !final.MatchString(r.version) {
		return nil, fmt.Errorf("version %q is not that of a release: give its tag, such as v0.1.0", r.version)
	}
	unknown := maps.Clone(r.sums)
	for _, p := range platforms() {
		if r.sums[p.archive()] == "" {
			return nil, fmt.Errorf("checksums have no %s: build the release for all platforms", p.archive())
		}
		delete(unknown, p.archive())
	}
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		if archives.MatchString(name) {
			return nil, fmt.Errorf("checksums have %s, whose platform the manifest does not know: add it to platforms in hack/krew", name)
		}
	}
	return yaml.Marshal(r.plugin())
}

func (r release) plugin() index.Plugin {
	plugin := index.Plugin{
		TypeMeta:   metav1.TypeMeta{APIVersion: constants.CurrentAPIVersion, Kind: constants.PluginKind},
		ObjectMeta: metav1.ObjectMeta{Name: pluginName},
		Spec: index.PluginSpec{
			Version:          r.version,
			Homepage:         homepage,
			ShortDescription: shortDescription,
			Description:      description,
			Caveats:          caveats,
		},
	}
	for _, p := range platforms() {
		plugin.Spec.Platforms = append(plugin.Spec.Platforms, index.Platform{
			URI:      r.base + "/" + r.version + "/" + p.archive(),
			Sha256:   r.sums[p.archive()],
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"os": p.os, "arch": p.arch}},
			// The plugin looks for its helper beside itself.
			Files: []index.FileOperation{
				{From: p.executable(program), To: "."},
				{From: p.executable(program + "-live"), To: "."},
				{From: "LICENSE", To: "."},
			},
			Bin: p.executable(program),
		})
	}
	return plugin
}

// placeholder stands for the tag, and has nothing that YAML would quote or fold.
const placeholder = "TAGNAME"

var uriLine = regexp.MustCompile(`(?m)^    uri: (\S+)$`)

// botTemplate is .krew.yaml: the manifest, but for what krew-release-bot finds out about a tag.
func botTemplate() ([]byte, error) {
	manifest, err := yaml.Marshal(release{version: placeholder, base: downloads}.plugin())
	if err != nil {
		return nil, err
	}
	template := uriLine.ReplaceAll(manifest, []byte(`    {{addURIAndSha "$1" .TagName }}`))
	return bytes.ReplaceAll(template, []byte(placeholder), []byte("{{ .TagName }}")), nil
}
