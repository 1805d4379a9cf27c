"""One file is one choice: a format in which a chosen model is exported."""
