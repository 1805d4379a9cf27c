"""Where steps belong, and which are there already."""

from __future__ import annotations

import pytest

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.recipe import covers, place_for, place_of_proposal, starter
from mlops_desktop.engine.pipeline.recommended import operation
from mlops_desktop.engine.project.decisions import Step


def steps(*ids: str) -> list[Step]:
    needed = {"formula": {"name": "x", "formula": "1"}, "drop_columns": {"columns": ["a"]}}
    return [Step(operation(id_, **needed.get(id_, {}))) for id_ in ids]


@pytest.mark.parametrize(
    ("there", "new", "place"),
    [
        ((), "scale", 0),
        (("one_hot", "impute_numbers", "scale"), "formula", 0),
        (("date_parts", "one_hot", "scale"), "formula", 1),
        (("date_parts", "one_hot", "scale"), "drop_columns", 1),
        (("date_parts", "one_hot", "scale"), "clip", 3),
        (("date_parts", "one_hot", "scale", "select_variance"), "clip", 3),
        (("one_hot", "scale", "select_variance"), "select_importance", 3),
        (("select_variance",), "scale", 0),
        (("formula",), "one_hot", 1),
    ],
)
def test_a_new_step_goes_where_its_columns_are(there, new, place):
    assert place_for(steps(*there), steps(new)[0].component) == place


def test_proposals_keep_their_order():
    proposed = [step.component for step in steps("date_parts", "one_hot", "impute_numbers", "scale")]
    assert place_of_proposal(steps("one_hot", "scale"), proposed[2], proposed) == 1
    assert place_of_proposal(steps("one_hot", "scale"), proposed[0], proposed) == 0
    assert place_of_proposal(steps("formula"), proposed[1], proposed) == 1


def test_a_step_covers_a_proposal_of_the_same_columns():
    assert covers(operation("one_hot"), operation("one_hot", columns=["a"]))
    assert covers(operation("one_hot", columns=["a", "b"]), operation("one_hot", columns=["b"]))
    assert not covers(operation("one_hot", columns=["a"]), operation("one_hot", columns=["b"]))
    assert not covers(operation("scale"), operation("impute_numbers"))


@pytest.mark.parametrize("member", [*choices().operations.values(), *choices().row_filters.values()], ids=lambda member: member.id)
def test_every_step_has_an_initial_form(member):
    initial, open_ = starter(member)
    assert isinstance(initial, member)
    assert open_ == {"formula": ("formula",), "filter_rows": ("condition",)}.get(member.id, ())
