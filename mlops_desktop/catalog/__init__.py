"""One file is one choice: standing in a folder here is being in the catalogue."""
