"""Random tables in random dialects, locales and formats are read as they were, or a doubt is reported; random bytes are read or refused."""

from __future__ import annotations

import csv
import datetime
import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import load_cells
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.serving.dates import date_text
from simulations.locales import compare, read
from simulations.random_tables import try_table
from simulations.table_formats import FORMATS, write_as
from simulations.table_formats import LOCALES as FORMS
from simulations.table_formats import Written as Table
from tests.reading.table_case import PLAIN_RULES, typed_text, written

DAY = datetime.date(2001, 1, 1)


@dataclass(frozen=True)
class Locale:
    """How a country writes: decimal mark, mark between thousands ("lakh": of India), dates, yes and no, and the mark between cells."""

    decimal: str
    thousands: str
    date: str
    yes: str
    no: str
    delimiter: str
    encoding: str = "utf-8"


LOCALES = {
    "en": Locale(".", ",", "%m/%d/%Y", "yes", "no", ","),
    "de": Locale(",", ".", "%d.%m.%Y", "ja", "nein", ";", "utf-8-sig"),
    "fr": Locale(",", "\u202f", "%d/%m/%Y", "oui", "non", "\t", "utf-16"),
    "ch": Locale(".", "'", "%d.%m.%Y", "ja", "nein", ";", "cp1252"),
    "in": Locale(".", "lakh", "%d-%m-%Y", "TRUE", "FALSE", "|"),
}


def grouped(digits: str, mark: str) -> str:
    """Whole digits with a mark between thousands, or between lakhs."""
    if mark == "lakh":
        return f"{grouped(digits[:-3], 'pairs')},{digits[-3:]}" if len(digits) > 3 else digits
    size = 2 if mark == "pairs" else 3
    first = len(digits) % size or size
    return ("," if mark == "pairs" else mark).join([digits[:first], *(digits[i : i + size] for i in range(first, len(digits), size))])


def number_text(value: float, decimals: int, locale: Locale, thousands: bool) -> str:
    whole, _, rest = f"{abs(value):.{decimals}f}".partition(".")
    shown = grouped(whole, locale.thousands) if thousands and locale.thousands else whole
    return ("-" if value < 0 else "") + shown + (locale.decimal + rest if rest else "")


def column(draw: random.Random, rows: int, locale: Locale, thousands: bool) -> tuple[str, list[str], list[str]]:
    """The type of a random column, its values as a case states them, and its cells."""
    kind = draw.choice(("number", "integer", "date", "category", "boolean"))
    if kind == "number":
        decimals = draw.choice((1, 2, 4))
        numbers = [round(draw.uniform(-5e5, 5e5), decimals) for _ in range(rows)]
        return kind, [typed(value) for value in numbers], [number_text(value, decimals, locale, thousands) for value in numbers]
    if kind == "integer":
        counts = [draw.randint(-500, 500) * draw.choice((1, 10)) for _ in range(rows - 1)] + [1_234_567]
        return kind, [str(value) for value in counts], [number_text(value, 0, locale, thousands) for value in counts]
    if kind == "date":
        days = [DAY + datetime.timedelta(days=draw.randint(0, 4000)) for _ in range(rows - 1)] + [datetime.date(2004, 5, 31)]
        return kind, [day.isoformat() for day in days], [day.strftime(locale.date) for day in days]
    if kind == "boolean":
        flags = [True, False, *(draw.random() < 0.5 for _ in range(rows - 2))]
        return kind, [str(int(flag)) for flag in flags], [locale.yes if flag else locale.no for flag in flags]
    levels = [draw.choice(("Köln", "Nîmes", "a, b; c", 'the "old" one', "two words")) for _ in range(rows)]
    return kind, levels, levels


def typed(value: float) -> str:
    return str(int(value)) if value.is_integer() else str(value)


@dataclass(frozen=True)
class Written:
    """A table as it was written: its columns (name, type, values), and how many of its lines are no rows of it."""

    data: bytes
    columns: list[tuple[str, str, list[str]]]
    rows: int
    others: int


def random_table(draw: random.Random) -> Written:
    locale, rows = draw.choice(list(LOCALES.values())), draw.randint(8, 60)
    thousands = draw.random() < 0.5
    names = draw.sample(["price", "amount", "Größe", "start", "kind", "state", "x1", "level (of 5)"], draw.randint(3, 6))
    made = [column(draw, rows, locale, thousands) for _ in names]
    cells = [[cell if draw.random() > 0.1 or i in (0, 1, rows - 1) else "" for i, cell in enumerate(one[2])] for one in made]
    lines = [list(row) for row in zip(*cells, strict=True)]
    above = draw.sample([["Report of the year"], ["As of:", "05.03.2024"], ["# logger 2.1"]], draw.randint(0, 2))
    inside = [names] * draw.randint(0, 1)
    below = draw.sample([["Source: the office"], ["End of report"]], draw.randint(0, 1))
    body = [*lines[: rows // 2], *inside, *lines[rows // 2 :]]
    out = io.StringIO()
    quoting = draw.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    csv.writer(out, delimiter=locale.delimiter, quoting=quoting, lineterminator=draw.choice(("\n", "\r\n"))).writerows(
        [*above, names, *body, *below]
    )
    values = [[value if cell else "–" for value, cell in zip(one[1], column, strict=True)] for one, column in zip(made, cells, strict=True)]
    columns = [(name, one[0], its) for name, one, its in zip(names, made, values, strict=True)]
    return Written(out.getvalue().encode(locale.encoding), columns, rows, len(above) + len(inside) + len(below))


@pytest.mark.parametrize("seed", range(40))
def test_a_random_table_is_read_as_it_was_or_with_a_doubt(seed, tmp_path):
    one = random_table(random.Random(seed))
    cells = load_cells(written(tmp_path, one.data), None, Silent())[1]
    table = type_cells(cells, {}, Silent())
    assert (cells.names, cells.rows) == ([name for name, _, _ in one.columns], one.rows)
    assert (one.others > 0) == any(note.rule in ("above", "comment", "repeated", "below", "inside") for note in cells.notes)
    for name, kind, values in one.columns:
        if table.schema.column(name).type != kind or [typed_text(table, name, row) for row in range(one.rows)] != values:
            assert {evidence.rule for evidence in table.evidence if evidence.column == name} - PLAIN_RULES


@pytest.mark.parametrize("seed", range(500, 530))  # many more: python -m simulations.random_tables
def test_a_random_table_of_any_program_is_read_or_doubted(seed, tmp_path):
    assert try_table(seed, tmp_path)[0] == []


@pytest.mark.parametrize("form", [*FORMS, *FORMATS])
def test_a_table_is_the_same_in_every_form(form, tmp_path):
    days = [datetime.date(2023, 1, 31) + datetime.timedelta(days=40 * i) for i in range(12)]
    columns = [
        Table("city", "category", "", ["Köln", "Zürich", None, "two words"] * 3),
        Table("price", "number", "", [1234.5, -0.75, 98765.25, None, 7.1, 12.0] * 2),
        Table("count", "integer", "", [5, 1200, 34_560, -70, 2_345_670, 11] * 2),
        Table("day", "date", "", [*days[:7], None, *days[8:]]),
        Table("at", "date", "", [datetime.datetime.combine(day, datetime.time(i + 1, 30)) for i, day in enumerate(days)]),
        Table("flag", "boolean", "", [True, False, False] * 4),
    ]
    found = compare(columns, (), *read(write_as(columns, tmp_path, form)), form)
    assert (found.silent, found.reported, found.doubted) == ([], [], [])


BYTES: tuple[Callable[[random.Random], bytes], ...] = (
    lambda draw: draw.randbytes(draw.choice((1, 40, 3000))),
    lambda draw: "".join(draw.choices("abc,;\"'\n\r\t|#=\\ 019.-é\u200b", k=draw.choice((5, 80, 2000)))).encode(),
    lambda draw: damaged(draw, random_table(draw).data),
)


def damaged(draw: random.Random, data: bytes) -> bytes:
    """Bytes some of which are exchanged, gone or new."""
    changed = bytearray(data)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(changed) - 40)
        changed[at : at + draw.randint(0, 20)] = bytes(draw.choices(b"\",;\n\t\\#\x00\xff'| 1", k=draw.randint(0, 5)))
    return bytes(changed)


@pytest.mark.parametrize("ending", [".csv", ".json", ".xlsx", ".parquet", ".sqlite", ".gz", ".sav"])
def test_random_bytes_are_read_or_refused_in_one_sentence(ending, tmp_path):
    draw = random.Random(ending)
    for make in islice(BYTES * 10, 30 if ending == ".csv" else 9):
        try:
            cells = load_cells(written(tmp_path, make(draw), f"x{ending}"), None, Silent())[1]
        except UserError:
            continue  # refused
        assert type_cells(cells, {}, Silent()).rows == cells.rows


@pytest.mark.parametrize("locale", LOCALES.values(), ids=LOCALES)
@pytest.mark.parametrize("thousands", [False, True])
def test_a_table_is_the_same_in_every_locale(locale, thousands, tmp_path):
    prices = [1234.5, -0.75, 98765.25, 12.0, 7.1]
    counts = [5, 1200, 34_560, -70, 2_345_670]
    times = [datetime.datetime(2023, 1, 31) + datetime.timedelta(days=40 * i, minutes=7 * i) for i in range(5)]
    rows = zip(
        [number_text(value, 2, locale, thousands) for value in prices],
        [number_text(value, 0, locale, thousands) for value in counts],
        [time.strftime(f"{locale.date} %H:%M") for time in times],
        [locale.yes, locale.no, locale.no, locale.yes, locale.no],
        ["Köln", "Zürich", "Köln", "Köln", "Zürich"],
        strict=True,
    )
    out = io.StringIO()
    csv.writer(out, delimiter=locale.delimiter).writerows([["price", "count", "at", "flag", "city"], *rows])
    cells = load_cells(written(tmp_path, out.getvalue().encode(locale.encoding)), None, Silent())[1]
    table = type_cells(cells, {}, Silent())
    assert [one.type for one in table.schema.columns] == ["number", "integer", "date", "boolean", "category"]
    assert {one.rule for one in table.evidence} <= PLAIN_RULES
    assert np.array_equal(table.frame.number("price"), prices)
    assert np.array_equal(table.frame.number("count"), counts)
    grammar = table.schema.column("at").grammar
    assert [date_text(one, grammar.date, grammar.zone)[:16] for one in table.values("at").tolist()] == [
        time.isoformat()[: 16 if time.hour or time.minute else 10] for time in times
    ]
    assert np.array_equal(table.frame.number("flag"), [1, 0, 0, 1, 0])
    assert table.frame.texts("city") == ["Köln", "Zürich", "Köln", "Köln", "Zürich"]
