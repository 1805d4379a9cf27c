"""What the panes say of one change, from plain answers."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from mlops_desktop.engine.pipeline.preview_results import ColumnChange, ColumnDistribution
from mlops_desktop.ui.recipe.preview_panes import ChangesPane, distribution, distribution_after

NUMBER = ColumnDistribution("number", (3, 1), missing=1, distinct=4, edges=(0.0, 1.0, 2.0))
CATEGORICAL = ColumnDistribution("categorical", (3, 2), missing=0, distinct=2, names=("a", "b"))
MANY = ColumnDistribution("many", (3, 2), missing=0, distinct=12, names=("a", "b"))


def test_a_changed_column_stands_on_both_sides():
    before, after = distribution("age", NUMBER), distribution_after(ColumnChange("age", NUMBER, NUMBER))
    assert (before.title, before.stat, before.tone) == ("age", "1 missing", "warn")
    assert after.title == "→ after"
    assert list(after.edges) == [0.0, 1.0, 2.0]


def test_a_column_that_goes_shows_it():
    gone = distribution_after(ColumnChange("age", CATEGORICAL, None))
    assert gone.title == "→ taken out"
    assert not gone.groups
    assert gone.note


def test_many_made_columns_are_counted():
    made = distribution_after(ColumnChange("age", CATEGORICAL, MANY))
    assert made.title.startswith("→ 12 column")
    assert list(made.names) == ["a", "b"]


def test_a_new_column_shows_how_it_goes_with_the_target():
    made = distribution_after(ColumnChange("age", None, NUMBER, 0.314))
    assert (made.title, made.stat, made.tone) == ("age", "0.31 with target", "accent")
    assert distribution_after(ColumnChange("age", None, NUMBER)).stat == "1 missing"


@pytest.mark.parametrize(
    ("start", "places"), [("a", [(0, 0, 1, 1), (0, 1, 1, 1)]), ("the date of the last visit", [(0, 0, 1, 2), (1, 0, 1, 2)])]
)
def test_new_columns_have_a_line_each_where_their_names_need_it(qtbot, start, places):
    pane = ChangesPane(SimpleNamespace(panel="engineer"))
    qtbot.addWidget(pane)
    pane.resize(360, 300)
    pane.show()
    pane._show_changes([ColumnChange(f"{start}: {part}", None, NUMBER) for part in ("year", "month")])
    assert [pane._grid.getItemPosition(at) for at in range(pane._grid.count())] == places
