"""Converts the cells of another file to the notation of a project's data: read by its schema, as a new file for a prediction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.source import file_notes
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.raw_column import RawColumn, typed_texts
from mlops_desktop.engine.data.raw_reading import read_raw
from mlops_desktop.engine.data.typed_table import notation_of
from mlops_desktop.serving.cells import Grammar, level_of
from mlops_desktop.serving.column import Column
from mlops_desktop.serving.column_units import refuse_new_units, refuse_other_units
from mlops_desktop.serving.dates import date_text
from mlops_desktop.serving.frame import MISSING_DATE
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.names import refuse_repeated
from mlops_desktop.serving.plural import quoted_columns
from mlops_desktop.serving.schema import Schema

_MEASURED = ("number", "integer", "date")


@dataclass(frozen=True, eq=False)
class AlikeCells:
    """The cells of a file in the notation of a schema. `values` are what its numbers (float64) and dates (int64 microseconds) stand for,
    (rows,) by column, NaN and MISSING_DATE where a cell is empty or cannot be read; `rewritten` columns have other texts than the file.
    """

    cells: Cells
    values: Mapping[str, NDArray[Any]]
    rewritten: frozenset[str]


def written_alike(new: Cells, before: Cells, schema: Schema) -> AlikeCells:
    """The cells `new` of another file in the notation of the data `before`, whose schema is described (`describe_columns`).

    What the file proves of its notation is used, and noted. UserError when a column of the schema is there twice, when a column is in
    another unit or states one that the data do not, and when numbers or dates read both ways and nothing settles it.
    """
    refuse_repeated(new.repeated, {column.name for column in schema.columns})
    refuse_other_units(schema.columns, new.units)
    refuse_new_units(schema.columns, new.units)
    notation = notation_of(new, schema)
    marks = {column.grammar.decimal for column in schema.columns if column.type == "number"}
    common = marks.pop() if len(marks) == 1 else ""
    there, texts, values = set(new.names), {}, {}
    for column, here in zip(schema.columns, notation.schema.columns, strict=True):
        if column.name not in there:
            continue
        raw = new.column(column.name)
        if column.type in _MEASURED:
            # A fraction among whole numbers is no fault: the column becomes one of numbers.
            here = replace(here, type="number") if here.type == "integer" else here
            values[column.name] = _values(raw, here)
        if _is_other(raw, before.column(column.name), column, here.grammar):
            # Whole numbers do not show their decimal mark: it is that of the other columns.
            own = replace(column, grammar=replace(column.grammar, decimal=common)) if column.type == "integer" and common else column
            texts[column.name] = _texts(raw, own, here, before.column(column.name))
    table = new.table
    for name, found in texts.items():
        table = table.set_column(new.names.index(name), name, _array(new.column(name), found))
    mixed = {name: ambiguous for name, ambiguous in new.mixed.items() if name not in texts}
    cells = replace(new, table=table, mixed=mixed, notes=(*new.notes, *file_notes([*notation.notes, *_open_dates(notation.open_dates)])))
    return AlikeCells(cells, values, frozenset(texts))


def _open_dates(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    template = "Nothing in this file says whether the day or the month stands first in {names}; they were read as the data so far."
    return [msg(template, names=quoted_columns(names))]


def _is_other(raw: RawColumn, former: RawColumn, column: Column, here: Grammar) -> bool:
    """Whether the cells of a column have to be written anew to be below those that are there."""
    own = column.grammar
    if column.type == "boolean" and former.kind == "text":
        known = {level_of(text).casefold() for text in (*own.true, *own.false, *own.missing)}
        return raw.kind != "text" or own != here or bool(own.true and {level_of(text).casefold() for text in raw.texts} - known)
    if raw.kind == "text":
        return own != here or (own.percent and not all("%" in text for text in raw.texts))
    return former.kind == "text" and raw.kind in _MEASURED and (own.decimal != "." or bool(own.affixes or own.percent or own.date))


def _values(raw: RawColumn, column: Column) -> NDArray[Any]:
    values, _, refused = read_raw(raw, column)
    nothing = MISSING_DATE if column.is_date else np.nan
    found = np.append(values, nothing)
    found[list(refused)] = nothing
    return found[raw.codes]


def _texts(raw: RawColumn, own: Column, here: Column, former: RawColumn) -> list[str]:
    """The distinct values of a column, read by the schema `here` of the file, as texts of the column `own` of the data.

    A cell that is missing or cannot be read stays as it is.
    """
    given = raw.texts if raw.kind == "text" else typed_texts(raw, Column(own.name, "category"))
    values, _, refused = read_raw(raw, here)
    if own.is_date:
        return [
            text if value == MISSING_DATE or at in refused else date_text(value, own.grammar.date, own.grammar.zone)
            for at, (text, value) in enumerate(zip(given, values.tolist(), strict=True))
        ]
    if own.type in ("number", "integer", "boolean"):
        write = _boolean_writer(own, former) if own.type == "boolean" else _number_writer(own)
        return [
            text if np.isnan(value) or at in refused or (own.grammar == here.grammar and "%" in text) else write(value)
            for at, (text, value) in enumerate(zip(given, values.tolist(), strict=True))
        ]
    new = dict(here.grammar.recoded[len(own.grammar.recoded) :])  # spellings of levels; what a person recoded stays as it was
    return [new.get(level_of(text), text) for text in given]


def _number_writer(column: Column) -> Callable[[float], str]:
    """The function that writes a number of a column with its decimal mark and its unit, without marks between thousands."""
    own = column.grammar
    mark = column.unit if column.unit in own.affixes else next(iter(own.affixes), "")
    if not mark and any(scale.mark == column.unit for scale in own.scales):
        mark = column.unit

    def write(value: float) -> str:
        exact = Decimal(repr(value)) * (100 if own.percent else 1)
        text = format(exact.to_integral_value() if exact == exact.to_integral_value() else exact.normalize(), "f")
        text = text.replace(".", own.decimal)
        return f"{text} %" if own.percent else f"{text} {mark}" if mark else text

    return write


def _boolean_writer(column: Column, former: RawColumn) -> Callable[[float], str]:
    """The function that writes true and false as the data writes them."""
    own = column.grammar
    digits = former.kind in ("number", "integer") or (former.kind == "text" and (former.holds("0") or former.holds("1")))
    true, false = ("1", "0") if digits else ("true", "false")
    texts = {1.0: next(iter(own.true), true), 0.0: next(iter(own.false), false)}
    return lambda value: texts[value]


def _array(raw: RawColumn, texts: Sequence[str]) -> Any:
    """The cells of a column as an Arrow column of the texts of its distinct values."""
    import pyarrow as pa

    codes = pa.array(raw.codes.astype(np.int64), mask=raw.codes < 0)
    return pa.array(texts, pa.string()).take(codes)
