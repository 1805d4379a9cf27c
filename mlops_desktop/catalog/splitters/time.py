"""Splits by time: the latest rows are held out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.params import number
from mlops_desktop.base.splitter import Fold, SplitFacts, Splitter
from mlops_desktop.catalog.splitters._shared import column_of, fold_count, row_count, test_share, wanted_rows
from mlops_desktop.serving.frame import MISSING_DATE, Bools, Ints
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg

LEAST_MOMENTS = 3  # of which two folds can be made


@dataclass(frozen=True, kw_only=True)
class Time(Splitter):
    """The latest rows are the test set, and folds are an expanding window, so the earliest rows are never validated.

    Rows of one moment are never on both sides. A moment is one column, or several from coarse to fine, such as year, month and day.
    """

    id = "time"
    label = "By time: test on the latest"
    help = "The model learns from the past and is tested on the latest rows."
    role = "time"
    by_time = True
    lacking_class_remedy = "The class appears in the latest rows only: choose another split, or a smaller test part."

    test: float = test_share()
    folds: int = fold_count()
    gap: int = number(0, 0, 1e9, "Gap, in rows", help="Rows left out between training and what is scored.", whole=True)
    column: tuple[str, ...] = column_of("time", "date", "number", most=6)

    def hold_out(self, facts: SplitFacts, rng: np.random.Generator) -> tuple[Ints, Ints]:
        return _latest(_ordered(facts), wanted_rows(facts.rows, self.test), self.gap)

    def make_folds(self, facts: SplitFacts, rng: np.random.Generator) -> list[Fold]:
        return _expanding(_ordered(facts), self.folds, self.gap)


def _ordered(facts: SplitFacts) -> tuple[Ints, Bools]:
    """Row positions from the earliest to the latest, and where in that order a new moment begins, (rows,) bool."""
    if facts.time is None:
        raise UserError("A time-ordered split needs a time column.", "Give a column the role “time”, or choose another split.")
    missing = np.isnan(facts.time) if facts.time.dtype.kind == "f" else facts.time == MISSING_DATE
    if missing.any():
        raise UserError(
            msg("The time is missing in {row_count}, so the order of rows is not known.", row_count=row_count(int(missing.sum()))),
            "Take these rows out with a filter, or choose another split.",
        )
    order = np.argsort(facts.time, kind="stable")
    moments = facts.time[order]
    return order, np.concatenate(([True], moments[1:] != moments[:-1]))


def _latest(ordered: tuple[Ints, Bools], wanted: int, gap: int) -> Fold:
    order, begins = ordered
    starts = np.flatnonzero(begins)[1:]
    starts = starts[starts > gap]
    if not len(starts):
        raise UserError(
            msg("The rows cannot be split by time with a gap of {gap} rows.", gap=gap)
            if gap
            else "The rows cannot be split by time: all have the same time.",
            "Choose a smaller gap." if gap else "Choose another time column, or another split.",
        )
    cut = int(starts[np.argmin(np.abs(starts - (len(order) - wanted)))])
    return np.sort(order[: cut - gap]), np.sort(order[cut:])


def _expanding(ordered: tuple[Ints, Bools], count: int, gap: int) -> list[Fold]:
    order, begins = ordered
    rows, starts = len(order), np.flatnonzero(begins)
    size = rows // (count + 1)
    cuts = np.unique([starts[np.argmin(np.abs(starts - (rows - size * left)))] for left in range(count, 0, -1)])
    cuts = cuts[(cuts > gap) & (cuts > 0)]
    if len(cuts) < count:
        most, moments = len(cuts), len(starts)
        if moments < LEAST_MOMENTS:
            text = plural_msg(
                moments,
                "The training part has 1 moment: too few for folds in the order of time.",
                "The training part has {n} moments: too few for folds in the order of time.",
            )
            raise UserError(text, "Choose a finer time column, or another split.")
        advice = msg("Set the number of folds to {most}", most=most) if most >= 2 else msg("Choose another split")
        raise UserError(
            msg(
                "The training part is too short for {count} time-ordered folds with a gap of {gap}."
                if gap
                else "The training part is too short for {count} time-ordered folds.",
                count=count,
                gap=row_count(gap),
            ),
            msg("{advice}, or a smaller gap." if gap else "{advice}.", advice=advice),
        )
    ends = [*cuts[1:].tolist(), rows]
    return [(np.sort(order[: cut - gap]), np.sort(order[cut:end])) for cut, end in zip(cuts.tolist(), ends, strict=True)]
