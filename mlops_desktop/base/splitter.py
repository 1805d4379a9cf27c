"""The contract of a splitter: which rows are held out as the test set, and the folds of the training part."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from mlops_desktop.base.component import Component
from mlops_desktop.base.families import Target
from mlops_desktop.serving.frame import Floats, Ints, Longs

Fold = tuple[Ints, Ints]  # positions of training and of validation rows


@dataclass(frozen=True, eq=False, kw_only=True)
class SplitFacts:
    """What a splitter may use, row by row.

    `strata` intp codes of what a stratified split keeps the shares of (classes, or bands of a number), `group` intp codes (-1 is missing:
    those rows are one group of their own), `time` int64 microseconds or float64, `fold` intp codes into `fold_names` (-1 is missing). None
    where the table has no such column. `equal` intp codes that rows share which are equal in all features, or nearly; None when a shuffled
    split need not keep any together.
    """

    target: Target
    strata: Ints
    group: Ints | None = None
    time: Longs | Floats | None = None
    fold: Ints | None = None
    fold_names: tuple[str, ...] = ()
    equal: Ints | None = None

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.strata)


class Splitter(Component, ABC):
    """Keeps rows apart. Both methods are functions of the parameters, the facts and the random state alone."""

    shown_texts: ClassVar[tuple[str, ...]] = (*Component.shown_texts, "lacking_class_remedy")
    role: ClassVar[str] = ""  # the role of the column that it needs: group, time or fold; such a splitter has a parameter `column`
    by_time: ClassVar[bool] = False  # whether it parts earlier rows from later ones
    lacking_class_remedy: ClassVar[str] = "Choose a stratified split, or take rare classes out with a filter."

    @abstractmethod
    def hold_out(self, facts: SplitFacts, rng: np.random.Generator) -> tuple[Ints, Ints]:
        """Positions of the training and of the test rows of at least three rows; no row is in both, each has one at least.

        UserError says why it cannot be.
        """

    @abstractmethod
    def make_folds(self, facts: SplitFacts, rng: np.random.Generator) -> list[Fold]:
        """Training and validation positions within the training part that `facts` describe, at least one pair.

        UserError says why it cannot be.
        """

    @property
    def named_columns(self) -> tuple[str, ...]:
        """The columns chosen by name instead of the one with the role; empty when none is. Several, from coarse to fine, are a time."""
        chosen: tuple[str, ...] = getattr(self, "column", ())
        return chosen

    @property
    def keeps_equal(self) -> bool:
        """Whether rows that are equal in all features are to be on one side (the parameter `equal_together`)."""
        return bool(getattr(self, "equal_together", False))

    @property
    def keeps_alike(self) -> bool:
        """Whether rows that nearly repeat each other are to be on one side too (the parameter `alike_together`)."""
        return self.keeps_equal and bool(getattr(self, "alike_together", False))

    @classmethod
    def with_known(cls, params: Mapping[str, Any]) -> Self:
        """This splitter with those of the parameters that it has."""
        return cls(**{name: value for name, value in params.items() if name in cls.params()})

    def switch_to(self, other: type[Splitter]) -> Splitter:
        """Another splitter with the parameters that both have. The column is not kept: another method needs another one.

        A shuffled one that takes the place of another kind keeps equal rows on one side.
        """
        return other.with_known({"equal_together": True, **{name: getattr(self, name) for name in self.params() if name != "column"}})
