"""Stage 8 by real clicks and keys: the form's answer is the engine's, reasons add up, curves, kept inputs, whole files."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QLineEdit, QPushButton, QSlider, QSpinBox, QWidget

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.evaluation.final_evaluation import evaluate_rows
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.process import Evaluate
from mlops_desktop.engine.project.decisions import ColumnNote
from mlops_desktop.engine.project.project_file import read_project
from mlops_desktop.engine.training.final_model import open_chosen
from mlops_desktop.engine.training.runs import Runs
from mlops_desktop.ui.panels.app import answer_page
from mlops_desktop.ui.panels.app.choice_fields import LevelField, SwitchField
from mlops_desktop.ui.panels.app.range_fields import DateField, NumberField
from mlops_desktop.ui.panels.app.text_fields import TextField, TextValueField
from tests.ui.conftest import SAMPLES, banner, click, find, settle

Key = Qt.Key


def rest(panel) -> None:
    """Wait until the answer, the curve and the reasons are those of what is in the form."""
    end = time.monotonic() + 60
    while True:
        settle(panel.window())
        if not panel._answering.isActive() and not panel.answer._explaining.isActive():
            settle(panel.window())
            return
        assert time.monotonic() < end
        QTest.qWait(5)


@pytest.fixture
def opened(open_project, with_model):
    def open_(name: str = "churn", *args, **decided):
        panel = open_project(with_model(name, *args, **decided), "app").panel
        rest(panel)
        return panel

    return open_


def write(panel, name: str, text: str) -> None:
    """Write into a column's field with keys."""
    panel.form.go_to(name)
    field = panel.form.field(name)
    line = field.line if hasattr(field, "line") else field.box.lineEdit()
    line.setFocus()
    line.selectAll()
    if text:
        QTest.keyClicks(line, text)
    else:
        QTest.keyClick(line, Key.Key_Delete)
    rest(panel)


def engine_scores(panel, row) -> np.ndarray:
    """What the engine's own scorer says of a row."""
    controller = panel.controller
    found = open_chosen(Pipeline(controller.folder, controller.project), Runs(controller.folder), Silent())
    checked = found.scorer.schema.from_rows([row])
    assert not checked.errors
    return found.scorer.scores(checked.frame)


def positive(panel) -> float:
    return panel.answer.outcome.answer.value


# ---- the form


def test_the_window_predicts_without_the_big_libraries(opened):
    panel = opened()
    code = "import sys; import mlops_desktop.ui.panels.app.panel, mlops_desktop.ui.panels.deploy.panel; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pandas", "sklearn", "scipy", "pyarrow", "lightgbm", "matplotlib", "pyqtgraph"} & set(loaded)
    assert panel.answer.outcome.answer is not None


def test_a_final_model_of_the_training_part_answers_as_soon_as_it_is_wanted(opened):
    panel = opened()
    before = positive(panel)
    panel.controller.edit("Final model", refit="train")
    rest(panel)
    assert positive(panel) != before
    np.testing.assert_array_equal(panel.answer.outcome.answer.scores, engine_scores(panel, panel.form.row()))
    panel.controller.undo()
    rest(panel)
    assert positive(panel) == before


def test_fields_are_made_from_the_schema(opened):
    panel = opened()
    form = panel.form
    assert isinstance(form.field("tenure"), NumberField)
    assert isinstance(form.field("Contract"), LevelField)
    assert isinstance(form.field("PaperlessBilling"), SwitchField)
    tenure = form.field("tenure")
    assert [label.text() for label in tenure.findChildren(QLabel) if label.text() == "months"]
    assert [label.text() for label in tenure.findChildren(QLabel) if label.text() == "Since the contract began."]
    assert tenure.line.accessibleName() == "tenure (months)"
    assert form.field("Contract").title.text() == "Kind of contract"
    assert "Kind of contract" in [panel.answer.what_if.pick.itemText(at) for at in range(panel.answer.what_if.pick.count())]


def test_what_is_typed_changes_the_answer_to_the_engines_own(opened):
    panel = opened()
    before = find(panel, QLabel, "answer_figure").text()
    write(panel, "tenure", "2")
    write(panel, "Contract", "Month-to-month")
    write(panel, "MonthlyCharges", "105,5")
    row = panel.form.row()
    assert (row["tenure"], row["MonthlyCharges"]) == (2, 105.5)
    scores = engine_scores(panel, row)
    np.testing.assert_array_equal(panel.answer.outcome.answer.scores, scores)
    assert find(panel, QLabel, "answer_figure").text() != before
    threshold = panel.answer.playground.scorer.threshold
    assert find(panel, QLabel, "answer_class").text() == f"Churn: {'Yes' if positive(panel) >= threshold else 'No'}"


def test_slider_and_number_are_one(opened):
    panel = opened()
    field = panel.form.field("tenure")
    field.slider.setFocus()
    QTest.keyClick(field.slider, Key.Key_Home)
    rest(panel)
    assert panel.form.row()["tenure"] == field.column.low
    QTest.keyClick(field.slider, Key.Key_End)
    rest(panel)
    assert panel.form.row()["tenure"] == field.column.high
    assert type(panel.form.row()["tenure"]) is int
    write(panel, "tenure", "30")
    assert abs(field.first + field.slider.value() * field.step - 30) <= field.step


def test_every_place_of_a_slider_is_inside_the_range(opened):
    panel = opened("energy")
    for name in panel.form.fields:
        field = panel.form.field(name)
        for at in (0, 1, field.slider.maximum() // 2, field.slider.maximum()):
            field.slider.setValue(at)
            assert field.column.low <= field.value() <= field.column.high
    rest(panel)


def test_beyond_the_range_and_unknown_levels_are_flagged_not_refused(opened):
    panel = opened()
    write(panel, "tenure", "500")
    assert "outside the training range" in panel.form.field("tenure").note.text()
    write(panel, "Contract", "Lifelong")
    assert "training data did not have" in panel.form.field("Contract").note.text()
    assert len(panel.answer.card.message) == 2
    np.testing.assert_array_equal(panel.answer.outcome.answer.scores, engine_scores(panel, panel.form.row()))
    click(find(panel, QPushButton, "reset_inputs"))
    rest(panel)
    assert panel.answer.card.message == []
    assert panel.form.field("tenure").note.isHidden()


def test_what_cannot_be_read_gets_a_sentence_and_no_answer(opened):
    panel = opened()
    write(panel, "tenure", "two years")
    assert find(panel, QLabel, "answer_figure").text() == "–"
    assert "tenure" in find(panel, QLabel, "answer_detail").text()
    assert not panel.form.field("tenure").note.isHidden()
    assert panel.answer.what_if.curve is None
    write(panel, "tenure", "2")
    assert panel.answer.outcome.answer is not None


def test_missing_is_a_value(opened):
    panel = opened("penguins")
    write(panel, "bill_length_mm", "")
    write(panel, "island", "")
    row = panel.form.row()
    assert row["bill_length_mm"] is None
    assert row["island"] is None
    np.testing.assert_array_equal(panel.answer.outcome.answer.scores, engine_scores(panel, row))


def test_a_switch_has_three_states(opened):
    panel = opened()
    field = panel.form.field("PaperlessBilling")
    panel.form.go_to("PaperlessBilling")
    first = field.value()
    assert type(first) is bool
    click(field.switch)
    rest(panel)
    assert panel.form.row()["PaperlessBilling"] is (not first)
    assert field.state.text() in ("Yes", "No")
    click(field.away)
    rest(panel)
    assert panel.form.row()["PaperlessBilling"] is None
    assert field.state.text() == "missing"
    np.testing.assert_array_equal(panel.answer.outcome.answer.scores, engine_scores(panel, panel.form.row()))


def texts_are_explained_by_their_words(panel) -> None:
    names, values = zip(*((name, float(cells.replace("−", "-"))) for name, cells in panel.answer.why.chart.as_rows()[1]), strict=True)
    assert {"note: “prize”", "note: “win”"} <= set(names)
    assert sum(values) == pytest.approx(100 * (positive(panel) - panel.answer.why.base), abs=0.5)
    pick = panel.answer.what_if.pick
    pick.setFocus()
    while pick.chosen() != "note":
        QTest.keyClick(pick, Key.Key_Down)
    curve = panel.answer.what_if.curve
    assert curve.kind == "words"
    without = {**panel.form.row(), "note": "win a"}
    at = curve.values.index("prize")
    assert curve.scores[at] == pytest.approx(engine_scores(panel, without)[0, panel.answer.playground.scorer.positive])
    assert panel.answer.what_if.bars.isVisible()


def test_dates_texts_and_identifiers(opened, open_project):
    rng = random.Random(4)
    ends = ["more words here", "less words here"]
    words = ["pay invoice now", "hello dear friend", "win a prize today", "see you at lunch"]
    lines = ["when,note,code,amount,spam"]
    for i in range(160):
        spam = rng.random() < 0.5
        text = f"{words[(0 if spam else 1) + 2 * rng.randrange(2)]} number {rng.randrange(9999)} and {rng.choice(ends)}"
        lines.append(f"2024-{1 + i % 12:02d}-{1 + i % 28:02d},{text},K{i:05d},{rng.random():.3f},{'yes' if spam else 'no'}")
    panel = opened("dates", "\n".join(lines) + "\n", "spam", "logistic")
    form, names = panel.form, [one.name for one in panel.answer.playground.scorer.schema.columns]
    kinds = {name: type(form.field(name)) for name in names}
    assert kinds["when"] is DateField
    assert kinds["note"] is TextField
    assert kinds.get("code", TextValueField) is TextValueField
    form.go_to("when")
    write(panel, "when", "2024-06-15")
    form.go_to("note")
    form.field("note").area.setFocus()
    form.field("note").area.selectAll()
    QTest.keyClicks(form.field("note").area, "win a prize")
    rest(panel)
    assert form.row()["note"] == "win a prize"
    assert form.row()["when"] == "2024-06-15"
    np.testing.assert_array_equal(panel.answer.outcome.answer.scores, engine_scores(panel, form.row()))
    texts_are_explained_by_their_words(panel)
    form.field("when").slider.setValue(5)
    rest(panel)
    assert form.row()["when"].startswith("2024-0")
    write(panel, "when", "soon")
    assert "date" in find(panel, QLabel, "answer_detail").text()


def wide(columns: int = 150) -> str:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(200, columns)).round(3)
    target = np.where(values[:, 3] + values[:, 60] > 0, "yes", "no")
    head = ",".join([*(f"column_{i:03d}" for i in range(columns)), "y"])
    return "\n".join([head, *(",".join([*map(str, row), y]) for row, y in zip(values, target, strict=True))]) + "\n"


def test_many_columns_are_folded_and_found(opened):
    panel = opened("wide", wide(), "y", "logistic")
    form = panel.form
    assert {"column_003", "column_060"} == set(form._order[:2])  # what moves the answer comes first, before the test set is used
    assert len(form.row()) == 150
    assert len([field for field in form.fields.values() if field.isVisible()]) == 14
    more = find(panel, QPushButton, "input_more")
    assert more.text() == "136 more inputs"
    line = find(panel, QLineEdit, "input_filter")
    line.setFocus()
    QTest.keyClicks(line, "_060")
    assert [name for name, field in form.fields.items() if field.isVisible()] == ["column_060"]
    write(panel, "column_060", "3")
    assert form.row()["column_060"] == 3
    np.testing.assert_array_equal(panel.answer.outcome.answer.scores, engine_scores(panel, form.row()))
    line.clear()
    click(more)
    assert sum(field.isVisible() for field in form.fields.values()) == 150


def test_the_most_important_columns_come_first_once_they_were_measured(opened, open_project, with_model):
    folder = with_model("wide", wide(), "y", "logistic")
    project = read_project(folder)
    Evaluate(folder, project).run(Silent())
    panel = open_project(folder, "app").panel
    rest(panel)
    assert set(panel.form._front[:2]) == {"column_003", "column_060"}


# ---- reasons and curves


def test_contributions_add_up(opened):
    panel = opened()
    for name, text in (("tenure", "3"), ("Contract", "Two year"), ("TotalCharges", "40"), ("TechSupport", "Yes")):
        write(panel, name, text)
    why = panel.answer.why
    assert why.parts
    assert abs(why.base + sum(part for _, part in why.parts) - why.answer) < 1e-9
    assert abs(why.answer - positive(panel)) < 1e-9
    assert [name for name, part in why.parts if abs(part) > 1e-9]
    assert find(panel, QLabel, "why_sum").text().startswith("Typical row")
    shown = [one.value for one in why.chart._bars if one.name.startswith("tenure")]
    assert shown == [100 * part for name, part in why.parts if name == "tenure"]  # points of a per cent, as the sum below


def test_a_slow_explanation_is_worked_out_by_the_child(opened, monkeypatch):
    panel = opened("penguins")
    write(panel, "bill_length_mm", "50")
    here = list(panel.answer.why.parts)
    monkeypatch.setattr(answer_page, "PATIENCE_S", 0.0)
    panel.answer.why.parts = []
    panel.show_answer()
    rest(panel)
    assert panel.answer.why.parts == here


def test_what_if_goes_over_the_range_with_the_own_value_on_it(opened):
    panel = opened()
    panel.answer._pick_column("MonthlyCharges")
    write(panel, "MonthlyCharges", "63.25")
    curve = panel.answer.what_if.curve
    assert curve.field == "MonthlyCharges"
    at = curve.values.index(63.25)
    assert curve.scores[at] == positive(panel)
    column = panel.answer.playground.scorer.schema.column("MonthlyCharges")
    assert (curve.values[0], curve.values[-1]) == (column.low, column.high)
    for value, score in list(zip(curve.values, curve.scores, strict=True))[::10]:
        assert engine_scores(panel, {**panel.form.row(), "MonthlyCharges": value})[0, panel.answer.playground.scorer.positive] == score


def test_what_if_over_levels_marks_the_own_one(opened):
    panel = opened()
    box = find(panel, QComboBox, "what_if_column")
    at = box.findData("Contract")
    assert at >= 0
    box.setFocus()
    box.setCurrentIndex(at)
    box.activated.emit(at)
    write(panel, "Contract", "One year")
    assert set(panel.answer.what_if.curve.values) == {"Month-to-month", "One year", "Two year"}
    assert [bar.color for bar in panel.answer.what_if.bars._bars if bar.name == "One year"] == [1]
    assert panel.answer.what_if.bars._marks[0].at == pytest.approx(100 * panel.answer.playground.scorer.threshold)


# ---- rows, resets, kept inputs


def test_a_row_of_the_training_part_is_answered_as_by_the_engine(opened):
    panel = opened()
    click(find(panel, QPushButton, "pick_row"))
    settle(panel.window())
    pipeline = Pipeline(panel.controller.folder, panel.controller.project)
    at = int(pipeline.train_rows[11])
    number = find(panel, QSpinBox, "picker_number")
    number.setFocus()
    number.selectAll()
    QTest.keyClicks(number, str(at + 1))
    click(find(panel, QPushButton, "picker_show"))
    rest(panel)
    frame = pipeline.table.frame.take(np.array([at])).select(pipeline.features)
    np.testing.assert_array_equal(panel.answer.outcome.answer.scores, panel.answer.playground.scorer.scores(frame))
    truth = pipeline.table.frame.texts("Churn")[at] if pipeline.table.frame.layout.kind("Churn") == "categorical" else None
    text = find(panel, QLabel, "picker_truth").text()
    assert text.startswith(f"Row {at + 1}: Churn was ")
    assert truth is None or text.endswith(truth)


def test_rows_of_the_test_part_stay_held_out(opened):
    panel = opened()
    click(find(panel, QPushButton, "pick_row"))
    settle(panel.window())
    pipeline = Pipeline(panel.controller.folder, panel.controller.project)
    held_out = int(pipeline.test_rows[0])
    number = find(panel, QSpinBox, "picker_number")
    number.setValue(held_out + 1)
    click(find(panel, QPushButton, "picker_show"))
    rest(panel)
    assert number.value() - 1 in set(pipeline.train_rows.tolist())
    assert "not in the training part" in find(panel, QLabel, "picker_truth").text()
    for _ in range(20):
        click(find(panel, QPushButton, "picker_random"))
        assert number.value() - 1 in set(pipeline.train_rows.tolist())
    rest(panel)


def test_kept_inputs_are_side_by_side_and_survive_the_window(opened, open_project):
    panel = opened()
    assert panel.answer.kept.isHidden()
    write(panel, "tenure", "1")
    first = positive(panel)
    click(find(panel, QPushButton, "answer_keep"))
    write(panel, "tenure", "70")
    click(find(panel, QPushButton, "answer_keep"))
    rows = panel.answer.kept.table.rows_model.rows
    assert [row.cell(0).text for row in rows] == ["Input 1", "Input 2"]
    assert "tenure: 1" in rows[0].cell(3).text
    assert rows[1].cell(3).text == "–"
    panel.answer.kept.table.opened.emit("0")
    rest(panel)
    assert panel.form.row()["tenure"] == 1
    assert positive(panel) == first
    folder = panel.controller.folder
    panel.controller.close()
    again = open_project(folder, "app").panel
    rest(again)
    assert len(again.answer.kept.table.rows_model.rows) == 2
    again.answer.kept.table.select(["0"])
    again.answer.kept._settle()
    click(find(again, QPushButton, "kept_remove"))
    assert [row.cell(0).text for row in again.answer.kept.table.rows_model.rows] == ["Input 2"]


def test_numbers_are_answered_with_their_range_and_unit(opened):
    panel = opened("energy")
    click(find(panel, QPushButton, "pick_row"))
    settle(panel.window())
    panel.pick_row(int(panel._training_rows()[3]))
    rest(panel)
    assert find(panel, QLabel, "answer_class").text() == "heating_load kWh/m²"
    assert find(panel, QLabel, "answer_detail").text().startswith("in training from 6.01 to")
    assert panel.answer.card.value_bar.isVisible()
    assert abs(panel.answer.why.base + sum(part for _, part in panel.answer.why.parts) - positive(panel)) < 1e-9


def test_several_classes_show_the_most_probable(opened):
    panel = opened("penguins")
    assert panel.answer.card.classes.isVisible()
    assert not panel.answer.card.bar.isVisible()
    shares = [share for _, share in panel.answer.card.classes._rows]
    assert sorted(shares, reverse=True) == shares
    assert abs(sum(shares) - 1) < 1e-9


# ---- a whole file


def test_a_file_is_answered_and_refused_rows_are_counted(opened, tmp_path, monkeypatch):
    panel = opened("penguins")
    lines = (SAMPLES / "penguins.csv").read_text(encoding="utf-8").splitlines()[:31]
    cells = lines[5].split(",")
    cells[lines[0].split(",").index("body_mass_g")] = "heavy"
    lines[5] = ",".join(cells)
    file, out = tmp_path / "new penguins.csv", tmp_path / "answers.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    click(find(panel, QPushButton, "answer_file"))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    both = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPointF(300, 300).toPoint(), *both)
    panel.dragEnterEvent(enter)
    assert enter.isAccepted()
    panel.dropEvent(QDropEvent(QPointF(300, 300), *both))
    settle(panel.window())
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 30
    assert [i for i, row in enumerate(rows) if row["error"]] == [4]
    assert find(panel, QLabel, "batch_refused_value").text() == "1"
    assert find(panel, QLabel, "batch_rows_value").text() == "30"
    shown = panel.batch.card.table.rows_model.rows
    assert len(shown) == 30
    titles = [one.title for one in panel.batch.card.table.rows_model.columns]
    assert shown[4].cell(titles.index("error")).text == rows[4]["error"]
    assert [*rows[0]][:7] == lines[0].split(",")  # every column of the file, then the predictions
    assert rows[3]["flipper_length_mm"] == lines[4].split(",")[lines[0].split(",").index("flipper_length_mm")]
    assert titles[1:9] == [*rows[0]][:8]  # the same order on the screen
    assert find(panel, QLabel, "batch_unusual_value").text() == str(sum(bool(row["warnings"]) for row in rows))
    click(find(panel, QPushButton, "batch_keep_ids"))
    folder, out = tmp_path / "several", tmp_path / "more.csv"
    folder.mkdir()
    (folder / "a.csv").write_text("\n".join(lines[:11]) + "\n", encoding="utf-8")
    panel.take_file(f"folder:{folder}?pattern=*.csv", out)
    settle(panel.window())
    written = out.read_text(encoding="utf-8").splitlines()
    assert (len(written), written[0].split(",")[:2]) == (11, ["row", "prediction"])  # there is no identifier
    assert "predictions for several are in" in find(panel, QLabel, "batch_state").text()
    click(find(panel, QPushButton, "batch_back"))
    assert panel.answer.card.isVisible()


def test_answers_are_written_as_the_file_is_and_labels_can_be_their_headings(opened, tmp_path):
    panel = opened("penguins")
    assert not find(panel, QPushButton, "batch_headings_labels").isVisibleTo(panel)
    notes = panel.controller.project.columns
    panel.controller.edit("Label", columns={**notes, "island": replace(notes.get("island", ColumnNote()), label="Place")})
    settle(panel.window())
    assert ("Place (island)") in [name for name, _ in panel.searchable()]
    file, out = tmp_path / "new.csv", tmp_path / "answers.csv"
    lines = (SAMPLES / "penguins.csv").read_text(encoding="utf-8").splitlines()[:11]
    file.write_text("\n".join(lines).replace(",", ";").replace(".", ","), encoding="utf-8")
    click(find(panel, QPushButton, "answer_file"))
    click(find(panel, QPushButton, "batch_headings_labels"))
    panel.take_file(file, out)
    settle(panel.window())
    written = [line.split(";") for line in out.read_text(encoding="utf-8").splitlines()]
    assert written[0][1] == "Place"
    assert written[1][2] == "39,1"
    assert "with semicolons and decimal commas" in find(panel, QLabel, "batch_state").text()
    titles = [one.title for one in panel.batch.card.table.rows_model.columns]
    share = panel.batch.card.table.rows_model.rows[0].cell(titles.index("probability_Adelie")).text
    assert 0 <= float(share) <= 1


def test_the_picker_counts_the_training_rows_of_now(opened, monkeypatch):
    panel = opened("penguins")
    click(find(panel, QPushButton, "pick_row"))
    settle(panel.window())
    monkeypatch.setattr(panel, "_training_rows", lambda: np.arange(5))
    panel.show_results()
    assert panel.picker.truth.text().startswith("5 training rows")


def test_the_columns_that_a_file_lacks_are_named(opened, tmp_path):
    panel = opened("penguins")
    file = tmp_path / "lacking.csv"
    file.write_text("island,extra\nDream,1\n", encoding="utf-8")
    panel.take_file(file, tmp_path / "out.csv")
    settle(panel.window())
    assert find(panel, QWidget, "batch_warning_0").isVisible()
    warning = find(panel, QWidget, "batch_warning_0").accessibleName()
    assert all(name in warning for name in ("“bill_length_mm”", "“sex”", "not there"))
    assert "extra" not in warning


def test_a_file_of_other_columns_is_refused_in_a_sentence(opened, tmp_path):
    panel = opened("penguins")
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    panel.take_file(file, tmp_path / "out.csv")
    settle(panel.window())
    assert "No column of the model" in banner(panel.window())
    assert not (tmp_path / "out.csv").exists()
    panel.take_file(file, file)
    assert "overwrite" in panel.batch.card.state.text()  # until the next file is answered


# ---- the model comes and goes


def test_without_a_model_the_page_shows_where_to_go(make_project, open_project):
    window = open_project(make_project("penguins", "species"), "app")
    assert "no model" in window.panel.empty.text.text()
    assert window.panel.unready()[0]
    click(find(window, QPushButton, "app_empty_action"))
    assert window.stage == "train"


def test_a_model_that_is_not_in_the_store_is_made_first(open_project, with_model):
    folder = with_model("penguins")
    project = read_project(folder)
    pipeline = Pipeline(folder, project)
    best = Runs(folder).list(pipeline.keys.board)[0]
    pipeline.store._discard(pipeline.keys.scorer(best.id))
    pipeline.store._discard(pipeline.keys.model(best.id))
    window = open_project(folder, "app")
    rest(window.panel)
    assert window.panel.answer.outcome.answer is not None


def test_another_threshold_answers_at_once_and_undo_brings_the_first_back(opened):
    panel = opened()
    controller, first = panel.controller, panel.answer.playground.scorer.threshold
    write(panel, "tenure", "9")
    controller.edit("Threshold", threshold=0.99)
    rest(panel)
    assert panel.answer.playground.scorer.threshold == 0.99
    assert panel.form.row()["tenure"] == 9
    assert find(panel, QLabel, "answer_class").text() == "Churn: No"
    controller.undo()
    rest(panel)
    assert panel.answer.playground.scorer.threshold == first


def test_the_last_model_stays_marked_while_the_decisions_have_none(opened):
    panel = opened()
    panel.controller.edit("Another seed", seed=99)
    rest(panel)
    assert "out of date" in panel.answer.card.model.text()
    assert panel.answer.outcome.answer is not None
    write(panel, "tenure", "5")
    assert panel.form.row()["tenure"] == 5
    panel.controller.undo()
    rest(panel)
    assert "out of date" not in panel.answer.card.model.text()


def test_the_same_answer_as_the_evaluation(opened):
    panel = opened("penguins")
    pipeline = Pipeline(panel.controller.folder, panel.controller.project)
    found = open_chosen(pipeline, Runs(pipeline.folder), Silent())
    assert evaluate_rows(found, pipeline.train, Silent()).rows == len(pipeline.train_rows)
    scores = found.scorer.scores(pipeline.train.frame)
    for at in range(0, len(pipeline.train_rows), 60):
        panel.pick_row(int(pipeline.train_rows[at]))
        np.testing.assert_allclose(panel.answer.outcome.answer.scores[0], scores[at], atol=1e-12)
    rest(panel)


def test_every_tab_stop_has_a_name_and_search_finds_the_inputs(opened):
    panel = opened()
    for kind in (QLineEdit, QComboBox, QPushButton, QSlider, QSpinBox):
        for widget in panel.findChildren(kind):
            if widget.isVisible() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                assert widget.accessibleName(), widget.objectName()
                assert widget.objectName() or widget.parent().objectName()
    found = dict(panel.searchable())
    found["StreamingTV"]()
    assert panel.form.field("StreamingTV").isVisible()


def test_a_number_stands_in_the_range_of_training_or_in_none(opened):
    panel = opened("energy")
    low, high = panel.answer.ends
    assert low < high  # before a row was picked
    assert panel.answer.card.value_bar.isVisible()
    panel.answer.ends = (panel.answer.playground.usual,) * 2  # as long as the training rows are not known
    panel.answer.show_answer()
    assert not panel.answer.card.value_bar.isVisible()
    assert panel.answer.card.detail.text() == ""
