"""One file is one choice: a way of keeping rows apart."""
