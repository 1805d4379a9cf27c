"""Stage 1 by real clicks and keys: every control changes the decision that it claims to, and undo takes it back."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QPushButton

from mlops_desktop.engine.choices import choices, task_spec
from mlops_desktop.engine.data.importing import last_import
from mlops_desktop.engine.project.decisions import Brief, Costs, Goals, Step
from mlops_desktop.engine.project.project_file import read_project
from mlops_desktop.ui.import_dialog import ImportDialog
from mlops_desktop.ui.panels.problem.text_area import TextArea
from mlops_desktop.ui.widgets.inputs import ComboBox, NumberLine
from mlops_desktop.ui.widgets.notes_model import FIELDS, list_text, read_list
from tests.ui.conftest import banner, click, find, settle

Key = Qt.Key


def key(widget, which, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(widget, which, modifier)


def pick(window, name: str, id_: str) -> None:
    """Choose from a list by the keyboard: Home, then Down to the entry."""
    box = find(window, QComboBox, name)
    for _ in range(1000):  # the entries come with the overview of the table
        if box.findData(id_) >= 0:
            break
        QTest.qWait(10)
    at = box.findData(id_)
    assert at >= 0, id_
    box.setFocus()
    way = Key.Key_Down if at > box.currentIndex() else Key.Key_Up
    for _ in range(200):
        if box.currentIndex() == at:
            break
        box.blockSignals(abs(box.currentIndex() - at) > 1)  # only the last step is a decision
        key(box, way)
        box.blockSignals(False)
    settle(window)
    assert box.currentData() == id_


def write(widget, text: str) -> None:
    widget.setFocus()
    widget.selectAll()
    key(widget, Key.Key_Delete)
    QTest.keyClicks(widget, text)


def note(window, column: str, field: str, text: str) -> None:
    """Write into a cell of the data dictionary by the keyboard."""
    table = window.panel.file.notes
    table.go_to(column, field)
    table.setFocus()
    key(table, Key.Key_Return)
    QApplication.processEvents()
    editor = find(table.viewport(), QLineEdit, f"notes_{field}_editor")
    write(editor, text)
    key(editor, Key.Key_Return)
    QApplication.processEvents()
    settle(window)


def choose(window, column: str, field: str, id_: str) -> None:
    """Choose from a cell's list by the keyboard."""
    table = window.panel.file.notes
    table.go_to(column, field)
    table.setFocus()
    key(table, Key.Key_Return)
    QApplication.processEvents()
    editor = find(table.viewport(), ComboBox, f"notes_{field}_editor")
    at = next(i for i in range(editor.count()) if editor.itemData(i) == id_)
    steps = at - editor.currentIndex()
    opened = editor.choices().list
    for _ in range(abs(steps)):
        key(opened, Key.Key_Down if steps > 0 else Key.Key_Up)
    key(opened, Key.Key_Return)
    QApplication.processEvents()
    settle(window)


# ---- what is shown


def test_it_shows_the_file_the_target_and_why(window):
    panel = window.panel
    assert panel.file.file.text() == "penguins.csv"
    assert panel.file.facts.text().startswith("344 rows × 7 columns")
    assert panel.target.target.chosen() == "species"
    assert "typical" in panel.target.target_why.text()
    assert panel.target.task.choice() == "multiclass"
    assert "3 categories" in panel.target.task_why.text()
    assert not panel.target.positive.isVisible()
    assert panel.target.measure.chosen() == window.controller.project.metric == "accuracy"
    assert "predicted correctly" in panel.target.metric_why.text()
    assert panel.file.preview.table.rowCount() == 344
    assert [row.name for row in panel.file.notes.notes.rows][:2] == ["species", "island"]
    assert panel.unready() == ("", None)


def test_a_target_that_was_chosen_is_not_called_likely(window):
    why = window.panel.target.target_why
    assert why.text().startswith("Likely because")
    pick(window, "target", "sex")
    assert why.text() == "Chosen by you."


def test_showing_starts_no_edit(window):
    before = window.controller.session.key
    for stage in ("data", "problem"):
        window.show_stage(stage)
        settle(window)
    window.show_theme("dark")
    window.show_theme("light")
    assert window.controller.session.key == before
    assert window.controller.session.undo_label == ""


# ---- target, task, class, metric


def test_another_target_makes_what_follows_anew_and_undo_brings_all_back(window):
    controller = window.controller
    first, steps = controller.session.key, controller.project.steps
    pick(window, "target", "sex")
    project = controller.project
    assert (project.target, project.task, project.positive) == ("sex", "binary", "FEMALE")
    assert project.metric == "roc_auc"
    named = [name for step in project.steps for name in getattr(step.component, "columns", ())]
    assert "sex" not in named
    assert "Proposed again" in banner(window)
    assert controller.session.undo_label == "Predict sex"
    controller.undo()
    assert controller.session.undo_label == ""
    settle(window)
    assert controller.session.key == first
    assert controller.project.steps == steps
    assert window.panel.target.target.chosen() == "species"
    controller.redo()
    settle(window)
    assert controller.project == project


def test_a_guess_is_one_click(window):
    click(find(window, QPushButton, "guess_0"))
    settle(window)
    assert window.controller.project.target == "sex"
    assert window.panel.target.target.chosen() == "sex"


def test_a_number_becomes_a_regression_with_the_means_for_it(window):
    pick(window, "target", "body_mass_g")
    project = window.controller.project
    assert project.task == "regression"
    assert project.metric == "neg_root_mean_squared_error"
    assert project.positive is None
    assert all(a.supports(task_spec("regression")) for a in project.candidates)
    assert [c.component.id for c in project.row_filters] == ["drop_missing_target"]
    assert not window.panel.target.positive.isVisible()
    assert window.panel.goals._titles["score"].text() == "RMSE of at most"
    assert window.panel.goals._lines["goal_score"].accessibleName() == "RMSE of at most"


def test_the_task_can_be_overruled(window):
    pick(window, "target", "sex")
    click(find(window, QPushButton, "task_multiclass"))
    settle(window)
    assert window.controller.project.task == "multiclass"
    assert window.controller.project.metric in ("accuracy", "balanced_accuracy")
    assert window.controller.project.positive is None
    assert "Chosen by you" in window.panel.target.task_why.text()
    assert not find(window, QPushButton, "task_regression").isEnabled()
    assert find(window, QPushButton, "task_regression").toolTip()


def test_class_of_interest_and_metric(window):
    pick(window, "target", "sex")
    box = find(window, QComboBox, "positive")
    assert box.currentText().startswith("FEMALE  (165 rows")
    pick(window, "positive", "1")
    assert window.controller.project.positive == "MALE"
    assert "MALE" in find(window, QComboBox, "metric").currentText() or window.controller.project.metric != "roc_auc"
    pick(window, "metric", "recall")
    assert window.controller.project.metric == "recall"
    assert find(window, QComboBox, "metric").currentText() == "Find as many “MALE” as possible · Recall"
    window.controller.undo()
    assert window.controller.project.metric == "roc_auc"


def test_classes_keep_their_kind(open_project, make_project):
    rows = "".join(f"{i % 7},{i % 2}\n" for i in range(60))
    window = open_project(make_project("x,y\n" + rows, "y"))
    before = window.controller.project.positive
    pick(window, "positive", "0" if before == 1 else "1")
    assert window.controller.project.positive == (0 if before == 1 else 1)
    assert type(window.controller.project.positive) is type(before)


def test_a_column_that_cannot_be_predicted_is_refused_with_the_reason(open_project, make_project):
    rows = "".join(f"{i % 5},{'ab'[i % 2]},same\n" for i in range(40))
    window = open_project(make_project("x,y,z\n" + rows, "y"))
    window.panel.decisions.choose_target("z")
    assert window.controller.project.target == "y"
    assert "same value" in banner(window)
    assert window.panel.target.target.chosen() == "y"


def test_what_does_not_fit_is_shown_and_one_button_repairs_it(window):
    controller = window.controller
    renew = find(window, QPushButton, "renew")
    assert not renew.isVisible()
    left_out = Step(choices().operations.read({"id": "drop_columns", "params": {"columns": ["sex"]}}))
    controller.put("by hand", replace(controller.project, target="sex", steps=(left_out,)))  # as after an undo of what followed
    settle(window)
    assert renew.isVisible()
    assert "metric" in window.panel.target.inconsistent.text() or "column" in window.panel.target.inconsistent.text()
    assert window.panel.primary() is renew
    key(window, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(window)
    assert not renew.isVisible(), window.panel.target.inconsistent.text() + banner(window)
    named = [name for step in controller.project.steps for name in getattr(step.component, "columns", ())]
    assert "sex" not in named


def test_ten_choices_are_ten_undos_and_each_brings_back_decisions_that_fit(window):
    controller, seen = window.controller, [window.controller.session.key]
    for target in ("sex", "body_mass_g", "island", "flipper_length_mm", "species", "sex"):
        pick(window, "target", target)
        seen.append(controller.session.key)
    for target in ("body_mass_g", "island"):  # the second one before what follows from the first is known
        window.panel.decisions.choose_target(target)
    settle(window)
    assert (controller.project.target, controller.session.undo_label) == ("island", "Predict island")
    for expected in reversed(seen):
        controller.undo()
        settle(window)
        assert controller.session.key == expected
        assert not find(window, QPushButton, "renew").isVisible()
    assert controller.session.undo_label == ""


def test_a_choice_that_is_taken_back_at_once_leaves_nothing(window):
    controller, first = window.controller, window.controller.session.key
    controller.edit("Seed", seed=4)
    window.panel.decisions.choose_target("sex")
    controller.undo()
    controller.undo()
    settle(window)
    assert (controller.session.key, controller.session.undo_label) == (first, "")


def test_an_edit_during_the_proposal_is_kept(window):
    panel = window.panel
    panel.decisions.choose_target("sex")
    panel.brief.areas["statement"].setPlainText("Which sex?")
    panel.brief.flush()
    settle(window)
    assert window.controller.project.brief.statement == "Which sex?"
    assert window.controller.project.metric == "roc_auc"
    assert window.controller.project.positive == "FEMALE"


# ---- goals and costs


def test_no_title_of_a_goal_is_cut(window):
    window.resize(1280, 800)
    settle(window)
    for title in window.panel.goals._titles.values():
        if title.isVisible():
            assert title.height() >= title.heightForWidth(title.width())
            assert title.width() >= max(title.fontMetrics().horizontalAdvance(word) for word in title.text().split())


def test_goals_with_the_name_and_the_sign_of_the_metric(window):
    line = find(window, NumberLine, "goal_score")
    write(line, "0.95")
    key(line, Key.Key_Return)
    assert window.controller.project.goals == Goals(score=0.95)
    write(find(window, NumberLine, "goal_response_ms"), "20")
    find(window, NumberLine, "goal_score").setFocus()  # leaving the field is enough
    assert window.controller.project.goals == Goals(score=0.95, response_ms=20.0)
    line.clear()
    key(line, Key.Key_Return)
    assert window.controller.project.goals.score is None
    pick(window, "target", "body_mass_g")
    write(line, "350,5")
    key(line, Key.Key_Return)
    assert window.controller.project.goals.score == -350.5
    assert line.text() in ("350,5", "350.5")


def test_a_wrong_number_is_shown_and_not_taken(window):
    line = find(window, NumberLine, "goal_score")
    write(line, "much")
    key(line, Key.Key_Return)
    assert window.controller.project.goals.score is None
    assert "much" in window.panel.goals.problem.text()
    assert window.panel.goals.problem.isVisible()
    write(line, "0.5")
    key(line, Key.Key_Return)
    assert window.panel.goals.problem.isHidden()
    other = find(window, NumberLine, "goal_response_ms")
    write(other, "-3")
    key(other, Key.Key_Return)
    assert window.controller.project.goals == Goals(score=0.5)
    assert "Response time" in window.panel.goals.problem.text()


def test_another_metric_takes_the_least_score_out(window):
    line = find(window, NumberLine, "goal_score")
    write(line, "0.9")
    key(line, Key.Key_Return)
    pick(window, "metric", "neg_log_loss")
    assert window.controller.project.goals.score is None
    assert line.text() == ""


def test_costs_for_two_classes_only(window):
    on = find(window, QCheckBox, "costs_on")
    assert not on.isVisible()
    pick(window, "target", "sex")
    assert on.isVisible()
    click(on, QPoint(8, on.height() // 2))
    assert window.controller.project.costs == Costs(false_positive=1.0, false_negative=1.0)
    for field, text in (("false_negative", "25"), ("true_positive", "-3.5")):
        line = find(window, NumberLine, f"cost_{field}")
        write(line, text)
        key(line, Key.Key_Return)
    goal = find(window, NumberLine, "goal_cost")
    write(goal, "2")
    key(goal, Key.Key_Return)
    assert window.controller.project.costs == Costs(false_positive=1.0, false_negative=25.0, true_positive=-3.5)
    assert window.controller.project.goals.cost == 2.0
    assert "FEMALE" in find(window, NumberLine, "cost_false_negative").accessibleName()
    click(on, QPoint(8, on.height() // 2))
    assert window.controller.project.costs is None
    assert window.controller.project.goals.cost is None
    window.controller.undo()
    assert window.controller.project.costs == Costs(false_positive=1.0, false_negative=25.0, true_positive=-3.5)
    assert find(window, NumberLine, "cost_false_negative").text() == "25"


# ---- words


@pytest.mark.parametrize("field", ["statement", "users", "decision", "success"])
def test_a_text_is_one_step_of_undo(window, field):
    area = find(window, TextArea, f"brief_{field}")
    area.setFocus()
    QTest.keyClicks(area, "Which ")
    area.flush()
    QTest.keyClicks(area, "penguin & <b>where</b>?")
    area.flush()
    assert getattr(window.controller.project.brief, field) == "Which penguin & <b>where</b>?"
    window.controller.undo()
    assert window.controller.project.brief == Brief()
    assert area.toPlainText() == ""
    window.controller.redo()
    assert area.toPlainText() == "Which penguin & <b>where</b>?"


def test_a_text_is_not_lost_when_the_stage_is_left(window):
    area = find(window, TextArea, "brief_statement")
    area.setFocus()
    QTest.keyClicks(area, "in haste")
    window.show_stage("data")
    assert window.controller.project.brief.statement == "in haste"
    settle(window)


def test_kind_of_data(window):
    click(find(window, QPushButton, "data_kind_time"))
    assert window.controller.project.brief.data_kind == "time"
    window.controller.undo()
    assert window.panel.brief.kind.choice() == "table"


def test_the_banner_of_a_proposal_goes_with_its_undo(window):
    pick(window, "target", "sex")
    assert "Undo takes it back" in banner(window)
    window.controller.undo()
    assert banner(window) == ""


def test_a_refused_goal_is_not_shown_in_another_project(window, make_project):
    line = find(window, NumberLine, "goal_response_ms")
    write(line, "abc")
    key(line, Key.Key_Return)
    assert window.panel.goals.problem.isVisible()
    window.controller.open(make_project("energy_efficiency", "heating_load"))
    window.show_stage("problem")
    line = find(window.panel, NumberLine, "goal_response_ms")
    assert line.text() == ""
    assert not line.property("bad")
    assert not window.panel.goals.problem.isVisible()


def test_rows_that_belong_together_and_their_order(open_project, make_project):
    rows = "".join(f"P{i // 4:02d},2024-0{1 + i % 9}-1{i % 7},{i % 13},{'yn'[(i * 7) % 3 == 0]}\n" for i in range(120))
    window = open_project(make_project("patient,day,x,y\n" + rows, "y"))
    before = window.controller.session.key
    pick(window, "tie_group", "patient")
    assert window.controller.project.columns["patient"].role == "group"
    assert window.controller.project.split.id == "grouped"
    pick(window, "tie_time", "day")
    assert window.controller.project.columns["day"].role == "time"
    pick(window, "tie_group", "")
    assert window.controller.project.split.id == "time"
    assert window.panel.brief.split_columns["time"].chosen() == "day"
    pick(window, "tie_time", "")
    assert not window.controller.project.split.by_time
    assert window.panel.brief.split_columns["time"].chosen() == ""
    while window.controller.session.undo_label:
        window.controller.undo()
    settle(window)
    assert window.controller.session.key == before
    assert window.panel.brief.split_columns["time"].chosen() == ""


def test_combinations_that_group_the_rows_are_shown_until_a_person_declines(open_project, make_project):
    draw = random.Random(3)
    people = [f"{draw.randint(20, 80)},{draw.randint(150, 199)},{draw.choice('fm')},{{}},{draw.choice('yn')}\n" for _ in range(40)]
    window = open_project(make_project("age,height,sex,x,y\n" + "".join(people[i // 5].format(i * 7 % 13) for i in range(200)), "y"))
    box = window.panel.brief.split_columns["group"]
    assert (window.controller.project.split.id, set(box.chosen().split(", "))) == ("grouped", {"age", "height", "sex"})
    window.panel.brief.split_column_picked.emit("group", "")  # the entries change with it
    settle(window)
    assert (window.controller.project.split.id, box.chosen()) == ("stratified", "")


def test_no_group_holds_after_another_column_was_the_group(open_project, make_project):
    rows = "".join(f"P{i // 4:02d},{i % 13},w{i % 9},{'yn'[(i * 7) % 3 == 0]}\n" for i in range(120))
    window = open_project(make_project("patient,x,ward,y\n" + rows, "y"))
    pick(window, "tie_group", "ward")
    pick(window, "tie_group", "")
    assert window.panel.brief.split_columns["group"].chosen() == ""
    assert "group" not in {note.role for note in window.controller.project.columns.values()}


# ---- the data dictionary


def open_notes(window) -> None:
    click(find(window, QPushButton, "data_tabs_notes"))


def test_a_label_is_shown_where_the_name_of_its_column_was(window):
    open_notes(window)
    note(window, "body_mass_g", "label", "Weight")
    target, heads = window.panel.target.target, window.panel.file.preview.table
    at = target.findData("body_mass_g")
    assert target.itemText(at) == "Weight"
    assert target.itemData(at, Qt.ItemDataRole.ToolTipRole).startswith("body_mass_g")
    section = [one.name for one in heads.columns].index("body_mass_g")
    assert heads.headerData(section, Qt.Orientation.Horizontal) == "Weight"
    assert heads.headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole).startswith("body_mass_g")
    split = window.panel.brief.split_columns["group"]
    assert split.itemText(split.findData("body_mass_g")).endswith("Weight")
    window.show_stage("data")
    settle(window)
    data = window.panel
    data.show_tab("relations")
    names = data.relations.heatmap.as_rows()[0]
    assert "Weight" in names
    assert any("Weight" in (row.cell(0).text, row.cell(1).text) for row in data.relations.pairs.rows_model.rows)
    data.show_tab("columns")
    head = next(row for row in data.statistics.rows_model.rows if row.id == "body_mass_g").cell(0)
    assert (head.text, head.tip) == ("Weight", "body_mass_g")
    assert "Weight" in [cell.shown.label for cell in data.distributions.cells]
    find(data, QLineEdit, "pairs_search").setText("body_mass")  # found by its name in the file too
    table = data.relations.pairs
    assert not all(table.isRowHidden(row) for row in range(table.rows_model.rowCount()))


def test_a_column_is_renamed_on_its_name_and_sentences_call_it_so(window):
    window.show_stage("data")
    settle(window)
    assert any("“body_mass_g”" in one.finding.message for one in window.panel._findings)
    window.show_stage("problem")
    open_notes(window)
    table = window.panel.file.notes
    table.go_to("body_mass_g", "name")
    table.setFocus()
    key(table, Key.Key_Return)
    QApplication.processEvents()
    editor = find(table.viewport(), QLineEdit, "notes_label_editor")
    write(editor, "Weight")
    key(editor, Key.Key_Return)
    QApplication.processEvents()
    settle(window)
    assert window.controller.session.undo_label == "Rename body_mass_g to Weight"
    assert "Weight (body_mass_g)" in [name for name, _ in window.panel.searchable()]
    window.show_stage("data")
    settle(window)
    messages = [one.finding.message for one in window.panel._findings]
    assert any("“Weight”" in text for text in messages)
    assert not any("body_mass_g" in text for text in messages)
    window.controller.undo()
    settle(window)
    assert any("“body_mass_g”" in one.finding.message for one in window.panel._findings)


def test_unit_and_description_in_place(window):
    open_notes(window)
    note(window, "body_mass_g", "unit", "g")
    note(window, "body_mass_g", "label", "Weight")
    note(window, "body_mass_g", "description", "Weight, alive")
    text = window.controller.project.columns["body_mass_g"]
    assert (text.label, text.unit, text.description) == ("Weight", "g", "Weight, alive")
    assert window.controller.session.undo_label == "Description of body_mass_g"
    table = window.panel.file.notes
    table.go_to("body_mass_g", "unit")
    key(table, Key.Key_Delete)
    QApplication.processEvents()
    assert window.controller.project.columns["body_mass_g"].unit == ""


def test_role_by_the_keyboard_changes_the_split(window):
    open_notes(window)
    choose(window, "island", "role", "group")
    assert window.controller.project.columns["island"].role == "group"
    assert window.controller.project.split.id == "grouped"
    named = [name for step in window.controller.project.steps for name in getattr(step.component, "columns", ())]
    assert "island" not in named
    choose(window, "island", "role", "feature")
    assert window.controller.project.split.id == "stratified"


def test_role_target_is_the_target(window):
    open_notes(window)
    choose(window, "island", "role", "target")
    assert window.controller.project.target == "island"
    assert window.panel.file.notes.notes.rows[1].role == "target"
    choose(window, "island", "role", "ignore")
    assert "is the column to predict" in banner(window)
    assert window.controller.project.target == "island"
    assert window.panel.file.notes.notes.rows[1].role == "target"


def test_type_set_and_taken_back(window):
    open_notes(window)
    choose(window, "flipper_length_mm", "type", "category")
    assert window.controller.project.columns["flipper_length_mm"].type == "category"
    assert window.controller.table().schema.column("flipper_length_mm").type == "category"
    choose(window, "flipper_length_mm", "type", "")
    assert "flipper_length_mm" not in window.controller.project.columns
    assert window.controller.table().schema.column("flipper_length_mm").type != "category"


def test_markers_for_missing_and_the_order_of_levels(open_project, make_project):
    rows = "".join(f"{'-1' if i % 5 == 0 else i},{('small', 'big')[i % 2]},{'yn'[i % 2]}\n" for i in range(60))
    window = open_project(make_project("age,size,y\n" + rows, "y"))
    open_notes(window)
    note(window, "age", "missing", "-1, unknown")
    assert window.controller.project.columns["age"].missing == ("-1", "unknown")
    assert window.controller.table().frame.missing("age").sum() == 12
    choose(window, "size", "type", "ordered")
    note(window, "size", "levels", "small, big")
    assert window.controller.project.columns["size"].levels == ("small", "big")
    assert window.controller.table().schema.column("size").levels == ("small", "big")


def test_the_evidence_for_a_type_is_shown(open_project, make_project):
    cells = [str(i) for i in range(300)]
    cells[40] = "3a"
    rows = "".join(f"{cell},{'yn'[i % 2]}\n" for i, cell in enumerate(cells))
    window = open_project(make_project("n,y\n" + rows, "y"))
    open_notes(window)
    window.panel.file.notes.go_to("n", "type")
    assert "3a" in window.panel.file.why.text()
    assert "41" in window.panel.file.why.text()


def test_lists_of_texts_survive_commas_and_quotes():
    for texts in ((), ("a",), ("a", "b c"), ("x, y", 'say "no"'), ("-1", "n/a")):
        assert read_list(list_text(texts)) == texts
    assert read_list(" -200 ,, unknown ") == ("-200", "unknown")


# ---- the file


def test_other_data_under_the_same_decisions(window, tmp_path):
    controller, before = window.controller, window.controller.session.key
    file = tmp_path / "new penguins.csv"
    lines = (last_import(controller.folder)[0]).read_text().splitlines()
    file.write_text("\n".join(lines[:120]) + "\n")
    window.panel.decisions.take_file(file)
    settle(window)
    assert controller.project.file == "new penguins.csv"
    assert window.panel.file.preview.table.rowCount() == 119
    assert window.panel.file.facts.text().startswith("119 rows")
    assert last_import(controller.folder)[0] == file
    while controller.session.undo_label:
        controller.undo()
    settle(window)
    assert controller.session.key == before
    assert window.panel.file.preview.table.rowCount() == 344


def test_a_file_that_lacks_the_target_is_refused_and_nothing_changes(window, tmp_path):
    before = window.controller.session.key
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,2\n3,4\n")
    window.panel.decisions.take_file(file)
    settle(window)
    assert "no column “species”" in banner(window)
    assert window.controller.session.key == before
    gone = tmp_path / "gone.csv"
    window.panel.decisions.take_file(gone)
    settle(window)
    assert "gone.csv" in banner(window)
    assert window.controller.session.key == before


def reading_of(window):
    """The dialog with the first rows of the project's file, opened from its card."""
    click(find(window, QPushButton, "data_tabs_reading"))
    click(find(window, QPushButton, "change_reading"))
    settle(window)
    dialog = find(window, ImportDialog, "import_dialog")
    assert dialog.isVisible()
    return dialog


def test_how_the_file_is_read_can_be_changed(open_project, make_project):
    rows = "".join(f"M{'ü' if i % 3 else 'ö'}ller,{i},{'yn'[i % 2]}\n" for i in range(60))
    window = open_project(make_project(("name,x,y\n" + rows).encode("cp1252"), "y"))
    dialog = reading_of(window)
    assert find(dialog, QComboBox, "import_encoding").currentText() == "found: Western European (Windows-1252)"
    data = window.controller.project.data
    assert "Müller" in set(window.controller.table().frame.texts("name"))
    pick(window, "import_encoding", "cp1251")
    assert window.controller.project.data == data  # nothing is decided before it is asked for
    click(find(dialog, QPushButton, "import_go"))
    settle(window)
    assert window.controller.project.source.encoding == "cp1251"
    assert window.controller.project.data != data
    assert "Müller" not in set(window.controller.table().frame.texts("name"))
    while window.controller.session.undo_label:
        window.controller.undo()
    settle(window)
    assert find(reading_of(window), QComboBox, "import_encoding").currentText().startswith("found: Western")
    assert "Müller" in set(window.controller.table().frame.texts("name"))


def test_a_way_of_reading_that_is_refused_is_shown_as_it_was(window):
    before = window.controller.session.key
    dialog = reading_of(window)
    pick(window, "import_delimiter", "semicolon")
    assert len(dialog.table.table.columns) == 1
    click(find(dialog, QPushButton, "import_go"))
    settle(window)
    assert "no column “species”" in banner(window)
    assert window.controller.session.key == before
    assert reading_of(window).table.table.columns[0].name == "species"


def test_the_column_to_predict_stays_the_same_where_columns_are_only_called_otherwise(window):
    dialog = reading_of(window)
    pick(window, "import_header", "none")
    click(find(dialog, QPushButton, "import_go"))
    settle(window)
    assert window.controller.project.target == "column_1"


# ---- what is odd


def test_without_a_target_the_next_stage_shows_what_is_needed(open_project, make_project):
    window = open_project(make_project("penguins", proposed=False))
    why, control = window.panel.unready()
    assert "column to predict" in why
    click(find(window, QPushButton, "next"))
    assert window.stage == "problem"
    assert banner(window) == why
    assert control is window.panel.target.target
    pick(window, "target", "species")
    assert window.controller.project.task == "multiclass"
    assert window.controller.project.candidates
    assert window.panel.unready()[0] == ""


def test_eighty_columns_with_long_names(open_project, make_project):
    names = [f"a_very_long_name_of_a_column_that_goes_on_{i}_and_on & <b>on</b>" for i in range(79)]
    rows = "".join(",".join(str((i * j) % 17) for j in range(79)) + f",{'yn'[i % 2]}\n" for i in range(40))
    window = open_project(make_project(",".join(names) + ",y\n" + rows, "y"))
    panel = window.panel
    assert len(panel.file.notes.notes.rows) == 80
    window.resize(1280, 800)
    QApplication.processEvents()
    area = window.pages.area("problem")
    assert area.horizontalScrollBar().maximum() == 0
    for button in panel.target.findChildren(QPushButton):
        if button.isVisible():
            assert button.width() >= button.minimumSizeHint().width() - 1, button.objectName()


@pytest.mark.parametrize(
    "text",
    ["only\na\nb\n", "x,y\n1,a\n", "x,y\n,a\n,b\n,a\n", 'x,"a ""b"" & <i>c</i>"\n1,2\n2,3\n1,2\n'],
    ids=["one column", "one row", "an empty column", "odd names"],
)
def test_small_and_broken_tables_are_shown(open_project, make_project, text):
    window = open_project(make_project(text, proposed=False))
    assert window.panel.file.preview.table.rowCount() == len(text.strip().split("\n")) - 1
    assert window.controller.project.target == ""
    assert window.panel.unready()[0]
    window.show_stage("data")
    settle(window)
    assert window.stage == "data" or window.controller.stages()[1].state == "locked"


# ---- by keyboard and for screen readers


def test_every_tab_stop_has_a_name_and_all_can_be_reached(window):
    pick(window, "target", "sex")
    reached = set()
    window.panel.target.target.setFocus()
    for _ in range(80):
        now = QApplication.focusWidget()
        if now in reached:
            break
        reached.add(now)
        key(now, Key.Key_Tab)
    inside = [w for w in reached if w is not None and window.panel.isAncestorOf(w)]
    names = {w.objectName() for w in inside}
    assert {"target", "positive", "metric", "goal_score", "brief_statement", "first_rows", "choose_another_file"} <= names
    for widget in inside:
        assert widget.accessibleName(), widget.objectName() or type(widget)


def test_the_search_finds_columns_and_decisions(window):
    found = dict(window.panel.searchable())
    assert {"Column to predict", "Goals", "body_mass_g"} <= set(found)
    found["body_mass_g"]()
    assert window.panel.file.notes.column() == "body_mass_g"
    assert window.panel.file.notes.isVisible()
    assert FIELDS[window.panel.file.notes.currentIndex().column()] == "role"


def test_the_windows_process_stays_light(make_project):
    folder = make_project("penguins", "species")
    read_project(folder)
    code = f"""
import sys, time
from pathlib import Path
from mlops_desktop import app as application
app, window, jobs = application.make_window()
window.show()
window.controller.open(Path({str(folder)!r}))
for stage in ("problem", "data"):
    window.show_stage(stage)
    end = time.monotonic() + 60
    while jobs.quick.now and time.monotonic() < end:
        app.processEvents(); time.sleep(0.01)
    app.processEvents()
window.panel.show_tab("relations")
app.processEvents()
assert window.panel.kpis.cards["rows"].value.text() == "344", window.panel.kpis.cards["rows"].value.text()
heavy = [m for m in ("pandas", "pyarrow", "sklearn", "scipy", "matplotlib", "lightgbm") if m in sys.modules]
window._closing = True
window.close()
print("heavy:", heavy)
"""
    env = {**os.environ, "PYTHONPATH": os.getcwd(), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env=env, check=False)
    assert "heavy: []" in done.stdout, done.stdout + done.stderr
