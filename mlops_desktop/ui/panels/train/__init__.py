"""Stage 6, Training & tuning: the panel and its cards."""
