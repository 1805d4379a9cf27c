"""A last row of sums without a text for a total; a row of a short file is none."""

from __future__ import annotations

import io

import pytest

from mlops_desktop.serving.csv_io import CsvInput
from mlops_desktop.serving.schema import Column, Schema
from mlops_desktop.serving.sum_row import are_sums

ABOVE = [{"A": 3, "B": 2}, {"1,5": 4, "2": 1}, {"1": 5}]


@pytest.mark.parametrize(
    ("last", "expected"),
    [(["", "8", "5"], True), (["", "8,00", "5"], True), (["", "8,5", "5"], False), (["C", "8", "5"], False), (["", "", "5"], True)],
)
def test_sums(last, expected):
    assert are_sums(last, ABOVE.__getitem__, 5) is expected


def test_a_text_may_name_the_total():
    above = [{"1": 1, "2": 1, "3": 1}, {"A": 1, "B": 1, "C": 1}, {"10,50": 1, "20,25": 1, "5,00": 1}]
    assert are_sums(["", "Rechnungsbetrag", "35,75"], above.__getitem__, 3)
    assert not are_sums(["", "Rechnungsbetrag", "35,80"], above.__getitem__, 3)
    assert not are_sums(["", "D", "35,75"], above.__getitem__, 3)
    assert not are_sums(["4", "Rechnungsbetrag", "35,75"], above.__getitem__, 3)
    assert are_sums(["Gesamtbetrag", "35,75"], above[1:].__getitem__, 3)


def test_too_few_rows_have_no_sums():
    assert not are_sums(["", "3"], [{"A": 2}, {"1": 1, "2": 1}].__getitem__, 2)


def test_a_new_file_leaves_out_and_names_what_the_program_does():
    schema = Schema((Column("shop", "category"), Column("n", "number")))
    lines = ["shop,n", *(f"{name},{at}" for at, name in enumerate("abcdef")), ",15", ","]
    table = CsvInput(io.StringIO("\n".join(lines)), schema)
    assert (table.rows, [one.rows for one in table.chunks()]) == (6, [6])
    assert any("total" in message and "15" in message for message in table.left_out)
    assert CsvInput(io.StringIO("shop,n\n,15\n"), schema).rows == 1
