"""Parameters that several algorithms have: declared once, with the defaults and search ranges that differ."""

from __future__ import annotations

from typing import Any

from mlops_desktop.base.params import choice, number


def class_weight(**further: str) -> Any:
    """How much say each class has; `further` ids with their labels beside “none” and “balanced”."""
    return choice(
        "none",
        {"none": "As they come", "balanced": "Balanced", **further},
        "Weight of the classes",
        help="Balanced gives rare classes as much say as frequent ones; the probabilities then no longer match how often each occurs.",
    )


def learning_rate(default: float) -> Any:
    """The learning rate of boosted trees."""
    help = "How much each tree may mend: the lower, the more trees are needed."
    return number(default, 1e-4, 1.0, "Learning rate", help=help, log=True, tune=(0.01, 0.3))


def rounds(default: int, most: int, tune: tuple[int, int]) -> Any:
    """The number of boosted trees."""
    help = "Trees, one after the other (for each class, when there are more than two)."
    return number(default, 1, most, "Rounds", help=help, whole=True, log=True, tune=tune)


def leaves(default: int) -> Any:
    """The most leaves of a boosted tree."""
    help = "How many different answers a tree may give."
    return number(default, 2, 2048, "Leaves of a tree", help=help, whole=True, log=True, tune=(7, 127))


def leaf_penalty() -> Any:
    """The L2 penalty on the values of boosted leaves."""
    return number(0.0, 0.0, 1e6, "Penalty", help="Holds the answers of the trees small.", log=True, tune=(1e-4, 10.0))


def rows_of_a_leaf(default: int, tune: tuple[int, int]) -> Any:
    """The fewest training rows in a leaf of one of several trees."""
    help = "So many training rows at least stand behind each tree's answer."
    return number(default, 1, 100_000, "Rows for an answer", help=help, whole=True, log=True, tune=tune)
