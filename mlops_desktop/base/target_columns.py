"""Reads the column to predict as class positions or as numbers, with the refusals that tasks share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.column import Column
from mlops_desktop.serving.frame import Floats, Frame, Ints
from mlops_desktop.serving.message import msg

Class = str | int | float | bool
FEW_CLASSES = 10  # whole numbers with at most so many values are classes rather than amounts
MANY_CLASSES = 200
_FIRST_CELLS = 1000
BANDS = 10  # a stratified split of numbers keeps the shares of ten equally full bands


@dataclass(frozen=True, eq=False)
class TargetColumn:
    """A column of a table as a possible target. `frame` holds the column's cells (others may be in it, too); `mixed_types` is whether it
    holds numbers and texts or booleans that look the same, such as 1 and "1". `known_distinct` is `distinct` where that was counted before.
    """

    column: Column
    frame: Frame
    mixed_types: bool = False
    known_distinct: int | None = None

    @property
    def name(self) -> str:
        """The name of the column."""
        return self.column.name

    @property
    def is_number(self) -> bool:
        """Whether the cells are numbers or booleans."""
        return self.column.is_number

    @cached_property
    def distinct(self) -> int:
        """How many different values there are, missing ones not counted."""
        if self.known_distinct is not None:
            return self.known_distinct
        kind = self.frame.layout.kind(self.name)
        codes_or_values = {"categorical": lambda n: self.frame.categorical(n)[0], "number": self.frame.number, "date": self.frame.date}
        return len(np.unique(codes_or_values[kind](self.name)[~self.frame.missing(self.name)]))


def read_numbers(target: TargetColumn) -> Floats:
    """The column as (rows,) float64; no cell is missing. UserError when it holds texts or dates."""
    if not target.is_number:
        kind = "dates" if target.column.is_date else "texts"
        raise UserError(
            msg("“{target}” holds {kind}, so it cannot be predicted as a number.", target=target.name, kind=kind),
            "Choose a classification task, or a column of numbers.",
        )
    return np.ascontiguousarray(target.frame.number(target.name))


def read_classes(target: TargetColumn) -> tuple[Ints, tuple[Class, ...]]:
    """The column as (rows,) positions into its sorted classes, and the classes as typed values: whole numbers int, true / false bool,
    yes / no and texts str. No cell is missing. UserError when it holds dates, or values of several types that look the same.
    """
    if target.mixed_types:
        raise UserError(
            msg(
                "“{target}” holds numbers and texts or booleans that look the same (such as 1 and “1”): its classes cannot be told apart.",
                target=target.name,
            ),
            "Make the column one type in the file, then import it again.",
        )
    column, frame = target.column, target.frame
    if column.is_date:
        raise UserError(msg("“{column}” holds dates, which are not classes.", column=column.name), "Choose another column to predict.")
    if target.is_number:
        return _classes_of_numbers(column, frame.number(column.name))
    codes, levels = frame.categorical(column.name)
    used = np.unique(codes)
    names = sorted(levels[i] for i in used.tolist())
    place = np.full(len(levels), -1, dtype=np.intp)
    position = {level: i for i, level in enumerate(names)}
    for i in used.tolist():
        place[i] = position[levels[i]]
    return place[codes], tuple(names)


def _classes_of_numbers(column: Column, cells: Floats) -> tuple[Ints, tuple[Class, ...]]:
    numbers, values = _sorted_positions(np.ascontiguousarray(cells))
    found: list[Class]
    if column.type == "boolean":
        texts = (*column.grammar.false[:1], *column.grammar.true[:1])
        if len(texts) == 2:
            names = sorted(texts)
            place = np.array([names.index(texts[int(n)]) for n in numbers.tolist()], dtype=np.intp)
            seen = sorted(set(place.tolist()))
            return np.searchsorted(seen, place[values]).astype(np.intp), tuple(names[i] for i in seen)
        found = [bool(number) for number in numbers.tolist()]
    else:
        found = [int(n) if n.is_integer() else n for n in numbers.tolist()]
    return values, tuple(found)


def _sorted_positions(cells: Floats) -> tuple[Floats, Ints]:
    """The different numbers of some cells, rising, and the position of each cell among them; the first cells often show all of them."""
    numbers = np.unique(cells[:_FIRST_CELLS])
    if len(numbers) <= FEW_CLASSES:
        values = np.zeros(len(cells), dtype=np.intp)
        for number in numbers[1:]:
            values += cells >= number
        if (numbers[values] == cells).all():
            return numbers, values
    numbers = np.unique(cells)
    return numbers, np.searchsorted(numbers, cells).astype(np.intp)


def refuse_few_or_many(name: str, classes: Sequence[Class], rows: int) -> None:
    """UserError when there is one class only, or more than a model can be fitted to."""
    if len(classes) == 1:
        raise UserError(
            msg("Every row has the same value in “{name}”, so there is nothing to predict.", name=name),
            "Choose another column, or data with both.",
        )
    if len(classes) > MANY_CLASSES:
        raise UserError(
            msg("“{name}” has {n_classes:,} classes in {rows:,} rows, too many to learn.", name=name, n_classes=len(classes), rows=rows),
            "Choose another column, or a regression task.",
        )


def bands(values: Floats) -> Ints:
    """The positions of numbers in ten equally full bands, (rows,)."""
    edges = np.quantile(values, np.linspace(0, 1, BANDS + 1)[1:-1]) if len(values) else np.empty(0)
    band = np.searchsorted(edges, values)
    used = np.bincount(band, minlength=BANDS) > 0
    found: Ints = (np.cumsum(used) - 1)[band].astype(np.intp)
    return found
