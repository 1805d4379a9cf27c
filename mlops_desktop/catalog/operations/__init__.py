"""One file is one choice: a step that changes columns, fitted on the training part of each fold."""
