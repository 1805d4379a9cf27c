"""Cells of several types as texts."""

from __future__ import annotations

import datetime

from mlops_desktop.base.mixed_cells import canonical_texts


def test_mixed_cells_become_texts_and_collisions_are_kept():
    texts, mixed = canonical_texts(
        [1, "1", 2.0, "two", True, "true", None, float("nan"), datetime.datetime(2001, 2, 3), datetime.time(14, 5)]
    )
    assert texts == ["1", "1", "2", "two", "true", "true", "", "", "2001-02-03", "14:05:00"]
    assert mixed == ("1", "true")
