"""Reads from an OpenDocument sheet what calamine does not give: currencies, per cent, merged cells, hidden rows and columns."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

import numpy as np

from mlops_desktop.catalog.sources._number_formats import NumberFormat
from mlops_desktop.catalog.sources._sheet_xml import CellStyles, SheetXml

CONTENT = "content.xml"  # the file in the archive
_WORTH = re.compile(rb'value-type="(?:currency|percentage)"|-spanned="(?!1")|table:visibility="(?:collapse|filter)"')
_TABLE = re.compile(rb"<table:table\s([^<>]*)>")
_END = b"</table:table>"
_TAG = re.compile(rb"<table:(table-column|table-row|table-cell|covered-table-cell)\b([^<>]*)>")
_ATTRIBUTE = re.compile(rb'([a-z]+:[a-z-]+)="([^"]*)"')
_PERCENT = NumberFormat(percent=True)
_MOST_ROWS, _MOST_COLUMNS = 2**20, 2**14
_MOST_PLACES = 5_000_000  # cells with a format that are noted


def ods_sheet(content: bytes, title: str) -> tuple[SheetXml, Mapping[int, NumberFormat]] | None:
    """What a sheet says in `content.xml`, and the number formats of its cells by their keys; None where it says nothing of the kind."""
    if not _WORTH.search(content):
        return None
    found = _Sheet()
    for tag in _TAG.finditer(_table(content, title)):
        attributes = {name: value.decode("utf-8", "replace") for name, value in _ATTRIBUTE.findall(tag[2])}
        if tag[1] == b"table-column":
            found.add_column(attributes)
        elif tag[1] == b"table-row":
            found.add_row(attributes)
        else:
            found.add_cell(attributes)
    styles = CellStyles(*(np.array(part, kind) for part, kind in zip(found.places(), (np.intp, np.intp, np.int32), strict=True)))
    xml = SheetXml({}, [], styles if len(styles.rows) else None, found.merged, found.hidden_rows, found.hidden_columns)
    return xml, {key: form for form, key in found.formats.items()}


class _Sheet:
    """Takes the columns, rows and cells of a sheet in their order; positions count from 0."""

    def __init__(self) -> None:
        self.merged: list[tuple[int, int, int, int]] = []
        self.hidden_rows: list[tuple[int, int]] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.formats: dict[NumberFormat, int] = {}  # each with its key
        self._formatted: list[tuple[int, int, int]] = []
        self._columns = self._row = self._next_row = self._column = 0

    def places(self) -> tuple[list[int], list[int], list[int]]:
        """The rows, the columns and the keys of the formats of cells that have one."""
        rows, columns, keys = zip(*self._formatted, strict=True) if self._formatted else ((), (), ())
        return [*rows], [*columns], [*keys]

    def add_column(self, attributes: Mapping[bytes, str]) -> None:
        start, self._columns = self._columns, self._columns + _count(attributes, b"table:number-columns-repeated")
        if attributes.get(b"table:visibility", "visible") != "visible":
            self.hidden_columns.append((start, self._columns - 1))

    def add_row(self, attributes: Mapping[bytes, str]) -> None:
        self._row, self._column = self._next_row, 0
        self._next_row += _count(attributes, b"table:number-rows-repeated")
        if attributes.get(b"table:visibility", "visible") != "visible":
            self.hidden_rows.append((self._row, self._next_row - 1))

    def add_cell(self, attributes: Mapping[bytes, str]) -> None:
        start, self._column = self._column, self._column + _count(attributes, b"table:number-columns-repeated")
        down, right = (_count(attributes, b"table:number-%b-spanned" % part) for part in (b"rows", b"columns"))
        if down > 1 or right > 1:
            self.merged.append((self._row, start, self._row + down - 1, start + right - 1))
        if (key := self._key(attributes)) < 0:
            return
        rows, columns = min(self._next_row, _MOST_ROWS), min(self._column, _MOST_COLUMNS)
        if len(self._formatted) + (rows - self._row) * (columns - start) <= _MOST_PLACES:
            self._formatted += [(row, column, key) for row in range(self._row, rows) for column in range(start, columns)]

    def _key(self, attributes: Mapping[bytes, str]) -> int:
        """The key of the format of a cell, -1 for none."""
        kind, currency = attributes.get(b"office:value-type"), html.unescape(attributes.get(b"office:currency", ""))
        if kind == "percentage":
            return self._key_of(_PERCENT)
        return self._key_of(NumberFormat(mark=currency)) if kind == "currency" and currency else -1

    def _key_of(self, form: NumberFormat) -> int:
        return self.formats.setdefault(form, len(self.formats))


def _table(content: bytes, title: str) -> bytes:
    """The part of `content.xml` that holds the sheet of a title; empty when it is not there."""
    for start in _TABLE.finditer(content):
        name = dict(_ATTRIBUTE.findall(start[1])).get(b"table:name", b"")
        if html.unescape(name.decode("utf-8", "replace")) == title:
            return content[start.end() : content.find(_END, start.end())]
    return b""


def _count(attributes: Mapping[bytes, str], name: bytes) -> int:
    text = attributes.get(name, "1")
    return max(1, min(int(text), _MOST_ROWS)) if text.isdecimal() else 1
