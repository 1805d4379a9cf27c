"""The frame of the window: main window, rail, footer, command palette, start page, settings, banner, crash dialog."""
