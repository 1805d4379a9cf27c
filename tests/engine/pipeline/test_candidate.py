"""Candidates and combinations of them as plain JSON, also as older versions wrote them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.candidate import Candidate, Combination, read_candidate
from mlops_desktop.engine.project.decisions import Project, Step
from tests.explicit import explicit_recipe


def algorithm(id_, **params):
    return choices().algorithms.read({"id": id_, "params": params})


PROJECT = Project(**explicit_recipe())
LOGISTIC, TREE = Candidate.of(PROJECT, algorithm("logistic")), Candidate.of(PROJECT, algorithm("decision_tree", max_depth=3))
BLEND = Combination(choices().ensembles["weighted_mean"](counts=(3, 1)), (LOGISTIC, TREE))


def test_a_candidate_is_the_whole_pipeline():
    assert [step.id for step in TREE.steps] == ["one_hot", "impute_numbers", "scale"]
    assert TREE.encoding.id == "as_it_is"
    off = replace(PROJECT, steps=(Step(PROJECT.steps[0].component, on=False),), encodings={})
    assert Candidate.of(off, algorithm("lightgbm")) == Candidate((), choices().encodings["native_categories"](), algorithm("lightgbm"))
    pinned = replace(off, encodings={"lightgbm": choices().encodings["one_hot_scaled"](max_levels=7)})
    assert Candidate.of(pinned, algorithm("lightgbm")).encoding.max_levels == 7
    assert Candidate.of(pinned, algorithm("hist_gradient_boosting")).encoding.id == "native_categories"


@pytest.mark.parametrize("one", [LOGISTIC, TREE, BLEND])
def test_it_is_written_and_read(one):
    assert read_candidate(one.to_json(), Project()) == one
    assert one.identity() != replace(LOGISTIC, steps=()).identity()


def test_records_of_older_versions_take_steps_and_encodings_of_the_project():
    assert read_candidate(TREE.algorithm.to_json(), PROJECT) == TREE
    members = [LOGISTIC.algorithm.to_json(), TREE.algorithm.to_json()]
    old = {"id": "blend", "version": 1, "params": {"members": members, "counts": [3, 1]}}
    assert read_candidate(old, PROJECT) == BLEND
    assert (BLEND.label, BLEND.id) == ("Blend of 2 models", "weighted_mean")


@pytest.mark.parametrize(
    "record",
    [
        None,
        {"id": "nothing"},
        {"id": "blend", "params": {}},
        {"id": "blend", "params": {"members": [TREE.algorithm.to_json()], "counts": [1]}},
        {"ensemble": {"id": "weighted_mean"}, "members": [BLEND.to_json(), TREE.to_json()]},
        {"algorithm": {"id": "logistic"}},
    ],
)
def test_a_damaged_record_is_refused(record):
    with pytest.raises(UserError):
        read_candidate(record, PROJECT)
