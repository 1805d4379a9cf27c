"""Stage 4, Feature engineering: the panel."""
