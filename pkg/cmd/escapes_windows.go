package cmd

import (
	"os"

	"golang.org/x/sys/windows"
)

// turnOnEscapes makes a console heed escape sequences, which it shows as text
// otherwise. One that cannot is older than Windows 10.
func turnOnEscapes(terminal *os.File) error {
	var mode uint32
	console := windows.Handle(terminal.Fd())
	if err := windows.GetConsoleMode(console, &mode); err != nil {
		return err
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_PROCESSED_OUTPUT|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
}
