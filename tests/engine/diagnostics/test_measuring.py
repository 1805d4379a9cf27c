"""The facts of a trained run: measured once, without use of the held-out test set; clean data passes and planted faults are found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.diagnostics import check_facts, run_checks, stored_facts
from mlops_desktop.engine.process import ListQuestions
from mlops_desktop.engine.questions import ACCEPT, answer_question, open_questions
from mlops_desktop.engine.training import open_chosen
from simulations.checks import FAULTS, checked, clean, planted


def test_the_bundled_sample_passes_and_its_facts_are_measured_once(trained, copy_of):
    made = copy_of(trained)
    chosen = open_chosen(made.pipeline, made.runs, Silent())
    before = made.runs.test_accesses(made.pipeline.keys.split)
    facts = check_facts(chosen, Silent())
    found = run_checks(facts, made.project, ())
    assert {one.id: one.message for one in found if one.verdict != "passed"} == {}
    assert len(found) >= 10
    assert made.runs.test_accesses(made.pipeline.keys.split) == before
    assert stored_facts(made.pipeline, chosen.run) == facts == check_facts(chosen, Silent())
    assert facts.parts.train + facts.parts.test == len(made.pipeline.kept_rows)
    assert sum(one.train for one in facts.classes) == facts.parts.train
    assert facts.folds.scores == pytest.approx(chosen.run.fold_scores)
    assert facts.scores.valid == pytest.approx(chosen.run.score)
    assert facts.levels == 5  # three islands, two sexes


def test_the_queue_of_a_trained_project_holds_its_doubts_and_an_accepted_one_is_closed(trained, copy_of):
    made = copy_of(trained)
    chosen = open_chosen(made.pipeline, made.runs, Silent())
    facts = check_facts(chosen, Silent())
    store, key = made.pipeline.store, made.pipeline.keys.checks(chosen.run.id)
    store.remove([key])
    store.put_value(key, replace(facts, parts=replace(facts.parts, test=20)))
    asked = f"check.test_rows.{made.pipeline.keys.split[:8]}"
    found = {one.id: one for one in ListQuestions(made.folder, made.project).run(Silent())}
    assert [one for one in found if one.startswith("check.")] == [asked]
    assert found[asked] in open_questions(tuple(found.values()))
    decided = answer_question(made.project, found[asked], ACCEPT, "There are no more.")
    again = {one.id: one for one in ListQuestions(made.folder, decided).run(Silent())}
    assert not again[asked].open
    untrained = [one.id for one in ListQuestions(made.folder, replace(made.project, seed=99)).run(Silent())]
    assert not [one for one in untrained if one.startswith("check.")]


def test_the_queue_fits_no_model_and_asks_about_one_that_cannot_be_checked(trained, copy_of):
    made = copy_of(trained)
    run, store, keys = open_chosen(made.pipeline, made.runs, Silent()).run, made.pipeline.store, made.pipeline.keys

    def asked() -> list[str]:
        return [one.id for one in ListQuestions(made.folder, made.project).run(Silent()) if one.id.startswith("check.")]

    store.remove([keys.checks(run.id)])
    made.runs.record(replace(run, algorithm={"id": "unknown", "params": {}}, candidate=None))
    assert asked() == [f"check.unchecked.{run.short}"]
    store.remove([keys.model(run.id), keys.scorer(run.id)])
    assert asked() == []
    assert keys.model(run.id) not in store


@pytest.mark.parametrize(("kind", "algorithm"), [("numbers", "ridge"), ("binary", "logistic")])
def test_clean_tables_pass(kind, algorithm):
    found = checked(clean(kind)(np.random.default_rng(5), 200), algorithm)
    assert [one.id for one in found if one.verdict != "passed"] == []


def test_with_few_groups_in_a_fold_the_scores_of_all_rows_are_compared():
    found = {one.id: one.verdict for one in checked(clean("groups")(np.random.default_rng(5), 200), "ridge")}
    assert "folds" not in found
    assert {id_ for id_, verdict in found.items() if verdict != "passed"} == {"test_rows"}  # fewer than ten groups
    assert {"baseline", "overfit", "suspicious"} <= set(found)


@pytest.mark.parametrize("fault", ["baseline", "leaks", "suspicious", "subgroups"])
def test_a_planted_fault_is_found(fault):
    found = {one.id: one for one in checked(planted(fault)(np.random.default_rng(6), 400), FAULTS[fault])}
    assert found[fault].verdict != "passed"
    if fault == "subgroups":
        assert "“Bonn”" in found[fault].message
    if fault == "leaks":
        assert found[fault].asked == ("finding.leak.closed",)
    if fault == "suspicious":
        assert found[fault].fixes[0][1] == {"role": {"code": "ignore"}}


def test_the_baseline_of_the_squared_errors_knows_no_row_of_the_fold_that_it_answers(trained):
    chosen = open_chosen(trained.pipeline, trained.runs, Silent())
    target = trained.pipeline.train.target
    hits = np.eye(len(target.classes))[target.values]
    by_fold = np.concatenate([hits[valid] - hits[learned].mean(axis=0) for learned, valid in trained.pipeline.folds])
    knowing = hits - hits.mean(axis=0)
    found = check_facts(chosen, Silent()).lift.baseline
    assert found == pytest.approx(float(np.mean((by_fold**2).sum(axis=1))), rel=1e-12)
    assert found > float(np.mean((knowing**2).sum(axis=1)))
