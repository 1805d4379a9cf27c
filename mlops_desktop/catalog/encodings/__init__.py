"""Encodings, one file each: the operations that turn the columns after a recipe into the matrix that algorithms learn from."""
