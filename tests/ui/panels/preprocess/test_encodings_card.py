"""The matrix of each model: what it is made of, and another choice."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from mlops_desktop.engine.choices import choices
from mlops_desktop.ui.widgets.inputs import ComboBox
from tests.ui.conftest import click, find
from tests.ui.panels.conftest import CHURN
from tests.ui.panels.recipes import rest


@pytest.fixture
def panel(open_project, make_project):
    candidates = tuple(choices().algorithms[id_]() for id_ in ("logistic", "lightgbm"))
    folder = make_project("penguins", "species", steps=(), encodings={}, candidates=candidates)
    made = open_project(folder, "preprocess").panel
    rest(made)
    return made


def text(panel, name):
    return find(panel, QLabel, name).text()


def test_each_model_says_what_its_matrix_is_made_of(panel):
    assert text(panel, "encoding_logistic_for") == "For Logistic regression:"
    assert text(panel, "encoding_logistic_summary").startswith("10 features. Each frequent level becomes a 0 / 1 column")
    assert find(panel, QLabel, "encoding_logistic_summary").toolTip() == "One-hot encoding, Fill missing numbers, Scale numbers"
    assert text(panel, "encoding_lightgbm_summary").startswith("6 features. Each category stays one column")


def test_another_encoding_is_a_decision_with_undo(panel):
    find(panel, ComboBox, "encoding_lightgbm").picked.emit("one_hot_scaled")
    assert panel.controller.project.encodings == {"lightgbm": choices().encodings["one_hot_scaled"]()}
    rest(panel)
    assert text(panel, "encoding_logistic_for") == "For Logistic regression, LightGBM:"
    panel.controller.undo()
    assert panel.controller.project.encodings == {}
    rest(panel)
    find(panel, ComboBox, "encoding_lightgbm").picked.emit("native_categories")  # what it declares needs no pin
    assert panel.controller.project.encodings == {}


def test_only_encodings_that_the_models_can_learn_from_are_offered(panel):
    linear, boosting = find(panel, ComboBox, "encoding_logistic"), find(panel, ComboBox, "encoding_lightgbm")
    assert {"native_categories", "ordinal_codes"} & {linear.itemData(i) for i in range(linear.count())} == set()
    assert {boosting.itemData(i) for i in range(boosting.count())} == set(choices().encodings)


def test_an_undo_in_another_stage_is_shown(panel):
    find(panel, ComboBox, "encoding_lightgbm").picked.emit("one_hot_scaled")
    rest(panel)
    window = panel.window()
    window.show_stage("problem")
    panel.controller.undo()
    window.show_stage("preprocess")
    rest(panel)
    assert text(panel, "encoding_lightgbm_summary").startswith("6 features. Each category stays one column")


def test_its_parameters_have_a_form(panel):
    click(find(panel, QWidget, "encoding_logistic_settings"))
    panel.view.side.findChild(QWidget, "encoding_logistic_form").changed.emit(choices().encodings["one_hot_scaled"](max_levels=2))
    assert panel.controller.project.encodings["logistic"].max_levels == 2


def test_real_categories_stay_whole_for_boosting_and_become_columns_for_a_linear_model(open_project, make_project):
    candidates = tuple(choices().algorithms[id_]() for id_ in ("logistic", "lightgbm"))
    panel = open_project(make_project(CHURN, "Churn", steps=(), encodings={}, candidates=candidates), "preprocess").panel
    rest(panel)
    linear, boosting = text(panel, "encoding_logistic_summary"), text(panel, "encoding_lightgbm_summary")
    assert "0 / 1 column" in linear
    assert boosting.startswith("19 features. Each category stays one column")
    assert int(linear.partition(" ")[0]) > 40
    assert find(panel, ComboBox, "encoding_lightgbm").currentText() == choices().encodings["native_categories"].label
