"""Sources, one file each: readers of a kind of data file."""
