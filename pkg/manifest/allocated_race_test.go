//go:build race

package manifest

// allocated is not measured under the race detector, which allocates for itself.
func allocated(call func()) uint64 {
	call()
	return 0
}
