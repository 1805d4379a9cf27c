"""Stage 3 by real clicks and keys: rules for rows and steps are tried, added, changed, moved, switched, removed and taken back."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPlainTextEdit, QPushButton, QToolButton, QWidget

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.keys import Keys
from mlops_desktop.engine.pipeline.recommended import operation
from mlops_desktop.engine.process import PreviewRecipe
from mlops_desktop.engine.project.decisions import ColumnNote, Step
from mlops_desktop.engine.project.project_file import project_to_json, read_project
from mlops_desktop.ui.recipe.editor import ROW_FILTER, Recipe
from mlops_desktop.ui.widgets.gallery import Tile
from mlops_desktop.ui.widgets.inputs import Switch
from tests.splitters import splitter
from tests.ui.conftest import click, find
from tests.ui.panels.recipes import begin, card, ids, label_text, opened, press, rest, tool

Key, Mod = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def panel(open_project, make_project):
    """The penguins with the proposed recipe: one-hot, fill, scale; a row without a value is there."""
    made = open_project(make_project("penguins", "species"), "preprocess").panel
    rest(made)
    return made


DROPPED = Step(operation("drop_columns", columns=["always"]))


@pytest.fixture
def with_constant(open_project, make_project):
    """A table with a column that never changes and one row without a target, opened with these decisions."""
    lines = [f"{i % 7},{'abc'[i % 3]},same,{'' if i == 5 else 'yes' if i % 2 else 'no'}\n" for i in range(90)]

    def made(target="y", **decided):
        folder = make_project(
            "size,kind,always,y\n" + "".join(lines),
            target,
            **{"encodings": {}, "columns": {"always": ColumnNote(role="feature")}, **decided},
        )
        panel = open_project(folder, "preprocess").panel
        rest(panel)
        return panel

    return made


# ---- what is shown


def test_every_step_shows_what_it_does_before_anything_runs(panel):
    assert ids(panel) == ["one_hot", "impute_numbers", "scale"]
    assert label_text(panel, "facts").startswith("6 → 10 columns · fitted on 275 training rows")
    assert label_text(panel, "outcome") == "10 features go to the models."
    assert "training folds only" in label_text(panel, "note")
    table = panel.view.below.table.rows_model
    assert [column.title for column in table.columns[:3]] == ["island", "→ island = Biscoe", "→ island = Dream"]
    assert table.rows[0].cell(0).text in ("Torgersen", "Biscoe", "Dream")
    cells = panel.view.beside.findChildren(QWidget, "cell")
    assert [cell.shown.title for cell in cells] == ["island", "→ 3 columns", "sex", "→ 3 columns"]


def test_reasons_of_the_proposal_are_on_their_steps_and_follow_them(with_constant):
    panel = with_constant(steps=(DROPPED, Step(operation("scale"))))
    assert "never changes" in label_text(panel, "why")
    assert "never changes" in card(panel, 0).accessibleName()
    tool(panel, 0, "down")
    assert ids(panel) == ["scale", "drop_columns"]
    assert "never changes" in panel.recipe.reason(1)
    assert panel.recipe.reason(0) == ""
    panel.controller.undo()
    assert "never changes" in panel.recipe.reason(0)


def test_reasons_come_back_when_a_project_is_opened_again(open_project, with_constant, tmp_path):
    panel = with_constant("y", steps=(DROPPED,))
    folder = panel.controller.folder
    row_filter, why = panel.recipe.reason(0, ROW_FILTER), panel.recipe.reason(0)
    assert "has no value in “y”" in row_filter
    assert why
    controller = panel.controller
    controller.close()
    moved = folder.rename(tmp_path / "moved")
    controller.open(moved)
    recipe = Recipe(controller, "preprocess", "prepare", controller)  # nobody asked the child for anything
    assert [recipe.reason(0, ROW_FILTER), recipe.reason(0)] == [row_filter, why]
    assert not {"reasons", "suggestions"} & set(project_to_json(controller.project))
    recipe.deleteLater()
    panel = opened(open_project, moved, "preprocess")
    assert row_filter in card(panel, 0, "row_filters").accessibleName()
    assert label_text(panel, "why") == why
    controller.close()
    moved = moved.rename(tmp_path / "emptied")
    shutil.rmtree(moved / "store")
    controller.open(moved)
    assert controller.suggestions() == ()
    panel = opened(open_project, moved, "preprocess")  # the child finds them again while it tries the steps
    assert [panel.recipe.reason(0, ROW_FILTER), panel.recipe.reason(0)] == [row_filter, why]


def test_reasons_of_other_rows_are_kept_too(with_constant):
    panel = with_constant(steps=(DROPPED,))
    controller = panel.controller
    controller.edit("Split", split=splitter(folds=3), seed=9)
    assert "never changes" in panel.recipe.reason(0)  # the last that is known
    rest(panel)
    folder = controller.folder
    controller.close()
    controller.open(folder)
    recipe = Recipe(controller, "preprocess", "prepare", controller)
    assert "never changes" in recipe.reason(0)
    recipe.deleteLater()


def test_showing_changes_nothing(panel):
    before = panel.controller.session.key
    for _ in range(2):
        panel.show_project()
        panel.show_results()
    for at in range(3):
        click(card(panel, at), QPoint(60, 10))
        rest(panel)
    assert panel.controller.session.key == before
    assert panel.controller.session.undo_label == ""


def test_without_a_target_the_way_out_is_shown(open_project, make_project):
    panel = opened(open_project, make_project("penguins", proposed=False), "preprocess")
    click(find(panel, QPushButton, "preprocess_blocked_action"))
    assert panel.window().stage == "problem"


# ---- steps


def test_a_step_is_chosen_from_tiles_tried_and_added(panel):
    begin(panel, "clip")
    assert ids(panel) == ["one_hot", "impute_numbers", "scale"]
    assert panel.recipe.draft is not None
    assert panel.primary() is find(panel, QPushButton, "preprocess_take")
    place = find(panel, QComboBox, "preprocess_place")
    place.setCurrentIndex(place.findData("1"))
    place.activated.emit(place.currentIndex())
    rest(panel)
    assert "fitted on 275 training rows" in label_text(panel, "facts")
    click(find(panel, QPushButton, "preprocess_take"))
    rest(panel)
    assert ids(panel) == ["one_hot", "clip", "impute_numbers", "scale"]
    assert panel.controller.session.undo_label == "Add Clip extreme values"
    assert panel.recipe.at == 1
    panel.controller.undo()
    assert ids(panel) == ["one_hot", "impute_numbers", "scale"]
    panel.controller.redo()
    assert ids(panel)[1] == "clip"


def test_what_is_started_is_given_up_with_escape(panel):
    begin(panel, "clip")
    QTest.keyClick(panel.view.card.place, Key.Key_Escape)
    assert panel.recipe.draft is None
    assert ids(panel) == ["one_hot", "impute_numbers", "scale"]
    click(find(panel, QPushButton, "preprocess_add"))
    assert QApplication.focusWidget() is panel.view.gallery.tiles()[0]
    QTest.keyClick(QApplication.focusWidget(), Key.Key_Escape)
    assert not panel.view.gallery.isVisible()


def test_a_step_that_cannot_be_done_as_it_is_cannot_be_added(panel):
    begin(panel, "drop_columns")
    take = find(panel, QPushButton, "preprocess_take")
    assert not take.isEnabled()
    assert "no column chosen" in take.toolTip()
    assert "no column chosen" in label_text(panel, "error")
    picker = panel.view.card.form.fields["columns"].control
    picker.list.item(0).setCheckState(Qt.CheckState.Checked)
    rest(panel)
    assert take.isEnabled()
    assert label_text(panel, "error") == ""
    click(take)
    assert panel.controller.project.steps[0].component.columns == (picker.columns() if picker else ())


def test_a_form_edits_the_step_and_each_choice_is_a_step_of_undo(panel):
    click(card(panel, 1), QPoint(60, 10))
    rest(panel)
    strategy = find(panel, QComboBox, "preprocess_form_strategy")
    for value in ("mean", "most_frequent"):
        strategy.setCurrentIndex(strategy.findData(value))
        strategy.activated.emit(strategy.currentIndex())
        assert panel.controller.project.steps[1].component.strategy == value
    assert panel.controller.session.undo_label == "Fill missing numbers: Fill with"
    panel.controller.undo()
    assert panel.controller.project.steps[1].component.strategy == "mean"
    assert strategy.currentData() == "mean"
    panel.controller.undo()
    assert panel.controller.project.steps[1].component.strategy == "median"


def test_columns_are_those_that_there_are_at_the_step(panel):
    click(card(panel, 1), QPoint(60, 10))
    rest(panel)
    offered = [name for name, _ in panel.view.card.form.fields["columns"].control._offered]
    assert "island = Biscoe" in offered
    assert "island" not in offered
    click(card(panel, 0), QPoint(60, 10))
    rest(panel)
    assert [name for name, _ in panel.view.card.form.fields["columns"].control._offered] == ["island", "sex"]


def test_buttons_and_keys_move_copy_switch_and_remove(panel):
    tool(panel, 2, "up")
    assert ids(panel) == ["one_hot", "scale", "impute_numbers"]
    press(panel, 1, Key.Key_Down, Mod.AltModifier)
    assert ids(panel) == ["one_hot", "impute_numbers", "scale"]
    assert panel.recipe.at == 2
    press(panel, 2, Key.Key_D, Mod.ControlModifier)
    assert ids(panel) == ["one_hot", "impute_numbers", "scale", "scale"]
    press(panel, 3, Key.Key_Delete)
    assert ids(panel) == ["one_hot", "impute_numbers", "scale"]
    click(find(panel, Switch, "preprocess_steps_0_on"))
    rest(panel)
    assert [step.on for step in panel.controller.project.steps] == [False, True, True]
    assert "cannot go into a model" in label_text(panel, "outcome")
    for _ in range(5):
        panel.controller.undo()
    assert panel.controller.session.undo_label == ""
    assert ids(panel) == ["one_hot", "impute_numbers", "scale"]


def test_arrows_move_and_enter_goes_to_the_form(panel):
    click(card(panel, 0), QPoint(60, 10))
    press(panel, 0, Key.Key_Down)
    assert panel.recipe.at == 1
    assert label_text(panel, "title") == "Fill missing numbers"
    QTest.keyClick(card(panel, 1), Key.Key_Return)
    assert panel.view.card.form.isAncestorOf(QApplication.focusWidget())


def test_what_is_removed_can_be_taken_back_from_the_toast(panel):
    tool(panel, 1, "remove")
    assert ids(panel) == ["one_hot", "scale"]
    assert panel.view.toast.isVisible()
    click(find(panel.view, QPushButton, "preprocess_toast_undo"))
    rest(panel)
    assert ids(panel) == ["one_hot", "impute_numbers", "scale"]
    assert panel.recipe.at == 1
    tool(panel, 1, "remove")
    tool(panel, 0, "down")
    assert not panel.view.toast.isVisible()


def test_a_step_of_another_stage_is_a_link_to_its_panel(open_project, make_project):
    folder = make_project("penguins", "species")
    steps = read_project(folder).steps
    made = Step(operation("formula", name="ratio", formula="bill_length_mm / bill_depth_mm"))
    panel = opened(open_project, make_project("penguins", "species", steps=(made, *steps)), "preprocess")
    window = panel.window()
    assert not card(panel, 0).findChild(Switch).isVisible()
    press(panel, 0, Key.Key_Delete)
    assert ids(panel)[0] == "formula"
    click(find(panel, QPushButton, "preprocess_steps_0_link"))
    assert window.stage == "engineer"


def test_an_error_is_shown_on_its_step_and_next_opens_it(open_project, make_project):
    folder = make_project("penguins", "species")
    steps = (Step(operation("drop_columns", columns=["gone"])), *read_project(folder).steps)
    panel = opened(open_project, make_project("penguins", "species", steps=steps), "preprocess")
    assert "“gone”" in card(panel, 0).accessibleName()
    assert "Not tried" in card(panel, 1).accessibleName()
    assert "“gone”" in panel.unready()[0]
    assert "does not work" in label_text(panel, "outcome")
    click(find(panel, Switch, "preprocess_steps_0_on"))
    rest(panel)
    assert panel.unready()[0] == ""
    assert label_text(panel, "outcome") == "10 features go to the models."


def test_the_child_is_asked_once_after_a_pause(panel, monkeypatch):
    asked: list[type] = []
    ask = panel.controller.ask
    monkeypatch.setattr(panel.controller, "ask", lambda call, *rest, **more: asked.append(type(call)) or ask(call, *rest, **more))
    click(card(panel, 1), QPoint(60, 10))
    rest(panel)
    asked.clear()
    flag = panel.view.card.form.fields["missing_flag"].control
    for _ in range(3):
        flag.click()
    assert asked == []
    rest(panel)
    assert asked == [PreviewRecipe]


# ---- proposals


def test_an_empty_recipe_is_prepared_with_one_click(with_constant):
    panel = with_constant(steps=())
    assert "features go to the models" in label_text(panel, "outcome")
    assert [one.step.id for one in panel.recipe.proposals] == ["drop_columns"]
    take_all = find(panel, QPushButton, "preprocess_take_all")
    assert panel.primary() is take_all
    click(take_all)
    rest(panel)
    assert ids(panel) == ["drop_columns"]
    assert "never changes" in panel.recipe.reason(0)
    panel.controller.undo()
    assert ids(panel) == []


def test_a_proposal_is_taken_into_its_place(with_constant):
    panel = with_constant(steps=(Step(operation("scale")),))
    click(find(panel, QPushButton, "preprocess_propose"))
    rest(panel)
    assert [there for _, _, there in panel.recipe.offered()] == [False]
    click(find(panel, QPushButton, "preprocess_proposal_0"))
    rest(panel)
    assert sorted(ids(panel)) == ["drop_columns", "scale"]
    assert panel.controller.session.undo_label == "Add Drop columns"
    assert [there for _, _, there in panel.recipe.offered()] == [True]
    panel.controller.undo()
    assert [there for _, _, there in panel.recipe.offered()] == [False]


# ---- rules for rows


def test_a_rule_for_rows_is_written_tried_and_added(panel):
    click(find(panel, QToolButton, "preprocess_add_rows"))
    click(find(panel, Tile, "preprocess_gallery_filter_rows"))
    rest(panel)
    take = find(panel, QPushButton, "preprocess_take")
    assert not take.isEnabled()
    line = find(panel, QPlainTextEdit, "preprocess_form_condition")
    QTest.keyClicks(line, "islnd = 1")
    assert "islnd" in find(panel, QLabel, "preprocess_form_condition_error").text()
    assert not take.isEnabled()
    line.setPlainText('island = "Dream"')
    panel.view.card.form.flush()
    rest(panel)
    assert panel.controller.project.row_filters == ()
    assert label_text(panel, "facts") == "220 of 344 rows are excluded."
    assert panel.view.below.table.rows_model.columns[1].title == "island"
    QTest.keyClick(line, Key.Key_Return, Mod.ControlModifier)  # the page's main button
    rest(panel)
    assert [rule.component.condition for rule in panel.controller.project.row_filters] == ['island = "Dream"']
    assert "124 of 344 rows are used" in panel.view.side.rows_note.text()
    press_rows = card(panel, 0, "row_filters")
    press_rows.setFocus()
    QTest.keyClick(press_rows, Key.Key_Delete)
    assert panel.controller.project.row_filters == ()
    panel.controller.undo()
    assert len(panel.controller.project.row_filters) == 1


def test_a_rule_for_rows_is_switched_off_and_on_as_a_step_is(open_project, make_project):
    read = choices().row_filters.read
    rules = (Step(read({"id": "filter_rows", "params": {"condition": 'island = "Dream"'}})), Step(read("drop_duplicates")))
    panel = opened(open_project, make_project("penguins", "species", row_filters=rules), "preprocess")
    controller, first = panel.controller, panel.controller.session.key
    without = Keys(replace(controller.project, row_filters=rules[1:])).board
    off = find(panel, QLabel, "preprocess_off")
    assert "124 of 344 rows are used" in panel.view.side.rows_note.text()
    click(find(panel, Switch, "preprocess_row_filters_0_on"))
    rest(panel)
    assert [rule.on for rule in controller.project.row_filters] == [False, True]
    assert controller.keys.board == without
    assert "All 344 rows are used" in panel.view.side.rows_note.text()
    assert label_text(panel, "title") == "Keep rows where …"
    assert off.isVisible()
    assert label_text(panel, "facts") == "220 of 344 rows would be excluded: the rule is off."
    assert panel.view.below.title.text() == "Rows that would be excluded"
    assert ", off" in card(panel, 0, "row_filters").accessibleName()
    press_card = card(panel, 0, "row_filters")
    press_card.setFocus()
    QTest.keyClick(press_card, Key.Key_Space)
    rest(panel)
    assert controller.session.key == first
    assert not off.isVisible()
    assert label_text(panel, "facts") == "220 of 344 rows are excluded."
    controller.undo()
    assert [rule.on for rule in controller.project.row_filters] == [False, True]
    folder = controller.folder
    controller.close()
    panel = opened(open_project, folder, "preprocess")
    assert not find(panel, Switch, "preprocess_row_filters_0_on").isChecked()


def test_a_rule_that_is_off_may_be_wrong(open_project, make_project):
    rule = Step(choices().row_filters.read({"id": "filter_rows", "params": {"condition": "gone > 0"}}), on=False)
    panel = opened(open_project, make_project("penguins", "species", row_filters=(rule,)), "preprocess")
    assert label_text(panel, "outcome") == "10 features go to the models."
    click(find(panel, Switch, "preprocess_row_filters_0_on"))
    rest(panel)
    assert "gone" in label_text(panel, "outcome")
    assert "gone" in find(panel, QLabel, "preprocess_form_condition_error").text()


def test_rules_that_leave_nothing_say_so(open_project, make_project):
    rule = choices().row_filters.read({"id": "filter_rows", "params": {"condition": "body_mass_g < 0"}})
    panel = opened(open_project, make_project("penguins", "species", row_filters=(Step(rule),)), "preprocess")
    assert "no row" in label_text(panel, "outcome")


# ---- the whole


def test_every_tab_stop_has_a_name(panel):
    begin(panel, "one_hot")
    for stop in panel.findChildren(QWidget):
        if stop.isVisible() and stop.focusPolicy() & Qt.FocusPolicy.TabFocus and not stop.objectName().startswith("qt_"):
            assert stop.accessibleName(), (stop, stop.objectName())


def test_the_search_begins_a_step(panel):
    found = dict(panel.searchable())
    found["Add: Scale numbers"]()
    rest(panel)
    assert label_text(panel, "title") == "Scale numbers"
    found["2. Fill missing numbers"]()
    assert panel.recipe.draft is None
    assert panel.recipe.at == 1


@pytest.mark.parametrize("size", [(1024, 768), (1280, 800)])
def test_it_fits_without_scrolling_sideways(panel, size):
    window = panel.window()
    window.resize(*size)
    QApplication.processEvents()
    area = window.pages.area("preprocess")
    assert panel.minimumSizeHint().width() <= area.viewport().width()
