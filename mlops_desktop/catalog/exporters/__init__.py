"""One file is one choice: a form in which a chosen model leaves the application."""
