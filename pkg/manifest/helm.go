package manifest

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const (
	// MaxHelmRelease is the size, in bytes, of the largest Helm release that is
	// read, once decompressed.
	MaxHelmRelease = 64 << 20
	// maxHelmYAML is the size of the largest document of a release that needs the
	// parser, whose memory it bounds. etcd takes no object above 1.5 MiB.
	maxHelmYAML = 2 << 20
	// maxDeflate is how many bytes DEFLATE can make of one.
	maxDeflate = 1032
)

// Helm reads a release from the value of "release" in a Secret (once Kubernetes'
// own base64 is taken off) or ConfigMap of Helm 3 or 4: base64 of JSON, mostly
// gzipped. Objects have no labels and no lines, and a namespace only where the
// manifest gives one. Driver and Error are left empty.
//
// An error comes together with whatever could be read, and quotes none of it.
func Helm(payload []byte) (v1alpha1.HelmRelease, error) {
	text, err := decompress(payload)
	if err != nil {
		return v1alpha1.HelmRelease{}, err
	}
	var r helmRelease
	err = eachMember(text, 0, func(key []byte, begin, end int) bool {
		r.take(string(key), text[begin:end])
		return true
	})
	if err != nil {
		r.errs = append(r.errs, errors.New("the release is cut off, or no JSON object"))
	}
	return r.HelmRelease, errors.Join(r.errs...)
}

// decompress relies on the size at the end of a gzip stream, so that one that is
// too large is refused before anything is made of it.
func decompress(payload []byte) ([]byte, error) {
	data, err := base64.StdEncoding.AppendDecode(nil, payload)
	if err != nil {
		return nil, errors.New("the release is not base64")
	}
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b, 0x08}) {
		if len(data) > MaxHelmRelease {
			return nil, fmt.Errorf("the release is larger than %d MiB", MaxHelmRelease>>20)
		}
		return data, nil
	}
	corrupt := errors.New("the release is not gzipped correctly")
	reader, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, corrupt
	}
	size := int(binary.LittleEndian.Uint32(data[len(data)-4:]))
	switch {
	case size > MaxHelmRelease:
		return nil, fmt.Errorf("the release is larger than %d MiB", MaxHelmRelease>>20)
	case size > maxDeflate*len(data):
		return nil, corrupt
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(reader, text); err != nil {
		return nil, corrupt
	}
	if n, err := reader.Read(make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		return nil, corrupt
	}
	return text, nil
}

type helmRelease struct {
	v1alpha1.HelmRelease
	errs []error
}

// take reads a field of the release. The chart and its values, the bulk of it, are
// not read.
func (r *helmRelease) take(key string, value []byte) {
	switch key {
	case `"name"`:
		name, _ := unquote(value)
		r.Name = string(name)
	case `"namespace"`:
		namespace, _ := unquote(value)
		r.Namespace = string(namespace)
	case `"version"`:
		revision, _ := strconv.ParseInt(string(value), 10, 32)
		r.Revision = int32(revision)
	case `"info"`:
		var info struct {
			Status       string `json:"status"`
			LastDeployed string `json:"last_deployed"`
		}
		if json.Unmarshal(value, &info) != nil {
			r.errs = append(r.errs, errors.New("info of the release is not readable"))
		}
		r.Status = info.Status
		if t, err := time.Parse(time.RFC3339, info.LastDeployed); err == nil && !t.IsZero() {
			modified := metav1.NewTime(t)
			r.Modified = &modified
		}
	case `"manifest"`:
		r.manifest("manifest", value)
	case `"hooks"`:
		number := 0
		_ = eachMember(value, 0, func(_ []byte, begin, end int) bool {
			number++
			hook := value[begin:end]
			_ = eachMember(hook, 0, func(key []byte, begin, end int) bool {
				if string(key) == `"manifest"` {
					r.manifest(fmt.Sprintf("hook %d", number), hook[begin:end])
				}
				return true
			})
			return true
		})
	}
}

func (r *helmRelease) manifest(name string, value []byte) {
	text, ok := unquote(value)
	if !ok {
		r.errs = append(r.errs, fmt.Errorf("%s: not a string", name))
	}
	p := parser{maxYAML: maxHelmYAML}
	for line, document := range documents(text) {
		if object, ok := scan(document); ok {
			p.objects = append(p.objects, object)
		} else {
			p.document(document, line)
		}
	}
	for _, object := range p.objects {
		object.Labels, object.Line = nil, 0
		r.Objects = append(r.Objects, object)
	}
	if err := p.err(); err != nil {
		r.errs = append(r.errs, fmt.Errorf("%s: %w", name, err))
	}
}
