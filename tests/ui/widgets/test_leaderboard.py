"""The leaderboard: order, bars, ties, the baseline, what runs and what failed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.metrics.definitions import METRICS
from mlops_desktop.engine.training import FoldProgress, OtherSplit, TrialEnded, TrialStarted, board_order
from mlops_desktop.engine.training.runs import Run
from mlops_desktop.ui import theme
from mlops_desktop.ui.widgets.leaderboard import MOST_ROWS, Leaderboard, Running, model_text, spent
from tests.ui.clipping import painted


def run(number: int, algorithm: str, scores: tuple[float, ...], **changes: object) -> Run:
    known = choices().algorithms.read({"id": algorithm, "params": changes.pop("params", {})})
    made = Run(
        id=f"{number:032x}",
        key="k",
        number=number,
        algorithm=known.to_json(),
        algorithm_id=algorithm,
        label=known.label,
        metric="roc_auc",
        status="done" if scores else "failed",
        score=sum(scores) / len(scores) if scores else None,
        std=0.01 if scores else None,
        fold_scores=scores,
        seconds=1.25,
        features=12,
    )
    return replace(made, **changes)


BASE = run(1, "baseline", (0.5, 0.5, 0.5))
GOOD = run(2, "logistic", (0.90, 0.92, 0.91))
TIED = run(3, "random_forest", (0.91, 0.90, 0.915))
POOR = run(4, "decision_tree", (0.60, 0.61, 0.62), params={"max_depth": 3})
LOST = run(5, "knn", (), reason="A value is missing.")


@pytest.fixture
def board(qtbot):
    widget = Leaderboard()
    qtbot.addWidget(widget)
    widget.resize(900, 400)
    widget.show()
    return widget


def shown(board) -> list[list[str]]:
    return [[row.cell(at).text for at in range(6)] for row in board.rows_model.rows]


def test_from_best_to_worst_with_the_baseline_beneath(board):
    board.show_board([BASE, POOR, LOST, TIED, GOOD], METRICS["roc_auc"])
    texts = shown(board)
    assert [line[0] for line in texts] == [
        "Logistic regression",
        "Random forest",
        "Decision tree, maximum depth 3",
        LOST.label,
        "Baseline",
    ]
    assert [line[5] for line in texts] == ["Best", "Tied", "Done", "Failed: A value is missing.", "Baseline"]
    assert [line[1] for line in texts] == ["0.9100", "0.9083", "0.6100", "", "0.5000"]
    assert board.rows_model.columns[1].title == "ROC AUC (CV)"
    bars = [row.cell(1).bar for row in board.rows_model.rows]
    assert bars[0] == 1.0
    assert bars[4] == 0.02
    assert board.ids() == [GOOD.id]
    assert board.rows_model.rows[0].strong


def test_names_are_whole_where_the_table_is_narrow(board):
    board.show_board([BASE, replace(GOOD, label="Logistic regression with a long name")], METRICS["roc_auc"])
    hidden = [[at for at in range(6) if board.isColumnHidden(at)] for width in (900, 620, 560) if board.resize(width, 400) is None]
    assert hidden == [[], [4], [3, 4]]
    tip = board.rows_model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.endswith("Fit time: 1.2 s\nFeatures: 12")
    with painted() as cut:
        board.grab()
    assert cut == []
    assert board.columnWidth(0) >= board.advance(board.font(), "Logistic regression with a long name") + 16


def test_a_choice_is_selected_and_named(board):
    board.show_board([BASE, GOOD, POOR], METRICS["roc_auc"], chosen=POOR.id)
    assert board.ids() == [POOR.id]
    assert [line[5] for line in shown(board)] == ["Best", "Chosen by you", "Baseline"]
    received = []
    board.chosen.connect(received.append)
    board.show_board([BASE, GOOD, POOR], METRICS["roc_auc"], chosen=GOOD.id)
    assert not received


def test_running_trials_are_on_top_and_a_missing_baseline_is_named(board):
    board.show_board([GOOD], METRICS["roc_auc"], running=Running("Random forest", 2, 5))
    texts = shown(board)
    assert texts[0][0] == "Random forest"
    assert texts[0][5] == "Fold 2 of 5"
    assert texts[1][5] == "Best so far"
    assert texts[2][:1] + texts[2][5:] == ["Baseline", "Not tried yet"]


def test_a_blend_shows_what_is_in_it_and_a_trial_left_early_why(board):
    parts = [replace(POOR, score=0.6).algorithm, GOOD.algorithm]
    record = {"id": "blend", "version": 1, "params": {"members": parts, "counts": [1, 2]}}
    blend = replace(GOOD, algorithm=record, algorithm_id="blend", label="Blend of 2 models", reason="The weighted mean of two.")
    left = replace(LOST, status="stopped", reason="Stopped early after 1 of 5 folds: far behind the best run.")
    board.show_board([BASE, blend, left, POOR], METRICS["roc_auc"])
    cells = {row.cell(0).text: row.cell(5) for row in board.rows_model.rows}
    assert (cells["Blend of 2 models"].text, cells["Blend of 2 models"].tip) == ("Best", "The weighted mean of two.")
    assert (cells[left.label].text, cells[left.label].tip, cells[left.label].tone) == ("Stopped early", left.reason, "3")
    assert model_text(blend, None)[0] == "Blend of 2 models"


def test_a_run_is_named_by_the_parameters_of_its_operations_too(board):
    operation, encoding = choices().operations["bins"], choices().encodings["as_it_is"]()

    def with_bins(run_: Run, count: int) -> Run:
        candidate = {"steps": [operation(count=count).to_json()], "encoding": encoding.to_json(), "algorithm": run_.algorithm}
        return replace(run_, candidate=candidate)

    moved = with_bins(run(9, "decision_tree", (0.7, 0.7, 0.7), params={"max_depth": 3}), 7)
    board.show_board([BASE, moved, with_bins(POOR, 5)], METRICS["roc_auc"])
    assert [line[0] for line in shown(board)][:2] == [
        "Decision tree, maximum depth 3, Bins: number of ranges 7",
        "Decision tree, maximum depth 3",
    ]
    assert "Bins: number of ranges 7" in board.rows_model.rows[0].cell(0).tip


def test_old_runs_are_pale_and_cannot_be_the_choice(board):
    board.show_board([BASE, GOOD], METRICS["roc_auc"], stale=True)
    assert {line[5] for line in shown(board)} == {"Out of date", "Baseline"}
    assert board.ids() == []
    assert not any(row.strong for row in board.rows_model.rows)


def test_errors_are_shown_without_their_sign(board):
    some = [replace(one, score=-score, fold_scores=(-score,)) for one, score in ((BASE, 10.0), (GOOD, 2.5), (POOR, 7.125))]
    board.show_board(some, METRICS["neg_root_mean_squared_error"])
    assert [line[1] for line in shown(board)] == ["2.500", "7.125", "10.000"]


def test_thousands_of_trials_show_the_best(board):
    many = [run(100 + i, "logistic", (0.5 + i / 10_000,) * 2) for i in range(MOST_ROWS + 50)]
    board.show_board([BASE, *many], METRICS["roc_auc"])
    assert len(board.rows_model.rows) == MOST_ROWS + 1
    board.show_board([BASE, *many], METRICS["roc_auc"], chosen=many[0].id)
    assert board.ids() == [many[0].id]  # a choice is never left out


def test_texts():
    assert [spent(s) for s in (0.04, 9.94, 9.96, 61, 3700)] == ["0.0 s", "9.9 s", "10 s", "1 min 1 s", "1 h 1 min"]
    assert model_text(GOOD, None)[0] == "Logistic regression"
    assert "Maximum depth: 3" in model_text(POOR, None)[1]
    strange = replace(GOOD, algorithm={"id": "gone", "version": 1, "params": {}}, label="Gone")
    assert model_text(strange, None) == ("Gone", "Gone")
    assert board_order([LOST, POOR, GOOD]) == [GOOD, POOR, LOST]


def test_what_a_search_hands_over():
    now = Running.after(None, TrialStarted(1, "Ridge"))
    assert now == Running("Ridge")
    assert Running.after(now, FoldProgress(2, 5)) == Running("Ridge", 2, 5)
    assert Running.after(now, TrialEnded("r")) is None


def test_the_score_by_the_other_split_stands_beside(board):
    others = {GOOD.id: OtherSplit(("when",), False, 0.71, True), BASE.id: OtherSplit(("when",), False, None)}
    board.show_board([GOOD, BASE], METRICS["roc_auc"], others=others)
    assert [column.title for column in board.rows_model.columns][1:3] == ["ROC AUC (CV)", "By time"]
    assert "“when”" in board.rows_model.columns[2].tip
    shown = [row.cell(2) for row in board.rows_model.rows]
    assert [(cell.text, cell.tone) for cell in shown] == [("0.7100", "warn"), ("", "")]
    board.show_board([GOOD, BASE], METRICS["roc_auc"])
    assert board.rows_model.columns[2].title == "± sd"
    board.show_board([GOOD], METRICS["roc_auc"], others={GOOD.id: OtherSplit(("when",), True, 0.98, folds=2)})
    assert board.rows_model.columns[2].title == "At random"
    assert "By 2 of the folds" in board.rows_model.rows[0].cell(2).tip


def test_the_frame_of_the_focus_is_whole(board, qtbot):
    board.show_board([BASE, POOR, TIED, GOOD], METRICS["roc_auc"])
    board.activateWindow()
    qtbot.waitUntil(board.isActiveWindow, timeout=5000)
    board.setFocus()
    image = board.grab().toImage()
    right, low, head = image.width() - 1, image.height() - 1, board.horizontalHeader().height()
    places = [(right // 2, 0), (right // 2, low), *((side, at) for side in (0, right) for at in (head // 2, head + 16, low - 20))]
    assert {image.pixelColor(*place).name() for place in places} == {theme.token("accent").lower()}
