"""What a sheet of an Open XML workbook says beyond the values that calamine gives: errors, formulas without a saved value, long numbers."""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree

_CELL = rb'<(?:\w+:)?c r="([A-Z]+)([0-9]+)"([^>]*)>\s*'
_FORMULA = rb"<(?:\w+:)?f(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
_EMPTY_FORMULA = re.compile(_CELL + _FORMULA + rb"(<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</")
_ERROR = re.compile(_CELL + rb"(?:" + _FORMULA + rb")?<(?:\w+:)?v>(#[^<]*)</")
_LONG = re.compile(_CELL + rb"(?:" + _FORMULA + rb")?<(?:\w+:)?v>(-?[0-9]{16,})</")


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


def _is_number(attributes: bytes) -> bool:
    return b" t=" not in attributes or b' t="n"' in attributes


def _place(cell: re.Match[bytes]) -> tuple[int, int]:
    column = 0
    for letter in cell[1]:
        column = column * 26 + letter - 64
    return int(cell[2]) - 1, column - 1
