"""A part of a card that is hidden below its title until a person opens it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from mlops_desktop.ui.widgets.basic import Button, column, row


class Fold(QWidget):
    """The title is a button that shows or hides `inner`; it begins hidden."""

    def __init__(self, title: str, inner: QWidget, *, name: str) -> None:
        super().__init__()
        self._title = title
        self.inner = inner
        self.toggle = Button(title, self._switch, name=f"{name}_toggle", kind="link", icon="right")
        inner.setVisible(False)
        self.setLayout(column(row(self.toggle, None), inner, spacing=8))
        self._describe()

    def show_open(self, opened: bool) -> None:
        """Show or hide what is inside."""
        self.inner.setVisible(opened)
        self._describe()

    def _switch(self) -> None:
        self.show_open(self.inner.isHidden())

    def _describe(self) -> None:
        opened = not self.inner.isHidden()
        self.toggle.show_icon("down" if opened else "right")
        self.toggle.setAccessibleDescription(self.tr("open") if opened else self.tr("closed"))
