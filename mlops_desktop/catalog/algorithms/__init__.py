"""Learning algorithms, one file each, with their search bounds and their compiler."""
