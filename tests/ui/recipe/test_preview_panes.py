"""What the panes say of one change, from plain answers."""

from __future__ import annotations

from mlops_desktop.ui.recipe.preview_panes import after_text, before_text

NUMBER = {"kind": "number", "edges": [0.0, 1.0, 2.0], "counts": [3, 1], "missing": 1, "distinct": 4}
CATEGORICAL = {"kind": "categorical", "names": ["a", "b"], "counts": [3, 2], "missing": 0, "distinct": 2}
MANY = {"kind": "many", "names": ["a", "b"], "counts": [3, 2], "missing": 0, "distinct": 12}


def group(before=None, after=None, tells=None):
    return {"name": "age", "before": before, "after": after, "tells": tells}


def test_a_changed_column_is_shown_before_and_after():
    before, after = before_text(group(NUMBER, NUMBER)), after_text(group(NUMBER, NUMBER))
    assert (before.title, before.stat, before.tone) == ("age", "1 missing", "warn")
    assert after.title == "→ after"
    assert list(after.edges) == [0.0, 1.0, 2.0]


def test_a_column_that_goes_shows_it():
    gone = after_text(group(CATEGORICAL))
    assert gone.title == "→ taken out"
    assert not gone.groups
    assert gone.note


def test_many_made_columns_are_counted():
    assert after_text(group(CATEGORICAL, MANY)).title.startswith("→ 12 column")
    assert list(after_text(group(CATEGORICAL, MANY)).names) == ["a", "b"]


def test_a_new_column_shows_how_it_goes_with_the_target():
    made = after_text(group(None, NUMBER, 0.314))
    assert (made.title, made.stat, made.tone) == ("age", "0.31 with target", "accent")
    assert after_text(group(None, NUMBER)).stat == "1 missing"
