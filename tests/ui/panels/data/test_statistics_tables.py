"""How values of a column are written in the statistics."""

from __future__ import annotations

import pytest

from mlops_desktop.engine.profiling import ColumnProfile
from mlops_desktop.ui.panels.data.statistics_tables import value_text


@pytest.mark.parametrize(
    ("ends", "value", "text"), [((1950, 2001), 1968.5, "1968"), ((1950, 2001), 14.2, "14.2"), ((900, 5000), 1968, "1,968")]
)
def test_thousands_of_years_are_not_set_apart(qapp, ends, value, text):
    born = ColumnProfile("born", "integer", "", "", 0, 50, min=ends[0], max=ends[1])
    assert value_text(value, born) == text
