"""The recipe editor that the panels of pre-processing, feature engineering and feature selection share."""
