"""Exporters, one file each: the forms in which a chosen model is exported."""
