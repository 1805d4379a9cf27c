"""Input columns and the messages of their validation issues."""

from __future__ import annotations

import pytest

from mlops_desktop.serving.column import Column, bound_text, expected, invalid_value, kind_of_value, out_of_range
from mlops_desktop.serving.language import Language
from mlops_desktop.serving.message import Message
from mlops_desktop.serving.schema import Grammar

DAY = 86_400_000_000


@pytest.mark.parametrize(
    ("column", "phrase"),
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
def test_expected_values_are_described(column, phrase):
    assert expected(column) == phrase


@pytest.mark.parametrize(
    ("value", "kind"),
    [(None, "null"), (True, "boolean"), (1, "number"), (1.5, "number"), ("a", "text"), ([1], "list"), ({}, "object"), (b"", "bytes")],
)
def test_json_kinds(value, kind):
    assert kind_of_value(value) == kind


def test_bounds_are_formatted_by_column_type():
    assert bound_text(Column("x", "number"), 1234.5) == "1234.5"
    assert bound_text(Column("x", "number"), None) == ""
    dates = Column("x", "date", low=0, high=365 * DAY)
    assert out_of_range(dates, 3, "text").message == "“x” lies outside the range of the training data, 1970-01-01 to 1971-01-01."
    issue = out_of_range(Column("x", "number", low=0.00005, high=1234.5), 3, "number")
    assert issue.expected == "0.00005 to 1234.5"
    assert isinstance(issue.expected, Message)
    assert issue.expected.translated(Language(decimal=",", group=".")) == "0,00005 to 1234,5"


def test_an_error_names_row_field_and_expected_values():
    issue = invalid_value(Column("x", "integer"), 4, "wrong_type", "text")
    assert (issue.row, issue.field, issue.code, issue.message, issue.got) == (4, "x", "wrong_type", "“x” must be a whole number.", "text")
