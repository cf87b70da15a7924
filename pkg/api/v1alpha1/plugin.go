package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// PluginInfo describes the plugin, the catalog in use, and the helper of --live.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type PluginInfo struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Build   Build         `json:"build"`
	Catalog PluginCatalog `json:"catalog"`
	Live    PluginLive    `json:"live"`
}

// Build says from what and for what a program was built.
type Build struct {
	// Version is such as v0.1.0, or "unknown".
	Version string `json:"version"`
	// Commit is that of the source, with "-dirty" where files differed from it; empty when it is not known.
	Commit string `json:"commit,omitempty"`
	// Date is that of the release or the commit, such as 2026-11-21T00:00:00Z; empty when it is not known.
	Date string `json:"date,omitempty"`
	// Go is the compiler's version, such as go1.26.1.
	Go string `json:"go"`
	// OS and Arch are Go's names of them, such as linux and amd64.
	OS   string `json:"os"`
	Arch string `json:"arch"`
}

// PluginCatalog is the catalog in use.
type PluginCatalog struct {
	// Origin is "embedded", the path of a file, or a URL.
	Origin string        `json:"origin"`
	AsOf   calendar.Date `json:"asOf"`
	// AgeDays is counted from AsOf.
	AgeDays int32 `json:"ageDays"`
	// Newest is the newest minor of Kubernetes that it says is out.
	Newest version.Minor `json:"newest"`
}

// PluginLive is the helper that asks platforms.
type PluginLive struct {
	// Path is where it is; empty when it was not found.
	Path string `json:"path,omitempty"`
	// Message says why it was not found.
	Message string `json:"message,omitempty"`
}
