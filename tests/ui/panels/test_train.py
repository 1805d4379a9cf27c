"""Stage 6 by real clicks: runs arrive while the search goes on, Stop keeps them, another one can be chosen, every control decides."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QPushButton, QToolButton

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.evaluation import selection_note
from mlops_desktop.engine.process import DescribeSplit
from mlops_desktop.engine.project.decisions import Answer, ColumnNote, Search
from mlops_desktop.engine.training import tied_runs
from mlops_desktop.ui.expected_score import expected_score
from mlops_desktop.ui.widgets.inputs import SpinBox
from simulations.planted import electricity
from tests.splitters import splitter
from tests.ui.conftest import banner, click, find, settle

QUICK = ("baseline", "logistic", "decision_tree")


def candidates(*ids: str):
    return tuple(choices().algorithms.read(id_) for id_ in ids)


@pytest.fixture
def quick(make_project, open_project):
    """The penguins with three quick algorithms and a budget of three trials, not trained yet."""
    folder = make_project("penguins", "species", candidates=candidates(*QUICK), search=Search(trials=3, seconds=None))
    return open_project(folder, "train")


@pytest.fixture
def trained(quick):
    click(find(quick, QPushButton, "start_training"))
    settle(quick)
    return quick


def rows(window) -> dict[str, list[str]]:
    """The leaderboard's texts by the id of the row."""
    model = window.panel.board.rows_model
    return {row.id: [row.cell(at).text for at in range(len(model.columns))] for row in model.rows}


def select(window, id_: str) -> None:
    """Click on a row of the leaderboard."""
    board = window.panel.board
    at = next(i for i, row in enumerate(board.rows_model.rows) if row.id == id_)
    index = board.rows_model.index(at, 0)
    board.scrollTo(index)
    QTest.mouseClick(
        board.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, board.visualRect(index).center() + QPoint(1, 1)
    )
    settle(window)


def test_before_training_one_button_leads_on(quick):
    assert find(quick, QPushButton, "start_training").text() == "Start training"
    assert list(rows(quick)) == ["baseline"]
    why, control = quick.panel.unready()
    assert "Train a model first" in why
    assert control is find(quick, QPushButton, "start_training")
    assert "275 rows for training, 69 held out" in find(quick, QLabel, "split_summary").text()


def test_without_a_target_the_page_shows_where_to_go(make_project, open_project):
    window = open_project(make_project("penguins", proposed=False), "train")
    click(find(window, QPushButton, "train_empty_action"))
    assert window.stage == "problem"


def test_the_leaderboard_fills_while_the_search_goes_on(quick, qtbot):
    panel, overview = quick.panel, []
    panel.board.rows_model.modelReset.connect(lambda: overview.append(rows(quick)))
    click(find(quick, QPushButton, "start_training"))
    assert find(quick, QPushButton, "stop_training").isVisible()
    settle(quick)
    assert any("running" in board for board in overview)
    final = rows(quick)
    assert len(final) == 3
    assert sum(text[5] == "Best" for text in final.values()) == 1
    assert list(final.values())[-1][0] == "Baseline"  # always beneath the others
    assert list(final.values())[-1][5] == "Baseline"
    best = quick.controller.project_status().best
    assert best is not None
    assert panel.board.ids() == [best.id]
    runs = quick.controller.runs.list(quick.controller.keys.board)
    expected = expected_score(quick.controller, runs)
    assert (expected.run, expected.runs) == (best.id, 3)
    assert selection_note(expected, quick.controller.project.metric, tied=len(tied_runs(runs))) in panel.board_card.hint.text()
    assert not panel.history.is_empty()
    assert quick.panel.unready() == ("", None)
    assert not panel.learning.chart.is_empty()  # a quick model's learning curve is made by itself
    assert quick.controller.keys.learning_curve(best.id) in quick.controller.store
    assert [state.state for state in quick.controller.stages()][5] == "done"


def test_stop_is_quick_and_keeps_what_is_finished(make_project, open_project, qtbot):
    slow = choices().algorithms.read({"id": "random_forest", "params": {"n_estimators": 5000}})
    both = (*candidates("baseline", "decision_tree"), slow)
    window = open_project(make_project("penguins", "species", candidates=both, search=Search(trials=50, seconds=None)), "train")
    click(find(window, QPushButton, "start_training"))
    qtbot.waitUntil(
        lambda: len(window.controller.runs.list(window.controller.keys.board)) == 2 and "running" in rows(window), timeout=60_000
    )
    began = time.monotonic()
    click(find(window, QPushButton, "stop_training"))
    qtbot.waitUntil(lambda: window.controller.jobs.long.now is None, timeout=5000)
    assert time.monotonic() - began < 2.5
    settle(window)
    assert "Stopped" in banner(window)
    assert "2 trials" in banner(window)
    assert len(rows(window)) == 2
    assert find(window, QPushButton, "start_training").text() == "Continue training"
    assert window.controller.project_status().best is not None
    assert window.panel.unready() == ("", None)


def test_continue_goes_on_where_it_ended(trained):
    before = rows(trained)
    assert "adds 20 trials" in find(trained, QLabel, "training_note").text()
    trained.controller.edit("Budget", search=Search(trials=5, seconds=None))
    settle(trained)
    assert "adds 2 trials" in find(trained, QLabel, "training_note").text()
    click(find(trained, QPushButton, "start_training"))
    settle(trained)
    assert trained.controller.project.search.trials == 5
    assert len(rows(trained)) == 5
    assert {id_: text[:5] for id_, text in rows(trained).items() if id_ in before} == {id_: text[:5] for id_, text in before.items()}


def test_a_used_up_number_of_trials_is_raised_as_a_decision(trained, monkeypatch):
    for module in ("panel", "training_run"):
        monkeypatch.setattr(f"mlops_desktop.ui.panels.train.{module}.MORE_TRIALS", 1)
    click(find(trained, QPushButton, "start_training"))
    settle(trained)
    assert trained.controller.project.search.trials == 4
    assert len(rows(trained)) == 4
    trained.controller.undo()
    assert trained.controller.project.search.trials == 3


def test_another_run_is_chosen_by_a_click_and_undone(trained):
    best, before = trained.controller.project_status().best, trained.controller.session.undo_label
    other = next(id_ for id_, text in rows(trained).items() if id_ != best.id and text[0] != "Baseline")
    use = find(trained, QPushButton, "use_model")
    assert not use.isEnabled()
    select(trained, other)
    assert trained.controller.session.undo_label == before  # a look decides nothing
    trained.controller.results_changed.emit()
    assert trained.panel.board.ids() == [other]
    click(use)
    settle(trained)
    assert trained.controller.project.chosen == other
    assert not use.isEnabled()
    assert trained.controller.project_status().best.id == other
    assert rows(trained)[other][5] == "Chosen by you"
    assert find(trained, QPushButton, "take_best").isVisible()
    trained.controller.undo()
    assert trained.controller.project.chosen == ""
    assert trained.panel.board.ids() == [best.id]
    trained.controller.redo()
    click(find(trained, QPushButton, "take_best"))
    settle(trained)
    assert trained.controller.project.chosen == ""
    for id_ in (other, best.id):  # the best row means the best, whichever it will be
        select(trained, id_)
        click(use)
        settle(trained)
    assert trained.controller.project.chosen == ""


def test_changed_decisions_make_the_board_old_and_undo_brings_it_back(trained):
    before = rows(trained)
    select(trained, next(id_ for id_, text in before.items() if text[5] != "Best" and text[0] != "Baseline"))
    click(find(trained, QPushButton, "use_model"))
    split = trained.controller.project.split
    trained.controller.edit("Folds", split=replace(split, folds=3))
    settle(trained)
    assert {text[5] for text in rows(trained).values()} <= {"Out of date", "Baseline"}
    assert "out of date" in find(trained, QLabel, "train_notice_text").text()
    again = find(trained, QPushButton, "train_notice_again")
    trained.controller.undo()
    settle(trained)
    assert rows(trained).keys() == before.keys()
    assert trained.findChild(QLabel, "train_notice_text") is None or not find(trained, QLabel, "train_notice_text").isVisible()
    trained.controller.redo()
    settle(trained)
    again = find(trained, QPushButton, "train_notice_again")
    click(again)
    settle(trained)
    assert trained.controller.project.chosen == ""  # a choice of earlier decisions cannot hold
    assert trained.controller.project_status().best is not None
    assert len(rows(trained)) == 3


def test_a_run_that_fails_shows_why(make_project, open_project):
    window = open_project(
        make_project("penguins", "species", candidates=candidates("baseline", "logistic"), search=Search(trials=2, seconds=None)), "train"
    )
    off = tuple(replace(step, on=step.on and step.component.id != "impute_numbers") for step in window.controller.project.steps)
    window.controller.edit("Step off", steps=off)
    click(find(window, QPushButton, "start_training"))
    settle(window)
    failed = next(text for text in rows(window).values() if text[0] == "Logistic regression")
    assert failed[5].startswith("Failed: ")
    select(window, next(id_ for id_, text in rows(window).items() if text is not None and text[0] == "Logistic regression"))
    assert not find(window, QPushButton, "use_model").isEnabled()


def test_decisions_that_cannot_work_are_not_trained_with(quick):
    start = find(quick, QPushButton, "start_training")
    quick.controller.edit("As after half an undo", target="body_mass_g", task="regression")
    settle(quick)
    assert not start.isEnabled()
    assert "for another task" in find(quick, QLabel, "training_note").text()
    quick.panel.start_training()
    settle(quick)
    assert "No model can be trained with these decisions" in banner(quick)
    assert quick.controller.runs.history() == []
    quick.controller.undo()
    settle(quick)
    assert start.isEnabled()


def test_every_control_of_the_set_up_decides(quick):
    controller = quick.controller

    def pick(name: str, id_: str) -> None:
        box = find(quick, QComboBox, name)
        box.setCurrentIndex(next(i for i in range(box.count()) if box.itemData(i) == id_))
        box.activated.emit(box.currentIndex())
        settle(quick)

    def write(name: str, value: int) -> None:
        spin = find(quick, SpinBox, name)
        spin.setFocus()
        spin.selectAll()
        QTest.keyClicks(spin, str(value))
        QTest.keyClick(spin, Qt.Key.Key_Return)
        settle(quick)

    pick("train_metric", "f1_macro")
    assert controller.project.metric == "f1_macro"
    write("split_folds", 4)
    write("split_test", 30)
    assert (controller.project.split.folds, controller.project.split.test) == (4, 0.3)
    pick("split_method", "random")
    assert controller.project.split.id == "random"
    assert find(quick, QPushButton, "split_take_fitting").isVisible()
    click(find(quick, QPushButton, "split_take_fitting"))
    settle(quick)
    assert controller.project.split.id == "stratified"
    write("budget_trials", 7)
    assert controller.project.search.trials == 7
    click(find(quick, QPushButton, "budget_kind_seconds"))
    assert controller.project.search == Search(seconds=60.0)
    write("budget_seconds", 30)
    assert controller.project.search.seconds == 30.0
    click(find(quick, QPushButton, "search_method_grid"))
    write("grid_points", 4)
    assert (controller.project.search.method, controller.project.search.grid_points) == ("grid", 4)
    write("seed", 5)
    assert controller.project.seed == 5
    click(find(quick, QPushButton, "refit_train"))
    assert controller.project.refit == "train"
    for _ in range(40):
        controller.undo()
    assert controller.project.seed == 0
    assert controller.project.refit == "all"
    assert find(quick, QPushButton, "refit_all").isChecked()
    assert controller.project.search == Search(trials=3, seconds=None)
    assert controller.project.metric != "f1_macro"


def test_a_split_by_groups_asks_for_its_column(quick):
    box = find(quick, QComboBox, "split_method")
    box.setCurrentIndex(next(i for i in range(box.count()) if box.itemData(i) == "grouped"))
    box.activated.emit(box.currentIndex())
    settle(quick)
    assert "group column" in find(quick, QLabel, "split_warnings").text()
    columns = find(quick, QComboBox, "split_column")
    columns.setCurrentIndex(next(i for i in range(columns.count()) if columns.itemData(i) == "island"))
    columns.activated.emit(columns.currentIndex())
    settle(quick)
    assert quick.controller.project.split.column == ("island",)
    assert quick.controller.project.split.id == "grouped"


def test_models_are_ticked_and_their_parameters_set(quick):
    controller = quick.controller
    knn = find(quick, QCheckBox, "algorithm_knn")
    assert not knn.isChecked()
    assert not find(quick, QToolButton, "parameters_knn").isEnabled()
    click(knn)
    assert [a.id for a in controller.project.candidates] == [*QUICK, "knn"]
    find(quick, QToolButton, "parameters_decision_tree").click()
    QApplication.processEvents()
    spin = find(quick, SpinBox, "algorithm_decision_tree_min_samples_leaf")
    spin.setFocus()
    spin.selectAll()
    QTest.keyClicks(spin, "17")
    QTest.keyClick(spin, Qt.Key.Key_Return)
    settle(quick)
    assert controller.project.candidates[2].min_samples_leaf == 17
    controller.undo()
    assert controller.project.candidates[2] == choices().algorithms.read("decision_tree")
    assert spin.value() == choices().algorithms.read("decision_tree").min_samples_leaf
    click(knn)
    assert [a.id for a in controller.project.candidates] == list(QUICK)
    assert not find(quick, QCheckBox, "algorithm_baseline").isEnabled()
    for id_ in QUICK[1:]:
        click(find(quick, QCheckBox, f"algorithm_{id_}"))
    assert [a.id for a in controller.project.candidates] == ["baseline"]


def test_an_algorithm_whose_package_is_absent_shows_it(make_project, open_project, monkeypatch):
    kind = choices().algorithms["lightgbm"]
    monkeypatch.setattr(kind, "needs", ("no_such_package",))
    window = open_project(make_project("penguins", "species", candidates=candidates(*QUICK)), "train")
    tick = find(window, QCheckBox, "algorithm_lightgbm")
    assert not tick.isEnabled()
    assert "no_such_package, which is not installed" in tick.toolTip()


def test_training_goes_on_with_its_own_decisions(make_project, open_project, qtbot):
    slow = choices().algorithms.read({"id": "random_forest", "params": {"n_estimators": 3000}})
    window = open_project(
        make_project("penguins", "species", candidates=(*candidates("baseline"), slow), search=Search(trials=2, seconds=None)), "train"
    )
    click(find(window, QPushButton, "start_training"))
    qtbot.waitUntil(lambda: "running" in rows(window), timeout=60_000)
    window.controller.edit("Role", columns={**window.controller.project.columns, "island": ColumnNote(role="ignore")})
    QApplication.processEvents()
    assert "goes on with the decisions" in find(window, QLabel, "train_notice_text").text()
    window.panel.stop_training()
    settle(window)


def test_a_split_that_is_shown_is_not_asked_for_again(trained):
    asked = []
    trained.controller.jobs.quick.changed.connect(lambda: asked.append(trained.controller.jobs.quick.now))
    trained.show_stage("problem")
    trained.show_stage("train")
    settle(trained)
    assert not [job for job in asked if job and isinstance(job.call, DescribeSplit)]
    assert trained.controller.project.split == splitter("stratified")


def test_scores_by_time_stand_beside_those_at_random_until_a_person_decides(make_project, open_project):
    table = "\n".join(electricity(np.random.default_rng(0), 600)) + "\n"
    decided = {"candidates": candidates("baseline", "decision_tree"), "search": Search(trials=2, seconds=None)}
    window = open_project(make_project(table, "load", split=splitter("random"), encodings={}, steps=(), **decided), "train")
    click(find(window, QPushButton, "start_training"))
    settle(window)
    assert window.panel.board.rows_model.columns[2].title == "By time"
    assert all(texts[2] for texts in rows(window).values())
    window.controller.edit("accepted", answers={"finding.time_order.Date": Answer(option="accept", reason="all days are alike")})
    settle(window)
    assert window.panel.board.rows_model.columns[2].title == "± sd"
