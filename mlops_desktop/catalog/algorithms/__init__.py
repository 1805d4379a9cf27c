"""One file is one choice: a learning algorithm with its search bounds and its compiler."""
