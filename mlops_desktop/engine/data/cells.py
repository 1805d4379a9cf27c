"""The imported cells of a table: an Arrow table with unique column names, and what its source reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mlops_desktop.base.column_threads import for_columns
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.source import CellFormat, Source
from mlops_desktop.base.spill import is_large
from mlops_desktop.engine.data.raw_column import RawColumn, on_disk, raw_column


@dataclass(frozen=True, eq=False, kw_only=True)
class Cells:
    """The cells of a table as they came; no type is decided yet.

    `table` is a `pyarrow.Table` of storable columns (`raw_column.storable`) with unique names. `format` is what a person chose for its
    texts; `likely_decimal` is the decimal mark that the mark between the cells suggests. `mixed` maps a column's name to the
    texts in it that stand for values of several types. `notes` say what was repaired or left out. `units` are those that the source gives,
    by the name of the column, `repeated` the names that stood at several columns, `delimiter` is the mark between the cells of a text,
    `source` is the source with what it found on the way and `reasons` say why its parameters were found so; none of these is kept in a
    snapshot.
    """

    table: Any
    format: CellFormat = field(default_factory=CellFormat)
    likely_decimal: str = ""
    delimiter: str = ""
    mixed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[Evidence, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    repeated: tuple[str, ...] = ()
    source: Source | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    _columns: dict[str, RawColumn] = field(default_factory=dict, init=False, repr=False)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.table.num_rows)

    @property
    def names(self) -> list[str]:
        """Names of the columns, in their order."""
        return list(self.table.column_names)

    @cached_property
    def _is_large(self) -> bool:
        return is_large(self.table.nbytes)

    def column(self, name: str) -> RawColumn:
        """One column by its distinct values; found once and kept. KeyError when there is none of this name."""
        if name not in self._columns:
            raw = raw_column(name, self.table.column(name), self.mixed.get(name, ()))
            self._columns[name] = on_disk(raw) if self._is_large else raw
        return self._columns[name]

    def columns(self) -> list[RawColumn]:
        """Every column by its distinct values, in order."""
        return for_columns(self.column, self.names, self.rows)
