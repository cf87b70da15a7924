package collect

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// API groups of platforms that keep what they know of clusters in one of them.
// TKEStack serves platform.tkestack.io too: it is Alauda's where one of its own
// is beside it.
const (
	kubeanGroup        = "kubean.io"
	tkestackGroup      = "platform.tkestack.io"
	alaudaConfigGroup  = "config.alauda.io"
	alaudaProductGroup = "product.alauda.io"
)

// management reads what platforms keep here of the clusters that they manage. It
// asks nothing of a server without their API groups, and is nil then.
func (c *client) management(ctx context.Context, groups apiGroups, lists *lister, gaps *gaps) *v1alpha1.Management {
	p := platforms{client: c, lists: lists, groups: groups, gaps: gaps}
	var found v1alpha1.Management
	var sources sync.WaitGroup
	if groups.serve(kubeanGroup) {
		sources.Go(func() { found.Kubean = p.kubean(ctx) })
	}
	if groups.serve(tkestackGroup) && (groups.serve(alaudaConfigGroup) || groups.serve(alaudaProductGroup)) {
		sources.Go(func() { found.ACP = p.acp(ctx) })
	}
	sources.Wait()
	if found == (v1alpha1.Management{}) {
		return nil
	}
	return &found
}

// platforms reads the resources of platforms. Each one that cannot be read is a gap.
type platforms struct {
	client *client
	lists  *lister
	groups apiGroups
	gaps   *gaps
}

func (p *platforms) gap(resource, hides string, err error) {
	p.gaps.addOf(v1alpha1.SourceManagement, resource, hides, err)
}

// selection is of a resource in the preferred one of those versions in which it
// is known. The error says that the server has none of them.
func (p *platforms) selection(group, resource string, known ...string) (selection, error) {
	served := p.groups[group]
	i := slices.IndexFunc(served, func(v string) bool { return slices.Contains(known, v) })
	if i < 0 {
		return selection{}, fmt.Errorf("%s in %s: %w: it is served in %s", group, strings.Join(known, " or "), errNotFound, strings.Join(served, ", "))
	}
	return selection{
		GroupVersionResource: schema.GroupVersionResource{Group: group, Version: served[i], Resource: resource},
		accept:               acceptJSON,
		limit:                largeObjects,
	}, nil
}

// listed decodes the objects of a list, which are all in memory at once.
func listed[T any](ctx context.Context, lists *lister, of selection) ([]T, error) {
	var found []T
	err := lists.each(ctx, of, func() { found = []T{} }, func(e encoded) error {
		var object T
		err := json.Unmarshal(e.body, &object)
		found = append(found, object)
		return err
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// unlessAbsent drops the error of a resource that a platform need not have.
func unlessAbsent(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
