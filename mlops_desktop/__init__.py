"""MLOps Desktop: from a data file to a running machine-learning service, by pointing and clicking."""

__version__ = "0.1.0"
