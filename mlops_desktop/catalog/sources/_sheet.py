"""A sheet of a workbook as rows of cells, with their number formats and merged cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.errors import UserError
from mlops_desktop.catalog.sources._number_formats import NumberFormat
from mlops_desktop.serving.message import msg

_WIDE = 2 / 3  # share of the columns that cells merged in a row have at most, if they are no heading


@dataclass(frozen=True)
class Area:
    """A rectangle of merged cells: its first and last row and column, by position. The value is in the first cell."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """The rows of a sheet, equally long. All positions count from 0 within `rows`.

    `uncalculated` are the positions (row, column) of formulas that have no saved value. `left` is how many columns of the sheet stand
    before the first one of `rows`. `far` are the places of cells that were left out, for they stand far from all others. `styles` holds
    the key of each cell's number format in `formats`, or one that is not there; None when no format says more than the values do.
    """

    title: str
    rows: list[Sequence[Any]]
    uncalculated: frozenset[tuple[int, int]] = frozenset()
    left: int = 0
    far: tuple[str, ...] = ()
    formats: Mapping[int, NumberFormat] = field(default_factory=dict)
    styles: NDArray[np.int32] | None = None
    merged: tuple[Area, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.rows[0]) if self.rows else 0

    def take(self, rows: Sequence[int], columns: Sequence[int]) -> Sheet:
        """The sheet of some rows and columns alone, given by rising positions. Merged cells stay where their first cell stays."""
        if range(self.width) == columns and range(len(self.rows)) == rows:
            return self
        new_row = {old: new for new, old in enumerate(rows)}
        new_column = {old: new for new, old in enumerate(columns)}
        first, last = (columns[0], columns[-1] + 1) if columns else (0, 0)
        dense = last - first == len(columns)
        chosen = [self.rows[i] for i in rows]
        merged = [
            Area(new_row[one.top], new_column[one.left], _last(rows, one.bottom), _last(columns, one.right))
            for one in self.merged
            if one.top in new_row and one.left in new_column
        ]
        return replace(
            self,
            rows=[row[first:last] for row in chosen] if dense else [[row[j] for j in columns] for row in chosen],
            uncalculated=frozenset((new_row[i], new_column[j]) for i, j in self.uncalculated if i in new_row and j in new_column),
            left=self.left + first,
            styles=None if self.styles is None else self.styles[np.ix_(rows, columns)],
            merged=tuple(merged),
            hidden_rows=frozenset(new_row[i] for i in self.hidden_rows if i in new_row),
            hidden_columns=frozenset(new_column[j] for j in self.hidden_columns if j in new_column),
        )

    def with_merged_filled(self, find_body: Callable[[Sequence[Sequence[Any]]], int]) -> tuple[Sheet, dict[int, list[int]]]:
        """The sheet where the value of merged cells is in all of them, and the rows of those that had none, by column.

        Cells of one column are filled first; `find_body` gets the rows with these and returns where the body of the table begins.
        Cells over several columns are filled from there on: above, a name over several columns is a group of these. A heading across
        most columns, or one that stands alone in its row, stays a single cell.
        """
        areas = [one for one in dict.fromkeys(self.merged) if one.top < len(self.rows)]
        filled: dict[int, list[int]] = {}
        if not areas:
            return self, filled
        self._refuse_overlaps(areas)
        rows, changed = list(self.rows), dict[int, list[Any]]()  # a row is copied once, for all areas in it
        wide = [one for one in areas if one.right > one.left]
        for one in areas:
            if one.right == one.left:
                _fill(rows, one, self.width, changed, filled)
        body = find_body(rows) if wide else 0
        for one in wide:
            if one.top >= body and not self._is_heading(one):
                _fill(rows, one, self.width, changed, filled)
        return replace(self, rows=rows), filled

    def _refuse_overlaps(self, areas: Sequence[Area]) -> None:
        """UserError when merged areas hold more cells than the sheet: programs let none overlap, and filling them could take for ever."""
        height, width = len(self.rows), self.width
        cells = sum((min(one.bottom + 1, height) - one.top) * (min(one.right + 1, width) - one.left) for one in areas)
        if cells > height * width:
            raise UserError(
                msg("The merged cells of the sheet “{title}” overlap.", title=self.title),
                "Open the file in a spreadsheet program and save it there.",
            )

    def _is_heading(self, area: Area) -> bool:
        alone = sum(cell is not None for cell in self.rows[area.top]) == 1
        return alone or area.right - area.left + 1 > _WIDE * self.width


def _fill(rows: list[Sequence[Any]], area: Area, width: int, changed: dict[int, list[Any]], filled: dict[int, list[int]]) -> None:
    """Write the value of merged cells into those of them that have none. `changed` are the rows that are copies already, by position;
    `filled` gets the rows of the written cells, by column.
    """
    value = rows[area.top][area.left] if area.left < width else None
    if value is None:
        return
    for i in range(area.top, min(area.bottom + 1, len(rows))):
        if i not in changed:
            rows[i] = changed[i] = list(rows[i])
        for j in range(area.left, min(area.right + 1, width)):
            if changed[i][j] is None:
                changed[i][j] = value
                filled.setdefault(j, []).append(i)


def _last(kept: Sequence[int], old: int) -> int:
    """The new position of the last kept one that is not behind an old position."""
    return int(np.searchsorted(np.asarray(kept), old, side="right")) - 1
