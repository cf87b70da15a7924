// Package v1alpha1 holds the documents that kubectl-versions reads and writes:
// the Snapshot of a cluster and the reports that are evaluated from it.
//
// A snapshot keeps facts with the text they were found in, and judges nothing.
// A report judges, and carries everything that any output format shows.
// Within v1alpha1 fields are added, never renamed or given another meaning.
//
// +k8s:deepcopy-gen=package
package v1alpha1
