"""The card of a whole file: the first rows of a file of predictions."""

from __future__ import annotations

import csv

from mlops_desktop.ui.panels.app.batch_card import MOST_CHARACTERS, first_rows


def test_the_first_rows_of_a_file_with_a_long_text(tmp_path):
    out = tmp_path / "predictions.csv"
    with out.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "text", "prediction"], ["1", "x" * 200_000, "yes, and\nno"], ["2", 'a "b"', "no"]])
    limit = csv.field_size_limit(131_072)
    try:
        titles, rows = first_rows(out, 2)
    finally:
        csv.field_size_limit(limit)
    assert titles == ["id", "text", "prediction"]
    assert rows == [["1", "x" * MOST_CHARACTERS, "yes, and\nno"], ["2", 'a "b"', "no"]]
