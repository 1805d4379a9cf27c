"""Parsing of numbers by the notations and conversions of a column; plain numbers are in test_cells.py."""

from __future__ import annotations

import contextlib
import math
import random

import pytest

from mlops_desktop.serving.cells import Grammar, Scale
from mlops_desktop.serving.numbers import number_reader, plain_values

BANK = Grammar(decimal=",", thousands=".", affixes=("€", "EUR"), notations=("trailing_minus",))
BOOKS = Grammar(thousands=",", affixes=("$",), notations=("parentheses", "dash_zero"))
INDIA = Grammar(thousands=",", notations=("lakh",))
SWISS = Grammar(thousands="'", affixes=("CHF",), notations=("dash_decimals",))
LAB = Grammar(decimal=",", notations=("limits",))
SHEET = Grammar(notations=("apostrophe",))
CLUBS = Grammar(affixes=("€",), scales=(Scale("K", 1e3), Scale("M", 1e6)))
WEIGHT = Grammar(scales=(Scale("kg"), Scale("g", 1.0, 1e3), Scale("lbs", 453.59237, 1e3)))
HEAT = Grammar(scales=(Scale("°C"), Scale("°F", 5.0, 9.0, -32.0)))
TIME = Grammar(notations=("hours",))


@pytest.mark.parametrize(
    ("text", "grammar", "value"),
    [
        ("546,68-", BANK, -546.68),
        ("1.363,06 € -", BANK, -1363.06),
        ("5,20- EUR", BANK, -5.2),
        ("-5,20", BANK, -5.2),
        ("(1,234.50)", BOOKS, -1234.5),
        ("$ (5)", BOOKS, -5.0),
        ("($5)", BOOKS, -5.0),
        ("$ -", BOOKS, 0.0),
        ("$-5", BOOKS, -5.0),
        ("12,34,567.5", INDIA, 1234567.5),
        ("1,234", INDIA, 1234.0),
        ("CHF 12.-", SWISS, 12.0),
        ("1’234.–", SWISS, 1234.0),
        ("12.50", SWISS, 12.5),
        ("<0,5", LAB, 0.5),
        (">= 200", LAB, 200.0),
        ("'-5.2", SHEET, -5.2),
        ("€1.1M", CLUBS, 1100000.0),
        ("€2.3M", CLUBS, 2300000.0),
        ("-500 K", CLUBS, -500000.0),
        ("7", CLUBS, 7.0),
        ("9 g", WEIGHT, 0.009),
        ("10 lbs", WEIGHT, 4.5359237),
        ("-40 °F", HEAT, -40.0),
        ("0 °F", HEAT, -160 / 9),
        ("25:30", TIME, 25.5),
        ("-1:30:00", TIME, -1.5),
        ("1 day, 1:30:00", TIME, 25.5),
        ("25.5", TIME, 25.5),
        ("1\u200b2", Grammar(), 12.0),
    ],
)
def test_notations(text, grammar, value):
    assert number_reader(grammar)(text) == value


@pytest.mark.parametrize(
    ("text", "grammar"),
    [
        *((text, BANK) for text in ("-5-", "5--", "(5)", "5,2-3")),
        *((text, BOOKS) for text in ("(5", "5)", "-(5)", "(-5)", "((5))", "-", "5-")),
        *((text, INDIA) for text in ("123,456", "1,2,345", "1,23")),
        *((text, LAB) for text in ("<", "<<5", "5<", "~5")),
        *((text, CLUBS) for text in ("1e306M", "5KM", "M", "5k")),
        *((text, WEIGHT) for text in ("5 mg", "kg 5")),
        *((text, TIME) for text in ("1:60", "1:2:3:4", "a:30")),
        ("-", Grammar(notations=("dash_zero",))),
    ],
)
def test_texts_that_are_not_numbers_are_invalid(text, grammar):
    with pytest.raises(ValueError, match=r"number|large"):
        number_reader(grammar)(text)


def test_hostile_texts_are_finite_numbers_or_invalid():
    draw = random.Random(5)
    everything = Grammar(
        thousands=",",
        affixes=("$",),
        percent=True,
        notations=("trailing_minus", "parentheses", "apostrophe", "limits", "lakh", "dash_zero", "dash_decimals", "hours"),
        scales=(Scale("K", 1e3), Scale("g", 1.0, 1e3), Scale("°F", 5.0, 9.0, -32.0)),
    )
    read = number_reader(everything)
    for _ in range(20_000):
        text = "".join(draw.choice("0123456789.,-−–()'<>$%KgeE: \u200b\u00a0°F+=") for _ in range(draw.randint(1, 9)))
        with contextlib.suppress(ValueError):
            assert math.isfinite(read(text)) or not text.strip("\u00a0\u200b ")


def test_plain_numbers_are_read_together_as_one_by_one():
    texts = ["7", "-0", "", "1.50", ".5", "5.", "-.5", "007", "99", "12345678901234567890"]
    for grammar in (Grammar(), Grammar(missing=("", "-", "99"), missing_numbers=(7.0,))):
        found = plain_values(texts, grammar)
        assert found is not None
        assert [*map(repr, found.tolist())] == [repr(number_reader(grammar)(text)) for text in texts]
    assert plain_values([], Grammar()).tolist() == []
    for odd in ("1e5", "+1", "1.2.3", "1-2", "--1", "-", ".", "1,5", "9" * 400, " 1", "٣", "1_0", "nan", "1\n"):
        assert plain_values([*texts, odd], Grammar()) is None
    assert plain_values(texts, Grammar(decimal=",")) is None
