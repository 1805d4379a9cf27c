"""Limits of detection: the number that they name, and a flag for the side of it."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.operations.limits_of_detection import LimitsOfDetection
from tests.frames import BINARY, make_frame, run, table

FRAME = make_frame({}, {"crp": ["<0,5", "1.200,5", "> 200", None, "n.d.", "≤ 3 mg/l"], "zn": ["5", ">=7", "<1", "2.5", "3", "x"]})


def test_limits_are_numbers_with_a_flag():
    made = table(run(LimitsOfDetection(columns=("crp",), decimal="comma", thousands="point", marks=("mg/l",)), FRAME))
    assert made["crp value"] == [0.5, 1200.5, 200, None, None, 3]
    assert made["crp limit"] == [-1, 0, 1, None, None, -1]
    assert "crp" not in made


def test_columns_stay_on_request():
    made = table(run(LimitsOfDetection(columns=("zn", "crp"), keep=True), FRAME))
    assert made["zn value"] == [5, 7, 1, 2.5, 3, None]
    assert made["zn limit"] == [0, 1, -1, 0, 0, None]
    assert {"zn", "crp", "crp value", "crp limit"} <= made.keys()


def test_a_column_is_needed():
    with pytest.raises(UserError, match="has no column"):
        LimitsOfDetection().fit(Dataset(FRAME, BINARY), Silent())
