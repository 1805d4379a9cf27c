from __future__ import annotations

import pytest

from mlops_desktop.serving.names import clean_name, known_names, match_names, unique_names


@pytest.mark.parametrize(
    ("given", "names", "doubled"),
    [
        (["a", "b"], ["a", "b"], []),
        (["a", "a", "a"], ["a", "a_2", "a_3"], ["a"]),
        (["a", "a", "a_2"], ["a", "a_3", "a_2"], ["a"]),
        (["", None, " x  y "], ["column_1", "column_2", "x y"], []),
        (["", "column_1"], ["column_1_2", "column_1"], []),
        (["e\u0301", "é"], ["é", "é_2"], ["é"]),
        ([], [], []),
    ],
)
def test_unique_names(given, names, doubled):
    assert unique_names(given) == (names, doubled)


@pytest.mark.parametrize(
    ("name", "clean"), [("a", "a"), (" a\n b\t", "a b"), ("\ufeffa", "a"), ("e\u0301", "é"), (None, ""), (" \n", ""), (2015, "2015")]
)
def test_names_are_normalized(name, clean):
    assert clean_name(name) == clean


def test_fields_match_normalized_names():
    known = frozenset(("age", "line break", "b"))
    assert known_names({" age ": 1, "line\nbreak": 2, "x ": 3}, known) == {"age": 1, "line break": 2, "x ": 3}


def test_an_exact_name_wins_over_a_normalized_one():
    assert known_names({" age": 1, "age": 2, "age ": 3}, frozenset(("age",))) == {"age": 2, " age": 1, "age ": 3}


@pytest.mark.parametrize(
    ("names", "known", "matched"),
    [
        (["GENDER", "Total amount"], ["gender", "total_amount"], {"GENDER": "gender", "Total amount": "total_amount"}),
        (["Gender", "GENDER"], ["gender"], {}),  # two may be meant
        (["Gender"], ["gender", "GENDER"], {}),
        (["Gender", "gender"], ["gender"], {}),  # it is there itself
        (["Rate %", "age"], ["Rate", "age"], {}),  # another unit is no spelling
        (["", "STRASSE"], ["straße"], {"STRASSE": "straße"}),
    ],
)
def test_names_in_another_spelling(names, known, matched):
    assert match_names(names, known) == matched
