"""Reads from the XML of an Open XML sheet what calamine does not give.

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

_CELL = rb'<(?:\w+:)?c r="([A-Z]+)([0-9]+)"([^<>]*)>\s*'
_FORMULA = rb"<(?:\w+:)?f(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*"
_EMPTY_FORMULA = re.compile(_CELL + _FORMULA + rb"(<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</")
_ERROR = re.compile(_CELL + rb"(?:" + _FORMULA + rb")?<(?:\w+:)?v>(#[^<]*)</")
_LONG = re.compile(_CELL + rb"(?:" + _FORMULA + rb")?<(?:\w+:)?v>(-?[0-9]{16,})</")
_MERGED = re.compile(rb'mergeCell\b[^<>]*?\bref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')
_HIDDEN = re.compile(rb"""<(?:\w+:)?(row|col)\b([^<>]*?\bhidden=["'](?:1|true)["'][^<>]*)>""")
_NUMBER = {name: re.compile(rb"""\b%b=["']([0-9]+)["']""" % name) for name in (b"r", b"min", b"max")}
_MOST_NAMED = 64  # styles that are sought by their numbers
_FOREIGN = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
# Quick, for each begins with a plain text.
_NO_INDEX = [re.compile(text + rb"""(?<=\b.{5})[^<>]*>\s*<(?:\w+:)?v\b[^<>]*>(?!\s*[0-9]*\s*<)""") for text in (b't="s"', b"t='s'")]
_STYLE = re.compile(rb'\ss="([0-9]{1,9})"')
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


@dataclass(frozen=True)
class CellStyles:
    """The places and the styles of some cells, each an array of the cells."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    styles: NDArray[np.int32]

    def table(self, height: int, width: int, left: int) -> NDArray[np.int32] | None:
        """The styles by row and column, from the column `left` on, and -1 where none is known; None where no cell has one."""
        near = (self.rows < height) & (self.columns >= left) & (self.columns < left + width)
        if not near.any():
            return None
        found = np.full((height, width), -1, np.int32)
        found[self.rows[near], self.columns[near] - left] = self.styles[near]
        return found


@dataclass(frozen=True)
class SheetXml:
    """What the XML of a sheet says; positions are row and column from 0.

    `errors` are in place of calamine's values, `uncalculated` are formulas that no program has calculated. `merged` are areas (first row
    and column, last row and column), `hidden_rows` and `hidden_columns` the first and last ones of runs.
    """

    errors: dict[tuple[int, int], str]
    uncalculated: list[tuple[int, int]]
    styles: CellStyles | None
    merged: list[tuple[int, int, int, int]]
    hidden_rows: list[tuple[int, int]]
    hidden_columns: list[tuple[int, int]]


def has_foreign_references(data: bytes) -> bool:
    """Whether a sheet's XML refers to texts that are elsewhere (entities), whose cells calamine leaves empty."""
    return _FOREIGN.search(data) is not None


def has_wrong_index(data: bytes) -> bool:
    """Whether a cell names a shared text of the workbook by what is no whole number from 0 on, for which calamine takes the first text."""
    return any(one.search(data) for one in _NO_INDEX)


def sheet_xml(data: bytes, wanted: Collection[int]) -> SheetXml:
    """What the XML of a sheet says beyond values; of the styles of cells only the wanted ones."""
    errors = {}
    if b't="e"' in data:
        errors = {_place(cell): cell[4].decode() for cell in _ERROR.finditer(data) if b't="e"' in cell[3]}
    uncalculated = []
    if (b":f" if _is_prefixed(data) else b"<f") in data:
        # A formula whose text is empty has been calculated.
        uncalculated = [_place(cell) for cell in _EMPTY_FORMULA.finditer(data) if not (cell[4] and b't="str"' in cell[3])]
    return SheetXml(errors, uncalculated, cell_styles(data, wanted), merged_areas(data), *hidden_parts(data))


def long_numbers(data: bytes) -> dict[tuple[int, int], int]:
    """The whole numbers of 16 digits and more in a sheet's XML, by position; floats do not hold them."""
    return {_place(cell): int(cell[4]) for cell in _LONG.finditer(data) if _is_number(cell[3])}


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


def _is_prefixed(data: bytes) -> bool:
    """Whether the names of elements have a prefix, such as in <x:c>."""
    at = data.find(b"sheetData")
    return data[at - 1 : at] == b":"


def merged_areas(data: bytes) -> list[tuple[int, int, int, int]]:
    """The merged cells of a sheet's XML: first row and column, last row and column, from 0."""
    start = data.rfind(b"sheetData")
    if data.find(b"mergeCell ", start) < 0:
        return []
    areas = ((*_position(one[1], one[2]), *_position(one[3], one[4])) for one in _MERGED.finditer(data, start))
    return [area for area in areas if area[0] <= area[2] and area[1] <= area[3]]


def hidden_parts(data: bytes) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The hidden rows and the hidden columns of a sheet's XML: the first and the last of each run, from 0."""
    rows: list[tuple[int, int]] = []
    columns: list[tuple[int, int]] = []
    if b"hidden=" not in data:
        return rows, columns
    for one in _HIDDEN.finditer(data):
        first, last = (_NUMBER[name].search(one[2]) for name in ((b"r", b"r") if one[1] == b"row" else (b"min", b"max")))
        if first and last:
            (rows if one[1] == b"row" else columns).append((int(first[1]) - 1, int(last[1]) - 1))
    return rows, columns


def cell_styles(data: bytes, wanted: Collection[int]) -> CellStyles | None:
    """The cells of a sheet's XML whose styles are among the wanted ones; None when there are none."""
    if not wanted:
        return None
    ids = b"|".join(b"%d" % one for one in sorted(wanted)) if len(wanted) <= _MOST_NAMED else b"[0-9]{1,9}"
    usual = re.compile(rb' r="([A-Z]{1,3})([0-9]{1,7})" s="(' + ids + rb')"')
    every = re.compile(rb'<(?:\w+:)?c\b[^<>]*?\ss="(?:' + ids + rb')"[^<>]*>')
    first = every.search(data)
    if first is None:
        return None
    if usual.search(first[0]):  # as programs write it, and found quicker: each begins with a plain text
        found = usual.findall(data)
    else:
        cells = ((_PLACE.search(one[0]), _STYLE.search(one[0])) for one in every.finditer(data))
        found = [(place[1], place[2], style[1]) for place, style in cells if place and style]
    if not found:
        return None
    letters, numbers, names = zip(*found, strict=True)
    column_of = {one: _position(one, b"1")[1] for one in set(letters)}
    style_of = {one: int(one) for one in set(names)}
    styles = np.array([style_of[one] for one in names], np.int32)
    there = np.isin(styles, [*wanted])
    rows, columns = np.array([*map(int, numbers)], np.intp), np.array([column_of[one] for one in letters], np.intp)
    return CellStyles(rows[there] - 1, columns[there], styles[there])


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
