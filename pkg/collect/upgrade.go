package collect

import (
	"context"
	"sync"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// upgradeFacts runs all sources, that of pods where they are asked for. Pods wait
// for the budgets that select them: they are counted as they arrive, and not kept.
func (c *client) upgradeFacts(ctx context.Context, lists *lister, pods bool, gaps *gaps) *v1alpha1.UpgradeFacts {
	found := &v1alpha1.UpgradeFacts{}
	var sources sync.WaitGroup
	sources.Go(func() {
		var selecting budgetIndex
		var err error
		found.DisruptionBudgets, selecting, err = lists.budgets(ctx)
		gaps.add(v1alpha1.SourceBudgets, hiddenBudgets, err)
		if !pods {
			return
		}
		found.Pods, err = lists.pods(ctx, selecting)
		gaps.add(v1alpha1.SourcePods, hiddenPods, err)
	})
	sources.Go(func() {
		var err error
		found.Volumes, err = lists.volumes(ctx)
		gaps.add(v1alpha1.SourceVolumes, hiddenVolumes, err)
	})
	sources.Go(func() {
		var err error
		found.CSIDrivers, err = lists.csiDrivers(ctx)
		gaps.add(v1alpha1.SourceCSIDrivers, hiddenDrivers, err)
	})
	sources.Go(func() {
		var unread map[string]error
		var err error
		found.Webhooks, unread, err = lists.webhooks(ctx)
		gaps.add(v1alpha1.SourceWebhooks, hiddenWebhooks, err)
		for service, err := range unread {
			gaps.addOf(v1alpha1.SourceWebhooks, service, hiddenService(service), err)
		}
	})
	sources.Go(func() {
		var err error
		found.AggregatedAPIs, err = c.aggregatedAPIs(ctx)
		gaps.add(v1alpha1.SourceAggregatedAPIs, hiddenAggregated, err)
	})
	sources.Go(func() {
		var unread map[string]error
		found.Configuration, unread = c.configuration(ctx)
		for name, err := range unread {
			gaps.addOf(v1alpha1.SourceConfiguration, name, hiddenConfiguration, err)
		}
	})
	sources.Wait()
	return found
}
