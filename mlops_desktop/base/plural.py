"""A count with its noun, in the singular or the plural."""

from __future__ import annotations


def pluralize(count: int, one: str, many: str) -> str:
    """`one` for exactly one, else `many` with the count, thousands set apart, in place of its {n}."""
    return one if count == 1 else many.replace("{n}", f"{count:,}")
