package version_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

func TestParseImage(t *testing.T) {
	tests := []struct {
		name, in string
		want     version.Image
	}{
		{"a tag", "registry.k8s.io/kube-proxy:v1.37.1",
			version.Image{Repository: "registry.k8s.io/kube-proxy", Tag: "v1.37.1"}},
		{"a digest", "registry.k8s.io/kube-proxy@" + digest,
			version.Image{Repository: "registry.k8s.io/kube-proxy", Digest: digest}},
		{"a tag and a digest", "registry.k8s.io/kube-proxy:v1.37.1@" + digest,
			version.Image{Repository: "registry.k8s.io/kube-proxy", Tag: "v1.37.1", Digest: digest}},
		{"a registry with a port", "registry.example:5000/kube-proxy:v1.37.1",
			version.Image{Repository: "registry.example:5000/kube-proxy", Tag: "v1.37.1"}},
		{"a registry with a port, and no tag", "registry.example:5000/kube-proxy",
			version.Image{Repository: "registry.example:5000/kube-proxy"}},
		{"a registry with a port, and a digest", "registry.example:5000/kube-proxy@" + digest,
			version.Image{Repository: "registry.example:5000/kube-proxy", Digest: digest}},
		{"a registry at an IPv6 address", "[2001:db8::1]:5000/kube-proxy:v1.37.1",
			version.Image{Repository: "[2001:db8::1]:5000/kube-proxy", Tag: "v1.37.1"}},
		{"a name alone", "kube-proxy", version.Image{Repository: "kube-proxy"}},
		{"a name with a tag", "kube-proxy:v1.37.1", version.Image{Repository: "kube-proxy", Tag: "v1.37.1"}},
		{"an empty tag", "kube-proxy:", version.Image{Repository: "kube-proxy"}},
		{"nothing", "", version.Image{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, version.ParseImage(tt.in)); diff != "" {
				t.Errorf("ParseImage(%q) (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

func TestImageVersion(t *testing.T) {
	tests := []struct {
		name, in string
		want     version.Version
	}{
		{"upstream", "registry.k8s.io/kube-proxy:v1.37.1", release(37, 1)},
		{"a digest beside the tag says nothing else", "registry.k8s.io/kube-proxy:v1.37.1@" + digest, release(37, 1)},
		{"Amazon EKS", "registry.example/eks/kube-proxy:v1.33.5-minimal-eksbuild.2", withSuffix(release(33, 5), "-minimal-eksbuild.2")},
		{"rke2, behind a port", "registry.example:5000/rancher/hardened-kubernetes:v1.33.1-rke2r1-build20250612",
			withSuffix(release(33, 1), "-rke2r1-build20250612")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := version.ParseImage(tt.in).Version()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("version of %q (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

func TestImageVersionIsUnknown(t *testing.T) {
	for name, in := range map[string]string{
		"pinned by its digest":                 "registry.k8s.io/kube-proxy@" + digest,
		"without a tag":                        "registry.k8s.io/kube-proxy",
		"whose port looks like a tag":          "registry.example:1.37/kube-proxy",
		"that ends where the tag should begin": "kube-proxy:",
	} {
		if got, err := version.ParseImage(in).Version(); !errors.Is(err, version.ErrNoTag) {
			t.Errorf("an image %s: got %v, %v, want ErrNoTag", name, got, err)
		}
	}
	for name, tag := range map[string]string{
		"a word":                  "latest",
		"a date before a version": "v20210510-v1.21.0-alpha.0",
		"a commit":                "9f86d081884c",
	} {
		got, err := version.ParseImage("registry.k8s.io/kube-proxy:" + tag).Version()
		if err == nil || errors.Is(err, version.ErrNoTag) || !strings.Contains(err.Error(), tag) {
			t.Errorf("a tag that is %s: got %v, %v, want an error that quotes %q", name, got, err, tag)
		}
	}
}

func FuzzParseImage(f *testing.F) {
	for _, seed := range []string{
		"registry.k8s.io/kube-proxy:v1.37.1", "registry.example:5000/kube-proxy", "kube-proxy:v1.37.1@" + digest,
		"[2001:db8::1]:5000/kube-proxy:v1.37.1", "a@b@c", ":", "@", "/:", ":/", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, reference string) {
		image := version.ParseImage(reference)
		if strings.ContainsAny(image.Tag, ":/@") {
			t.Errorf("ParseImage(%q) has the tag %q", reference, image.Tag)
		}
		whole := image.Repository
		if image.Tag != "" {
			whole += ":" + image.Tag
		}
		if image.Digest != "" {
			whole += "@" + image.Digest
		}
		// Only a separator with nothing behind it is lost.
		dropped := strings.NewReplacer(":", "", "@", "")
		if dropped.Replace(whole) != dropped.Replace(reference) {
			t.Errorf("ParseImage(%q) = %+v, which is %q in one piece", reference, image, whole)
		}
		v, err := image.Version()
		if parsed, parseErr := version.Parse(image.Tag); image.Tag != "" && (v != parsed || (err == nil) != (parseErr == nil)) {
			t.Errorf("ParseImage(%q) has the version %v, %v, but its tag %v, %v", reference, v, err, parsed, parseErr)
		}
	})
}
