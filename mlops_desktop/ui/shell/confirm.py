"""Asks for confirmation before something that cannot be undone."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget


def confirmed(parent: QWidget, text: str, yes: str, no: str, *, name: str) -> bool:
    """Ask, and wait for the answer; `yes` and `no` are what the buttons say, and `no` is what Enter and Escape choose."""
    box = QMessageBox(parent)
    box.setObjectName(name)
    box.setText(text)
    agreed = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(no, QMessageBox.ButtonRole.RejectRole))
    box.exec()
    return box.clickedButton() is agreed
