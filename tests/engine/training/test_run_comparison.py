"""What a run is named by: what differs from the defaults and from the first run of its algorithm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.candidate import Candidate, Combination
from mlops_desktop.engine.training.run_comparison import first_runs, pipeline_differences, run_differences
from mlops_desktop.engine.training.runs import Run

OPERATIONS, ENCODINGS = choices().operations, choices().encodings
BINS, SCALE = OPERATIONS["bins"](count=6), OPERATIONS["scale"]()
TREE = Candidate((SCALE, BINS), ENCODINGS["as_it_is"](), choices().algorithms.read({"id": "decision_tree", "params": {"max_depth": 3}}))
BALANCE = choices().samplers["class_balance"]()


def run(candidate: Candidate | Combination, number: int = 2) -> Run:
    part = candidate.ensemble if isinstance(candidate, Combination) else candidate.algorithm
    return Run(
        id=f"{number:032x}", key="k", number=number, algorithm=part.to_json(), algorithm_id=candidate.id, label=candidate.label,
        metric="roc_auc", status="done", candidate=candidate.to_json(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("candidate", "named"),
    [
        (TREE, []),
        (replace(TREE, steps=(SCALE, replace(BINS, count=7, method="equal_width"))), ["Bins: strategy Equal width, number of ranges 7"]),
        (replace(TREE, steps=(SCALE, BINS, OPERATIONS["bins"]())), ["Bins"]),
        (replace(TREE, steps=(BINS,)), [f"without {SCALE.label}"]),
        (replace(TREE, sampler=BALANCE), [BALANCE.label]),
        (replace(TREE, encoding=ENCODINGS["ordinal_codes"]()), [ENCODINGS["ordinal_codes"].label]),
    ],
)
def test_parts_of_the_pipeline_are_named_where_they_differ(candidate, named):
    assert pipeline_differences(run(candidate), run(TREE, 1)) == named
    assert run_differences(run(candidate), run(TREE, 1)) == ["maximum depth 3", *named]


def test_a_part_that_only_the_first_run_has_is_missed():
    assert pipeline_differences(run(TREE), run(replace(TREE, sampler=BALANCE), 1)) == [f"without {BALANCE.label}"]


def test_the_first_trial_of_each_algorithm_is_compared_with():
    logistic = replace(TREE, algorithm=choices().algorithms["logistic"]())
    runs = [run(TREE, 3), run(logistic, 2), run(TREE, 1)]
    assert {id_: one.number for id_, one in first_runs(runs).items()} == {"decision_tree": 1, "logistic": 2}


def test_records_that_hold_no_pipeline_name_the_algorithm_alone():
    old = replace(run(TREE), candidate=None)
    assert run_differences(old, run(TREE, 1)) == ["maximum depth 3"]
    unknown = replace(run(TREE), algorithm={"id": "gone", "version": 1, "params": {}}, algorithm_id="gone")
    assert run_differences(unknown, unknown) == []
    blend = Combination(choices().ensembles["weighted_mean"](), (TREE, TREE))
    assert run_differences(run(blend), run(blend, 1)) == []
