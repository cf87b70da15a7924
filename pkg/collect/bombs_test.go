// What is measured here, the race detector adds to.

//go:build !race

package collect

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// gzipped is a member of so many spaces, which follow each other as one stream.
func gzipped(t *testing.T, size int) []byte {
	t.Helper()
	var member bytes.Buffer
	compressed := gzip.NewWriter(&member)
	_, _ = compressed.Write(bytes.Repeat([]byte(" "), size))
	if err := compressed.Close(); err != nil {
		t.Fatal(err)
	}
	return member.Bytes()
}

// TestBombs has one path at a time send what becomes more than any answer may be: its
// source is a gap, and no more of it is read than is allowed.
func TestBombs(t *testing.T) {
	const member = 16 << 20
	compressed := gzipped(t, member)
	for path, source := range map[string]v1alpha1.Source{
		metricsPath: v1alpha1.SourceRequests, leasesPath: v1alpha1.SourceLeases, nodesPath: v1alpha1.SourceNodes,
		groupsPath: v1alpha1.SourceAPIGroups, definitionsPath: v1alpha1.SourceDefinitions, kubeadmPath: v1alpha1.SourceConfiguration,
	} {
		t.Run(path, func(t *testing.T) {
			var sent atomic.Int64
			s := newUpgradeServer(t).on(definitionsPath, asJSON("CustomResourceDefinitionList")).on(path, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", acceptJSON)
				w.Header().Set("Content-Encoding", "gzip")
				for range 4 * maxBodyBytes / member {
					if _, err := w.Write(compressed); err != nil {
						return
					}
					_ = http.NewResponseController(w).Flush()
					sent.Add(member)
				}
			})
			o := s.usageOptions(t)
			o.Components, o.Upgrade = true, true
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got := collectWith(t, o)
			runtime.ReadMemStats(&after)
			if !slices.ContainsFunc(got.Gaps, func(g v1alpha1.Gap) bool { return g.Source == source }) {
				t.Errorf("no gap of %s: %+v", source, got.Gaps)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 12*maxBodyBytes {
				t.Errorf("%d MiB were allocated, of %d MiB sent", used>>20, sent.Load()>>20)
			}
		})
	}
}

// A list that goes on for ever, with an object on each page, ends with the deadline,
// and one whose pages come at once with their number.
func TestAListWithoutEndIsAGap(t *testing.T) {
	var pages atomic.Int32
	s := newUsageServer(t, ingressesV1, ingressesBeta).on(ingressesPath, func(w http.ResponseWriter, r *http.Request) {
		pages.Add(1)
		list := ingresses(1)
		list.Continue = "again"
		answerProtobuf(list)(w, r)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	began := time.Now()
	got, err := Collect(ctx, s.usageOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
	gap := v1alpha1.Gap{Source: v1alpha1.SourceObjects, Resource: "ingresses.networking.k8s.io", Reason: v1alpha1.GapTimeout, Message: context.DeadlineExceeded.Error()}
	if pages.Load() >= maxPages {
		gap.Reason, gap.Message = v1alpha1.GapMalformed, ingressesPath+": unexpected answer: more than 10000 pages"
	}
	checkGaps(t, got, gap)
}

func TestALargeHeaderIsAGap(t *testing.T) {
	s := newAPIServer(t).on(leasesPath, func(w http.ResponseWriter, r *http.Request) {
		for range 64 {
			w.Header().Add("Warning", `299 - "`+strings.Repeat("x", 1<<20)+`"`)
		}
		answerJSON(list())(w, r)
	})
	got := s.collect(t)
	if len(got.Gaps) != 1 || got.Gaps[0].Source != v1alpha1.SourceLeases {
		t.Errorf("gaps are %+v", got.Gaps)
	}
}

// An annotation of 200 MB is more than an object may have.
func TestALargeObjectIsAGap(t *testing.T) {
	s := newUsageServer(t, ingressesV1, ingressesBeta).on(ingressesPath, func(w http.ResponseWriter, r *http.Request) {
		list := &metav1.PartialObjectMetadataList{Items: []metav1.PartialObjectMetadata{{ObjectMeta: metav1.ObjectMeta{Name: "a", Annotations: map[string]string{lastAppliedAnnotation: strings.Repeat("x", maxObjectBytes)}}}}}
		answerProtobuf(list)(w, r)
	})
	checkGaps(t, s.usage(t), v1alpha1.Gap{
		Source: v1alpha1.SourceObjects, Resource: "ingresses.networking.k8s.io", Reason: v1alpha1.GapMalformed, Message: ingressesPath + ": unexpected answer: an object of more than 32 MiB",
	})
}

// One line without end is not kept.
func TestAMetricsLineWithoutEnd(t *testing.T) {
	endless := io.LimitReader(zeros{}, maxBodyBytes)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := readMetrics(io.MultiReader(strings.NewReader(requestTotal+`{group="`), endless), smallIndex())
	runtime.ReadMemStats(&after)
	if err == nil {
		t.Error("no error")
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
		t.Errorf("%d MiB were allocated", used>>20)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
