"""Ensembles, one file each: how the predictions of several models become one."""
