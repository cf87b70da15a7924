package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// finding is an API version that a tool says is used, and by what object.
type finding struct {
	api, kind string
	// object is its name, or that of what names the API in its content; empty where only the API is reported.
	object string
}

// tool is what is compared.
type tool struct {
	name string
	// version is the one that is built.
	version string
	// onCluster and onFiles are the command lines, for a target such as v1.38.0. The first word is a program in bin.
	onCluster func(kubeconfig, target string) []string
	onFiles   func(folder, target string) []string
	// parse reads what the program prints; a form that it does not know is an error.
	parse func(stdout []byte, target string) ([]finding, error)
}

// run returns what the tool finds. A program that fails or prints nothing is an
// error: it has not looked.
func (t tool) run(ctx context.Context, path string, args []string, target string) ([]finding, error) {
	program := exec.CommandContext(ctx, filepath.Join(path, args[0]), args[1:]...)
	var stdout, stderr bytes.Buffer
	program.Stdout, program.Stderr = &stdout, &stderr
	program.Env = []string{"PATH=" + path, "HOME=" + path}
	if err := program.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	if len(bytes.TrimSpace(stdout.Bytes())) == 0 {
		return nil, fmt.Errorf("%s: printed nothing: %s", strings.Join(args, " "), bytes.TrimSpace(stderr.Bytes()))
	}
	found, err := t.parse(stdout.Bytes(), target)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", strings.Join(args, " "), err)
	}
	return found, nil
}

// decode reads one JSON document, and refuses fields that are not known.
func decode(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("output of another form: %w", err)
	}
	if decoder.More() {
		return errors.New("output of another form: more than one document")
	}
	return nil
}

// build makes a program of a module in this folder's tools.
func build(ctx context.Context, module, bin string) error {
	command := exec.CommandContext(ctx, "go", "build", "-o", bin+string(filepath.Separator), "tool")
	command.Dir, command.Stderr = filepath.Join("tools", module), os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("building %s: %w", module, err)
	}
	return nil
}

// moduleVersion is the version that a folder's go.mod chose of a module.
func moduleVersion(ctx context.Context, folder, module string) (string, error) {
	command := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Version}}", module)
	command.Dir = folder
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("version of %s: %w", module, err)
	}
	return strings.TrimSpace(string(out)), nil
}
