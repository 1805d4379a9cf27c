"""Lists inside JSON records, and a page that is cut off: read as far as they go, and noted."""

from __future__ import annotations

import json

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import load_cells
from tests.reading.table_case import written


def test_lists_in_records_stay_texts_and_are_noted(tmp_path):
    records = [{"a": at, "tags": ["x", "y"] if at else None, "o": {"p": {"q": at}}} for at in range(4)]
    cells = load_cells(written(tmp_path, json.dumps(records), "x.json"), None, Silent())[1]
    assert cells.table.to_pylist()[1] == {"a": 1, "tags": '["x", "y"]', "o.p.q": 1}
    assert [(note.column, note.rule, note.message.split(";")[0]) for note in cells.notes] == [("tags", "nested", "3 cells hold lists")]


def test_lists_and_objects_in_rows_are_noted(tmp_path):
    cells = load_cells(written(tmp_path, json.dumps([["a", "b"], [1, {"c": 2}], [2, [3]]]), "x.json"), None, Silent())[1]
    assert cells.table.to_pylist() == [{"a": 1, "b": '{"c": 2}'}, {"a": 2, "b": "[3]"}]
    assert [(note.column, note.rule) for note in cells.notes] == [("b", "nested")]


def test_a_page_that_ends_inside_its_table_is_noted(tmp_path):
    page = "<table><tr><th>a<th>b" + "".join(f"<tr><td>x{at}<td>{at}" for at in range(4))
    cut = load_cells(written(tmp_path, page, "x.html"), None, Silent())[1]
    assert (cut.rows, [note.message for note in cut.notes]) == (
        4,
        ["The page ends inside the table: it may be cut off, and rows may be missing."],
    )
    assert load_cells(written(tmp_path, page + "</table>", "x.html"), None, Silent())[1].notes == ()
