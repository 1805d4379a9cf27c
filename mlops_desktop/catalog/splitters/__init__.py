"""One file is one choice: a way to split rows into folds and a held-out test set."""
