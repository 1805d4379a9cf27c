from __future__ import annotations

import numpy as np
import pyarrow as pa

from mlops_desktop.engine.data import row_identity
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.row_identity import row_hashes


def hashes(**columns):
    return row_hashes(Cells(table=pa.table(columns)))


def test_a_row_is_known_by_its_cells_in_any_order_of_rows_and_columns():
    one = hashes(a=["1", "2", "", "2"], b=[0.5, None, 1.0, None])
    two = hashes(b=[1.0, None, 0.5, None, 7.0], a=["", "2", "1", "2", "1"])
    assert len(set(one.tolist())) == 4  # the second of two equal rows is another row
    assert set(one.tolist()) < set(two.tolist())


def test_another_cell_or_another_column_is_another_row():
    same = hashes(a=["1", "2"], b=["2", "1"])
    for other in (hashes(a=["1", "3"], b=["2", "2"]), hashes(a=["2", "1"], b=["2", "1"]), hashes(a=["1", "2"], c=["2", "1"])):
        assert not np.isin(same, other).all()


def test_a_further_column_leaves_rows_as_they_are_by_the_columns_from_before():
    before, further = {"a": ["1", "2", "2"], "b": [0.5, None, None]}, {"c": ["x", "y", "z"]}
    np.testing.assert_array_equal(row_hashes(Cells(table=pa.table({**further, **before})), ("a", "b")), hashes(**before))


def test_texts_are_hashed_alike_in_blocks_of_any_size(monkeypatch):
    texts = ["", "ä", "", "ab", "ba", "a" * 30, "\0", "\0\0", ""]
    whole = row_identity._text_hashes(pa.array(["x", *texts], pa.string())[1:])
    monkeypatch.setattr(row_identity, "BLOCK", 3)
    np.testing.assert_array_equal(row_identity._text_hashes(pa.array(texts, pa.string())), whole)
    assert len(set(whole.tolist())) == len(set(texts))
