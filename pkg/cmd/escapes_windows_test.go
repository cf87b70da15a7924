package cmd

import (
	"os"
	"testing"

	"golang.org/x/sys/windows"
)

func TestEscapesAreTurnedOn(t *testing.T) {
	// It fails, without harm, where the test has a console.
	_, _, _ = windows.NewLazySystemDLL("kernel32.dll").NewProc("AllocConsole").Call()
	console, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer console.Close()
	if err := windows.SetConsoleMode(windows.Handle(console.Fd()), windows.ENABLE_PROCESSED_OUTPUT); err != nil {
		t.Fatal(err)
	}
	if err := turnOnEscapes(console); err != nil {
		t.Fatal(err)
	}
	var mode uint32
	if err := windows.GetConsoleMode(windows.Handle(console.Fd()), &mode); err != nil || mode&windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING == 0 {
		t.Errorf("mode %#x, error %v", mode, err)
	}
}

func TestNoEscapesWhereThereIsNoConsole(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	defer write.Close()
	if err := turnOnEscapes(write); err == nil {
		t.Error("a pipe heeds them")
	}
}
