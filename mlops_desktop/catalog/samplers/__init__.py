"""Samplers, one file each: which rows of the training part a model is fitted on, and with which weights."""
