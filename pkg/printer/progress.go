package printer

import (
	"fmt"
	"strings"
	"time"
)

// Reading is a line about a cluster that is being read, no wider than a terminal.
func Reading(cluster string, resources []string, requests int, objects int64, took time.Duration, width int) string {
	head := "reading "
	if cluster != "" {
		head = shorten(Clean(cluster), max(1, width/3)) + ": " + head
	}
	tail := fmt.Sprintf(": %s requests, %s objects, %s", thousands(int64(requests)), thousands(objects), seconds(took))
	if len(resources) == 0 {
		resources = []string{"the cluster"}
	}
	return oneLine(head+examples(resources, width-1-len(head)-len(tail))+tail, width)
}

// ReadingFiles is the same about files.
func ReadingFiles(names []string, took time.Duration, width int) string {
	const head = "reading "
	tail := ": " + seconds(took)
	return oneLine(head+examples(names, width-1-len(head)-len(tail))+tail, width)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%d s", int(d.Seconds())) }

// ReadingSeveral is the same about clusters of which some are done.
func ReadingSeveral(done, all int, clusters []string, width int) string {
	head := fmt.Sprintf("%s of %s clusters: reading ", thousands(int64(done)), thousands(int64(all)))
	return oneLine(head+examples(clusters, width-1-len(head)), width)
}

// oneLine cuts a line so that a terminal does not break it. It counts what may be
// twice as wide as a letter, which are scripts from Hangul on and emoji, as such.
func oneLine(line string, width int) string {
	const firstWide = 0x1100
	line = Clean(line)
	used := 0
	for i, r := range line {
		used++
		if r >= firstWide && string(r) != ellipsis {
			used++
		}
		if used >= width {
			return strings.TrimRight(line[:i], " ")
		}
	}
	return line
}
