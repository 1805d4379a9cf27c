"""Every check on facts that it passes, doubts or fails; its question, and what accepting it does."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.diagnostics.check import CheckResult
from mlops_desktop.engine.diagnostics.facts import (
    CheckFacts,
    ClassSizes,
    Comparison,
    Dominance,
    FoldVariation,
    PartSizes,
    Scores,
    Subgroup,
    TargetShift,
    WeightFacts,
)
from mlops_desktop.engine.diagnostics.from_checks import check_questions
from mlops_desktop.engine.diagnostics.registry import CHECKS, run_checks
from mlops_desktop.engine.evaluation import MetricResult
from mlops_desktop.engine.pipeline import Keys
from mlops_desktop.engine.project import Answer, Project, from_json, to_json
from mlops_desktop.engine.questions import ACCEPT, answer_question, open_questions, questions
from mlops_desktop.engine.questions.queue import Overview
from tests.imported import cells_of

PROJECT = Project(target="y", task="binary", positive="yes", metric="roc_auc")
BETTER = Comparison(160, 0.2, 0.4, p_better=0.001, p_worse=0.999)
WORSE = Comparison(40, 0.5, 0.4, p_better=0.9999, p_worse=0.0001)
CLEAN = CheckFacts(
    run="0123456789abcdef",
    task="binary",
    metric="roc_auc",
    parts=PartSizes(160, 40, "rows", 160, 40),
    classes=(ClassSizes("yes", 60, 15), ClassSizes("no", 100, 25)),
    shifts=(TargetShift(0, 40, 0.02, 0.8), TargetShift(1, 32, 0.2, 0.3)),
    folds=FoldVariation((0.8, 0.85, 0.82), (0.03, 0.03, 0.03), 0.4),
    scores=Scores(0.9, 0.83, 0.02, 0.5, 1.0),
    lift=BETTER,
    subgroups=(Subgroup("city", "Rome", replace(BETTER, p_worse=0.2)),),
    levels=12,
    weights=WeightFacts("w", 160, 120.0),
)
USES = ("01234567", "01234567", "")
FAULTS = {
    "baseline": (
        {"lift": Comparison(160, 0.39, 0.4, p_better=0.3, p_worse=0.7), "scores": Scores(0.54, 0.51, 0.02, 0.5, 1.0)},
        {"lift": Comparison(160, 0.5, 0.4, p_better=0.9, p_worse=0.1), "scores": Scores(0.5, 0.48, 0.02, 0.5, 1.0)},
    ),
    "suspicious": ({}, {"scores": Scores(1.0, 0.99, 0.001, 0.5, 1.0), "dominant": Dominance("code", 0.95)}),
    "leaks": ({}, {"leaks": ("code",), "leak_questions": ("finding.leak.code",)}),
    "overfit": ({"scores": Scores(1.0, 0.58, 0.02, 0.5, 1.0)}, {"scores": Scores(1.0, 0.4, 0.02, 0.5, 1.0)}),
    "folds": ({"folds": FoldVariation((0.6, 0.95, 0.82), (0.03, 0.03, 0.03), 1e-6)}, {}),
    "subgroups": ({"subgroups": (Subgroup("city", "Bonn", WORSE),)}, {}),
    "target_shift": ({"shifts": (TargetShift(0, 400, 0.15, 1e-6),)}, {"shifts": (TargetShift(2, 400, 0.4, 1e-9),)}),
    "test_rows": (
        {"classes": (ClassSizes("yes", 60, 8), ClassSizes("no", 100, 25))},
        {"parts": PartSizes(30, 8, "rows", 30, 8), "classes": ()},
    ),
    "class_rows": (
        {"classes": (ClassSizes("yes", 12, 15), ClassSizes("no", 100, 25))},
        {"classes": (ClassSizes("yes", 3, 15), ClassSizes("no", 100, 25))},
    ),
    "test_accesses": ({"measured": (*USES, "abcdef01")}, {}),
    "positive": ({"positive_doubtful": True}, {}),
    "weights": ({"weights": WeightFacts("w", 160, 9.0)}, {}),
}


def found(project: Project = PROJECT, measured=USES, **changes: object) -> dict[str, CheckResult]:
    return {one.id: one for one in run_checks(replace(CLEAN, **changes), project, measured)}


def test_an_error_larger_than_the_baselines_is_worded_as_larger():
    """Without a score: the sentence is that of the squared errors."""
    smaller, larger = (found(scores=None, lift=Comparison(160, at, 0.4, 0.001, 0.5))["baseline"].message for at in (0.3, 0.5))
    assert ("25% smaller than the baseline" in smaller, "25% larger than the baseline" in larger) == (True, True)


def test_all_pass_on_clean_facts_and_a_further_check_needs_a_case_here():
    results = found()
    assert {one.verdict for one in results.values()} == {"passed"}
    assert [one.id for one in CHECKS] == [*dict.fromkeys(one.id for one in CHECKS)]
    assert set(FAULTS) == {one.id for one in CHECKS} == set(results)
    assert list(check_questions(tuple(results.values()))) == []


@pytest.mark.parametrize("id_", FAULTS)
def test_a_fault_is_doubtful_or_failed_with_what_to_do_and_nothing_else_is(id_):
    for verdict, changes in zip(("doubtful", "failed"), FAULTS[id_], strict=True):
        if changes:
            results = found(**changes)
            assert results[id_].verdict == verdict
            assert results[id_].remedy.endswith(".")
            assert {one.id for one in results.values() if one.verdict != "passed"} == {id_}
            assert next(iter(results)) == id_  # the worst first


def test_noise_is_no_overfit_and_a_gap_is_none_where_the_validation_score_keeps_a_third():
    assert found(scores=Scores(1.0, 0.68, 0.02, 0.5, 1.0))["overfit"].verdict == "passed"
    assert found(scores=Scores(1.0, 0.58, 0.08, 0.5, 1.0))["overfit"].verdict == "passed"


def test_a_model_that_ranks_well_is_better_than_the_baseline_whatever_its_probabilities():
    assert found(lift=Comparison(160, 0.5, 0.4, p_better=0.9, p_worse=0.1))["baseline"].verdict == "passed"


@pytest.mark.parametrize(("value", "verdict"), [(0.272, "failed"), (0.5, "failed"), (0.7, "passed")])
def test_a_held_out_score_that_is_no_better_than_the_baseline_fails_what_cross_validation_passes(value, verdict):
    held_out = MetricResult("roc_auc", "ROC AUC", value, None, None, value, 0.5, "", "")
    baseline = next(one for one in run_checks(CLEAN, PROJECT, USES, held_out) if one.id == "baseline")
    assert baseline.verdict == verdict
    assert bool(baseline.remedy) == ("held-out test set" in baseline.message) == (verdict == "failed")


def test_parts_that_differ_by_chance_are_not_called_alike():
    passed = found(shifts=(TargetShift(0, 3, 0.84, 0.2),))["target_shift"]
    assert (passed.verdict, "84%" in passed.message, "alike" in passed.message) == ("passed", True, False)
    assert "alike" in found(shifts=(TargetShift(0, 40, 0.02, 0.8),))["target_shift"].message


def test_a_perfect_score_that_rests_on_several_columns_is_not_suspicious():
    assert found(scores=Scores(1.0, 0.999, 0.001, 0.5, 1.0), dominant=Dominance("a", 0.4))["suspicious"].verdict == "passed"


def test_an_accepted_doubt_carries_its_reason_and_one_of_another_model_is_asked_anew():
    overfit = FAULTS["overfit"][0]
    (question,) = check_questions([found(**overfit)["overfit"]])
    assert (question.id, question.weight, question.stage, question.open) == ("check.overfit.01234567", "warning", "evaluate", True)
    decided = answer_question(PROJECT, question, ACCEPT, "The forest is meant to.")
    assert found(decided, **overfit)["overfit"].accepted == "The forest is meant to."
    without = found(answer_question(PROJECT, question, ACCEPT), **overfit)["overfit"]
    assert (without.accepted, without.open) == ("", False)
    assert not found(decided, **overfit)["overfit"].open
    assert found(decided, run="ffffffffffff", **overfit)["overfit"].open
    few = FAULTS["test_rows"][0]
    (question,) = check_questions([found(**few)["test_rows"]])
    decided = answer_question(PROJECT, question, ACCEPT, "There are no more.")
    assert not found(decided, run="ffffffffffff", **few)["test_rows"].open
    assert found(replace(decided, target="another"), **few)["test_rows"].open


def test_accepted_weights_are_asked_anew_of_another_column():
    (question,) = check_questions([found(**FAULTS["weights"][0])["weights"]])
    decided = answer_question(PROJECT, question, ACCEPT, "They are meant so.")
    assert not found(decided, **FAULTS["weights"][0])["weights"].open
    assert found(decided, weights=WeightFacts("other", 160, 9.0))["weights"].open


def test_checks_are_in_the_queue_of_questions_and_their_fixes_are_decisions():
    further = list(check_questions(tuple(found(**FAULTS["suspicious"][1], **FAULTS["weights"][0]).values())))
    asked = questions(PROJECT, type_cells(cells_of({"y": ["a", "b"]}), {}, Silent()), Overview(160, (), (), (), {}), [], further=further)
    assert [one.id for one in open_questions(asked)] == ["check.suspicious.01234567", f"check.weights.{Keys(PROJECT).split[:8]}.w"]
    mended = answer_question(PROJECT, asked[0], "fix-1")
    assert mended.role("code") == "ignore"


def test_what_another_question_asks_is_accepted_there_and_asked_once():
    trained = {"leaks": ("code", "copy"), "leak_questions": ("finding.leak.code", "finding.leak.copy")}
    leaks = found(**trained)["leaks"]
    assert leaks.open
    assert (leaks.asked_in, found(positive_doubtful=True)["positive"].asked_in) == ("data", "problem")
    assert list(check_questions([leaks])) == []
    answers = {f"finding.leak.{name}": Answer(option=ACCEPT, reason="Known at once.") for name in ("code", "copy")}
    half = replace(PROJECT, answers=dict([*answers.items()][:1]))
    assert found(half, **trained)["leaks"].open
    assert found(replace(PROJECT, answers=answers), **trained)["leaks"].accepted == "Known at once."
    decided = replace(PROJECT, answers={"guess.positive.y": Answer(option=ACCEPT, reason="It is.")})
    assert found(decided, positive_doubtful=True)["positive"].verdict == "passed"


def test_what_does_not_apply_is_not_listed():
    numbers = replace(CLEAN, task="regression", metric="r2", classes=(), weights=None, folds=None, scores=None, lift=None, levels=0)
    project = Project(target="y", task="regression", metric="r2")
    assert [one.id for one in run_checks(numbers, project)] == ["leaks", "target_shift", "test_rows"]


def test_facts_and_results_are_plain_json():
    assert from_json(CheckFacts, json.loads(json.dumps(to_json(CLEAN)))) == CLEAN
    assert json.loads(json.dumps(to_json(run_checks(CLEAN, PROJECT))))[0]["verdict"] == "passed"
