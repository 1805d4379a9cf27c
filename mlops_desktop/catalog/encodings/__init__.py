"""One file per encoding: the operations that turn the columns after a recipe into the matrix that algorithms learn from."""
