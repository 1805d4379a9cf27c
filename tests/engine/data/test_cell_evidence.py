"""What cannot be read is named with its rows."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.engine.data.cell_evidence import example_evidence, mask, unreadable_evidence
from mlops_desktop.serving.schema import Column
from tests.imported import raw_of


def test_one_and_many():
    raw = raw_of("x", pd.Series(["1", "a", "b", "a", *"cdefg"], dtype="str"))
    one = unreadable_evidence(raw, Column("x", "number"), np.array([text == "b" for text in raw.texts]))
    assert one.message == "1 cell cannot be read as a number and counts as missing: “b” in row 3."
    many = unreadable_evidence(raw, Column("x", "date"), np.array([text != "1" for text in raw.texts]))
    assert many.message == "8 cells cannot be read as a date and count as missing: “a”, “b”, “c” in rows 2, 3, 4, 5, 6 …."
    assert many.rows == (2, 3, 4, 5, 6, 7, 8, 9)


def test_typed_cells_have_no_text():
    raw = raw_of("x", pd.Series([0.5, 1.0]))
    assert "values of another type" in unreadable_evidence(raw, Column("x", "boolean"), np.array([True, False])).message


def test_examples_of_some_cells():
    raw = raw_of("x", pd.Series(["1", "a", "b", "a"], dtype="str"))
    some = mask(np.ones(3, dtype=bool), [1, 2])
    assert raw.count(some) == 3
    found = example_evidence(raw, "rule", "Row {row} = {cell} and {more}: {shown}.", some, more="more")
    assert found.message == "Row 2 = a and more: “a”, “b” in rows 2, 3, 4."
    assert found.rows == (2, 3, 4)


def test_as_json():
    evidence = Evidence("x", "type", "words", (1, 2))
    assert json.loads(json.dumps(evidence.to_json())) == {"column": "x", "rule": "type", "message": "words", "rows": [1, 2]}
