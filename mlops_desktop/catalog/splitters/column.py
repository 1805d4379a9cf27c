"""Splits by a column of the table that says which rows are held out, and the fold of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.splitter import Fold, SplitFacts, Splitter
from mlops_desktop.catalog.splitters._shared import column_of, fold_count, parts, row_count, shuffled_folds
from mlops_desktop.serving.frame import Ints
from mlops_desktop.serving.message import msg

_TRAIN = frozenset({"train", "training"})
_VALIDATION = frozenset({"valid", "validation", "val", "dev"})
_TEST = frozenset({"test", "testing", "holdout", "hold-out"})


@dataclass(frozen=True, kw_only=True)
class ByColumn(Splitter):
    """Rows marked as test are held out; when none is, those of the last fold (the greatest number, or the last text by letter).

    Each other label of the column is validated once; with labels for training and validation alone there is one fold. With one label only,
    folds are made as for a stratified (classes) or a random split (numbers).
    """

    id = "column"
    label = "By a column of the table"
    help = "A column says which rows are for training and which for testing."
    role = "fold"
    lacking_class_remedy = "Mark some rows of that class for training, or choose another split."

    folds: int = fold_count()
    column: tuple[str, ...] = column_of("fold", "number", "categorical", "date")

    def hold_out(self, facts: SplitFacts, rng: np.random.Generator) -> tuple[Ints, Ints]:
        codes, labels = _labels(facts)
        here = [int(code) for code in np.unique(codes)]
        marked = [code for code in here if labels[code] in _TEST]
        if not marked:
            marked = [max(here, key=lambda code: _rank(labels[code]))]
        if len(marked) == len(here):
            named = msg("“{column}” ", column=self.column[0]) if self.column else ""
            raise UserError(
                msg("The fold column {named}gives all rows to one side.", named=named),
                "It must mark training and test rows, or hold numbers.",
            )
        return parts(facts.rows, np.flatnonzero(np.isin(codes, marked)))

    def make_folds(self, facts: SplitFacts, rng: np.random.Generator) -> list[Fold]:
        codes, labels = _labels(facts)
        here = sorted((int(code) for code in np.unique(codes)), key=lambda code: _rank(labels[code]))
        if len(here) < 2:
            strata = facts.strata if facts.target.classes else np.zeros(facts.rows, dtype=np.intp)
            return shuffled_folds(strata, self.folds, rng)
        validation = [code for code in here if labels[code] in _VALIDATION]
        if validation and all(labels[code] in _TRAIN for code in here if code not in validation):
            scored = np.isin(codes, validation)
            return [(np.flatnonzero(~scored), np.flatnonzero(scored))]
        return [(np.flatnonzero(codes != code), np.flatnonzero(codes == code)) for code in here]


def _labels(facts: SplitFacts) -> tuple[Ints, Sequence[str]]:
    """The code of each row into the labels of the column, and these in small letters."""
    if facts.fold is None:
        raise UserError("This split needs a column that marks the rows.", "Give a column the role “fold”, or choose another split.")
    if np.any(facts.fold < 0):
        empty = row_count(int(np.count_nonzero(facts.fold < 0)))
        raise UserError(
            msg("The fold column is empty in {empty}.", empty=empty), "Take these rows out with a filter, or choose another split."
        )
    return facts.fold, [name.strip().casefold() for name in facts.fold_names]


def _rank(label: str) -> tuple[bool, float, str]:
    """Numbers come before texts and by their size."""
    try:
        return False, float(label), label
    except ValueError:
        return True, 0.0, label
