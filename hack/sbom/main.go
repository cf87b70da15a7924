// Command sbom writes what a Go program was built from as a CycloneDX document:
// the modules that the linker recorded in it, and Go's standard library.
//
//	sbom -version v0.1.0 -time 2026-11-21T09:00:00Z -output FILE PROGRAM
//
// Equal programs have equal documents, wherever they are written: without a serial
// number, a clock, or anything of the machine.
package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/package-url/packageurl-go"
)

// release is what a program does not tell of itself.
type release struct {
	version string
	time    time.Time
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("sbom", flag.ContinueOnError)
	var of release
	var output string
	flags.StringVar(&of.version, "version", "", "version of the program, and of what it takes from its own repository")
	flags.Func("time", "time of the release, in RFC 3339", func(s string) (err error) {
		of.time, err = time.Parse(time.RFC3339, s)
		return err
	})
	flags.StringVar(&output, "output", "", "file to write")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if of.version == "" || of.time.IsZero() || output == "" || flags.NArg() != 1 {
		return fmt.Errorf("sbom takes -version, -time, -output and one program, got %q", args)
	}
	document, err := read(flags.Arg(0), of)
	if err != nil {
		return err
	}
	file, err := os.Create(output)
	if err != nil {
		return err
	}
	if err := cdx.NewBOMEncoder(file, cdx.BOMFileFormatJSON).SetPretty(true).SetEscapeHTML(false).Encode(document); err != nil {
		return err
	}
	return file.Close()
}

func read(program string, of release) (*cdx.BOM, error) {
	content, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	sum := sha256.Sum256(content)
	return document(strings.TrimSuffix(filepath.Base(program), ".exe"), hex.EncodeToString(sum[:]), info, of), nil
}

// document is of the program of a name and a SHA-256 sum.
func document(name, sum string, info *debug.BuildInfo, of release) *cdx.BOM {
	main := component(cdx.ComponentTypeApplication, name, of.version,
		purl(info.Main.Path, of.version, strings.TrimPrefix(strings.TrimPrefix(info.Path, info.Main.Path), "/")))
	main.Hashes = &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: sum}}

	goVersion := strings.TrimPrefix(info.GoVersion, "go")
	components := []cdx.Component{component(cdx.ComponentTypeLibrary, "stdlib", goVersion, purl("stdlib", goVersion, ""))}
	for _, module := range info.Deps {
		components = append(components, library(module, of))
	}
	uses := make([]string, 0, len(components))
	for _, c := range components {
		uses = append(uses, c.BOMRef)
	}

	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{
		Timestamp: of.time.UTC().Format(time.RFC3339),
		Component: &main,
	}
	bom.Components = &components
	bom.Dependencies = &[]cdx.Dependency{{Ref: main.BOMRef, Dependencies: &uses}}
	return bom
}

// library is what was linked for a module: another where that replaces it, but a
// folder, which has no version, is of the same repository.
func library(module *debug.Module, of release) cdx.Component {
	path, version := module.Path, module.Version
	switch r := module.Replace; {
	case r == nil:
	case strings.HasPrefix(r.Path, "."):
		version = of.version
	default:
		path, version = r.Path, r.Version
	}
	return component(cdx.ComponentTypeLibrary, path, version, purl(path, version, ""))
}

func component(of cdx.ComponentType, name, version, purl string) cdx.Component {
	return cdx.Component{BOMRef: purl, Type: of, Name: name, Version: version, PackageURL: purl}
}

// purl is such as pkg:golang/k8s.io/client-go@v0.37.2. The specification has its
// path in lower case.
func purl(module, version, subpath string) string {
	namespace, name := path.Split(strings.ToLower(module))
	return packageurl.NewPackageURL(packageurl.TypeGolang, namespace, name, version, nil, subpath).ToString()
}
