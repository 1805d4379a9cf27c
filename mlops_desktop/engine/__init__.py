"""Decides, computes and remembers; knows no Qt."""
