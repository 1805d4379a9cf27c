"""Weights of rows: what cannot be used is refused before a run, and they count in scores, threshold, baseline and evaluation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as sk

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.diagnostics import check_facts
from mlops_desktop.engine.evaluation import evaluate_file, out_of_fold_evaluation
from mlops_desktop.engine.pipeline.keys import Keys
from mlops_desktop.engine.pipeline.results import RESULTS, WEIGHTED
from mlops_desktop.engine.pipeline.row_weights import refuse_unweighted_class
from mlops_desktop.engine.project.decisions import ColumnNote
from mlops_desktop.engine.training import open_chosen, out_of_fold, search
from tests.engine.conftest import make_project

ROWS = 160


@pytest.fixture(scope="module")
def weighted(tmp_path_factory):
    """A table of two classes with a column of weights, trained once."""
    rng = np.random.default_rng(0)
    x, weight = rng.normal(size=ROWS), rng.integers(1, 9, ROWS)
    truth = np.where(x + rng.normal(size=ROWS) > 0.3, "yes", "no")
    lines = [f"{a:.4f},{c},{b}" for a, b, c in zip(x, weight, truth, strict=True)]
    folder = tmp_path_factory.mktemp("weighted")
    (folder / "t.csv").write_text("\n".join(["x,y,w", *lines]), encoding="utf-8")
    made = make_project(folder / "p", folder / "t.csv", "y", ("logistic",), columns={"w": ColumnNote(role="weight")}, metric="accuracy")
    search(made.pipeline, made.runs, Silent())
    return made


def test_they_count_in_the_scores_of_the_folds_and_in_the_evaluation(weighted):
    pipeline = weighted.pipeline
    chosen = open_chosen(pipeline, weighted.runs, Silent())
    rows, scores = out_of_fold(pipeline, chosen.candidate)
    part = pipeline.train.take(rows)
    first = len(pipeline.folds[0][1])
    by_hand = sk.accuracy_score(part.target.values[:first], scores[:first].argmax(axis=1), sample_weight=part.weights[:first])
    assert chosen.run.fold_scores[0] == pytest.approx(by_hand)
    found = out_of_fold_evaluation(chosen, Silent())
    assert found.metric("roc_auc").value == pytest.approx(sk.roc_auc_score(part.target.values, scores[:, 1], sample_weight=part.weights))
    truth, weights = pipeline.train.target.values, pipeline.train.weights
    shares = [(scored, np.average(truth[trained_on], weights=weights[trained_on])) for trained_on, scored in pipeline.folds]
    errors = [np.average((truth[scored] - share) ** 2, weights=weights[scored]) for scored, share in shares]
    assert found.metric("neg_brier_score").baseline == pytest.approx(-np.mean(errors))
    assert found.effective_rows == pytest.approx(part.weights.sum() ** 2 / (part.weights**2).sum())
    facts = check_facts(chosen, Silent())
    assert facts.weights.effective == pytest.approx(found.effective_rows)
    assert facts.folds.scores == pytest.approx(chosen.run.fold_scores)


def test_they_count_in_another_file_too_and_a_note_says_where_they_are_absent(weighted, tmp_path):
    chosen = open_chosen(weighted.pipeline, weighted.runs, Silent())
    file = weighted.folder.parent / "t.csv"
    assert evaluate_file(chosen, str(file), Silent()).effective_rows < ROWS
    lines = [line.rpartition(",")[0] for line in file.read_text(encoding="utf-8").splitlines()]
    (tmp_path / "bare.csv").write_text("\n".join(lines), encoding="utf-8")
    found = evaluate_file(chosen, str(tmp_path / "bare.csv"), Silent())
    assert found.effective_rows is None
    assert "The file has no column “w”, so all of its rows count alike." in found.notes


def test_a_project_with_weights_has_other_runs_than_an_earlier_version_made_and_no_other_has(weighted, monkeypatch):
    candidate, without = weighted.candidates[0], replace(weighted.project, columns={})
    before = [(Keys(one).run(candidate), Keys(one).board) for one in (weighted.project, without)]
    for name in ("run", "board"):
        monkeypatch.setitem(
            RESULTS, name, replace(RESULTS[name], decisions=tuple(one for one in RESULTS[name].decisions if one != WEIGHTED))
        )
    after = [(Keys(one).run(candidate), Keys(one).board) for one in (weighted.project, without)]
    assert before[0][0] != after[0][0]
    assert before[0][1] != after[0][1]
    assert before[1] == after[1]


@pytest.mark.parametrize("w", ["-1", "", "inf", "many"])
def test_weights_that_are_no_numbers_from_0_on_are_refused_before_the_first_trial(tmp_path, w):
    lines = [f"{i % 7},{'yes' if i % 3 else 'no'},{w if i == 5 else 1 + i % 4}" for i in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["x,y,w", *lines]), encoding="utf-8")
    made = make_project(tmp_path / "p", tmp_path / "t.csv", "y", ("logistic",), columns={"w": ColumnNote(role="weight")})
    with pytest.raises(UserError, match="weights in “w” must be numbers"):
        search(made.pipeline, made.runs, Silent())
    assert made.runs.history() == []


def test_a_class_whose_rows_all_have_the_weight_0_is_refused_before_the_first_trial(tmp_path):
    lines = [f"{i % 7},{'yes' if i % 3 else 'no'},{int(i % 3 > 0)}" for i in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["x,y,w", *lines]), encoding="utf-8")
    made = make_project(tmp_path / "p", tmp_path / "t.csv", "y", ("logistic",), columns={"w": ColumnNote(role="weight")})
    with pytest.raises(UserError, match="All training rows of class “no” have the weight 0"):
        search(made.pipeline, made.runs, Silent())
    assert made.runs.history() == []


def test_classes_that_count_are_not_refused(trained):
    refuse_unweighted_class(trained.pipeline.train, "")
