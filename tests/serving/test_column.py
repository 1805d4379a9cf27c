"""What is said of a column and of its faults."""

from __future__ import annotations

import pytest

from mlops_desktop.serving.column import Column, bound_text, expected, fault, kind_of_value, out_of_range
from mlops_desktop.serving.schema import Grammar

DAY = 86_400_000_000


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (Column("x", "number"), "a number"),
        (Column("x", "integer"), "a whole number"),
        (Column("x", "category"), "a text"),
        (Column("x", "boolean"), "true or false"),
        (Column("x", "boolean", Grammar(true=("Ja",), false=("Nein",))), "true or false (or “Ja” and “Nein”)"),
        (Column("x", "date", Grammar(date="%d/%m/%Y")), "a date such as “2024-03-28”"),
        (Column("x", "date", Grammar(date="%d/%m/%Y %H:%M")), "a date such as “2024-03-28T14:05:00”"),
        (Column("x", "date", Grammar(zone=True)), "a date such as “2024-03-28T14:05:00Z”"),
        (Column("x", "date", Grammar(date="%H:%M")), "a time such as “14:05:00”"),
    ],
)
def test_what_is_expected_is_said_in_words(column, words):
    assert expected(column) == words


@pytest.mark.parametrize(
    ("value", "kind"),
    [(None, "null"), (True, "boolean"), (1, "number"), (1.5, "number"), ("a", "text"), ([1], "list"), ({}, "object"), (b"", "bytes")],
)
def test_kinds(value, kind):
    assert kind_of_value(value) == kind


def test_ranges_are_written_as_a_person_writes_them():
    assert bound_text(Column("x", "number"), 1234.5) == "1234.5"
    assert bound_text(Column("x", "number"), None) == ""
    dates = Column("x", "date", low=0, high=365 * DAY)
    assert out_of_range(dates, 3, "text").message == "“x” lies outside the range of the training data, 1970-01-01 to 1971-01-01."


def test_a_fault_names_row_field_and_what_is_expected():
    found = fault(Column("x", "integer"), 4, "wrong_type", "text")
    assert (found.row, found.field, found.code, found.message, found.got) == (4, "x", "wrong_type", "“x” must be a whole number.", "text")
