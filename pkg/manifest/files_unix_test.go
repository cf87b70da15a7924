//go:build unix

package manifest

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReadFilesFollowsLinksToFilesAlone(t *testing.T) {
	tree(t, map[string]string{"elsewhere/a.yaml": pod, "dir/b.yaml": pod})
	for link, target := range map[string]string{
		"dir/file.yaml":   "../elsewhere/a.yaml",
		"dir/dir.yaml":    "../elsewhere",
		"dir/loop":        ".",
		"dir/self.yaml":   "self.yaml",
		"dir/gone.yaml":   "nope.yaml",
		"linked":          "dir",
		"dir/parent.yaml": "..",
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	files, err := ReadFiles([]string{"dir"}, true, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"dir/b.yaml: Pod", "dir/file.yaml: Pod", "dir/gone.yaml:! no such file or directory", "dir/self.yaml:! too many levels of symbolic links",
	}
	if diff := cmp.Diff(want, summary(files)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for i := range want {
		want[i] = strings.Replace(want[i], "dir/", "linked/", 1)
	}
	if files, err = ReadFiles([]string{"linked"}, false, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, summary(files)); diff != "" {
		t.Errorf("files of a directory that is named by a link (-want +got):\n%s", diff)
	}
}

func TestReadFilesDoesNotWaitForPipesInADirectory(t *testing.T) {
	tree(t, map[string]string{"dir/a.yaml": pod})
	if err := syscall.Mkfifo("dir/pipe.yaml", 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/zero", "dir/zero.yaml"); err != nil {
		t.Fatal(err)
	}
	within(t, 10*time.Second, func() {
		files, err := ReadFiles([]string{"dir"}, false, nil)
		if err != nil {
			t.Error(err)
			return
		}
		if diff := cmp.Diff([]string{"dir/a.yaml: Pod"}, summary(files)); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
	})
}

func TestReadFilesReadsAPipeThatIsNamed(t *testing.T) {
	tree(t, nil)
	if err := syscall.Mkfifo("pipe", 0o600); err != nil {
		t.Fatal(err)
	}
	go func() { _ = os.WriteFile("pipe", []byte(pod), 0o600) }()
	within(t, 10*time.Second, func() {
		files, err := ReadFiles([]string{"pipe"}, false, nil)
		if err != nil || len(files.Files) != 1 || len(files.Files[0].Objects) != 1 {
			t.Errorf("%+v, error %v", files, err)
		}
	})
}

func TestReadFilesEndsAtADeviceWithoutEnd(t *testing.T) {
	files, err := ReadFiles([]string{"/dev/zero"}, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"/dev/zero:! larger than 64 MiB: split it"}, summary(files)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}
