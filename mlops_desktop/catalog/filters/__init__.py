"""One file is one choice: a mask over rows, before the split, never served."""
