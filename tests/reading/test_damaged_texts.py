"""A character that is damaged is reported, whatever the file is and wherever the damage happened, in the program and in a bundle."""

from __future__ import annotations

import io

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import load_cells
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.serving.csv_io import CsvInput, decoded
from mlops_desktop.serving.schema import Column, Schema
from tests.reading.table_case import written


@pytest.mark.parametrize(
    ("data", "ending", "rule"),
    [
        ("a,b\nx,1\ny\ufffdy,2\n".encode(), ".csv", "damaged"),
        (b'[{"a": "x\\ud800", "b": 1}, {"a": "y", "b": 2}]', ".json", "damaged"),
        (b"a,b\n" + "Köln,1\nMünchen,2\n".encode() * 20 + b"K\xf6ln,3\n", ".csv", "encoding"),
    ],
    ids=["before it was saved", "half of a pair", "one byte"],
)
def test_a_damaged_cell_is_reported_once(data, ending, rule, tmp_path):
    cells = load_cells(written(tmp_path, data, f"x{ending}"), None, Silent())[1]
    found = [*cells.notes, *type_cells(cells, {}, Silent()).evidence]
    assert [one.rule for one in found if one.rule in ("damaged", "encoding")] == [rule]


def test_a_bundle_reports_it_without_the_cell():
    schema = Schema((Column("a", "text"), Column("b", "number")))
    table = CsvInput(decoded(io.BytesIO(b"a,b\nK\xf6ln \xc3\xb6,3\n"), schema)[0], schema)
    assert ["damaged" in note and "“a”" in note for note in table.notes] == [True]
    clean = CsvInput(decoded(io.BytesIO("a,b\nKöln,3\n".encode()), schema)[0], schema)
    assert clean.notes == ()
