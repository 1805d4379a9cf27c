"""What depends on the type of a column, and the messages of validation issues."""

from __future__ import annotations

import pytest

from mlops_desktop.serving.column import TYPES, Column, Issues, kind_of_value
from mlops_desktop.serving.column_types import COLUMN_TYPES, type_of
from mlops_desktop.serving.column_types.boolean import Boolean
from mlops_desktop.serving.column_types.date import Date
from mlops_desktop.serving.column_types.number import Integer, Number
from mlops_desktop.serving.language import Language
from mlops_desktop.serving.message import Message
from mlops_desktop.serving.schema import Grammar, Schema

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
    assert type_of(column).accepted(column) == phrase


@pytest.mark.parametrize(
    ("value", "kind"),
    [(None, "null"), (True, "boolean"), (1, "number"), (1.5, "number"), ("a", "text"), ([1], "list"), ({}, "object"), (b"", "bytes")],
)
def test_json_kinds(value, kind):
    assert kind_of_value(value) == kind


def test_bounds_are_formatted_by_column_type():
    assert Number().bound_text(Column("x", "number"), 1234.5) == "1234.5"
    assert Number().bound_text(Column("x", "number"), None) == ""
    dates = Column("x", "date", low=0, high=365 * DAY)
    assert Date().out_of_range(dates, 3, "text").message == "“x” lies outside the range of the training data, 1970-01-01 to 1971-01-01."
    issue = Number().out_of_range(Column("x", "number", low=0.00005, high=1234.5), 3, "number")
    assert issue.expected == "0.00005 to 1234.5"
    assert isinstance(issue.expected, Message)
    assert issue.expected.translated(Language(decimal=",", group=".")) == "0,00005 to 1234,5"


def test_an_error_names_row_field_and_expected_values():
    issue = Integer().error(Column("x", "integer"), 4, "wrong_type", "text")
    assert (issue.row, issue.field, issue.code, issue.message, issue.got) == (4, "x", "wrong_type", "“x” must be a whole number.", "text")


@pytest.mark.parametrize("type_", TYPES)
def test_each_type_accepts_what_it_makes_up_and_sends(type_):
    column = Column("x", type_, nullable=False)
    issues, kind = Issues(), type_of(column)
    kind.cell_check(column)(kind.example(column), 0, issues)
    assert not issues.errors
    frame = Schema((column,)).from_rows([{"x": kind.example(column)}]).frame
    assert kind.sent(column, frame, 0) == kind.example(column)
    assert kind.are_there(kind.values(column, frame)).tolist() == [True]
    assert sum(kind.bins(column, frame).counts) == 1


def test_every_type_has_its_class():
    assert list(COLUMN_TYPES) == list(TYPES)
    assert isinstance(type_of(Column("x", "boolean")), Boolean)
