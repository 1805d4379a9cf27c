"""Stage 7, Evaluation: the panel and its cards."""
