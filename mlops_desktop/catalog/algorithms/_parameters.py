"""Parameters that several algorithms have: declared once, with the defaults and search ranges that differ."""

from __future__ import annotations

from typing import Any

from mlops_desktop.base.params import choice, number


def class_weight(**further: str) -> Any:
    """How much weight each class has; `further` ids with their labels beside “none” and “balanced”."""
    return choice(
        "none",
        {"none": "Equal", "balanced": "Balanced", **further},
        "Class weights",
        help="Balanced gives rare classes as much weight as frequent ones; the probabilities then no longer match "
        "how often each class occurs.",
    )


def learning_rate(default: float) -> Any:
    """The learning rate of boosted trees."""
    help = "How much each tree contributes: lower values need more trees."
    return number(default, 1e-4, 1.0, "Learning rate", help=help, log=True, tune=(0.01, 0.3))


def rounds(default: int, most: int, tune: tuple[int, int]) -> Any:
    """The number of boosted trees."""
    help = "The number of trees (per class, when there are more than two)."
    return number(default, 1, most, "Boosting rounds", help=help, whole=True, log=True, tune=tune)


def leaves(default: int) -> Any:
    """The most leaves of a boosted tree."""
    help = "The most leaves that a tree may have."
    return number(default, 2, 2048, "Maximum leaves per tree", help=help, whole=True, log=True, tune=(7, 127))


def leaf_penalty() -> Any:
    """The L2 penalty on the values of boosted leaves."""
    return number(0.0, 0.0, 1e6, "L2 regularisation", help="Shrinks the values of the leaves.", log=True, tune=(1e-4, 10.0))


def rows_of_a_leaf(default: int, tune: tuple[int, int]) -> Any:
    """The fewest training rows in a leaf."""
    help = "Each leaf holds at least this many training rows."
    return number(default, 1, 100_000, "Minimum rows per leaf", help=help, whole=True, log=True, tune=tune)
