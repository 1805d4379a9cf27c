"""Stage 1, Problem: the panel and its cards."""
