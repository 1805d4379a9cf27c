"""The kinds of task: one file each, named like its id, with its `PredictionSpec` in `SPEC`."""
