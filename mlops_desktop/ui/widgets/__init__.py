"""Widgets that several panels share; they depend on no panel and no project."""
