"""Texts, plurals and numbers of a language."""

from __future__ import annotations

from mlops_desktop.serving.language import ENGLISH, Language

GERMAN = Language("de", {"Rows": "Zeilen"}, {"{n} rows": ("{n} Zeile", "{n} Zeilen")}, decimal=",", group=".", percent="\u00a0%")


def test_english_is_the_text_itself():
    assert (ENGLISH.text("Rows"), ENGLISH.plural("{n} rows", 2), ENGLISH.number("1,234.5%")) == ("Rows", "{n} rows", "1,234.5%")


def test_a_text_that_is_not_translated_is_english():
    assert (GERMAN.text("Rows"), GERMAN.text("Columns"), GERMAN.plural("{n} columns", 2)) == ("Zeilen", "Columns", "{n} columns")


def test_counts_and_numbers():
    assert [GERMAN.plural("{n} rows", count) for count in (0, 1, 2)] == ["{n} Zeilen", "{n} Zeile", "{n} Zeilen"]
    assert GERMAN.number("-1,234.5%") == "-1.234,5\u00a0%"
