"""Whether a table is read the same however it is written: each table in the ways of several countries and in other formats.

    python -m simulations.locales FOLDER … [--only PART] [--form PART] [--rows N] [--out FILE.json]

The tables of a folder are those of `simulations.every_table`. Each is read, up to N (2,000) of its typed rows are written in every form
of `simulations.table_formats`, and read again. Right is that each column has the same type, unit and values, or that evidence on the
column or a question on the table leaves a doubt. All else is a silent difference, of which the exit code says whether there are any. A
doubt on a column that had none is counted, too.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import sys
import tempfile
import traceback
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import RULES
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.loading import load_cells
from mlops_desktop.engine.data.table import Table
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.serving.dates import date_text
from mlops_desktop.serving.frame import MISSING_DATE
from simulations.every_table import cases
from simulations.table_formats import FORMATS, LOCALES, Cell, NotWritable, Written, write_as

# Evidence that every reading has; it leaves no doubt.
PLAIN = {"type", "date_order_known", "two_digit_years", "no_clock", "identifier"}
UNNAMED = {"SPSS", "Stata"}  # their variables have names of their own
TYPED = {"xlsx", "ods", "JSON", "JSON Lines", "Parquet", "Feather", "SQLite", *UNNAMED}
NUMBERS = {"number", "integer", "boolean"}
_EPOCH = datetime.datetime(1970, 1, 1)


@dataclass
class Outcome:
    """A table in one form: silent differences, reported ones, and columns with a doubt that the first reading did not have."""

    table: str
    form: str
    silent: list[str] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)
    doubted: list[str] = field(default_factory=list)


def read(path: Path) -> tuple[Cells, Table]:
    """The cells and the typed table of a file."""
    cells = load_cells(path, None, Silent())[1]
    return cells, type_cells(cells, {}, Silent())


def python_values(table: Table, name: str, rows: Sequence[int]) -> list[Cell]:
    """Some typed values of a column as Python holds them."""
    column, values = table.schema.column(name), table.values(name)[list(rows)].tolist()
    if column.type == "date":
        grammar = column.grammar
        return [None if value == MISSING_DATE else _moment(value, date_text(value, grammar.date, grammar.zone)) for value in values]
    if column.type == "boolean":
        return [None if math.isnan(value) else bool(value) for value in values]
    if column.type == "integer":
        return [None if math.isnan(value) else int(value) for value in values]
    return [None if value is None or (isinstance(value, float) and math.isnan(value)) else value for value in values]


def _moment(value: int, text: str) -> Cell:
    moment = _EPOCH + datetime.timedelta(microseconds=value)
    return moment.time() if text[2:3] == ":" else moment


def written(table: Table, rows: Sequence[int]) -> list[Written]:
    """Some rows of a typed table as columns to write; a column of days alone holds dates."""
    columns = []
    for column in table.schema.columns:
        values = python_values(table, column.name, rows)
        moments = [value for value in values if isinstance(value, datetime.datetime)]
        if moments and all(one.time() == datetime.time() for one in moments):
            values = [value.date() if isinstance(value, datetime.datetime) else value for value in values]
        columns.append(Written(column.name, column.type, column.unit, values))
    return columns


def compare(columns: Sequence[Written], known: Collection[tuple[str, str]], cells: Cells, table: Table, form: str) -> Outcome:
    """What is read otherwise than it was written; `known` are doubts that the first reading had, as column and rule."""
    outcome = Outcome("", form)
    asked = [f"{note.rule}: {note.message}" for note in cells.notes if RULES[note.rule].question]
    names = [column.name for column in table.schema.columns]
    more = len(names) - len(columns)
    if sorted(names) == sorted(one.name for one in columns):
        names = [one.name for one in columns]  # records name a field where it first has a value
    rows = len(columns[0].values)
    if more not in (0, 1) or (more and not form.startswith("R")) or cells.rows != rows:
        first = [f"{e.column}: {e.message}" for e in table.evidence if RULES[e.rule].weight and e.rule not in PLAIN]
        doubts = asked or first[:4]  # a line above the names makes these a value that its column cannot hold
        (outcome.reported if doubts else outcome.silent).append(f"{cells.rows} rows of {rows}, columns {names[:9]}; {doubts}")
        return outcome
    for one, name in zip(columns, names[more:], strict=True):
        doubts = sorted({f"{e.rule}: {e.message}" for e in table.evidence if e.column == name and e.rule not in PLAIN})
        difference = _difference(one, table, name, form)
        if difference and (doubts or asked):
            outcome.reported.append(f"{one.name}: {difference}; {doubts[:2] or asked}")
        elif difference:
            outcome.silent.append(f"{one.name}: {difference}")
        elif doubts and not all((one.name, doubt.split(":")[0]) in known for doubt in doubts):
            outcome.doubted.append(f"{one.name}: {doubts[:2]}")
    return outcome


def _difference(one: Written, table: Table, name: str, form: str) -> str:
    """In what a column was read otherwise than it was written; "" in nothing."""
    column = table.schema.column(name)
    if name != one.name and form not in UNNAMED:
        return f"named {name!r}"
    values = python_values(table, name, range(len(one.values)))
    wanted = [" ".join(v.split()) if isinstance(v, str) and form == "HTML" else v for v in one.values]  # a page shows blanks as one
    if one.type == "id" or column.type == "id":  # whether a number counts the rows depends on how many there are
        values, wanted = ([None if value is None else str(value) for value in some] for some in (values, wanted))
    if one.type == "boolean" and column.type == "category":  # in a language whose words are not known
        flags = dict(zip(values, wanted, strict=True))
        values = [flags[value] for value in values]
    other = [i for i, (a, b) in enumerate(zip(wanted, values, strict=True)) if not _same(a, b)]
    if not _alike(one.type, column.type, form):
        shown = next((i for i in other), 0)
        return f"{column.type} instead of {one.type}, {one.values[shown]!r} as {values[shown]!r}"
    if other:
        return f"{len(other)} values, the first in row {other[0] + 1}: {one.values[other[0]]!r} as {values[other[0]]!r}"
    return f"unit {column.unit!r} instead of {one.unit!r}" if form not in FORMATS and column.unit != one.unit else ""


def _alike(wanted: str, got: str, form: str) -> bool:
    """Whether two types mean the same values: categories and identifiers depend on the number of rows, and typed cells of 1.0 are 1."""
    if wanted == got or {wanted, got} <= {"category", "text", "id", "ordered"} or {wanted, got} == {"id", "integer"}:
        return True
    if form in TYPED:
        return {wanted, got} <= NUMBERS
    return wanted == "boolean" and got == "category"


def _same(a: Cell, b: Cell) -> bool:
    if isinstance(a, datetime.date) and isinstance(b, datetime.date):
        return _at(a) == _at(b)
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return math.isclose(a, b, rel_tol=1e-12)
    return a == b


def _at(day: datetime.date) -> datetime.datetime:
    return day if isinstance(day, datetime.datetime) else datetime.datetime.combine(day, datetime.time())


def sampled(rows: int, wanted: int) -> list[int]:
    """Up to so many rows, evenly over the table."""
    return sorted(set(np.linspace(0, rows - 1, min(rows, wanted)).astype(int).tolist()))


def try_table(file: Path, folder: Path, rows: int, forms: Sequence[str]) -> list[Outcome]:
    """A table in every form."""
    first = read(file)[1]
    columns, known = written(first, sampled(first.rows, rows)), {(e.column, e.rule) for e in first.evidence}
    found = []
    for form in forms:
        try:
            path = write_as(columns, folder, form)
        except NotWritable as error:
            found.append(Outcome(file.name, form, reported=[f"cannot be written: {error}"]))
            continue
        except Exception:
            found.append(Outcome(file.name, form, silent=[f"cannot be written: {traceback.format_exc()}"]))
            continue
        try:
            outcome = compare(columns, known, *read(path), form)
        except UserError as error:
            outcome = Outcome("", form, reported=[f"refused: {error}"])
        except Exception:
            outcome = Outcome("", form, silent=[traceback.format_exc()])
        outcome.table = file.name
        found.append(outcome)
        path.unlink()
    return found


def main(arguments: list[str]) -> int:
    """Write and read all tables; 1 when there is a silent difference, else 0."""
    parser = argparse.ArgumentParser(description="Writes the tables of some folders in other locales and formats, and reads them again.")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--only", default="", help="a part of the names of files")
    parser.add_argument("--form", default="", help="a part of the names of forms")
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--out", type=Path, help="everything that was found, as JSON")
    given = parser.parse_args(arguments)
    forms = [one for one in (*LOCALES, *FORMATS) if given.form in one]
    found: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="locales_") as place:
        for case in (one for folder in given.folders for one in cases(folder) if given.only in one.file.name):
            try:
                outcomes = try_table(case.file, Path(place), given.rows, forms)
            except UserError as error:
                print(f"     {case.file.name}: refused as it is: {error}", flush=True)
                continue
            for one in outcomes:
                print(f"{'FAIL' if one.silent else 'ok  '} {one.table}  {one.form}", flush=True)
                for what, lines in (("", one.silent), ("reported: ", one.reported), ("doubted: ", one.doubted)):
                    for line in lines[:8]:
                        print(f"       {what}{line[:400]}", flush=True)
            found += outcomes
            if given.out:
                given.out.write_text(json.dumps([vars(one) for one in found], indent=1), encoding="utf-8")
    silent = sum(bool(one.silent) for one in found)
    reported, doubted = sum(bool(one.reported) for one in found), sum(bool(one.doubted) for one in found)
    print(f"{len(found)} readings: {silent} with a silent difference, {reported} with one that is reported, {doubted} with a further doubt")
    return int(silent > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
