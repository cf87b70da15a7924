package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func (s *sweep) helmSecrets(ctx context.Context) error {
	var failed error
	list := func(ctx context.Context, options metav1.ListOptions) (*corev1.SecretList, error) {
		options.LabelSelector = "owner=helm"
		return s.typed.CoreV1().Secrets("").List(ctx, options)
	}
	err := each(ctx, list, func(list *corev1.SecretList) {
		for i := range list.Items {
			if err := s.release(list.Items[i].Labels, list.Items[i].Data["release"]); err != nil {
				failed = fmt.Errorf("%s: %w", list.Items[i].Name, err)
			}
		}
	})
	if err != nil {
		return err
	}
	return failed
}

func (s *sweep) helmConfigMaps(ctx context.Context) error {
	var failed error
	list := func(ctx context.Context, options metav1.ListOptions) (*corev1.ConfigMapList, error) {
		options.LabelSelector = "owner=helm"
		return s.typed.CoreV1().ConfigMaps("").List(ctx, options)
	}
	err := each(ctx, list, func(list *corev1.ConfigMapList) {
		for i := range list.Items {
			if err := s.release(list.Items[i].Labels, []byte(list.Items[i].Data["release"])); err != nil {
				failed = fmt.Errorf("%s: %w", list.Items[i].Name, err)
			}
		}
	})
	if err != nil {
		return err
	}
	return failed
}

// release counts the types in the manifest and the hooks of a deployed revision: base64 of gzip of JSON.
func (s *sweep) release(labels map[string]string, stored []byte) error {
	s.counts.add("revisions", 1)
	if labels["status"] != "deployed" {
		return nil
	}
	unpacked, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(stored)))
	if err != nil {
		return err
	}
	var release struct {
		Manifest string `json:"manifest"`
		Hooks    []struct {
			Manifest string `json:"manifest"`
		} `json:"hooks"`
	}
	if err := json.NewDecoder(unpacked).Decode(&release); err != nil {
		return err
	}
	texts := []string{release.Manifest}
	for _, hook := range release.Hooks {
		texts = append(texts, hook.Manifest)
	}
	for _, text := range texts {
		s.declared(text)
	}
	return nil
}

// declared counts the objects of a manifest by their API versions. It reads lines, for the seeded releases are in block
// style: what a parser costs that can read whatever a chart holds is a cost of the command alone.
func (s *sweep) declared(manifest string) {
	var apiVersion, kind, name, namespace string
	var inMetadata bool
	add := func() {
		if kind != "" && name != "" && namespace != "" {
			s.counts.add("declared "+apiVersion, 1)
		}
		apiVersion, kind, name, namespace = "", "", "", ""
	}
	for line := range strings.Lines(manifest) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\n"), ":")
		value = strings.TrimSpace(value)
		switch {
		case key == "---":
			add()
		case key == "apiVersion":
			apiVersion = value
		case key == "kind":
			kind = value
		case inMetadata && key == "  name":
			name = value
		case inMetadata && key == "  namespace":
			namespace = value
		}
		if key != "" && key[0] != ' ' {
			inMetadata = key == "metadata"
		}
	}
	add()
}
