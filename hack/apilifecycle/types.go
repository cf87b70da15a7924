package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// apiType is a Go type with TypeMeta and ObjectMeta in a package of one API version.
type apiType struct {
	schema.GroupVersionKind
	// tags are those for the generator of clients: "genclient", "genclient:nonNamespaced".
	tags []string
	lifecycle
}

// lifecycle is what the methods of a type return. What has no method is zero.
type lifecycle struct {
	introduced, deprecated, removed version.Minor
	replacement                     schema.GroupVersionKind
}

// resource reports whether the type is a top-level resource. Clients are
// generated for those, and for few other types, without verbs: policy's
// Eviction, ImageReview.
func (t apiType) resource() bool {
	client := slices.Contains(t.tags, "genclient") && !slices.Contains(t.tags, "genclient:noVerbs")
	return client || t.GroupVersionKind == schema.GroupVersionKind{Version: "v1", Kind: "Binding"}
}

func (t apiType) namespaced() bool {
	return !slices.Contains(t.tags, "genclient:nonNamespaced")
}

var (
	versionDirectory = regexp.MustCompile(`^v[0-9]+((alpha|beta)[0-9]+)?$`)
	clientTag        = regexp.MustCompile(`(?m)^\+(genclient(:[A-Za-z]+)?)$`)
)

// readTypes reads the packages of all API versions below a directory.
func readTypes(fsys fs.FS) ([]apiType, error) {
	var types []apiType
	err := fs.WalkDir(fsys, ".", func(dir string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() || !versionDirectory.MatchString(entry.Name()) {
			return err
		}
		read, err := readPackage(fsys, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		types = append(types, read...)
		return nil
	})
	return types, err
}

// readPackage reads the package of one API version, whose name is the directory's.
func readPackage(fsys fs.FS, dir string) ([]apiType, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	p := goPackage{lifecycles: map[string]*lifecycle{}}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, ".pb.go") {
			continue
		}
		source, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path.Base(file), source, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		if err := p.read(parsed); err != nil {
			return nil, err
		}
	}
	if len(p.types) > 0 && !p.grouped {
		return nil, errors.New("has API types and no GroupName")
	}
	for i := range p.types {
		t := &p.types[i]
		t.Group, t.Version = p.group, path.Base(dir)
		if l := p.lifecycles[t.Kind]; l != nil {
			t.lifecycle = *l
		}
	}
	return p.types, nil
}

// goPackage is what was read of a package so far.
type goPackage struct {
	group   string
	grouped bool
	types   []apiType
	// lifecycles are by type.
	lifecycles map[string]*lifecycle
}

func (p *goPackage) read(file *ast.File) error {
	end := file.Name.End()
	for _, declared := range file.Decls {
		switch d := declared.(type) {
		case *ast.GenDecl:
			p.readGroup(d)
			p.readType(d, tags(file, end, d.Pos()))
		case *ast.FuncDecl:
			if err := p.readMethod(d); err != nil {
				return err
			}
		}
		end = declared.End()
	}
	return nil
}

// tags are in any comment between two positions, not only in the one that
// touches the declaration.
func tags(file *ast.File, from, to token.Pos) []string {
	var tags []string
	for _, comment := range file.Comments {
		if comment.Pos() > from && comment.End() <= to {
			for _, m := range clientTag.FindAllStringSubmatch(uncommented(comment), -1) {
				tags = append(tags, m[1])
			}
		}
	}
	return tags
}

// uncommented is the text of a comment. CommentGroup.Text is not: it leaves
// out what looks like a directive.
func uncommented(comment *ast.CommentGroup) string {
	lines := make([]string, len(comment.List))
	for i, line := range comment.List {
		lines[i] = strings.TrimSpace(strings.TrimPrefix(line.Text, "//"))
	}
	return strings.Join(lines, "\n")
}

// readGroup takes the group from: const GroupName = "apps".
func (p *goPackage) readGroup(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		value, ok := spec.(*ast.ValueSpec)
		if ok && d.Tok == token.CONST && len(value.Values) == 1 && value.Names[0].Name == "GroupName" {
			p.group, p.grouped = stringLiteral(value.Values[0])
		}
	}
}

func (p *goPackage) readType(d *ast.GenDecl, tags []string) {
	if len(d.Specs) != 1 {
		return
	}
	spec, ok := d.Specs[0].(*ast.TypeSpec)
	if !ok {
		return
	}
	if structure, ok := spec.Type.(*ast.StructType); ok && embeds(structure, "TypeMeta") && embeds(structure, "ObjectMeta") {
		p.types = append(p.types, apiType{GroupVersionKind: schema.GroupVersionKind{Kind: spec.Name.Name}, tags: tags})
	}
}

// embeds reports whether a struct has a field such as metav1.TypeMeta.
func embeds(structure *ast.StructType, name string) bool {
	return slices.ContainsFunc(structure.Fields.List, func(f *ast.Field) bool {
		selector, ok := f.Type.(*ast.SelectorExpr)
		return ok && len(f.Names) == 0 && selector.Sel.Name == name
	})
}

// readMethod takes a minor or a kind from a method of a type:
//
//	func (in *Ingress) APILifecycleRemoved() (major, minor int) { return 1, 22 }
func (p *goPackage) readMethod(d *ast.FuncDecl) error {
	what, ok := strings.CutPrefix(d.Name.Name, "APILifecycle")
	if !ok || d.Recv == nil {
		return nil
	}
	var err error
	kind := receiver(d)
	l := p.lifecycles[kind]
	if l == nil {
		l = &lifecycle{}
		p.lifecycles[kind] = l
	}
	switch returned := returned(d); what {
	case "Introduced":
		l.introduced, err = minorLiteral(returned)
	case "Deprecated":
		l.deprecated, err = minorLiteral(returned)
	case "Removed":
		l.removed, err = minorLiteral(returned)
	case "Replacement":
		l.replacement, err = kindLiteral(returned)
	default:
		err = errors.New("unknown method")
	}
	if err != nil {
		return fmt.Errorf("%s.%s: %w", kind, d.Name.Name, err)
	}
	return nil
}

// receiver is the type of a method, or empty.
func receiver(d *ast.FuncDecl) string {
	if pointer, ok := d.Recv.List[0].Type.(*ast.StarExpr); ok {
		if name, ok := pointer.X.(*ast.Ident); ok {
			return name.Name
		}
	}
	return ""
}

// returned are the results of a function that does nothing but return, or nil.
func returned(d *ast.FuncDecl) []ast.Expr {
	if d.Body != nil && len(d.Body.List) == 1 {
		if statement, ok := d.Body.List[0].(*ast.ReturnStmt); ok {
			return statement.Results
		}
	}
	return nil
}

func minorLiteral(results []ast.Expr) (version.Minor, error) {
	var numbers []int
	for _, result := range results {
		literal, ok := result.(*ast.BasicLit)
		if !ok {
			break
		}
		n, err := strconv.Atoi(literal.Value)
		if err != nil {
			return version.Minor{}, err
		}
		numbers = append(numbers, n)
	}
	if len(results) != 2 || len(numbers) != 2 {
		return version.Minor{}, errors.New("does not return two numbers")
	}
	return version.Minor{Major: numbers[0], Minor: numbers[1]}, nil
}

func kindLiteral(results []ast.Expr) (schema.GroupVersionKind, error) {
	fault := errors.New("does not return a schema.GroupVersionKind of strings")
	if len(results) != 1 {
		return schema.GroupVersionKind{}, fault
	}
	literal, ok := results[0].(*ast.CompositeLit)
	if !ok {
		return schema.GroupVersionKind{}, fault
	}
	var gvk schema.GroupVersionKind
	fields := map[string]*string{"Group": &gvk.Group, "Version": &gvk.Version, "Kind": &gvk.Kind}
	for _, element := range literal.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			return schema.GroupVersionKind{}, fault
		}
		key, ok := pair.Key.(*ast.Ident)
		if !ok || fields[key.Name] == nil {
			return schema.GroupVersionKind{}, fault
		}
		if *fields[key.Name], ok = stringLiteral(pair.Value); !ok {
			return schema.GroupVersionKind{}, fault
		}
	}
	return gvk, nil
}

func stringLiteral(e ast.Expr) (string, bool) {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(literal.Value)
	return s, err == nil
}
