"""One file is one choice: a step that changes columns, learned on the training part of each fold."""
