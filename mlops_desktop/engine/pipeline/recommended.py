"""Recommended steps and algorithms for a table, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlops_desktop.base.families import CLASSES, NUMBERS, Algorithm, Operation
from mlops_desktop.engine.choices import choices, task_spec
from mlops_desktop.engine.profiling import named_day_and_time
from mlops_desktop.serving.frame import MISSING_DATE, Frame, Ints
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import quoted_columns
from mlops_desktop.serving.schema import Column
from mlops_desktop.serving.transforms.date_parts import DAY

MANY_ROWS = 10_000  # from which, and with texts, boosting comes first: a linear model is not the quick one any more
_FIRST_ROWS = 1000
BIG_TABLE = 50_000  # rows from which algorithms of more than linear cost are left out at first


def operation(id_: str, **params: Any) -> Operation:
    """An operation of the catalogue by id."""
    return choices().operations.read({"id": id_, "params": params})


def suggest_steps(columns: Sequence[Column], frame: Frame, rows: Ints) -> list[tuple[Operation, str]]:
    """Steps that suit these feature columns, each with its reason (one sentence). `columns` describe those of `frame`; `rows` are the
    positions of the training part in it.

    Only what is about the data: how categories, texts, gaps and scales go into a matrix is for the encoding of each algorithm.
    """
    empty = [c.name for c in columns if len(rows) and _is_constant(frame, c.name, rows)]
    dates = [c.name for c in columns if c.name not in empty and frame.layout.kind(c.name) == "date"]
    found: list[tuple[Operation, str]] = []
    if empty:
        found.append(
            (
                operation("drop_columns", columns=empty),
                msg("{empty} never changes, so nothing can be learned from it.", empty=quoted_columns(empty)),
            )
        )
    pair = named_day_and_time(frame, [column for column in columns if column.name in dates])
    if pair is not None and _date_name(pair) not in frame.layout.names():
        found += _as_one_date(pair)
        dates = [name for name in dates if name not in (pair[0].name, pair[1].name)]
    clocks = [name for name in dates if _is_time_of_day(frame, name, rows)]
    dates = [name for name in dates if name not in clocks]
    if clocks:
        parts = operation("date_parts", columns=clocks, year=False, month=False, day=False, weekday=False, days=False, cyclic=True)
        reason = msg("{times}: the hour as a point on a circle, so that 23 is next to 0.", times=quoted_columns(clocks))
        found.append((parts, reason))
    if dates:
        reason = msg("{dates}: year, month and weekday carry seasons that a date alone hides.", dates=quoted_columns(dates))
        found.append((operation("date_parts", columns=dates), reason))
    return found


def _date_name(pair: tuple[Column, Column]) -> str:
    return " ".join(column.name for column in pair)


def _as_one_date(pair: tuple[Column, Column]) -> list[tuple[Operation, str]]:
    """One date of a column of days and one of times of day, and its parts."""
    day, time = (column.name for column in pair)
    name = _date_name(pair)
    reason = msg("“{day}” and “{time}” are the day and the time of one moment.", day=day, time=time)
    of_parts = msg("“{date}”: year, month, weekday and hour carry seasons that a date alone hides.", date=name)
    return [
        (operation("compose_date", columns=[day, time], parts=["date", "time"], name=name), reason),
        (operation("date_parts", columns=[name], cyclic=True), of_parts),
    ]


def suggest_algorithms(task: str, rows: int, *, texts: bool = False) -> list[tuple[Algorithm, str]]:
    """The algorithms to try first, quick ones before slow ones, each with its reason (one sentence).

    `texts`: free texts become thousands of sparse features, so algorithms that take a dense matrix alone are left out.
    """
    registry = choices().algorithms
    linear = [(id_, msg("Fast, easy to interpret, and hard to beat on small tables.")) for id_ in ("ridge", "logistic")]
    boosted = ("lightgbm", msg("Usually among the best on tables, and fast with many rows."))
    made_for_it = [id_ for id_, member in registry.items() if member.learns.isdisjoint({CLASSES, NUMBERS})]
    plan = [
        ("baseline", msg("Predicts without using the columns: every model must beat it.")),
        *((id_, msg("Suited to this kind of task.")) for id_ in made_for_it),
        *((boosted, *linear) if texts or rows > MANY_ROWS else (*linear, boosted)),
        ("hist_gradient_boosting", msg("Usually among the best on tables; a second opinion to the one before.")),
        ("random_forest", msg("Strong without tuning, and finds interactions by itself; slower than the others.")),
    ]
    if rows > BIG_TABLE:
        plan = [entry for entry in plan if entry[0] != "random_forest"]
    fitting = [(id_, reason) for id_, reason in plan if not registry[id_].missing() and registry[id_].supports(task_spec(task))]
    return [(registry.read(id_), reason) for id_, reason in fitting if registry[id_].takes_sparse or not texts]


def _is_constant(frame: Frame, name: str, rows: Ints) -> bool:
    """Whether these rows of a column hold one value, or none at all; most columns show in their first rows that they do not."""
    kind = frame.layout.kind(name)
    cells: Any = frame.categorical(name)[0] if kind == "categorical" else frame.number(name) if kind == "number" else frame.date(name)
    for some in (rows[:_FIRST_ROWS], rows):
        values = cells[some]
        gone = np.isnan(values) if kind == "number" else values == (-1 if kind == "categorical" else MISSING_DATE)
        if not gone.all() and (gone.any() or not (values == values[0]).all()):
            return False
    return True


def _is_time_of_day(frame: Frame, name: str, rows: Ints) -> bool:
    """Whether these rows of a date column are times of day alone: they are read as times of the first day of 1970. Most columns show in
    their first rows that they are not.
    """
    stamps = frame.date(name)
    for some in (rows[:_FIRST_ROWS], rows):
        found = stamps[some]
        there = found[found != MISSING_DATE]
        if not ((there >= 0) & (there < DAY)).all():
            return False
    return len(there) > 0
