"""Kinds of task, one file each: how the target is read and what is measured."""
