"""The form of a model's inputs, and the picker of rows beside it."""

from __future__ import annotations

import numpy as np

from mlops_desktop.serving.schema import Column, Schema
from mlops_desktop.ui.panels.app.input_form import InputForm
from mlops_desktop.ui.panels.app.row_picker import RowPicker

SCHEMA = Schema((Column("age", "integer", low=1, high=9, typical=4), Column("note", "text"), Column("other", "text")))


def test_a_text_that_the_model_uses_begins_as_one_of_the_training_part(qtbot):
    form = InputForm(name="input")
    qtbot.addWidget(form)
    for values, begun in (({}, "hello"), ({"note": None}, None)):  # what a person had before stays
        form.show_schema(SCHEMA, ["age", "note", "other"], frozenset({"other"}), values)
        form.show_first_texts(lambda: {"age": 7, "note": "hello", "other": "unused"})
        assert form.row() == {"age": 4, "note": begun, "other": None}
    assert not form.show_first_texts(dict)


def test_the_number_of_training_rows_is_that_of_the_data_of_now(qtbot):
    picker = RowPicker(name="picker")
    qtbot.addWidget(picker)
    for rows in (176, 239):
        picker.show_rows(np.arange(rows), 300)
        assert picker.truth.text().startswith(str(rows))
    picker.show_truth("Row 7: price was 3")
    picker.show_rows(np.arange(5), 300)
    assert picker.truth.text() == "Row 7: price was 3"
