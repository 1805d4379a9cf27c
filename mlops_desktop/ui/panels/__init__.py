"""The panels, one package for each stage of the workflow."""
