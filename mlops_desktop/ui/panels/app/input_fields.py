"""The input of a model for each type of column, and a value as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication

from mlops_desktop.serving.schema import Column
from mlops_desktop.ui.panels.app.choice_fields import LevelField, SwitchField
from mlops_desktop.ui.panels.app.input_field import InputField
from mlops_desktop.ui.panels.app.range_fields import DateField, NumberField
from mlops_desktop.ui.panels.app.text_fields import TextField, TextValueField
from mlops_desktop.ui.widgets.inputs import number_text


def input_field(column_: Column, name: str) -> InputField:
    """The field for a column; `name` begins the objectNames of its controls."""
    if column_.type == "boolean":
        return SwitchField(column_, name)
    if column_.is_number:
        return NumberField(column_, name)
    if column_.is_date:
        return DateField(column_, name)
    return {"text": TextField, "id": TextValueField}.get(column_.type, LevelField)(column_, name)


def shown(column_: Column, value: Any, unit: bool = True) -> str:
    """A value for reading, with the column's unit: “89 €”, “missing”, “yes”."""
    if value is None:
        return QCoreApplication.translate("Inputs", "missing")
    if isinstance(value, bool):
        texts: Sequence[str] = (column_.grammar.true if value else column_.grammar.false)[:1]
        return texts[0] if texts else QCoreApplication.translate("Inputs", "yes" if value else "no")
    text = number_text(value) if isinstance(value, (int, float)) else " ".join(str(value).split())
    if len(text) > 60:
        text = text[:57] + "…"
    return f"{text} {column_.unit}" if unit and column_.unit and isinstance(value, (int, float)) else text
