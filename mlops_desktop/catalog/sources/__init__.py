"""One file is one choice: a reader of a kind of data file."""
