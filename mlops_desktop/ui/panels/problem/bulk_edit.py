"""Finds columns in the data dictionary, and changes one field of all that are selected at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QStackedWidget

from mlops_desktop.ui.translation import pluralize
from mlops_desktop.ui.widgets.basic import Button, label, row
from mlops_desktop.ui.widgets.column_labels import role_names, type_names
from mlops_desktop.ui.widgets.inputs import ComboBox

TEXTS = ("unit", "description")  # fields that are written; the others are chosen


class BulkEdit(QFrame):
    """`searched` brings what is looked for; `applied` a field (role, type, unit, description) and its value for the selected columns."""

    searched = Signal(str)
    applied = Signal(str, str)

    def __init__(self, titles: dict[str, str], *, name: str) -> None:
        super().__init__()
        self.search = QLineEdit()
        self.search.setObjectName(f"{name}_search")
        self.search.setPlaceholderText(self.tr("Search columns"))
        self.search.setAccessibleName(self.search.placeholderText())
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.searched)
        self._hint = label(self.tr("Select several rows with Ctrl or Shift to change them at once."), "small", tone="3")
        self.field = ComboBox(
            [(one, titles[one]) for one in ("role", "type", *TEXTS)], name=f"{name}_field", title=self.tr("Field to change")
        )
        self.field.show_choice("role")
        roles = [(id_, text) for id_, (text, _) in role_names().items() if id_ != "target"]
        self.role = ComboBox(roles, name=f"{name}_role", title=titles["role"])
        self.type = ComboBox([("", self.tr("As found")), *type_names().items()], name=f"{name}_type", title=titles["type"])
        self.text = QLineEdit()
        self.text.setObjectName(f"{name}_text")
        self.text.setAccessibleName(self.tr("New value"))
        self.text.returnPressed.connect(self._apply)
        self._values = QStackedWidget()
        for control in (self.role, self.type, self.text):
            self._values.addWidget(control)
        self.apply = Button("", self._apply, name=f"{name}_apply")
        self.field.picked.connect(self._show_value)
        self._parts = (self.field, self._values, self.apply)
        self.setLayout(row((self.search, 2), (self._hint, 3), self.field, (self._values, 2), self.apply))
        self.show_selected(())

    def show_selected(self, names: Sequence[str]) -> None:
        """Offer to change these columns; a single one is changed in its row."""
        several = len(names) > 1
        for part in self._parts:
            part.setVisible(several)
        self._hint.setVisible(not several)
        self.apply.setText(pluralize(len(names), "Change 1 column", "Change {n} columns"))
        self._show_value()

    def _show_value(self) -> None:
        field = self.field.chosen()
        self._values.setCurrentWidget(self.text if field in TEXTS else self.role if field == "role" else self.type)

    def _apply(self) -> None:
        field = self.field.chosen()
        value = self.text.text().strip() if field in TEXTS else self.role.chosen() if field == "role" else self.type.chosen()
        self.applied.emit(field, value)
