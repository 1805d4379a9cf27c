"""Stage 2, Data & EDA: the panel and its cards."""
