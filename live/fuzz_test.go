package main

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func FuzzReadQuery(f *testing.F) {
	q := v1alpha1.NewLiveQuery("amazon-eks")
	q.Region, q.Endpoint, q.TimeoutSeconds = "eu-central-1", "https://127.0.0.1", 30
	data, err := json.Marshal(q)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(bytes.Repeat(data, 2))
	f.Add([]byte(`{"apiVersion": "kubectl-versions.github.io/v1alpha1", "kind": "LiveQuery", "platform": "a", "platform": "b", "timeoutSeconds": -1}`))
	f.Add([]byte("apiVersion: kubectl-versions.github.io/v2\nkind: LiveQuery\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		query, err := readQuery(bytes.NewReader(data))
		if (query == nil) == (err == nil) {
			t.Fatalf("%v and %v", query, err)
		}
		if err != nil {
			return
		}
		written, err := json.Marshal(query)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := readQuery(bytes.NewReader(written)); err != nil || !reflect.DeepEqual(again, query) {
			t.Errorf("%+v became %+v, %v", query, again, err)
		}
	})
}
