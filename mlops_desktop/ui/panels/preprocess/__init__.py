"""Stage 3, Pre-processing: the panel."""
