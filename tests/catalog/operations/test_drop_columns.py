"""Columns of any kind go; what stays is untouched."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.operations.drop_columns import DropColumns
from tests.frames import BINARY, assert_same, make_frame, run

FRAME = make_frame({"a": [1, 2], "b": [3, 4]}, {"c": ["x", None]}, {"d": ["2020-01-01", None]}, {"s": [1, 0], "t": [0, 2]})


def test_columns_of_every_kind_go():
    left = make_frame({"b": [3, 4]}, sparse={"t": [0, 2]})
    assert_same(run(DropColumns(columns=("a", "c", "d", "s")), FRAME), left)


def test_a_whole_sparse_block_goes():
    assert run(DropColumns(columns=("s", "t")), FRAME).sparse == ()


def test_a_step_without_a_column_is_refused():
    with pytest.raises(UserError, match="no column chosen"):
        DropColumns().fit(Dataset(FRAME, BINARY), Silent())
