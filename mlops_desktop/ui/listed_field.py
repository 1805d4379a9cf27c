"""The field of a parameter that names a part of a location: a line to write in, or a list once it is known what there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QLineEdit

from mlops_desktop.base.params import Listed
from mlops_desktop.ui.fields import Field, field_for
from mlops_desktop.ui.widgets.basic import row
from mlops_desktop.ui.widgets.inputs import ComboBox, name_it


class ListedField(Field):
    """A line until `show_listed` brings the names that there are; then a list of these, with what is found on top."""

    param: Listed

    def __init__(self, param: Listed, name: str) -> None:
        super().__init__(param, name)
        self.line = QLineEdit()
        self.line.setObjectName(name)
        self.list = ComboBox(name=f"{name}_list")
        self.list.hide()
        name_it(self.list, param.label, param.help)
        self.setLayout(row((self.line, 1), (self.list, 1)))
        self._name(self.line)
        self._names: tuple[str, ...] = ()
        self._value = ""
        self._found: Any = None
        self.line.textEdited.connect(lambda _: self.typed.emit())
        self.line.editingFinished.connect(self.changed)
        self.list.picked.connect(lambda _: self.changed.emit())

    def value(self) -> str:
        """The name that is chosen or written."""
        return self.list.chosen() if self._names else self.line.text()

    def show_value(self, value: str) -> None:
        """Show a name without emitting a signal."""
        self._value = value
        if value != self.line.text():
            self.line.setText(value)
        self._show_options()

    def show_listed(self, names: Sequence[str]) -> None:
        """Offer these names; none: any can be written."""
        self._names = tuple(names)
        self.line.setVisible(not names)
        self.list.setVisible(bool(names))
        self.setFocusProxy(self.list if names else self.line)
        self._show_options()

    def show_found(self, value: Any) -> None:
        """Say which name is found while none is chosen."""
        self._found = value
        self._show_options()

    def _show_options(self) -> None:
        found = self.tr("found: {what}").format(what=self._found) if self._found else self.tr("found from the file")
        there = [*self._names, *([self._value] if self._value and self._value not in self._names else [])]
        self.list.show_options([("", found), *((name, name) for name in there)])
        self.list.show_choice(self._value)


@field_for.register
def _(param: Listed, name: str) -> Field:
    return ListedField(param, name)
