"""Parsing of numbers, booleans and levels."""

from __future__ import annotations

import contextlib
import math
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_desktop.serving.cells import Grammar, boolean_reader, level_of, level_reader
from mlops_desktop.serving.numbers import number_reader

PLAIN = Grammar()
ENGLISH = Grammar(thousands=",")
GERMAN = Grammar(decimal=",", thousands=".")
FRENCH = Grammar(decimal=",", thousands=" ")
SWISS = Grammar(thousands="'")
PRICE = Grammar(affixes=("$", "€"))
PERCENT = Grammar(percent=True)


@pytest.mark.parametrize(
    ("text", "grammar", "value"),
    [
        ("12", PLAIN, 12.0),
        (" -5 ", PLAIN, -5.0),
        ("−5", PLAIN, -5.0),
        ("+5.", PLAIN, 5.0),
        (".5", PLAIN, 0.5),
        ("1e-3", PLAIN, 0.001),
        ("1E+3", PLAIN, 1000.0),
        ("0.1", PLAIN, 0.1),
        ("3,995.383", ENGLISH, 3995.383),
        ("599.994", ENGLISH, 599.994),
        ("1,234,567", ENGLISH, 1234567.0),
        ("1.234,56", GERMAN, 1234.56),
        ("2,6", GERMAN, 2.6),
        ("1 234,5", FRENCH, 1234.5),
        ("1\u202f234,5", FRENCH, 1234.5),
        ("1'234.5", SWISS, 1234.5),
        ("1’234.5", SWISS, 1234.5),
        ("$2.39 ", PRICE, 2.39),
        ("$-2.39", PRICE, -2.39),
        ("-$2.39", PRICE, -2.39),
        ("2.39 €", PRICE, 2.39),
        ("2.39", PRICE, 2.39),
        ("12 %", PERCENT, 0.12),
        ("12%", PERCENT, 0.12),
        ("0.5", PERCENT, 0.5),
    ],
)
def test_numbers(text, grammar, value):
    assert number_reader(grammar)(text) == value


@pytest.mark.parametrize(
    ("text", "grammar"),
    [
        *(
            (text, PLAIN)
            for text in ("abc", "3a", "1,5", "1 000", "inf", "-Infinity", "nan", "0x1A", "1_000", "--5", "+-5", "Ⅲ", "1e", "e5", "(5)")
        ),
        *((text, PLAIN) for text in ("1e999", "5-", "1.2.3", "$5", "5%")),
        *((text, ENGLISH) for text in ("1,23", "12,34,567", "1,2345", ",5")),
        *((text, GERMAN) for text in ("1.5", "1,5,6", "1,234.5")),
        ("-$-5", PRICE),
        ("£5", PRICE),
    ],
)
def test_texts_that_are_not_numbers_are_invalid(text, grammar):
    with pytest.raises(ValueError, match=r"number|large"):
        number_reader(grammar)(text)


def test_missing_texts_and_numbers():
    read = number_reader(Grammar(missing=("NA", "?"), missing_numbers=(-200.0, 999.0)))
    assert all(math.isnan(read(text)) for text in ("", "  ", "NA", " ? ", "-200", "-200.0", "999"))
    assert read("-201") == -201.0
    with pytest.raises(ValueError, match="number"):
        read("na")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_formatted_by_python_round_trip(value):
    assert np.float64(number_reader(PLAIN)(repr(value))).tobytes() == np.float64(value).tobytes()


@given(st.text(max_size=12))
def test_every_text_is_parsed_or_raises_value_error(text):
    for grammar in (PLAIN, ENGLISH, GERMAN, PRICE, PERCENT):
        with contextlib.suppress(ValueError):
            assert not math.isinf(number_reader(grammar)(text))


def test_booleans():
    read = boolean_reader(Grammar(true=("Yes",), false=("No",), missing=("?",)))
    assert [read(text) for text in ("Yes", " yes", "NO", "true", "False", "1", "0", "1.0")] == [1, 1, 0, 1, 0, 1, 0, 1]
    assert math.isnan(read(""))
    assert math.isnan(read("?"))
    for text in ("maybe", "2", "y"):
        with pytest.raises(ValueError, match="boolean"):
            read(text)


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (0, "0"),
        (0.0, "0"),
        (-0.0, "0"),
        ("0", "0"),
        ("0.0", "0"),
        ("-0.0", "0"),
        ("1.00", "1"),
        (1.5, "1.5"),
        ("1.5", "1.5"),
        ("1.10", "1.10"),
        ("007", "007"),
        ("007.0", "007.0"),
        ("1e3", "1e3"),
        (1e300, "1e+300"),
        (True, "true"),
        (False, "false"),
        (np.float64(2.0), "2"),
        (np.int64(2), "2"),
        (np.bool_(True), "true"),
        (None, ""),
        (float("nan"), ""),
        ("  a b ", "a b"),
        ("", ""),
    ],
)
def test_one_level_has_one_text(value, level):
    assert level_of(value) == level


def test_levels_are_composed_characters():
    assert level_of(unicodedata.normalize("NFD", "Düsseldorf")) == "Düsseldorf"
    assert level_of("İstanbul") == "İstanbul"


@given(st.one_of(st.text(), st.integers(), st.floats(allow_nan=False), st.booleans()))
def test_canonical_levels_are_idempotent(value):
    assert level_of(level_of(value)) == level_of(value)


def test_a_list_is_not_a_level():
    with pytest.raises(TypeError):
        level_of([1])


def test_levels():
    read = level_reader(Grammar(missing=("NA",)))
    assert [read(text) for text in ("NA", " NA ", "na", "", "x ")] == ["", "", "na", "", "x"]
