//go:build !race

package manifest

import "runtime"

// allocated returns how many bytes are allocated in a call, those included that
// are freed before it returns.
func allocated(call func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	call()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
