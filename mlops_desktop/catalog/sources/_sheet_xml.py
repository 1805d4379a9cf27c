"""What a sheet of an Open XML workbook says beyond the values that calamine gives.

Errors, formulas without a saved value, long numbers; the styles of cells, merged cells, hidden rows and columns.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

_CELL = rb'<(?:\w+:)?c r="([A-Z]+)([0-9]+)"([^>]*)>\s*'
_FORMULA = rb"<(?:\w+:)?f(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
_EMPTY_FORMULA = re.compile(_CELL + _FORMULA + rb"(<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</")
_ERROR = re.compile(_CELL + rb"(?:" + _FORMULA + rb")?<(?:\w+:)?v>(#[^<]*)</")
_LONG = re.compile(_CELL + rb"(?:" + _FORMULA + rb")?<(?:\w+:)?v>(-?[0-9]{16,})</")
_MERGED = re.compile(rb'mergeCell\b[^>]*?\bref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')
_HIDDEN = re.compile(rb"""<(?:\w+:)?(row|col)\b([^>]*?\bhidden=["'](?:1|true)["'][^>]*)>""")
_NUMBER = {name: re.compile(rb"""\b%b=["']([0-9]+)["']""" % name) for name in (b"r", b"min", b"max")}
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


@dataclass(frozen=True)
class SpecialCells:
    """Values by position (row and column from 0) that stand in place of calamine's, and the formulas that no program has calculated."""

    values: dict[tuple[int, int], str | int]
    uncalculated: list[tuple[int, int]]


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The name of the file of each sheet in an archive, by the sheet's title; empty when it is no Open XML workbook."""
    names = set(archive.namelist())
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return {}
    targets = {}
    for one in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels")):
        target = one.get("Target", "")
        targets[one.get("Id", "")] = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    found = {}
    for one in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if one.tag.rpartition("}")[2] == "sheet":
            id_ = next((value for key, value in one.attrib.items() if key.rpartition("}")[2] == "id"), "")
            if targets.get(id_) in names:
                found[one.get("name", "")] = targets[id_]
    return found


def special_cells(data: bytes, large: bool) -> SpecialCells:
    """The errors of a sheet's XML, its formulas without a saved value, and (`large`) its whole numbers of 16 digits and more."""
    values: dict[tuple[int, int], str | int] = {}
    if b't="e"' in data:
        values.update({_place(cell): cell[4].decode() for cell in _ERROR.finditer(data) if b't="e"' in cell[3]})
    if large:
        values.update({_place(cell): int(cell[4]) for cell in _LONG.finditer(data) if _is_number(cell[3])})
    uncalculated = []
    if b"<f" in data or b":f" in data:
        # A formula whose text is empty has been calculated.
        uncalculated = [_place(cell) for cell in _EMPTY_FORMULA.finditer(data) if not (cell[4] and b't="str"' in cell[3])]
    return SpecialCells(values, uncalculated)


def merged_areas(data: bytes) -> list[tuple[int, int, int, int]]:
    """The merged cells of a sheet's XML: first row and column, last row and column, from 0."""
    if b"mergeCell " not in data:
        return []
    areas = ((*_position(one[1], one[2]), *_position(one[3], one[4])) for one in _MERGED.finditer(data))
    return [area for area in areas if area[0] <= area[2] and area[1] <= area[3]]


def hidden_parts(data: bytes, height: int, width: int) -> tuple[frozenset[int], frozenset[int]]:
    """The hidden rows and the hidden columns of a sheet's XML up to a last row and column, from 0."""
    rows, columns = set[int](), set[int]()
    if b"hidden=" not in data:
        return frozenset(), frozenset()
    for one in _HIDDEN.finditer(data):
        first, last = (_NUMBER[name].search(one[2]) for name in ((b"r", b"r") if one[1] == b"row" else (b"min", b"max")))
        if first and last:
            found, end = (rows, height) if one[1] == b"row" else (columns, width)
            found.update(range(int(first[1]) - 1, min(int(last[1]), end)))
    return frozenset(rows), frozenset(columns)


def cell_styles(data: bytes, wanted: Collection[int], height: int, width: int, left: int) -> NDArray[np.int32] | None:
    """The styles of the cells of a sheet's XML that are among the wanted ones, and -1 elsewhere: (height, width - left).

    None when no cell has one of them.
    """
    if not wanted or not height:
        return None
    ids = "|".join(map(str, sorted(wanted))).encode()
    found: NDArray[np.int32] | None = None
    for one in re.finditer(rb'<(?:\w+:)?c\b[^>]*?\ss="(' + ids + rb')"[^>]*>', data):
        place = _PLACE.search(one[0])
        if place is None:
            continue
        row, column = _position(place[1], place[2])
        if row < height and left <= column < width:
            if found is None:
                found = np.full((height, width - left), -1, np.int32)
            found[row, column - left] = int(one[1])
    return found


def _is_number(attributes: bytes) -> bool:
    return b" t=" not in attributes or b' t="n"' in attributes


def _place(cell: re.Match[bytes]) -> tuple[int, int]:
    return _position(cell[1], cell[2])


def _position(letters: bytes, number: bytes) -> tuple[int, int]:
    """The row and the column of a place such as “B7”, from 0."""
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return int(number) - 1, column - 1
