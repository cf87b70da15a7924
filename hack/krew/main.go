// Command krew writes the manifest by which krew installs the plugin to stdout:
// that of a release, from its checksums, or with -bot the template from which
// krew-release-bot makes those of later releases.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("krew", flag.ContinueOnError)
	bot := flags.Bool("bot", false, "write the template of krew-release-bot")
	checksums := flags.String("checksums", "../../dist/checksums.txt", "sha256 sums of the release's files")
	version := flags.String("version", "", "tag of the release, such as v0.1.0")
	base := flags.String("base", downloads, "where releases are downloaded from: the tag and the archive's name follow")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("krew takes no arguments, got %q: see -help", flags.Args())
	}
	write := func() ([]byte, error) {
		sums, err := readChecksums(*checksums)
		if err != nil {
			return nil, err
		}
		return release{*version, *base, sums}.manifest()
	}
	if *bot {
		write = botTemplate
	}
	written, err := write()
	if err != nil {
		return err
	}
	_, err = out.Write(written)
	return err
}
