"""What a new file proves about its numbers, dates, booleans and units is used and noted; what it does not prove is refused."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pytest

from mlops_desktop.serving.cells import Grammar
from mlops_desktop.serving.column import Column
from mlops_desktop.serving.dates import date_text
from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.file_notation import NotationFinder, likely_decimal
from mlops_desktop.serving.schema import Schema

GERMAN = Column("x", "number", Grammar(decimal=",", thousands="."), low=100, high=20_000)
SHARE = Column("y", "number", Grammar(decimal=","))
RATE = Column("r", "number", Grammar(decimal=",", percent=True), low=0.001, high=0.093)
PLAIN = Column("x", "number")
WHOLE = Column("n", "integer")
DAY = Column("d", "date")
LATE = Column("d", "date", low=1_700_000_000_000_000, high=1_710_000_000_000_000)
SLASHES = Column("d", "date", Grammar(date="%d/%m/%Y"))
BIRTH = Column("d", "date", Grammar(date="%d.%m.%Y"), low=-883_612_800_000_000, high=1_167_609_600_000_000)  # 1942 to 2007
ANSWER = Column("b", "boolean", Grammar(true=("yes",), false=("no",)))


@dataclass(frozen=True)
class Case:
    """A model's columns, the cells of a new file, the mark between these, and what is read (None: refused)."""

    columns: tuple[Column, ...]
    cells: dict[str, list[str]]
    values: dict[str, list[object]] | None
    delimiter: str = ""
    notes: tuple[str, ...] = field(default=())  # a part of each


CASES = {
    "a decimal point is proved": Case(
        (GERMAN, SHARE), {"x": ["1234.500"], "y": ["1.250"]}, {"x": [1234.5], "y": [1.25]}, ",", ("decimal point",)
    ),
    "a column proves it for another": Case((GERMAN, SHARE), {"x": ["4.125"], "y": ["0.5"]}, {"x": [4.125], "y": [0.5]}, "\t", ("point",)),
    "three digits prove nothing": Case((GERMAN,), {"x": ["950.250", "1.125"]}, None, ","),
    "nor between tabs": Case((GERMAN,), {"x": ["950.250", "612.500"]}, None, "\t"),
    "semicolons and the range agree with a decimal comma": Case((GERMAN,), {"x": ["4.871"]}, {"x": [4871.0]}, ";"),
    "the own mark elsewhere settles it": Case((GERMAN, SHARE), {"x": ["4.871"], "y": ["2,5"]}, {"x": [4871.0], "y": [2.5]}, "\t"),
    "a workbook's German CSV": Case(
        (PLAIN, WHOLE, DAY),
        {"x": ["4919,99", "1.234,50"], "n": ["1.234", "7"], "d": ["27.02.2024", "01.03.2024"]},
        {"x": [4919.99, 1234.5], "n": [1234.0, 7.0], "d": ["2024-02-27", "2024-03-01"]},
        ";",
        ("decimal comma", "day.month.year"),
    ),
    "a comma before three digits between semicolons": Case((PLAIN,), {"x": ["1,234"]}, None, ";"),
    "a comma before three digits in quotes between commas": Case((PLAIN,), {"x": ["1,234"]}, {"x": [1234.0]}, ",", ("thousands",)),
    "whole numbers have no decimals": Case((WHOLE,), {"n": ["1,234"]}, {"n": [1234.0]}, "\t", ("thousands",)),
    "a plain point is what it always was": Case((PLAIN,), {"x": ["1.234", "5.678"]}, {"x": [1.234, 5.678]}, "\t"),
    "blanks between thousands": Case((PLAIN,), {"x": ["1 234,5"]}, {"x": [1234.5]}, ";", ("decimal comma",)),
    "a currency where there was none": Case((PLAIN,), {"x": ["4.919,99 €"]}, {"x": [4919.99]}, ";", ("decimal comma", "“€”")),
    "grams in a column of kilograms": Case(
        (Column("x", "number", unit="kg"),), {"x": ["1500 g", "2.5 kg", "3"]}, {"x": [1.5, 2.5, 3.0]}, ",", ("converted to kg",)
    ),
    "percentages of shares": Case((Column("x", "number", low=0, high=1),), {"x": ["12.5 %"]}, {"x": [0.125]}, ",", ("percentages",)),
    "percentages with their mark and zeros": Case((RATE,), {"r": ["7,7 %", "0", "0,0", ""]}, {"r": [0.077, 0, 0, None]}, ";"),
    "fractions in a column of percentages": Case((RATE,), {"r": ["0,05", "7,7%"]}, {"r": [0.05, 0.077]}, ";", ("as fractions",)),
    "fractions with another decimal mark": Case((RATE,), {"r": ["0.050", "0.077"]}, {"r": [0.05, 0.077]}, ",", ("point", "fractions")),
    "percentages of a column in per cent": Case(
        (Column("x", "number", unit="%", low=0, high=90),), {"x": ["12.5 %"]}, {"x": [12.5]}, ",", ("left off",)
    ),
    "a month first is proved": Case(
        (SLASHES,), {"d": ["03/04/2024", "12/31/2024"]}, {"d": ["2024-03-04", "2024-12-31"]}, ",", ("month/day/year",)
    ),
    "the own order needs no proof": Case((SLASHES,), {"d": ["03/04/2024"]}, {"d": ["2024-04-03"]}, ","),
    "another mark with dates that read both ways": Case((Column("d", "date", Grammar(date="%d.%m.%Y")),), {"d": ["03/04/2024"]}, None, ","),
    "one column of dates proves the order of another": Case(
        (DAY, Column("e", "date")),
        {"d": ["3/4/2024"], "e": ["3/14/2024 13:05"]},
        {"d": ["2024-03-04"], "e": ["2024-03-14T13:05:00"]},
        ",",
        ("month",),
    ),
    "a minus behind": Case((PLAIN,), {"x": ["12.5-", "3.25"]}, {"x": [-12.5, 3.25]}, ",", ("minus behind",)),
    "negative in parentheses": Case((GERMAN,), {"x": ["(1.234,50)", "(12,5 €)"]}, {"x": [-1234.5, -12.5]}, ";", ("in parentheses", "“€”")),
    "behind an apostrophe": Case((PLAIN,), {"x": ["'-12.5", "7"]}, {"x": [-12.5, 7.0]}, ",", ("apostrophe",)),
    "groups of two digits": Case(
        (WHOLE, PLAIN),
        {"n": ["1,23,456", "7,890"], "x": ["12,34,567.5", "890.25"]},
        {"n": [123456.0, 7890.0], "x": [1234567.5, 890.25]},
        ",",
        ("thousands", "1,23,456"),
    ),
    "groups of three in a column of groups of two": Case(
        (Column("x", "number", Grammar(thousands=",", notations=("lakh",))),),
        {"x": ["1,234,567", "123,456.5"]},
        {"x": [1234567.0, 123456.5]},
        ",",
        ("between thousands",),
    ),
    "far outside the range in the own notation": Case(
        (Column("x", "number", Grammar(decimal=",", thousands="."), low=1070, high=8950),), {"x": ["950.250"]}, None, ";"
    ),
    "a little outside the range in the own notation": Case(
        (Column("x", "number", Grammar(decimal=",", thousands="."), low=100, high=900),), {"x": ["1.200"]}, {"x": [1200.0]}, ";"
    ),
    "days without marks": Case((LATE,), {"d": ["20240227"]}, {"d": ["2024-02-27"]}, ",", ("yyyymmdd",)),
    "days that Excel counts": Case((LATE,), {"d": ["45349", "45350.5"]}, {"d": ["2024-02-27", "2024-02-28T12:00:00"]}, ",", ("Excel",)),
    "two-digit years are near the training data": Case(
        (BIRTH,),
        {"d": ["17.09.47", "29.07.96", "01.02.03"]},
        {"d": ["1947-09-17", "1996-07-29", "2003-02-01"]},
        ";",
        ("from 1924 to 2023",),
    ),
    "two-digit years late in the century": Case((LATE,), {"d": ["27.02.72"]}, {"d": ["2072-02-27"]}, ";", ("from 1974 to 2073",)),
    "two-digit years of training data with two-digit years": Case(
        (Column("d", "date", Grammar(date="%d.%m.%y", pivot=30), low=BIRTH.low, high=BIRTH.high),),
        {"d": ["17.09.25"]},
        {"d": ["2025-09-17"]},
    ),
    "two-digit years in another order": Case(
        (Column("d", "date", Grammar(date="%d.%m.%y", pivot=30), low=BIRTH.low, high=BIRTH.high),),
        {"d": ["9/17/29", "9/17/30"]},
        {"d": ["2029-09-17", "1930-09-17"]},
        ",",
        ("from 1930 to 2029",),
    ),
    "yes and no of another language": Case((ANSWER,), {"b": ["WAHR", "falsch", ""]}, {"b": [1.0, 0.0, None]}, ";", ("“wahr”",)),
    "the file of the model's own kind": Case(
        (GERMAN, WHOLE, SLASHES, ANSWER),
        {"x": ["4.871,67"], "n": ["7"], "d": ["13/04/2024"], "b": ["yes"]},
        {"x": [4871.67], "n": [7.0], "d": ["2024-04-13"], "b": [1.0]},
        ";",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_a_file_proves(case):
    schema = Schema(case.columns)
    finder = NotationFinder(schema, likely_decimal(case.delimiter))
    for row in range(max(map(len, case.cells.values()))):  # in parts
        finder.add({name: cells[row : row + 1] for name, cells in case.cells.items()})
    if case.values is None:
        with pytest.raises(UserError, match="read both ways") as caught:
            finder.found()
        assert all(f"“{column.name}”" in caught.value.message for column in case.columns)
        assert not any(cell in caught.value.message for cells in case.cells.values() for cell in cells)
        return
    found = finder.found()
    assert len(found.notes) == len(case.notes)
    assert all(any(part in note for note in found.notes) for part in case.notes)
    read = found.schema.from_texts(case.cells, len(next(iter(case.cells.values()))))
    assert not read.errors
    for name, values in case.values.items():
        column = found.schema.column(name)
        if column.type == "date":
            assert [date_text(value) for value in read.frame.date(name).tolist()] == values
        else:
            assert [None if math.isnan(value) else value for value in read.frame.number(name).tolist()] == values


@pytest.mark.parametrize(
    ("column", "cells", "marks"),
    [
        (GERMAN, ["4,5", "950.25"], ""),  # marks that contradict each other
        (
            Column("x", "number", Grammar(affixes=("$",))),
            ["12 €"],
            "“€” in this file, but the training data is in $: rows with them are refused. Convert",
        ),  # another currency
        (Column("x", "number", unit="°C"), ["54 °F"], "refused. Convert the values to °C."),
        (
            PLAIN,
            ["12 kg"],
            "“kg” in this file, but the training data says no unit: rows with them are refused. Convert the values to the unit",
        ),  # a unit that nothing was reported about
        (PLAIN, ["12 %"], "“%”"),
        (Column("x", "number", low=0, high=90), ["30%", "25 %"], "“%”"),  # of numbers that may be percentages or not
        (Column("x", "number", low=0.2, high=0.9), ["1.2%"], "“%”"),  # no fraction of this range
        (ANSWER, ["perhaps", "ja"], ""),
        (LATE, ["12345"], ""),  # a number far from the days of the training data
        (DAY, ["45349"], ""),  # … which are not known
        (LATE, ["1705000000"], ""),  # a moment in a column of local times
        (SLASHES, ["31.12.2024", "12/31/2024", "31/12/2024"], ""),
    ],
)
def test_what_settles_nothing_leaves_the_rows_to_be_refused(column, cells, marks):
    finder = NotationFinder(Schema((column,)), ",")
    finder.add({column.name: cells})
    found = finder.found()
    assert found.schema == Schema((column,))
    assert [marks in note for note in found.notes] == ([True] if marks else [])
    assert found.schema.from_texts({column.name: cells}, len(cells)).errors


@pytest.mark.parametrize("cells", [["7,7", "5,1 %"], ["6", "12"], ["0,20"], ["0,05", "-0,05"], ["7.7"]])
@pytest.mark.parametrize("column", [RATE, Column("r", "number", RATE.grammar)], ids=["range", "no range"])
def test_percentages_without_their_mark_are_refused(column, cells):
    finder = NotationFinder(Schema((column,)), ",")
    for cell in cells:
        finder.add({"r": [cell]})
    with pytest.raises(UserError, match="“r” stand without “%”"):
        finder.found()


def test_a_time_with_a_zone_is_named_in_a_column_of_local_times():
    column = Column("at", "date", Grammar(date=""))
    finder = NotationFinder(Schema((column,)), ",")
    cells = ["2024-07-01T01:00:00Z", "2024-07-01T02:00:00"]
    finder.add({"at": cells})
    errors = finder.found().schema.from_texts({"at": cells}, 2).errors
    assert [(issue.row, issue.code) for issue in errors] == [(0, "with_zone")]
    assert "time zone" in errors[0].message
    assert [issue.code for issue in Schema((column,)).from_rows([{"at": cells[0]}]).errors] == ["with_zone"]
