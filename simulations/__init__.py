"""Simulations of what the program promises about its figures; see `docs/honesty.md`. Each module prints the rows of its table."""
