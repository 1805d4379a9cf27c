"""Stage 4 by real clicks and keys: a formula is checked while it is written, every new column is seen before it is added."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.recommended import operation
from mlops_desktop.engine.project.decisions import Step
from mlops_desktop.ui.widgets.gallery import Tile
from tests.ui.conftest import click, find, settle
from tests.ui.panels.recipes import begin, card, ids, label_text, opened, rest

FEATURES = sorted(id_ for id_, member in choices().operations.items() if member.stage == "engineer")
DATED = "day,city,price,out\n" + "".join(f"2024-{1 + i % 12:02d}-{1 + i % 27:02d},{'AB'[i % 2]},{i % 7},{i % 3 % 2}\n" for i in range(60))


@pytest.fixture
def panel(open_project, make_project):
    return opened(open_project, make_project("penguins", "species"), "engineer")


def write(panel, text: str) -> QPlainTextEdit:
    line = find(panel, QPlainTextEdit, "engineer_form_formula")
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    line.names.view.hide()
    return line


def formula_error(panel) -> str:
    return find(panel, QLabel, "engineer_form_formula_error").text()


def test_without_features_the_tiles_of_all_operations_are_there(panel):
    assert panel.view.gallery.isVisible()
    tiles = {tile.objectName().removeprefix("engineer_gallery_"): tile for tile in panel.view.gallery.tiles()}
    assert sorted(tiles) == FEATURES
    assert all(tile.accessibleName() and tile.accessibleDescription() for tile in tiles.values())
    panel.view.gallery.focus_first()
    first = panel.view.gallery.tiles()[0]
    QTest.keyClick(first, Qt.Key.Key_Right)
    assert panel.view.gallery.tiles()[1].hasFocus()
    QTest.keyClick(panel.view.gallery.tiles()[1], Qt.Key.Key_Return)
    assert panel.recipe.draft is not None


def test_an_operation_whose_packages_are_missing_is_greyed_with_the_reason(panel, monkeypatch):
    monkeypatch.setattr(choices().operations["tf_idf"], "needs", ("no_such_package",))
    panel.view.choose_new("step")
    tile = find(panel, Tile, "engineer_gallery_tf_idf")
    assert not tile.isEnabled()
    assert "no_such_package" in tile.toolTip()
    assert "no_such_package" in tile.accessibleDescription()


def test_a_broken_formula_shows_its_message_and_cannot_be_added(panel):
    before = ids(panel)
    begin(panel, "formula")
    take = find(panel, QPushButton, "engineer_take")
    assert not take.isEnabled()
    assert formula_error(panel) == ""
    write(panel, "bill_length_mm / nothing")
    assert "nothing" in formula_error(panel)
    assert not take.isEnabled()
    assert "nothing" in take.toolTip()
    QTest.keyClick(find(panel, QPlainTextEdit, "engineer_form_formula"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    panel.view.card.take()
    rest(panel)
    assert ids(panel) == before
    write(panel, "bill_length_mm / bill_depth_mm")
    assert formula_error(panel) == ""
    assert take.isEnabled()


def test_a_new_column_is_seen_before_it_is_added(panel):
    begin(panel, "formula")
    write(panel, "bill_length_mm / bill_depth_mm")
    panel.view.card.form.flush()
    rest(panel)
    (cell,) = panel.view.beside.findChildren(QWidget, "cell")
    assert cell.shown.title == "feature_1"
    assert cell.shown.stat.endswith("with target")
    assert [one.title for one in panel.view.below.table.rows_model.columns] == ["bill_length_mm", "bill_depth_mm", "→ feature_1"]
    assert "feature_1" not in str(panel.controller.project.steps)
    click(find(panel, QPushButton, "engineer_take"))
    rest(panel)
    assert ids(panel)[0] == "formula"
    assert panel.controller.project.steps[0].component.formula == "bill_length_mm / bill_depth_mm"
    panel.controller.undo()
    assert "formula" not in ids(panel)


def test_a_name_that_is_taken_is_refused_before_it_is_added(panel):
    begin(panel, "formula")
    write(panel, "bill_length_mm / 2")
    name = find(panel, QLineEdit, "engineer_form_name")
    name.setText("island")
    name.textEdited.emit("island")
    name.editingFinished.emit()
    rest(panel)
    assert "already a column “island”" in label_text(panel, "error")
    assert not find(panel, QPushButton, "engineer_take").isEnabled()


def test_columns_are_those_at_the_place_of_the_step(panel):
    begin(panel, "formula")
    place = find(panel, QComboBox, "engineer_place")
    assert place.currentData() == "0"
    write(panel, "island")
    assert formula_error(panel) == ""
    place.setCurrentIndex(place.findData("1"))  # after one-hot encoding
    place.activated.emit(place.currentIndex())
    rest(panel)
    assert "island" in formula_error(panel)


def test_typing_in_a_formula_is_one_step_of_undo(open_project, make_project):
    step = Step(operation("formula", name="ratio", formula="bill_length_mm / 2"))
    panel = opened(open_project, make_project("penguins", "species", steps=(step,)), "engineer")
    for text in ("bill_length_mm / 3", "bill_length_mm / 4"):
        write(panel, text)
        panel.view.card.form.flush()
        assert panel.controller.project.steps[0].component.formula == text
    rest(panel)
    panel.controller.undo()
    assert panel.controller.project.steps[0].component.formula == "bill_length_mm / 2"
    assert find(panel, QPlainTextEdit, "engineer_form_formula").toPlainText() == "bill_length_mm / 2"


def test_what_was_typed_last_goes_to_its_own_step(open_project, make_project):
    steps = tuple(Step(operation("formula", name=name, formula="1")) for name in "ab")
    panel = opened(open_project, make_project("penguins", "species", steps=steps), "engineer")
    write(panel, "bill_length_mm")
    click(card(panel, 1), QPoint(60, 10))
    rest(panel)
    assert [step.component.formula for step in panel.controller.project.steps] == ["bill_length_mm", "1"]


def test_nothing_to_propose_is_a_sentence(panel):
    click(find(panel, QPushButton, "engineer_propose"))
    settle(panel.window())
    assert "Encoding per model" in panel.view._proposals_note.text()
    assert not find(panel, QPushButton, "engineer_take_all").isEnabled()


def test_parts_of_dates_are_suggested(open_project, make_project):
    panel = opened(open_project, make_project(DATED, "out", steps=()), "engineer")
    click(find(panel, QPushButton, "engineer_propose"))
    settle(panel.window())
    rest(panel)
    click(find(panel, QPushButton, "engineer_take_all"))
    rest(panel)
    assert ids(panel) == ["date_parts"]


@pytest.mark.parametrize("id_", FEATURES)
def test_every_operation_can_be_started_and_given_up(panel, id_):
    before = panel.controller.session.key
    begin(panel, id_)
    assert panel.view.card.form is not None
    assert label_text(panel, "title") == choices().operations[id_].label
    click(find(panel, QPushButton, "engineer_cancel"))
    rest(panel)
    assert panel.controller.session.key == before
