"""Moments of rows: one column as it is; several ordered from coarse to fine, months by name too."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.data.row_moments import moments
from mlops_desktop.serving.frame import MISSING_DATE
from tests.frames import make_frame

FRAME = make_frame({"year": [2020.0, 2021, 2020, 2020, None], "day": [3.0, 1, 3, 1, 1]}, {"month": ["May", "January", "may", "12", "1"]})


def test_several_columns_are_ranked_from_coarse_to_fine():
    ranks = moments(FRAME, ("year", "month", "day"))
    assert ranks.tolist() == [0, 2, 0, 1, MISSING_DATE]
    assert moments(FRAME, ("day",)).tolist() == [3, 1, 3, 1, 1]


def test_texts_that_are_no_months_are_refused():
    frame = make_frame({"year": [2020.0, 2021]}, {"month": ["May", "spring"]})
    for names in (("year", "month"), ("month",)):
        with pytest.raises(UserError, match="“month” holds neither dates nor numbers"):
            moments(frame, names)
