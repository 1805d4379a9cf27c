"""Stage 8, App: the panel and its cards."""
