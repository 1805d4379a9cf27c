"""Scores by time beside scores at random: found where neighbours in time are alike, silent where rows are independent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data import time_blocks
from mlops_desktop.engine.pipeline import Combination
from mlops_desktop.engine.profiling import TIME_ORDER, FindingKind, apply_fixes
from mlops_desktop.engine.project import Answer
from mlops_desktop.engine.training import split_comparison
from mlops_desktop.engine.training.model_search import search
from mlops_desktop.engine.training.ranking import ranked
from mlops_desktop.engine.training.results import OtherSplit
from mlops_desktop.engine.training.split_comparison import (
    TIME_MATTERS,
    _blocked,
    _clearly_greater,
    compare_splits,
    time_findings,
    with_time_findings,
)
from mlops_desktop.engine.training.split_scores import TIME_RULES, other_splits, splits_text
from mlops_desktop.engine.training.trials import Folds, run_trial
from simulations.planted import START, electricity
from tests.engine.conftest import Made, make_project
from tests.splitters import splitter


def trained(folder: Path, lines: list[str], split: str) -> Made:
    """A baseline and a tree on these lines, validated by this split."""
    folder.mkdir()
    file = folder / "table.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    kept = splitter(split, **({"column": "Date"} if split == "time" else {}))
    made = make_project(folder / "project", file, lines[0].split(",")[-1], ("baseline", "decision_tree"), split=kept)
    search(made.pipeline, made.runs, Silent())
    return made


def independent(rng: np.random.Generator, rows: int) -> list[str]:
    """A day, a number, and a target that hangs on the number alone."""
    x = rng.normal(size=rows)
    noise = rng.normal(size=rows)
    return ["Date,x,y", *(f"{START.year + i // 300}-01-{1 + i % 28:02},{x[i]:.4f},{x[i] + noise[i]:.4f}" for i in range(rows))]


def compared(made: Made) -> dict[str, OtherSplit]:
    """The other scores by the algorithm of their run."""
    count = compare_splits(made.pipeline, made.runs, Silent())
    board = made.runs.list(made.pipeline.keys.board)
    found = other_splits(made.pipeline.store, made.project, board)
    assert len(found) == count
    return {run.algorithm_id: found[run.id] for run in board if run.id in found}


def test_a_load_that_wanders_is_clearly_worse_by_time_and_the_split_by_time_mends_it(tmp_path):
    made = trained(tmp_path / "random", electricity(np.random.default_rng(0), 900), "random")
    found = compared(made)
    board = made.runs.list(made.pipeline.keys.board)
    own = {run.algorithm_id: run.score for run in board}
    tree = found["decision_tree"]
    assert tree.columns == ("Date",)
    assert tree.clearly_worse
    assert not tree.shuffled
    assert tree.score < 1.4 * own["decision_tree"] < 0
    assert not made.runs.test_accesses(made.pipeline.keys.split)
    (finding,) = time_findings(made.pipeline, board)
    assert "with rows drawn at random" in finding.message
    assert "by blocks of time (“Date”)" in finding.message
    assert apply_fixes(made.project, [finding]).split == splitter("time", column="Date")
    before = [TIME_ORDER.finding("warning", "Date", "", ""), FindingKind("leak", "").finding("high", "x", "", "")]
    assert [one.rule for one in with_time_findings(before, made.pipeline, board)] == ["time_matters", "leak"]
    accepted = made.pipeline.of(replace(made.project, answers={"finding.time_matters.Date": Answer(option="accept", reason="no")}))
    assert time_findings(accepted, board) == ()
    assert with_time_findings(before, accepted, board) == tuple(before)
    assert other_splits(made.pipeline.store, accepted.project, board) == {}


def test_a_slow_best_run_is_validated_by_fewer_folds_and_an_ensemble_by_its_members(tmp_path, monkeypatch):
    made = trained(tmp_path / "slow", electricity(np.random.default_rng(0), 600), "random")
    baseline, tree = (run.candidate_of(made.project) for run in made.runs.list(made.pipeline.keys.board))
    blend = Combination(choices().ensembles.read({"id": "weighted_mean", "params": {"counts": [3, 1]}}), (tree, baseline))
    run = run_trial(Folds(made.pipeline), blend, 3, Silent())
    made.runs.record(replace(run, score=1.0, seconds=200.0))  # the best, and twice too slow for its folds
    monkeypatch.setattr(split_comparison, "SHARE", 0.0)
    found = compared(made)
    assert found[blend.id].folds == 1
    assert 0 > found[blend.id].score > -200
    board = ranked(made.runs.list(made.pipeline.keys.board))
    assert f"(of 1 of {len(made.pipeline.folds)} folds, as the model is slow)" in splits_text(board, {board[0].id: found[blend.id]})


def test_by_time_the_score_at_random_stands_beside(tmp_path):
    made = trained(tmp_path / "time", electricity(np.random.default_rng(0), 900), "time")
    found = compared(made)
    board = made.runs.list(made.pipeline.keys.board)
    (tree,) = (run for run in board if run.algorithm_id == "decision_tree")
    assert found["decision_tree"].shuffled
    assert 0 > found["decision_tree"].score > 0.75 * tree.score
    assert "with rows drawn at random it would be" in splits_text([tree], {tree.id: found["decision_tree"]})
    assert time_findings(made.pipeline, board) == ()


def test_independent_rows_raise_no_doubt(tmp_path):
    for seed in range(3):
        made = trained(tmp_path / str(seed), independent(np.random.default_rng(seed), 400), "random")
        found = compared(made)
        assert set(found) == {"baseline", "decision_tree"}
        assert not any(one.clearly_worse for one in found.values())


def test_without_a_time_or_with_groups_nothing_is_compared(tmp_path):
    lines = [line.partition(",")[2] for line in independent(np.random.default_rng(0), 100)]
    made = trained(tmp_path / "plain", lines, "random")
    assert compared(made) == {}


def test_a_fault_of_a_library_leaves_one_run_without_the_other_score(tmp_path, monkeypatch):
    made = trained(tmp_path / "fault", independent(np.random.default_rng(0), 100), "random")
    board = made.runs.list(made.pipeline.keys.board)
    tree = next(run for run in board if run.algorithm_id == "decision_tree").candidate_of(made.project).algorithm

    def burst(*_: object) -> None:
        raise ValueError("singular matrix")

    monkeypatch.setattr(type(tree), "build", burst)
    assert set(compared(made)) == {"baseline"}


def test_rows_equal_to_one_of_a_block_are_not_trained_on():
    blocks, equal = np.array([0, 0, 1, 1]), np.array([7, 8, 8, 9])
    assert [rows.tolist() for rows, _ in _blocked(blocks, equal)] == [[3], [0]]
    assert [rows.tolist() for rows, _ in _blocked(blocks, None)] == [[2, 3], [0, 1]]


def test_losses_count_by_the_weights_of_their_rows():
    usual, blocks, weights = np.ones(40), np.arange(40) // 4, np.tile([1.0, 1.0, 1.0, 0.0], 10)
    outside = usual + 9 * (weights == 0)  # worse in rows of no weight alone
    assert not _clearly_greater(outside, usual, weights, blocks)
    assert _clearly_greater(outside, usual, np.ones(40), blocks)


@pytest.mark.parametrize(("moments", "blocks"), [([3, 1, 2, 0], [1, 0, 1, 0]), ([5, 5, 5, 5], [0, 0, 0, 0]), ([1, 1, 1, 2], [0, 0, 0, 1])])
def test_equal_moments_are_in_one_block(moments, blocks):
    assert time_blocks(np.array(moments), 2).tolist() == blocks


def test_an_answer_to_each_finding_about_time_decides_the_split():
    assert (TIME_MATTERS.rule, *TIME_MATTERS.replaces) == TIME_RULES
