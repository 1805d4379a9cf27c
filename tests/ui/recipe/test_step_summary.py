"""A step in one line: its columns, how it works, and what is not as it begins."""

from __future__ import annotations

import pytest

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.recipe import starter
from mlops_desktop.engine.pipeline.recommended import operation
from mlops_desktop.ui.recipe.step_summary import kinds_icon, names, step_summary


def test_columns_then_how_then_what_is_changed():
    assert step_summary(operation("impute_numbers")) == "All that fit · Median"
    assert step_summary(operation("impute_numbers", columns=["a"], strategy="mean", missing_flag=True)).startswith(
        "a · Mean · Add a column"
    )
    assert step_summary(operation("formula", name="x", formula="a\n + b")) == "x · a + b"
    assert step_summary(operation("clip", fence=3.0)) == "All that fit · Interquartile range · Interquartile ranges: 3"


def test_a_few_names_are_listed():
    assert names(["a", "b", "c"]) == "a, b, c"
    assert names(list("abcde")) == "a, b, c and 2 more"


@pytest.mark.parametrize("member", [*choices().operations.values(), *choices().row_filters.values()], ids=lambda member: member.id)
def test_every_member_has_a_line_and_an_icon(member):
    assert "\n" not in step_summary(starter(member)[0])
    assert kinds_icon(member)
