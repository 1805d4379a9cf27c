"""The window over the engine; the only package that uses Qt."""
