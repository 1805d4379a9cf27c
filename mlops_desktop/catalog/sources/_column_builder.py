"""Rows of Python values as Arrow columns, part by part, so that neither all Python values nor a large table lie in memory at once."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from mlops_desktop.base.appended_tables import Part, join_parts
from mlops_desktop.base.mixed_cells import canonical_texts
from mlops_desktop.base.spill import is_large, spilled_column
from mlops_desktop.serving.plural import plural_msg

PART_ROWS = 20_000
_PLAIN = {str, int, float, bool, datetime.datetime, datetime.date, datetime.time, type(None)}


@dataclass
class _Column:
    name: str
    parts: list[Part] = field(default_factory=list)
    kinds: dict[str, set[str]] = field(default_factory=dict)  # of each text of a mixed part
    bytes_cells: int = 0


class ColumnBuilder:
    """Takes the rows of a table in parts and gives one Arrow table; a column of several types becomes texts. The arrays of a large table
    are kept on the disk (`base.spill`).

    Columns are known by any hashable key; one that first comes in a later part is missing in the rows before. Cells of bytes that are no
    text have no place in a table: they are left out, and counted.
    """

    def __init__(self) -> None:
        self._columns: dict[Any, _Column] = {}
        self._size = 0  # bytes
        self._is_on_disk = False
        self.rows = 0

    def add(self, columns: Mapping[Any, Sequence[Any]], names: Mapping[Any, str], rows: int) -> None:
        """Some rows: the cells of each column that has any of its own. `names` are the names of the columns by key."""
        import pyarrow as pa

        for key in columns:
            if key not in self._columns:
                self._columns[key] = _Column(names[key], [Part(pa.nulls(self.rows))] if self.rows else [])
        for key, column in self._columns.items():
            cells = columns.get(key)
            part = Part(pa.nulls(rows)) if cells is None else _part(cells, column)
            self._size += part.array.nbytes
            column.parts.append(self._kept(part))
        self.rows += rows

    def _kept(self, part: Part) -> Part:
        """A part where it is kept: on the disk, as those before it, once the table is large."""
        if not is_large(self._size):
            return part
        if not self._is_on_disk:
            self._is_on_disk = True
            for column in self._columns.values():
                column.parts[:] = map(_on_disk, column.parts)
        return _on_disk(part)

    def finish(self) -> tuple[Any, dict[int, tuple[str, ...]], list[str]]:
        """The table (`pyarrow.Table`), the ambiguous texts of its mixed columns by position, and messages on what was left out."""
        import pyarrow as pa

        arrays, mixed, messages = [], {}, list[str]()
        for at, column in enumerate(self._columns.values()):
            array, ambiguous = join_parts(column.parts, column.kinds)
            arrays.append(array)
            if ambiguous:
                mixed[at] = ambiguous
            if column.bytes_cells:
                one = "1 cell of “{name}” with bytes that are not text was left out."
                many = "{n} cells of “{name}” with bytes that are not text were left out."
                messages.append(plural_msg(column.bytes_cells, one, many, name=column.name))
        table = pa.Table.from_arrays(arrays, names=[column.name for column in self._columns.values()])
        return table, mixed, messages


def _on_disk(part: Part) -> Part:
    return replace(part, array=spilled_column(part.array))


def add_rows(builder: ColumnBuilder, rows: Iterable[Sequence[Any]], names: Sequence[str]) -> None:
    """Add rows whose cells are in the order of the names; with no row, the columns alone."""
    by_place = dict(enumerate(names))
    rows = list(rows)
    columns: Mapping[int, Sequence[Any]] = dict(enumerate(zip(*rows, strict=True))) if rows else dict.fromkeys(by_place, ())
    builder.add(columns, by_place, len(rows))


def _part(cells: Sequence[Any], column: _Column) -> Part:
    import pyarrow as pa

    types = set(map(type, cells))
    if not types <= _PLAIN:
        cells = [_plain(cell, column) for cell in cells]
        types = set(map(type, cells))
    types -= {type(None)}
    if len(types) < 2 or types == {int, float}:
        if types == {str}:
            cells = _encodable(cells)
        try:
            return Part(pa.array(cells))
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            pass  # such as an integer of more than 64 bits: its text is exact
    return Part(pa.array(_encodable(canonical_texts(cells, column.kinds)[0]), pa.string()), mixed=True)


def _encodable(texts: Sequence[str | None]) -> Sequence[str | None]:
    """The texts, halves of a surrogate pair (JSON can name them) replaced by the mark for a damaged letter."""
    try:
        "".join(text for text in texts if text).encode()
    except UnicodeEncodeError:
        return [text and text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in texts]
    return texts


def _plain(cell: Any, column: _Column) -> Any:
    """A cell of another type as one that a column can hold."""
    if type(cell) in _PLAIN:
        return cell
    if isinstance(cell, Decimal):
        if not cell.is_finite():
            return None
        return int(cell) if cell == cell.to_integral_value() and cell.as_tuple().exponent == 0 else float(cell)
    if isinstance(cell, (bytes, bytearray, memoryview)):
        try:
            text = bytes(cell).decode("utf-8")
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            column.bytes_cells += 1
            return None
        return text
    if isinstance(cell, (dict, list, tuple)):
        return json.dumps(cell, ensure_ascii=False, default=str)
    if isinstance(cell, (int, float)):  # a subclass, such as numpy's float64
        return int(cell) if isinstance(cell, int) else float(cell)
    return str(cell)
