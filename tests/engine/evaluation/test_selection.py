from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlops_desktop.base.families import Target
from mlops_desktop.engine.evaluation.results import MetricResult, SelectionEstimate, selection_key, selection_note
from mlops_desktop.engine.evaluation.sampling_units import group_units, row_units
from mlops_desktop.engine.evaluation.selection import selection_estimate, selection_optimism
from mlops_desktop.engine.metrics.definitions import metric_of
from mlops_desktop.engine.metrics.measures import predictions
from mlops_desktop.engine.pipeline.keys import Keys
from simulations.selection import simulated

CASES = (
    "best of 30 trials, AUC, coin-flip labels, 300 rows",
    "best of 30 trials, AUC, coin-flip labels, 60 groups of 5",
    "threshold by F1, event 10 %, 1,000 rows",
)


@pytest.mark.parametrize("case", CASES)
def test_what_a_score_owes_to_being_chosen_by_it_is_taken_away(case):
    raw, corrected, error = simulated(case, 20)
    assert raw > 3 * error / 2
    assert abs(corrected) < 3 * error


def statistics(metric, actual, scores, folds):
    target = Target("regression", actual)
    known = metric_of(metric, "regression")
    return [[known.prepare(predictions(target.take(at), one[at], None, None)) for at in folds] for one in scores]


def test_a_clear_winner_owes_nothing_to_chance():
    rng = np.random.default_rng(0)
    actual = rng.normal(size=200)
    scores = [actual + rng.normal(0, 0.1, 200), *(actual + rng.normal(0, 1, 200) for _ in range(5))]
    runs = statistics("r2", actual, scores, np.split(np.arange(200), 4))
    assert selection_optimism(runs, [50] * 4, row_units(200), 0, 50) == 0.0


def test_a_few_rows_on_which_another_run_is_far_off_exceed_no_chance():
    rng = np.random.default_rng(0)
    actual = rng.normal(size=120)
    scores = [actual + rng.normal(0, 0.1, 120) for _ in range(6)]
    for place, one in enumerate(scores[1:]):
        one += np.where(np.arange(120) == 20 * place + 10, 4.0, 0.0)
        one -= (one - actual) * np.where(np.arange(120) == 20 * place + 10, 0.0, 0.3)
    runs = statistics("neg_root_mean_squared_error", actual, scores, np.split(np.arange(120), 3))
    assert selection_optimism(runs, [40] * 3, row_units(120), 0, 200) < 0.02  # 0.26 without the bound


def test_a_correction_far_below_the_error_of_the_score_is_not_worth_a_second_figure(trained, copy_of, monkeypatch):
    made = copy_of(trained)
    made.pipeline.store.remove([selection_key(Keys(made.project), made.runs.list(made.pipeline.keys.board))])
    monkeypatch.setattr("mlops_desktop.engine.evaluation.selection.selection_optimism", lambda *_: 1e-6)
    assert selection_estimate(made.pipeline, made.runs) is None


def test_where_the_baseline_is_best_nothing_is_expected_of_the_choice(trained, copy_of, monkeypatch):
    made = copy_of(trained)
    ordered = sorted(made.runs.list(made.pipeline.keys.board), key=lambda run: run.algorithm_id != "baseline")
    monkeypatch.setattr("mlops_desktop.engine.evaluation.selection.ranked", lambda _: ordered)
    assert selection_estimate(made.pipeline, made.runs) is None


def test_equal_runs_owe_nothing_and_units_are_drawn_whole():
    actual = np.repeat(np.arange(4.0), 5)
    runs = statistics("neg_mean_absolute_error", actual, [actual + 1, actual + 1], [np.arange(20)])
    assert selection_optimism(runs, [20], group_units(np.repeat(np.arange(4), 5)), 0, 20) == 0.0
    assert selection_optimism(runs, [20], group_units(np.zeros(20, dtype=np.intp)), 0, 20) == 0.0  # no row is ever left out


def test_the_best_of_a_board_is_corrected_once_and_for_these_runs(trained, copy_of, monkeypatch):
    made = copy_of(trained)
    found = selection_estimate(made.pipeline, made.runs)
    board = made.runs.list(made.pipeline.keys.board)
    best = max(board, key=lambda run: (run.score, -run.number))
    assert (found.run, found.score, found.runs) == (best.id, best.score, len(board))
    assert 0.5 < found.corrected <= found.score
    assert made.pipeline.store.get_value(selection_key(Keys(made.project), board), SelectionEstimate) == found
    monkeypatch.setattr("mlops_desktop.engine.evaluation.selection.selection_optimism", lambda *_: pytest.fail("made again"))
    assert selection_estimate(made.pipeline, made.runs) == found
    assert selection_key(Keys(made.project), board[:1]) == ""
    assert selection_key(Keys(made.project), board[:2]) not in ("", selection_key(Keys(made.project), board))


def test_the_sentence_names_both_scores_as_people_write_them():
    found = SelectionEstimate("run", -2.5, -2.75, 9, 100)
    assert selection_note(found, "neg_mean_absolute_error").endswith("expect MAE 2.75 on new rows, not 2.5 (mean over the folds).")
    assert "leads clearly" in selection_note(replace(found, corrected=-2.5), "neg_mean_absolute_error")
    tied = selection_note(replace(found, corrected=-2.5), "neg_mean_absolute_error", tied=2)
    assert tied == "2 other runs are tied with the best of 9 runs."


def test_without_the_scores_of_the_best_run_nothing_is_claimed(trained, copy_of):
    made = copy_of(trained)
    best = max(made.runs.list(made.pipeline.keys.board), key=lambda run: run.score)
    made.pipeline.store.remove([made.pipeline.keys.fold(best.candidate_of(made.project), 0)])
    assert selection_estimate(made.pipeline, made.runs) is None


def test_beside_the_figures_of_a_page_the_sentence_is_about_these():
    found = SelectionEstimate("run", -0.1268, -0.1368, 9, 100)
    shown = MetricResult("neg_root_mean_squared_error", "RMSE", -0.14, -0.18, -0.11, 0.14, -0.3, "", "")
    of = "on new rows, not 0.14 (all out-of-fold rows together)."
    assert selection_note(found, shown.id, shown).endswith(f"expect RMSE 0.15 (0.12 to 0.19) {of}")
    assert selection_note(found, shown.id, replace(shown, low=None, high=None)).endswith(f"expect RMSE 0.15 {of}")
