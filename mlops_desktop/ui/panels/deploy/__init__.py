"""Stage 9, Deploy: the panel, its pages and their cards."""
