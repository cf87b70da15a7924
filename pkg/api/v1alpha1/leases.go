package v1alpha1

import "time"

// APIServerIdentity is the label value of the leases that kube-apiserver
// instances hold to announce themselves.
const APIServerIdentity = "kube-apiserver"

// identityLeaseFresh is how recently a running instance has renewed its
// identity lease. It renews every 10 seconds; the lease of a stopped instance
// stays for an hour.
const identityLeaseFresh = 60 * time.Second

// identityLeaseGone is when the last identity lease of a stopped instance is gone
// at the latest: it is removed an hour after its last renewal, by a check that
// comes each hour.
const identityLeaseGone = 2 * time.Hour

// RunningAPIServers counts the identity leases of kube-apiserver instances
// that were renewed lately. It is 0 when there are none, as before 1.26.
func (l *Leases) RunningAPIServers() int32 {
	if l == nil {
		return 0
	}
	var running int32
	for _, lease := range l.Leases {
		if lease.Identity == APIServerIdentity && lease.renewedWithin(identityLeaseFresh, l.present()) {
			running++
		}
	}
	return running
}

// Runs reports whether the holder of the named lease has renewed it lately, in
// the sense of leader election: within a minute.
func (l *Leases) Runs(name string) bool {
	if l == nil {
		return false
	}
	for _, lease := range l.Leases {
		if lease.Name == name && lease.renewedWithin(time.Minute, l.present()) {
			return true
		}
	}
	return false
}

// present is the time by the clock of whoever renews identity leases. That is
// ServerTime, unless no such lease could be as old, or as far ahead: then a proxy
// wrote a date of its own, or the clocks of instances differ, and the newest
// renewal is the present, since an instance that answers renews its own.
func (l *Leases) present() time.Time {
	var newest, last time.Time // of identity leases, and of all
	for _, lease := range l.Leases {
		if lease.RenewTime == nil {
			continue
		}
		if lease.RenewTime.After(last) {
			last = lease.RenewTime.Time
		}
		if lease.Identity == APIServerIdentity && lease.RenewTime.After(newest) {
			newest = lease.RenewTime.Time
		}
	}
	// Where instances publish no identity any more, their old leases stay beside those of others.
	if newest.IsZero() || last.Sub(newest) > identityLeaseFresh || l.ServerTime.Sub(newest).Abs() <= identityLeaseGone {
		return l.ServerTime.Time
	}
	return newest
}

func (l *Lease) renewedWithin(d time.Duration, now time.Time) bool {
	return l.RenewTime != nil && now.Sub(l.RenewTime.Time) <= d
}
