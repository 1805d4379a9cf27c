"""The inputs of a model as a form: what matters most on top, the rest folded and left at its usual values, a filter for many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from mlops_desktop.serving.column_types import type_of
from mlops_desktop.serving.schema import Schema, ValidationIssue
from mlops_desktop.ui.panels.app.input_field import InputField
from mlops_desktop.ui.panels.app.input_fields import input_field
from mlops_desktop.ui.translation import quoted, translated
from mlops_desktop.ui.widgets.basic import Button, clear, column, label, row, scrolled

MOST_SHOWN = 14  # inputs that are shown by default
MOST_FOUND = 40  # inputs that a filter brings at most


class InputForm(QWidget):
    """A field for each column. The row as it would be sent is kept here; fields that nobody has seen yet are not made.

    `changed`: a person changed a value.
    """

    changed = Signal()

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self._name = name
        self._schema = Schema(())
        self._row: dict[str, Any] = {}
        self._fresh = False  # no value was set since the form was made
        self._order: list[str] = []
        self._front: list[str] = []
        self._unused: frozenset[str] = frozenset()
        self._messages: dict[str, tuple[str, bool]] = {}
        self.fields: dict[str, InputField] = {}
        self.filter = QLineEdit()
        self.filter.setObjectName(f"{name}_filter")
        self.filter.setAccessibleName(self.tr("Find an input"))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._arrange)
        self.more = Button("", self._unfold, name=f"{name}_more", kind="link")
        self.more.setCheckable(True)
        self._nothing = label(self.tr("No input has this name."), "small", tone="3")
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 6, 4)
        self._list.setSpacing(9)
        inner = QWidget()
        inner.setLayout(column(self._list, self._nothing, row(self.more, None), None, spacing=6))
        self.area = scrolled(inner)
        self.setLayout(column(self.filter, (self.area, 1), spacing=8))

    def show_schema(self, schema: Schema, order: Sequence[str], unused: frozenset[str], values: Mapping[str, Any]) -> None:
        """Make a form of these columns, from the most important down. `unused` cannot change an answer; `values` as they would be sent."""
        self._schema, self._order, self._unused = schema, list(order), unused
        used = [name for name in order if name not in unused]
        self._front = used[:MOST_SHOWN] if len(order) > MOST_SHOWN + 2 or len(used) < len(order) else list(order)
        self._front = self._front or self._order[:MOST_SHOWN]
        self._messages = {}
        self.fields = {}
        clear(self._list)
        self.filter.setVisible(len(order) > MOST_SHOWN)
        self.filter.setPlaceholderText(self.tr("Find one of {count} inputs").format(count=len(order)))
        self.filter.blockSignals(True)
        self.filter.clear()
        self.filter.blockSignals(False)
        self.more.setChecked(False)
        self.show_row(values)
        self._fresh = not values
        self._arrange()

    def row(self) -> dict[str, Any]:
        """Every column with its value as it would be sent."""
        return dict(self._row)

    def show_row(self, values: Mapping[str, Any]) -> None:
        """Show these values; a column that is not among them is left at its usual value. Emits no signal."""
        self._fresh = False
        self._row = {one.name: values[one.name] if one.name in values else type_of(one).example(one) for one in self._schema.columns}
        for name, field in self.fields.items():
            field.show_value(self._row[name])

    def show_first_texts(self, values: Callable[[], Mapping[str, Any]]) -> bool:
        """Begin with the texts of a row instead of missing ones, once for a schema and while no value was set; whether any was missing."""
        if not self._fresh:
            return False
        self._fresh = False
        used = [one.name for one in self._schema.columns if one.type == "text" and one.name not in self._unused]
        missing = [name for name in used if self._row[name] is None]
        if missing:
            given = values()
            self.show_row({**self._row, **{name: given[name] for name in missing}})
        return bool(missing)

    def show_messages(self, errors: Sequence[ValidationIssue], warnings: Sequence[ValidationIssue]) -> None:
        """Say beneath each field what the schema found."""
        self._messages = {one.field: (_short(one, self.tr("outside the training range")), False) for one in warnings}
        self._messages.update({one.field: (translated(one.message), True) for one in errors})
        for name, field in self.fields.items():
            field.show_message(*self._messages.get(name, ("", False)))
        self._show_more()

    def go_to(self, name: str) -> None:
        """Bring a column's field to the front and the cursor into it."""
        if name not in self.fields or self.fields[name].isHidden():
            self.filter.setText(name)
        if name in self.fields:
            self.area.ensureWidgetVisible(self.fields[name])
            self.fields[name].setFocus()

    def field(self, name: str) -> InputField:
        """The field of a column, made now if nobody saw it yet."""
        if name not in self.fields:
            made = input_field(self._schema.column(name), f"{self._name}_{self._order.index(name)}")
            made.show_value(self._row[name])
            made.show_message(*self._messages.get(name, ("", False)))
            made.edited.connect(partial(self._edited, name))
            if name in self._unused:
                made.title.setToolTip(self.tr("{name}: the model does not use it").format(name=name))
            self.fields[name] = made
            self._list.insertWidget(sum(self._order.index(other) < self._order.index(name) for other in self.fields), made)
        return self.fields[name]

    def _edited(self, name: str) -> None:
        value = self.fields[name].value()
        if value != self._row[name] or type(value) is not type(self._row[name]):
            self._row[name], self._fresh = value, False
            self.changed.emit()

    def _unfold(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Show the fields that are wanted now."""
        sought = self.filter.text().strip().casefold()
        if sought:
            wanted = [name for name in self._order if sought in f"{name} {self._schema.column(name).label}".casefold()][:MOST_FOUND]
        else:
            wanted = self._order if self.more.isChecked() else self._front
        shown = set(wanted)
        for name in wanted:
            self.field(name)
        for name, field in self.fields.items():
            field.setVisible(name in shown)
        self._nothing.setVisible(not wanted)
        self.more.setVisible(not sought and len(self._front) < len(self._order))
        self._show_more()

    def _show_more(self) -> None:
        rest = [name for name in self._order if name not in self._front]
        flagged = sum(name in self._messages for name in rest)
        text = self.tr("Show fewer inputs") if self.more.isChecked() else self.tr("{count} more inputs").format(count=len(rest))
        if rest and all(name in self._unused for name in rest) and not self.more.isChecked():
            text = self.tr("{count} inputs that the model does not use").format(count=len(rest))
        if flagged and not self.more.isChecked():
            text += self.tr(", {count} flagged").format(count=flagged)
        self.more.setText(text)
        self.more.setAccessibleName(text)


def _short(problem: ValidationIssue, outside: str) -> str:
    """A message beneath the field that it is about, without the name of the field."""
    if problem.code == "out_of_training_range":
        return f"{outside}, {translated(problem.expected)}"
    head, _, rest = translated(problem.message).partition(f"{quoted(problem.field)} ")
    return rest or head
