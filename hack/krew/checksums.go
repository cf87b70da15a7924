package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
)

// checksumLine is what sha256sum writes: a sum, whether the file is binary, and its name.
var checksumLine = regexp.MustCompile(`^([0-9a-f]{64}) [ *](\S+)$`)

// readChecksums returns the sum of every file of a release, by its name.
func readChecksums(path string) (map[string]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: build the release first", err)
	}
	sums := map[string]string{}
	for line := range bytes.Lines(data) {
		parts := checksumLine.FindStringSubmatch(string(bytes.TrimSpace(line)))
		if parts == nil {
			return nil, fmt.Errorf("%s: %q is no line of sha256sum", path, line)
		}
		if _, twice := sums[parts[2]]; twice {
			return nil, fmt.Errorf("%s names %s twice", path, parts[2])
		}
		sums[parts[2]] = parts[1]
	}
	return sums, nil
}
