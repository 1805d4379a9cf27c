"""Columns that new data lack, add or change are named; only what a model may use leaves a doubt."""

from __future__ import annotations

from mlops_desktop.engine.data.layout_changes import LAYOUT, layout_changes
from mlops_desktop.serving.schema import Column, Schema


def schema(**types):
    return Schema(tuple(Column(name, type_) for name, type_ in types.items()))


def test_another_kind_of_column_is_doubted_but_not_another_type_of_the_same_kind():
    before = schema(a="integer", b="category", c="date")
    assert layout_changes(before, before, {}) == ()
    (note,) = layout_changes(before, schema(a="number", b="text", c="date", d="date"), {})
    assert note.rule == "file"
    (note,) = layout_changes(before, schema(a="date", b="category", c="date"), {})
    assert (note.rule, str(note.message)) == (LAYOUT, "1 column has another type than before: “a” (integer → date).")
