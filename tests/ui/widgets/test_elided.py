"""Names that are elided to the available width."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetrics

from mlops_desktop.ui import theme
from mlops_desktop.ui.widgets.elided import elided_name, elided_names

LONG = "how satisfied were you with our staff [41] = certainly, and would do so again"


@pytest.fixture
def metrics(qapp) -> QFontMetrics:
    return QFontMetrics(theme.font("small"))


def test_what_fits_is_left_alone(metrics):
    assert elided_name(metrics, "tenure = 3", 500) == "tenure = 3"


@pytest.mark.parametrize("available", [90, 140, 220])
def test_both_sides_of_a_level_keep_what_shows_them_from_others(metrics, available):
    text = elided_name(metrics, LONG, available)
    column, level = text.split(" = ")
    assert metrics.horizontalAdvance(text) <= available + 2
    assert column.startswith("h")
    assert column.endswith("]")
    assert level.startswith("c")


def test_a_short_level_leaves_its_width_to_the_column(metrics):
    text = elided_name(metrics, "how satisfied were you with our staff [41] = no", 160)
    assert text.endswith(" = no")
    assert metrics.horizontalAdvance(text) > 130


def test_names_of_a_list_stay_different(metrics):
    names = ["tissue", *(f"expression of the gene {at} in the sample" for at in range(3))]
    found = elided_names(metrics, names, 100)
    assert found[0] == "tissue"
    assert [f"gene {at}" in text for at, text in enumerate(found[1:])] == [True] * 3
    assert all(metrics.horizontalAdvance(text) <= 100 for text in found)
    assert elided_names(metrics, names[:2], 100)[1] == elided_name(metrics, names[1], 100)
