"""The count above the leaderboard."""

from __future__ import annotations

from mlops_desktop.engine.training.runs import Run, Status
from mlops_desktop.ui.panels.train.board_card import BoardCard


def test_runs_that_were_stopped_early_are_counted_as_such(qtbot):
    made = BoardCard()
    qtbot.addWidget(made)
    states: tuple[Status, ...] = ("done", "stopped", "stopped")
    runs = [
        Run(id=str(n), key="k", number=n, algorithm={}, algorithm_id="baseline", label="Baseline", metric="r2", status=one)
        for n, one in enumerate(states)
    ]
    made.show_counts(runs, None, None, by_hand=False)
    assert made.count.text() == "1 of 3 done, 2 stopped early"
