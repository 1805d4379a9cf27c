"""The engine: the decisions of a project, all computation and the stored results, without Qt."""
