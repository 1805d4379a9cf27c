"""Makes a typed table of cells: all columns, by one schema, with the evidence for every type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.column_threads import for_columns
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.coded_texts import are_by_appearance
from mlops_desktop.engine.data.raw_column import RawColumn, typed_texts
from mlops_desktop.engine.data.raw_reading import read_raw, value_of_empty
from mlops_desktop.engine.data.row_blocks import RowBlocks
from mlops_desktop.engine.data.table import StoredLevels, Table, stored_levels, table_record
from mlops_desktop.engine.data.type_inference import decide_types
from mlops_desktop.engine.project import ColumnNote
from mlops_desktop.serving.column import Column
from mlops_desktop.serving.column_types import type_of
from mlops_desktop.serving.file_notation import NOTATION, FileNotation, NotationFinder, likely_decimal
from mlops_desktop.serving.frame import MISSING_DATE, Frame, Ints, Layout
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.schema import Schema, ValidationIssue, ValidationResult

ValueTable = tuple[NDArray[Any], Sequence[str]]
_MANY = 500  # columns, of which the progress names the number
_TEXTS = 10_000  # distinct texts that are examined together


@dataclass(frozen=True, eq=False)
class TypedCells:
    """Cells whose types are decided: what is known of the typed table before the value of each cell is looked up.

    `raws` are the columns by their distinct values, `_tables` what each of these stands for (`_value_tables`).
    """

    schema: Schema
    evidence: tuple[Evidence, ...]
    rows: int
    raws: Mapping[str, RawColumn]
    _tables: Mapping[str, ValueTable]

    @cached_property
    def counts(self) -> dict[str, tuple[int, int]]:
        """The numbers of different values and of missing cells of each column."""
        found = for_columns(lambda name: _counts(self._tables[name][0], self.raws[name], self.schema.column(name)), self.raws, self.rows)
        return dict(zip(self.raws, found, strict=True))

    def distinct(self, name: str) -> int:
        """How many different values a column has, missing cells left out."""
        return self.counts[name][0]

    def missing(self, name: str) -> int:
        """How many cells of a column are missing."""
        return self.counts[name][1]

    def values(self, name: str) -> NDArray[Any]:
        """The values of a column, (rows,): float64, int64 microseconds, or codes of categories, -1 where missing."""
        found: NDArray[Any] = self._tables[name][0][self.raws[name].codes]
        return found

    def table(self) -> Table:
        """The typed table in memory."""
        return Table(self.schema, _frame(self.schema, self._tables, self.raws, self.rows), self.evidence).with_counts(self.counts)

    def record(self) -> tuple[dict[str, Any], dict[str, NDArray[Any] | RowBlocks]]:
        """The typed table as the store keeps it (`table_to_record`), of which no more than some rows are in memory at a time."""
        layout = self.schema.layout()
        arrays = _blocks(layout, self._tables, self.raws, self.rows)
        return table_record(self.schema, self.rows, self.evidence, self.counts, _levels(layout, self._tables), arrays)


def type_cells(cells: Cells, notes: Mapping[str, ColumnNote], job: Job) -> Table:
    """The typed table of imported cells. Cells that do not fit their column's type count as missing, and the evidence names them."""
    return decided_cells(cells, notes, job).table()


def decided_cells(cells: Cells, notes: Mapping[str, ColumnNote], job: Job) -> TypedCells:
    """Imported cells with their types and their distinct values read by these (see `type_cells`)."""
    count = len(cells.names)
    many = msg("Deciding the types of {columns} columns", columns=count)
    job.step(0.0, many if count > _MANY else "Deciding the types of the columns")
    columns, evidence = decide_types(cells, notes, Part(job, 0.0, 0.6))
    job.step(0.6, "Reading the cells")
    schema, raws = Schema(columns), {raw.name: raw for raw in cells.columns()}
    typed = TypedCells(schema, tuple(evidence), cells.rows, raws, _value_tables(schema, raws))
    job.step(1.0)
    return typed


def conform(cells: Cells, schema: Schema) -> ValidationResult:
    """The cells of another file as a frame of this schema, read by its types, and by its grammars unless the file proves others.

    Errors name what cannot be read, row by row (from 0). Columns that are not there count as missing, unless they may not be; those that
    the schema lacks are left out. A warning names each of both, and what the file writes otherwise than the training data. UserError when
    numbers or dates read both ways and nothing settles it.
    """
    there = set(cells.names)
    raws = {column.name: cells.column(column.name) for column in schema.columns if column.name in there}
    notation = notation_of(cells, schema)
    schema = notation.schema
    errors: list[ValidationIssue] = []
    warnings: list[ValidationIssue] = []
    needed: dict[str, frozenset[int]] = {}
    for column in schema.columns:
        raw = raws.get(column.name)
        if raw is None:
            if column.nullable:
                message = msg("The column “{column}” is not there; its values count as missing.", column=column.name)
                warnings.append(ValidationIssue(None, column.name, "missing_column", message))
            else:
                errors.append(
                    ValidationIssue(None, column.name, "missing", msg("The column “{column}” is needed and not there.", column=column.name))
                )
            continue
        _, _, refused = read_raw(raw, column)
        for at, code in refused.items():
            errors.extend(type_of(column).error(column, int(row), code, "text") for row in np.flatnonzero(raw.codes == at))
        if not column.nullable:
            needed[column.name] = frozenset(np.flatnonzero(np.isin(raw.codes, list(refused))).tolist())
    frame = _frame(schema, _value_tables(schema, raws), raws, cells.rows)
    for name, already in needed.items():
        gone = (row for row in np.flatnonzero(frame.missing(name)).tolist() if row not in already)
        errors.extend(type_of(schema.column(name)).error(schema.column(name), row, "missing", "null") for row in gone)
    known = {column.name for column in schema.columns}
    extra = [name for name in cells.names if name not in known]
    warnings.extend(ValidationIssue(None, name[:100], "unknown_field", "The model has no such column; it is left out.") for name in extra)
    warnings.extend(ValidationIssue(None, "", NOTATION, note) for note in notation.notes)
    return ValidationResult(frame, errors, warnings)


def notation_of(cells: Cells, schema: Schema) -> FileNotation:
    """How the texts of another file are written; typed cells of a file prove nothing of it, but numbers in a column of dates.

    UserError as `NotationFinder.found`.
    """
    finder = NotationFinder(schema, likely_decimal(cells.delimiter), cells.format.decimal, cells.format.day_first)
    there = set(cells.names)
    for column in schema.columns:
        name = column.name
        if name not in there:
            continue
        raw = cells.column(name)
        if raw.kind in ("number", "integer") and column.is_date:
            finder.add({name: typed_texts(raw, Column(name, "category"))})
        if raw.kind != "text" and raw.values is not None and (raw.kind == "date") == column.is_date:
            finder.add_values(name, raw.values)
        if raw.kind != "text" or not finder.wants(name):
            continue
        by_form = column.is_date or column.grammar.percent
        digits = np.zeros(len(raw.distinct), dtype=bool) if by_form else raw.matching("[0-9]+")
        sampled = np.concatenate((np.flatnonzero(~digits), np.flatnonzero(digits)[:1]))  # digits alone say the same however many they are
        for start in range(0, len(sampled), _TEXTS):
            finder.add({name: raw.texts_at(sampled[start : start + _TEXTS].tolist())})
    return finder.found()


def _value_tables(schema: Schema, raws: Mapping[str, RawColumn]) -> dict[str, ValueTable]:
    """What each distinct value of the columns stands for, and a cell without one, last; and the levels of categories as they appear."""
    tables: dict[str, ValueTable] = {}
    for column in schema.columns:
        raw = raws.get(column.name)
        if raw is None:
            continue
        values, levels, refused = read_raw(raw, column)
        if column.is_number:
            empty = value_of_empty(raw, column, []) if column.type == "boolean" else np.nan
            numbers = np.append(values, empty)
            numbers[list(refused)] = np.nan
            tables[column.name] = raw.keep(numbers), []
        elif column.is_categorical:
            plain = raw.kind == "text" and not column.grammar.recoded
            if plain and isinstance(levels, StoredLevels) and are_by_appearance(values[values >= 0], len(levels)):
                tables[column.name] = raw.keep(np.append(values, -1)), levels
                continue
            levels = [*levels]
            codes = np.append(values, int(value_of_empty(raw, column, levels)))
            order = raw.by_appearance()
            codes[order], levels = by_appearance(codes[order], levels)
            tables[column.name] = raw.keep(codes), stored_levels(levels) if raw.on_disk else levels
        else:
            tables[column.name] = raw.keep(np.append(values, MISSING_DATE)), []
    return tables


def _counts(values: NDArray[Any], raw: RawColumn, column: Column) -> tuple[int, int]:
    """The numbers of different values and of missing cells of a column by the values of its table (see `_value_tables`)."""
    cells = np.append(raw.counts, raw.rows - raw.counts.sum())
    missing = ~type_of(column).are_there(values)
    ordered = np.sort(values[~missing & (cells > 0)])  # quicker than `unique`, which hashes
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + min(1, len(ordered)), int(cells[missing].sum())


def _frame(schema: Schema, tables: Mapping[str, ValueTable], raws: Mapping[str, RawColumn], rows: int) -> Frame:
    layout = schema.layout()
    numbers, codes, dates = (cast(Any, blocks.array()) for blocks in _blocks(layout, tables, raws, rows).values())
    return Frame(layout, rows, numbers, codes, _levels(layout, tables), dates)


def _blocks(layout: Layout, tables: Mapping[str, ValueTable], raws: Mapping[str, RawColumn], rows: int) -> dict[str, RowBlocks]:
    """The blocks of a frame; columns of the layout that are not there are missing everywhere."""
    kinds: tuple[tuple[str, Sequence[str], Any, Any], ...] = (
        ("numbers", layout.numbers, np.nan, np.float64),
        ("codes", layout.categoricals, -1, np.intp),
        ("dates", layout.dates, MISSING_DATE, np.int64),
    )
    nothing = np.full(rows if any(name not in tables for name in layout.names()) else 0, -1, dtype=np.int8)
    blocks = {}
    for kind, names, missing, dtype in kinds:
        columns: list[tuple[NDArray[Any], NDArray[Any]]] = [
            (tables[name][0], raws[name].codes) if name in tables else (np.array([missing], dtype=dtype), nothing) for name in names
        ]
        blocks[kind] = RowBlocks(rows, np.dtype(dtype), columns)
    return blocks


def _levels(layout: Layout, tables: Mapping[str, ValueTable]) -> tuple[Sequence[str], ...]:
    return tuple(tables[name][1] if name in tables else [] for name in layout.categoricals)


def by_appearance(codes: Ints, levels: list[str]) -> tuple[Ints, list[str]]:
    """The same categories with levels in the order in which they appear, each of them used."""
    used, first = np.unique(codes[codes >= 0], return_index=True)
    order = used[np.argsort(first, kind="stable")]
    place = np.full(len(levels) + 1, -1, dtype=np.intp)
    place[order] = np.arange(len(order))
    return place[codes], [levels[i] for i in order.tolist()]
