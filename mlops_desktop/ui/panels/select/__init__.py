"""Stage 5, Feature selection: the panel."""
