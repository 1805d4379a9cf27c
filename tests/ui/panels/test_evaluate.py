"""Stage 7 by real clicks: out of fold first, the held-out test set used and counted, the threshold, another file, goals, the report."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QPushButton, QSlider, QWidget

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.diagnostics import CheckFacts, run_checks
from mlops_desktop.engine.evaluation import Evaluation
from mlops_desktop.engine.process import Train
from mlops_desktop.engine.project import set_note
from mlops_desktop.engine.project.decisions import Costs, Goals, Search
from mlops_desktop.engine.project.project_file import read_project
from mlops_desktop.engine.training import ThresholdCurve
from mlops_desktop.ui.panels.evaluate.threshold_card import Counts, cost_at, counts_at
from mlops_desktop.ui.source_dialog import SourceDialog
from mlops_desktop.ui.widgets.inputs import ComboBox, NumberLine
from tests.ui.conftest import SAMPLES, banner, click, find, settle
from tests.ui.panels.conftest import CHURN, copied

_TARGETS = {"churn": "Churn", "penguins": "species", "energy_efficiency": "heating_load"}


@pytest.fixture(scope="session")
def _trained(tmp_path_factory) -> dict[str, Path]:
    return {}


@pytest.fixture
def trained(make_project, tmp_path, tmp_path_factory, _trained) -> Callable[..., Path]:
    """`trained("churn")`: the folder of a project with three runs; each is trained once and copied."""

    def make(name: str, **decided: object) -> Path:
        if name not in _trained:
            task = "ridge" if name == "energy_efficiency" else "logistic"
            some = tuple(choices().algorithms.read(id_) for id_ in ("baseline", task, "decision_tree"))
            made = make_project(
                CHURN if name == "churn" else name, _TARGETS[name], candidates=some, search=Search(trials=3, seconds=None), name="churn.csv"
            )
            Train(made, read_project(made)).run(Silent())
            home = tmp_path_factory.mktemp("trained") / name
            shutil.copytree(made, home)
            _trained[name] = home
        return copied(_trained[name], tmp_path / f"trained_{name}", **decided)

    return make


def accesses_of(window) -> int:
    return len(window.controller.runs.test_accesses(window.controller.keys.split))


def goals(window) -> str:
    return str(find(window, QLabel, "goals_verdict").text())


def test_without_a_model_the_page_shows_where_to_go(make_project, open_project):
    window = open_project(make_project("penguins", "species"), "evaluate")
    assert "no model" in window.panel._empty.text.text()
    assert "Train a model first" in window.panel.unready()[0]
    window.panel.test_set_card.show_accesses(0, 0.25)
    assert "25% of these rows" in window.panel.test_set_card.note.text()
    click(find(window, QPushButton, "evaluate_empty_action"))
    assert window.stage == "train"


def test_out_of_fold_is_shown_while_the_test_set_is_held_out(trained, open_project):
    window = open_project(trained("churn"), "evaluate")
    panel = window.panel
    assert panel.unready() == ("", None)
    assert find(window, QPushButton, "open_test").isVisible()
    assert find(window, QLabel, "test_set_note").isVisible()
    assert not find(window, QPushButton, "evaluation_source_test").isEnabled()
    assert accesses_of(window) == 0
    assert "was not trained on it" in find(window, QLabel, "evaluation_facts").text()
    best = window.controller.project_status().best
    found = window.controller.result(window.controller.keys.out_of_fold(best.id), Evaluation)
    rows = {row.id: row for row in panel.results.metrics.rows_model.rows}
    assert rows.keys() == {result.id for result in found.metrics}
    first = panel.results.metrics.rows_model.rows[0]
    assert first.id == window.controller.project.metric
    assert first.strong
    assert " to " in first.cell(2).text
    assert first.cell(4).text.endswith(".")
    value = find(window, QLabel, "evaluation_kpi_0_value").text()
    assert float(value) == pytest.approx(found.metric(first.id).shown, abs=1e-3)
    assert "baseline 0.5" in find(window, QLabel, "evaluation_kpi_0_hint").text()


def test_the_checks_follow_the_evaluation_and_use_no_test_set(trained, open_project):
    window = open_project(trained("churn"), "evaluate")
    settle(window)
    assert "passed" in find(window, QWidget, "check_passed").accessibleName()
    assert accesses_of(window) == 0
    best = window.controller.project_status().best
    facts = window.controller.result(window.controller.keys.checks(best.id), CheckFacts)
    few = replace(facts, parts=replace(facts.parts, test=20))
    window.panel.results.checks.show_checks(run_checks(few, window.controller.project, ()))
    assert "Doubtful: Size of the test set" in find(window, QWidget, "check_test_rows").accessibleName()
    find(window, QPushButton, "check_test_rows_decide").click()
    find(window, QLineEdit, "question_0_reason").setText("There are no more rows.")
    find(window, QPushButton, "question_0_accept").click()
    assert window.controller.project.answers[f"check.test_rows.{window.controller.keys.split[:8]}"].reason == "There are no more rows."


def test_the_test_set_is_used_by_a_click_and_every_access_counts(trained, open_project):
    folder = trained("churn", goals=Goals(score=0.6, response_ms=500.0))
    window = open_project(folder, "evaluate")
    assert "checked on the held-out test set" in window.panel.results.goals.findChildren(QLabel)[-1].text()
    click(find(window, QPushButton, "open_test"))
    settle(window)
    assert accesses_of(window) == 1
    assert not window.panel.test_set_card.isVisible()
    assert "used once" in find(window, QLabel, "evaluation_facts").text()
    assert window.panel.sources.choice() == "test"
    assert "fitted on all rows" in find(window, QLabel, "evaluation_notes").text()
    assert goals(window) == "2 of 2 met"
    assert not window.panel.results.importance.chart.is_empty()
    names = [bar.name for bar in window.panel.results.importance.chart._bars]
    assert set(names) <= {"Contract", "tenure"} | set(CHURN.splitlines()[0].split(","))
    assert [state.state for state in window.controller.stages()][6] == "done"
    # Coming back reads what is stored: nothing is asked for, nothing is counted.
    window.show_stage("problem")  # its first visit asks for the doubts about the file
    settle(window)
    asked = []
    window.controller.jobs.changed.connect(lambda: asked.append(window.controller.jobs.long.now or window.controller.jobs.quick.now))
    window.show_stage("problem")
    window.show_stage("evaluate")
    settle(window)
    assert not [one for one in asked if one]
    click(find(window, QPushButton, "evaluation_source_oof"))
    click(find(window, QPushButton, "evaluation_source_test"))
    assert accesses_of(window) == 1
    # Goals are measured anew without another use.
    window.controller.edit("Goal", goals=Goals(score=0.999))
    settle(window)
    assert goals(window) == "0 of 1 met"
    assert accesses_of(window) == 1
    # With another threshold the test set is held out again, and the earlier use is shown.
    window.controller.edit("Threshold", threshold=0.7)
    settle(window)
    assert window.panel.test_set_card.isVisible()
    assert "used once" in find(window, QLabel, "test_set_note").text()
    click(find(window, QPushButton, "open_test"))
    settle(window)
    assert accesses_of(window) == 2
    assert "used 2 times" in find(window, QLabel, "evaluation_facts").text()


def test_a_name_a_unit_and_a_description_lose_no_result(trained, open_project):
    window = open_project(trained("churn"), "evaluate")
    controller = window.controller
    click(find(window, QPushButton, "open_test"))
    settle(window)
    keys = controller.keys
    best, board, shown = controller.project_status().best, keys.board, find(window, QLabel, "evaluated_model").text()
    evaluation = window.panel.test.value
    controller.edit("Name", name="Leavers of May")
    for field, value in (("unit", "months"), ("description", "Since the contract began.")):
        controller.put(field, set_note(controller.project, "tenure", **{field: value}))
    assert window.panel.test.value is evaluation
    assert (window.panel.out_of_fold.ready, window.panel.sources.choice()) == (True, "test")
    settle(window)
    assert (controller.project_status().best, controller.keys.board, accesses_of(window)) == (best, board, 1)
    assert find(window, QLabel, "evaluated_model").text() == shown
    assert not window.panel.test_set_card.isVisible()
    assert {state.state for state in controller.stages()} <= {"done", "open"}


def test_the_cut_off_is_selected_used_and_taken_back(trained, open_project, monkeypatch):
    window = open_project(trained("churn"), "evaluate")
    panel, slider = window.panel, find(window, QSlider, "threshold_slider")
    best = window.controller.project_status().best
    found = window.controller.result(window.controller.keys.out_of_fold(best.id), Evaluation)
    classes = found.classification
    assert panel.results.threshold.threshold() == classes.threshold
    shown, by_fold = panel.results.threshold.counts().matrix(classes.positive), classes.confusion.counts
    assert [sum(line) for line in shown] == [sum(line) for line in by_fold]  # the confusion is that of the thresholds of the other folds
    assert "by fold" in panel.results.confusion.at.text()
    assert not find(window, QPushButton, "use_threshold").isEnabled()
    before = [[cell.text for cell in row.cells] for row in panel.results.confusion.matrix.rows_model.rows]
    slider.setFocus()
    for _ in range(30):
        QTest.keyClick(slider, Qt.Key.Key_Right)
    value = panel.results.threshold.threshold()
    assert value > classes.threshold
    assert [[cell.text for cell in row.cells] for row in panel.results.confusion.matrix.rows_model.rows] != before
    assert window.controller.project.threshold is None  # looking decides nothing
    click(find(window, QPushButton, "use_threshold"))
    settle(window)
    assert window.controller.project.threshold == value
    again = window.controller.result(window.controller.keys.out_of_fold(best.id), Evaluation)
    assert again.classification.threshold == value
    assert "set by you" in find(window, QLabel, "threshold_why").text()
    assert panel.results.threshold.threshold() == value
    click(find(window, QPushButton, "auto_threshold"))
    settle(window)
    assert window.controller.project.threshold is None
    assert not find(window, QPushButton, "auto_threshold").isVisible()
    window.controller.undo()
    settle(window)
    assert window.controller.project.threshold == value
    line = find(window, NumberLine, "threshold")
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "0,9")
    QTest.keyClick(line, Qt.Key.Key_Return)
    click(find(window, QPushButton, "use_threshold"))
    settle(window)
    assert window.controller.project.threshold == 0.9
    line.selectAll()
    QTest.keyClicks(line, "7")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert line.text() == "0.9"  # what is no threshold is not taken


def test_costs_choose_the_cut_off_and_are_shown(trained, open_project):
    window = open_project(trained("churn", costs=Costs(false_positive=1.0, false_negative=9.0)), "evaluate")
    assert "cost least" in find(window, QLabel, "threshold_why").text()
    best = window.controller.project_status().best
    found = window.controller.result(window.controller.keys.out_of_fold(best.id), Evaluation)
    curve = found.classification.threshold_curve
    at = curve.threshold.index(found.classification.threshold)
    shown = float(find(window, QLabel, "threshold_cost").text())
    assert shown == pytest.approx(curve.cost[at], abs=1e-4)


def test_curves_of_two_classes(trained, open_project):
    window = open_project(trained("churn"), "evaluate")
    for kind in ("precision_recall", "calibration", "gain", "roc"):
        click(find(window, QPushButton, f"curve_kind_{kind}"))
        assert not window.panel.results.curves.chart.is_empty()
        assert find(window, QLabel, "curve_note").text()
    assert not find(window, ComboBox, "curve_class").isVisible()


def test_several_classes(trained, open_project):
    window = open_project(trained("penguins"), "evaluate")
    panel = window.panel
    assert not panel.results.threshold.isVisible()
    assert not panel.results.errors.isVisible()
    assert [row.cell(0).text for row in panel.results.confusion.classes.rows_model.rows] == ["Adelie", "Chinstrap", "Gentoo"]
    assert len(panel.results.curves.chart._series) == 3
    which = find(window, ComboBox, "curve_class")
    which.setFocus()
    QTest.keyClick(which, Qt.Key.Key_Down)
    assert which.chosen() == "0"
    assert panel.results.curves.chart._series[0].name == "Adelie"
    click(find(window, QPushButton, "open_test"))
    settle(window)
    assert accesses_of(window) == 1
    assert goals(window) == ""


def test_numbers(trained, open_project):
    window = open_project(trained("energy_efficiency"), "evaluate")
    panel = window.panel
    assert panel.results.errors.isVisible()
    assert not panel.results.confusion.isVisible()
    for kind, chart in (
        ("misses", panel.results.errors.misses),
        ("bands", panel.results.errors.bands),
        ("scatter", panel.results.errors.scatter),
    ):
        click(find(window, QPushButton, f"error_kind_{kind}"))
        assert chart.isVisible()
        assert not chart.is_empty()
    assert "Half of the predictions are off by less than" in find(window, QLabel, "errors_note").text()
    worst = panel.results.worst.table.rows_model.rows
    assert len(worst) == 20
    table = window.controller.table()
    place = int(worst[0].cell(0).text.replace(",", "")) - 1
    assert float(worst[0].cell(1).text) == pytest.approx(table.frame.number("heating_load")[place], rel=1e-3)


def test_the_worst_rows_come_with_their_values(trained, open_project):
    window = open_project(trained("churn"), "evaluate")
    table = window.panel.results.worst.table
    titles = [column.title for column in table.rows_model.columns]
    assert titles[:4] == ["Row", "True value", "Prediction", "P(true class)"]
    assert "customerID" not in titles  # an identifier says nothing
    assert len(titles) == 8
    lines = CHURN.splitlines()
    head = lines[0].split(",")
    for row in table.rows_model.rows[:5]:
        cells = lines[int(row.cell(0).text.replace(",", ""))].split(",")
        assert cells[head.index("Churn")] == row.cell(1).text
        assert cells[head.index(titles[4])] == row.cell(4).text


def _drop(widget, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    at = widget.rect().center()
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(at), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(widget, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(widget, QDropEvent(QPointF(at), Qt.DropAction.CopyAction, data, buttons, keys))


def test_another_file_is_dropped_or_chosen(trained, open_project, tmp_path, monkeypatch):
    window = open_project(trained("penguins"), "evaluate")
    panel = window.panel
    file = tmp_path / "others.csv"
    lines = (SAMPLES / "penguins.csv").read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(lines[:120]), encoding="utf-8")
    click(find(window, QPushButton, "evaluation_source_file"))
    assert panel.drop.isVisible()
    assert not panel.results.isVisible()
    _drop(panel.drop, file)
    settle(window)
    assert "rows of others.csv" in find(window, QLabel, "evaluation_facts").text()
    assert panel.results.isVisible()
    notice = panel.results.trained_on
    assert notice.isVisible()
    assert "The model was trained on these rows" in notice.text.text()
    assert notice.y() < panel.results.kpis[0].y()  # before a figure is read
    assert accesses_of(window) == 0
    click(find(window, QPushButton, "evaluation_source_oof"))
    assert not notice.isVisible()
    assert "mean over the folds" in find(window, QLabel, "evaluation_notes").text()
    click(find(window, QPushButton, "evaluation_source_file"))
    assert "others.csv" in find(window, QLabel, "evaluation_facts").text()  # it is still there
    bare = tmp_path / "bare.csv"
    bare.write_text("island,sex\nDream,MALE\nDream,FEMALE\n", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(bare), ""))
    click(find(window, QPushButton, "evaluate_file_choose"))
    settle(window)
    assert "no column “species”" in banner(window)
    assert "others.csv" in find(window, QLabel, "evaluation_facts").text()  # what was there stays
    folder = tmp_path / "several"
    folder.mkdir()
    (folder / "a.csv").write_text("\n".join(lines[:60]), encoding="utf-8")
    click(find(window, QPushButton, "evaluate_file_other"))
    dialog = find(window, SourceDialog, "source_dialog")
    dialog.kind.show_choice("folder")
    dialog.kind.picked.emit("folder")
    dialog.place.setText(str(folder))
    click(find(dialog, QPushButton, "source_read"))
    settle(window)
    assert "59 rows of several" in find(window, QLabel, "evaluation_facts").text()
    panel._file = file
    window.controller.edit("Fit on the training part", refit="train")
    assert panel.file.value is None  # a file is answered by the model that is deployed: another one now


def test_the_report_is_written_and_the_test_set_stays_held_out(trained, open_project, tmp_path, monkeypatch):
    window = open_project(trained("churn"), "evaluate")
    out = tmp_path / "report"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    click(find(window, QPushButton, "export_report"))
    settle(window)
    written = out.with_suffix(".html")
    assert "was not used yet" in written.read_text(encoding="utf-8")
    assert str(written) in banner(window)
    assert accesses_of(window) == 0
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    click(find(window, QPushButton, "export_report"))
    settle(window)


def test_changed_decisions_grey_what_is_shown_and_undo_brings_it_back(trained, open_project):
    window = open_project(trained("penguins"), "evaluate")
    panel = window.panel
    window.controller.edit("Seed", seed=77)
    settle(window)
    assert "out of date" in find(window, QLabel, "evaluate_notice_text").text()
    assert panel.results.isVisible()
    assert not panel.results.isEnabled()
    assert not find(window, QPushButton, "export_report").isEnabled()
    window.controller.undo()
    settle(window)
    assert panel.results.isEnabled()
    assert window.findChild(QLabel, "evaluate_notice_text") is None
    window.controller.redo()
    settle(window)
    click(find(window, QPushButton, "evaluate_notice_train"))
    assert window.stage == "train"


def test_another_chosen_run_is_fitted_and_evaluated(trained, open_project):
    window = open_project(trained("penguins"), "evaluate")
    best = window.controller.project_status().best
    other = next(run for run in window.controller.runs.list(window.controller.keys.board) if run.algorithm_id == "decision_tree")
    assert other.id != best.id
    window.controller.edit("Go on with another", chosen=other.id)
    settle(window)
    assert "Decision tree" in find(window, QLabel, "evaluated_model").text()
    assert "chosen by you" in find(window, QLabel, "evaluation_facts").text()
    assert window.controller.keys.out_of_fold(other.id) in window.controller.store


@pytest.mark.parametrize("positive", [0, 1])
def test_counts_of_a_cut_off(positive):
    rest = dict.fromkeys(("precision", "f1", "balanced_accuracy", "accuracy"), (0.0, 0.0, 0.0))
    curve = ThresholdCurve(threshold=(0.0, 0.4, 1.0), recall=(1.0, 0.75, 0.0), share=(1.0, 0.5, 0.0), **rest)
    counts = counts_at(curve, 1, 20, 8)
    assert counts == Counts(hit=6, missed=2, false=4, right_no=8)
    matrix = counts.matrix(positive)
    assert matrix[positive][positive] == 6
    assert matrix[1 - positive][positive] == 4
    assert sum(map(sum, matrix)) == 20
    costs = Costs(false_positive=1.0, false_negative=5.0, true_positive=-2.0)
    assert cost_at(counts, costs) == pytest.approx((4 + 10 - 12) / 20)
