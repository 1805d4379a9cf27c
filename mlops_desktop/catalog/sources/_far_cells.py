"""Finds cells of a sheet's XML that are far from all others: read with them, a small sheet is as large as a sheet can be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.message import msg

_CELL = re.compile(rb'<(?:\w+:)?c\b[^<>]*?\sr="([A-Z]{1,3})([0-9]+)"[^<>]*?(?:/>|>(?s:.*?)</(?:\w+:)?c>)')
_PLACE = re.compile(rb'<(?:\w+:)?c\b[^<>]*?\sr="([A-Z]{1,3})([0-9]+)"')
# Quick, for they begin with a plain text.
_ROW = re.compile(rb'row\b[^<>]*?\sr="([0-9]+)"')
_THREE_LETTERS = re.compile(rb'r="[A-Z]{3}[0-9]')
_SEVERAL_LETTERS = re.compile(rb'r="[A-Z]{2,3}[0-9]')
_TWO_LETTERS = re.compile(rb'r="([A-Z]{2})[0-9]')
_ALL = (2**20, 2**14)  # the last row and column of a sheet
_LARGE = 5_000_000  # positions between the first and the last cell that are read in any case
_SPARSE = 20  # positions for each cell
_MOST = 200_000_000  # positions of a sparse sheet that are read at all
_GAP = (1_000, 100)  # rows, columns without a cell that part a far cell from the others


@dataclass(frozen=True)
class NearCells:
    """The XML of a sheet without its far cells, the places of those that hold something (such as “XFD1048576”), and whether any went."""

    data: bytes
    far: tuple[str, ...] = ()
    changed: bool = False


def without_far_cells(title: str, data: bytes) -> NearCells:
    """The sheet without the cells that stand far from the first ones; `data` itself where the sheet is dense or small.

    UserError when it would be read as hundreds of millions of empty cells all the same.
    """
    if not _may_be_sparse(data) or not (whole := _extent(data, _ALL)).is_sparse():
        return NearCells(data)
    last = (_end(whole.rows, _GAP[0]), _end(_extent(data, (_end(whole.rows, _GAP[0]), _ALL[1])).columns, _GAP[1]))
    near = _extent(data, last)
    if near.is_sparse() and near.area() > _MOST:
        raise UserError(
            msg("The cells of the sheet “{title}” stand too far apart for a table.", title=title),
            "Delete the rows and columns beyond the table, and save the file again.",
        )
    if near.cells == whole.cells:
        return NearCells(data)
    far: list[str] = []

    def kept(cell: re.Match[bytes]) -> bytes:
        if int(cell[2]) <= last[0] and _number(cell[1]) <= last[1]:
            return cell[0]
        if not cell[0].endswith(b"/>"):
            far.append((cell[1] + cell[2]).decode())
        return b""

    return NearCells(_CELL.sub(kept, data), tuple(far), True)


@dataclass(frozen=True)
class _Extent:
    """The rows and the columns in which cells stand, and how many cells these are."""

    rows: set[int]
    columns: set[int]
    cells: int

    def area(self) -> int:
        """The positions from the first row and column of a sheet to the last ones."""
        return max(self.rows, default=0) * max(self.columns, default=0)

    def is_sparse(self) -> bool:
        return self.area() > max(_LARGE, _SPARSE * self.cells)


def _extent(data: bytes, last: tuple[int, int]) -> _Extent:
    """Where the cells up to a last row and a last column stand."""
    rows, columns, cells = set[int](), set[int](), 0
    for place in _PLACE.finditer(data):
        row, column = int(place[2]), _number(place[1])
        if row <= last[0] and column <= last[1]:
            rows.add(row)
            columns.add(column)
            cells += 1
    return _Extent(rows, columns, cells)


def _may_be_sparse(data: bytes) -> bool:
    """Whether the cells must be examined one by one, by a quick upper bound of the area."""
    rows = max(map(int, _ROW.findall(data)), default=0)
    if rows * 702 <= _LARGE:
        return _THREE_LETTERS.search(data) is not None
    if _SEVERAL_LETTERS.search(data) is None:
        return rows * 26 > _LARGE and rows * 26 > _enough(data)
    enough = _enough(data)
    if rows * 26 > enough or _THREE_LETTERS.search(data):
        return True
    return rows * 702 > enough and rows * max((_number(one[1]) for one in _TWO_LETTERS.finditer(data)), default=26) > enough


def _enough(data: bytes) -> int:
    """The positions up to which a sheet of so many cells is dense."""
    return max(_LARGE, _SPARSE * (data.count(b"<c ") + data.count(b":c ")))


def _end(numbers: Iterable[int], gap: int) -> int:
    """The last number before the first gap; the beginning of a sheet is none."""
    ordered = sorted(numbers)
    return next((before for before, after in pairwise(ordered) if after - before > gap), ordered[-1])


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
