"""The texts of the bins in the chart of the monitor."""

from __future__ import annotations

import pytest

from mlops_desktop.ui.panels.deploy.drift_card import bin_texts


@pytest.mark.parametrize(
    ("labels", "texts"),
    [
        (["missing", "< 2006", "2006 to 2007.5", "2007.5 to 2010", "> 2010"], ["missing", "< 2006", "2006", "2008", "> 2010"]),
        (["< 0.5", "0.5 to 4200", "> 4200"], ["< 0.5", "0.5", "> 4,200"]),
        (["< 2024-01-01", "2024-01-01 to 2025-02-01"], ["< 2024-01-01", "2024-01-01"]),
        (["unseen", "other", "= other", "= 5 to 9"], ["unseen", "other", "other", "5 to 9"]),
    ],
)
def test_years_have_no_marks_and_levels_stay_as_they_are(qapp, labels, texts):
    assert list(bin_texts(labels).values()) == texts
