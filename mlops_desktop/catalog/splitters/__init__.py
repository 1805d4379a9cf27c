"""Splitters, one file each: ways to split rows into folds and a held-out test set."""
