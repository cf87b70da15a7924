package e2e

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strings"
	"testing"
)

// canary stands wherever a chart keeps what nobody else is to see.
const canary = "canary-9f2c41"

// revision is one revision of a Helm release, as Helm 3 and 4 store it.
type revision struct {
	release string
	number  int
	status  string
	// driver is secrets or configmaps.
	driver   string
	manifest string
	hooks    []string
	// payload replaces what Helm would store.
	payload string
}

func deployed(release string, number int, manifest string, hooks ...string) revision {
	return revision{release: release, number: number, status: "deployed", driver: "secrets", manifest: manifest, hooks: hooks}
}

func (r revision) is(status string) revision  { r.status = status; return r }
func (r revision) inConfigMap() revision      { r.driver = "configmaps"; return r }
func (r revision) as(payload string) revision { r.payload = payload; return r }
func (r revision) name() string               { return fmt.Sprintf("sh.helm.release.v1.%s.v%d", r.release, r.number) }

// store writes it as Helm does: helm.sh/helm, pkg/storage/driver/secrets.go and cfgmaps.go.
func (r revision) store() step {
	return func(t *testing.T, s scene) {
		payload := r.payload
		if payload == "" {
			payload = compressed(r.json(s.namespace))
		}
		object := map[string]any{
			"apiVersion": "v1",
			"metadata": map[string]any{"name": r.name(), "namespace": s.namespace, "labels": map[string]string{
				"name": r.release, "owner": "helm", "status": r.status, "version": fmt.Sprint(r.number), "modifiedAt": "1793000000",
			}},
		}
		if r.driver == "secrets" {
			object["kind"], object["type"] = "Secret", "helm.sh/release.v1"
			object["stringData"] = map[string]string{"release": payload}
		} else {
			object["kind"] = "ConfigMap"
			object["data"] = map[string]string{"release": payload}
		}
		body, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		s.send(t, "helm", http.MethodPost, "/api/v1/namespaces/"+s.namespace+"/"+r.driver, "application/json", string(body))
	}
}

// json is the release, with a canary in values, chart and notes.
func (r revision) json(namespace string) string {
	hooks := []map[string]any{}
	for i, hook := range r.hooks {
		hooks = append(hooks, map[string]any{
			"name": fmt.Sprintf("hook-%d", i), "kind": "Job", "path": "chart/templates/hook.yaml", "manifest": hook, "events": []string{"pre-upgrade"},
		})
	}
	text, _ := json.Marshal(map[string]any{
		"name": r.release, "namespace": namespace, "version": r.number,
		"info": map[string]any{"first_deployed": "2026-11-01T10:00:00Z", "last_deployed": "2026-11-02T10:00:00Z", "status": r.status, "notes": canary},
		"chart": map[string]any{
			"metadata":  map[string]any{"name": "chart", "version": "1.0.0", "apiVersion": "v2"},
			"templates": []map[string]any{{"name": "templates/secret.yaml", "data": base64.StdEncoding.EncodeToString([]byte(canary))}},
			"values":    map[string]any{"password": canary},
		},
		"config":   map[string]any{"password": canary},
		"manifest": r.manifest,
		"hooks":    hooks,
	})
	return string(text)
}

// compressed is base64 of gzip, which Kubernetes encodes once more in a Secret.
func compressed(text string) string {
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	_, _ = io.WriteString(writer, text)
	_ = writer.Close()
	return base64.StdEncoding.EncodeToString(out.Bytes())
}

// zeros is a payload of 750 MB when decompressed, about as much as one that fits
// into a Secret can hold: DEFLATE makes at most 1032 bytes of one. It claims to
// be of another size.
func zeros(claimed uint32) string {
	const block, blocks = 7_500_000, 100
	var once bytes.Buffer
	writer, _ := flate.NewWriter(&once, flate.BestCompression)
	_, _ = writer.Write(make([]byte, block))
	_ = writer.Flush() // the block ends with a byte, and may stand again

	text := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}
	text = append(text, bytes.Repeat(once.Bytes(), blocks)...)
	text = append(text, 1, 0, 0, 0xff, 0xff) // an empty block, the last one
	checksum := crc32.NewIEEE()
	for range blocks {
		_, _ = checksum.Write(make([]byte, block))
	}
	text = binary.LittleEndian.AppendUint32(text, checksum.Sum32())
	text = binary.LittleEndian.AppendUint32(text, claimed)
	return base64.StdEncoding.EncodeToString(text)
}

// chart is a manifest with a Secret besides the objects, each given as "apiVersion Kind name".
func chart(objects ...string) string {
	text := "---\n# Source: chart/templates/secret.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: password\nstringData:\n  password: " + canary + "\n"
	for _, object := range objects {
		field := strings.Fields(object)
		text += fmt.Sprintf("---\n# Source: chart/templates/%s.yaml\napiVersion: %s\nkind: %s\nmetadata:\n  name: %s\n  annotations:\n    note: %s\n",
			strings.ToLower(field[1]), field[0], field[1], field[2], canary)
	}
	return text
}
