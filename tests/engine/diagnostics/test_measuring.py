"""The facts of a trained run: measured once, without use of the held-out test set; clean data passes and planted faults are found."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.diagnostics import check_facts, run_checks, stored_facts
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


@pytest.mark.parametrize(("kind", "algorithm"), [("numbers", "ridge"), ("binary", "logistic")])
def test_clean_tables_pass(kind, algorithm):
    found = checked(clean(kind)(np.random.default_rng(5), 200), algorithm)
    assert [one.id for one in found if one.verdict != "passed"] == []


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
