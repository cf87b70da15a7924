package manifest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// maxApplied is how much, in bytes, of a compressed copy is read. The type stands
// at its beginning, and etcd takes no object above 1.5 MiB.
const maxApplied = 2 << 20

// applied is an annotation that holds a copy of the applied object as JSON.
type applied struct {
	annotation string
	// decode returns the JSON; nil where the annotation holds it as it is.
	decode func(string) []byte
}

// copies are the annotations that were found in the source of the tools, in the
// order of the result.
func copies() []applied {
	return []applied{
		// kubectl apply, and those who keep to its format: k8s.io/api/core/v1, LastAppliedConfigAnnotation.
		{annotation: "kubectl.kubernetes.io/last-applied-configuration"},
		// kapp: carvel-dev/kapp, pkg/kapp/diff/resource_with_history.go.
		{annotation: "kapp.k14s.io/original"},
		// Rancher and what is made with wrangler: rancher/wrangler, pkg/apply/desiredset_compare.go.
		{annotation: "objectset.rio.cattle.io/applied", decode: gunzip},
		// Operators with objectmatcher: cisco-open/k8s-objectmatcher, patch/annotation.go.
		{annotation: "banzaicloud.com/last-applied", decode: unzip},
		// KubeVela: kubevela/kubevela, pkg/oam/labels.go.
		{annotation: "app.oam.dev/last-applied-configuration"},
		// Razee, also under its older name: razee-io/razeedeploy-core, lib/BaseController.js.
		{annotation: "deploy.razee.io/last-applied-configuration"},
		{annotation: "kapitan.razee.io/last-applied-configuration"},
		// KubeVirt: kubevirt/containerized-data-importer and kubevirt/hostpath-provisioner-operator.
		{annotation: "operator.cdi.kubevirt.io/lastAppliedConfiguration"},
		{annotation: "hostpathprovisioner.kubevirt.io/lastAppliedConfiguration"},
	}
}

// LastApplied returns the types that copies of the applied object in annotations
// name. Owners are left empty. A copy that does not name one, because it is cut
// off, switched off ("-") or written without, is passed over: what is known of
// the object from elsewhere stays.
func LastApplied(annotations map[string]string) []v1alpha1.LastApplied {
	var found []v1alpha1.LastApplied
	for _, c := range copies() {
		value := annotations[c.annotation]
		if value == "" {
			continue
		}
		text := []byte(value)
		if c.decode != nil && value[0] != '{' {
			text = c.decode(value)
		}
		if apiVersion, kind := typeOf(text); apiVersion != "" {
			found = append(found, v1alpha1.LastApplied{Annotation: c.annotation, APIVersion: apiVersion, Kind: kind})
		}
	}
	return found
}

// typeOf returns the apiVersion and kind of a JSON object, which may be cut off
// behind them, or nothing unless it has both.
func typeOf(text []byte) (apiVersion, kind string) {
	_ = eachMember(text, 0, func(key []byte, begin, end int) bool {
		switch string(key) {
		case `"apiVersion"`:
			value, _ := unquote(text[begin:end])
			apiVersion = string(value)
		case `"kind"`:
			value, _ := unquote(text[begin:end])
			kind = string(value)
		}
		return apiVersion == "" || kind == ""
	})
	if !apiVersionPattern.MatchString(apiVersion) || !kindPattern.MatchString(kind) {
		return "", ""
	}
	return apiVersion, kind
}

func gunzip(value string) []byte {
	data, err := base64.RawStdEncoding.DecodeString(value)
	if err != nil {
		return nil
	}
	reader, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(reader, maxApplied))
	return text
}

// unzip returns the first file of an archive. Older versions of objectmatcher
// do without base64, or without the archive.
func unzip(value string) []byte {
	data, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return nil
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(archive.File) == 0 {
		return data
	}
	file, err := archive.File[0].Open()
	if err != nil {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(file, maxApplied))
	return text
}
