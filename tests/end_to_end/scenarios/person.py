"""Drives the real window as a person does: clicks, keys, drops, and reads what is seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTableView,
    QTextBrowser,
    QToolButton,
    QWidget,
)

from mlops_desktop.engine.workflow import STAGES
from mlops_desktop.ui.shell.main_window import MainWindow
from mlops_desktop.ui.widgets.choice_list import ListBox
from mlops_desktop.ui.widgets.table import DataTable

PATIENCE = 60.0  # seconds
_LEFT, _PLAIN, _CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


class Person:
    """Someone at the window: finds controls by their names, clicks and types, waits until nothing moves."""

    def __init__(self, window: MainWindow) -> None:
        self.window: Any = window

    # ---- waiting

    def until(self, condition: Callable[[], Any], what: str) -> None:
        """Wait until a condition holds."""
        end = time.monotonic() + PATIENCE
        while not condition():
            QApplication.processEvents()
            assert time.monotonic() < end, f"waited in vain for: {what}; banner: {self.banner()}"
            time.sleep(0.005)

    def rest(self) -> None:
        """Wait until nothing is worked on, also what is asked for after a pause."""
        jobs = self.window.controller.jobs
        for _ in range(3):
            self.until(lambda: not jobs.quick.now and not jobs.long.now, "rest")
            QTest.qWait(60)

    # ---- seeing

    def find(self, kind: type[QWidget], name: str) -> Any:
        """The control of that name; one that is seen before others."""
        found = self.window.findChildren(kind, name)
        assert found, name
        return next((one for one in found if one.isVisible()), found[0])

    def text(self, name: str) -> str:
        """The text of a label, button or line; empty while it is not shown."""
        widget = self.find(QWidget, name)
        return _text(widget) if widget.isVisible() else ""

    def banner(self) -> str:
        """What the banner says; empty when there is none."""
        found = self.window.findChild(QLabel, "banner_text")
        return str(found.text()) if found is not None and found.isVisible() else ""

    def screen(self) -> str:
        """Every text that is seen, one on a line; of a dialog in front, its own alone."""
        root: QWidget = QApplication.activeModalWidget() or self.window
        widgets = [one for one in root.findChildren(QWidget) if one.isVisible()]
        lines = [_text(one) for one in widgets]
        lines += [" | ".join(cells) for one in widgets if isinstance(one, QAbstractItemView) for cells in table_rows(one)]
        return "\n".join(line for line in lines if line)

    def reads(self, *fragments: str) -> None:
        """Wait until each of these texts is seen."""
        for fragment in fragments:
            try:
                self.until(lambda fragment=fragment: fragment in self.screen(), fragment)
            except AssertionError as error:
                raise AssertionError(f"{error}\nWhat is seen:\n{self.screen()}") from None

    def rows(self, name: str) -> list[list[str]]:
        """The texts of a table."""
        view: QAbstractItemView = self.find(QAbstractItemView, name)
        assert view.isVisible(), name
        return table_rows(view)

    def stage_marks(self) -> dict[str, str]:
        """The state of each stage as the rail shows it."""
        return {one.id: one.state for one in self.window.controller.stages()}

    # ---- doing

    def click(self, name: str) -> None:
        """A click on a button, as soon as it can be pressed."""
        self.until(lambda: (b := self.find(QAbstractButton, name)).isVisible() and b.isEnabled(), f"{name} can be pressed")
        QTest.mouseClick(self.find(QAbstractButton, name), _LEFT)
        QApplication.processEvents()

    def click_text(self, text: str) -> None:
        """A click on the button with this text."""

        def there() -> QAbstractButton | None:
            buttons = self.window.findChildren(QAbstractButton)
            return next((one for one in buttons if one.isVisible() and one.isEnabled() and one.text() == text), None)

        self.until(there, f"a button “{text}”")
        QTest.mouseClick(there(), _LEFT)
        QApplication.processEvents()

    def click_row(self, name: str, text: str) -> None:
        """A click on the row of a table that holds this text."""
        view: QAbstractItemView = self.find(QAbstractItemView, name)
        at = next(at for at, cells in enumerate(table_rows(view)) if any(text in cell for cell in cells))
        index = view.model().index(at, 0)
        view.scrollTo(index)
        QTest.mouseClick(view.viewport(), _LEFT, _PLAIN, view.visualRect(index).center())
        QApplication.processEvents()

    def write(self, name: str, text: str) -> None:
        """Click into a field, replace what is there, and leave it by Tab."""
        field: QWidget = self.find(QWidget, name)
        self.until(field.isVisible, f"{name} is shown")
        QTest.mouseClick(field, _LEFT)
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_A, _CONTROL)
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Tab)
        QApplication.processEvents()

    def choose(self, name: str, id_: str) -> None:
        """Open a list and choose from it, by keys."""
        box: ListBox = self.find(ListBox, name)
        self.until(lambda: box.isVisible() and box.findData(id_) >= 0, f"“{id_}” is offered by {name}")
        box.setFocus()
        if box.currentData() == id_:
            return
        QTest.keyClick(box, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
        entries = box.choices()
        assert entries is not None, f"{name} opens"
        while (at := entries.list.currentIndex().row()) != (goal := box.findData(id_)):
            QTest.keyClick(entries.list, Qt.Key.Key_Down if goal > at else Qt.Key.Key_Up)
            assert entries.list.currentIndex().row() != at, f"{name} stays at line {at}"
        QTest.keyClick(entries.list, Qt.Key.Key_Return)
        self.come_back()

    def come_back(self) -> None:
        """After a list has closed, the window has the keyboard again; without a window manager nobody sees to it."""
        self.window.activateWindow()
        self.until(self.window.isActiveWindow, "the window is active")

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = _PLAIN) -> None:
        """A key, for the control that has the focus."""
        root = QApplication.activeModalWidget() or self.window
        QTest.keyClick(QApplication.focusWidget() or root, key, modifier)
        QApplication.processEvents()

    def drop(self, *files: Path, on: QWidget | None = None) -> None:
        """Let files go over the window, or over one of its widgets."""
        goal = on or self.window
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
        at, copy = goal.rect().center(), Qt.DropAction.CopyAction
        QApplication.sendEvent(goal, QDragEnterEvent(at, copy, data, _LEFT, _PLAIN))
        QApplication.sendEvent(goal, QDropEvent(QPointF(at), copy, data, _LEFT, _PLAIN))
        QApplication.processEvents()

    # ---- what most scenarios begin with

    def go(self, stage: str) -> None:
        """Alt and the number of a stage."""
        number = STAGES.index(stage)
        QTest.keyClick(self.window, Qt.Key(Qt.Key.Key_1 + number), Qt.KeyboardModifier.AltModifier)
        self.until(lambda: self.window.stage == stage, f"stage {stage}")
        self.rest()

    def next(self, stage: str) -> None:
        """“Next” leads to this stage, and nothing goes wrong on it."""
        self.click("next")
        self.until(lambda: self.window.stage == stage, f"stage {stage}")
        self.rest()
        assert "did not work" not in self.banner(), self.banner()

    def open_preview(self, file: Path) -> None:
        """Drop a data file: the dialog shows its first rows."""
        self.drop(file)
        self.until(lambda: (go := self.window.findChild(QPushButton, "import_go")) and go.isVisible(), "the dialog of the file")
        self.rest()

    def read_file(self) -> None:
        """Have the previewed file read, and wait for its project."""
        opening = self.window.controller.opening
        self.click("import_go")
        self.until(lambda: self.window.controller.opening != opening and self.window.stage == "problem", "the new project")
        self.rest()

    def predict(self, column: str) -> None:
        """Choose the column to predict."""
        self.choose("target", column)
        self.rest()

    def train(self, trials: int) -> None:
        """Train with so many trials."""
        self.go("train")
        self.click("budget_kind_trials")
        self.write("budget_trials", str(trials))
        self.click("start_training")
        self.until(lambda: self.find(QPushButton, "stop_training").isVisible() or self.trained(), "training begins")
        self.until(lambda: self.find(QPushButton, "start_training").isVisible(), "training is over")
        self.rest()
        assert self.trained(), self.screen()

    def trained(self) -> bool:
        """Whether the leaderboard has models of the decisions that hold."""
        return self.stage_marks()["train"] == "done"

    def leaderboard(self) -> list[list[str]]:
        """The texts of the leaderboard."""
        return self.rows("leaderboard")


def table_rows(view: QAbstractItemView) -> list[list[str]]:
    """The first two hundred rows of a table or list, as texts; hidden rows and columns are left out."""
    if isinstance(view, DataTable):
        columns = range(len(view.table.columns))
        return [[view.table.text(row, at) for at in columns] for row in range(min(view.model().rowCount(), 20))]
    model = view.model()
    rows = range(min(model.rowCount() if model is not None else 0, 200))
    columns = range(min(model.columnCount(), 60) if isinstance(view, QTableView) else 1)
    hidden = view.isRowHidden if isinstance(view, QTableView | QListView) else lambda _: False
    return [[str(model.index(row, at).data() or "") for at in columns] for row in rows if not hidden(row)]


def _text(widget: QWidget) -> str:
    """What a control shows."""
    if isinstance(widget, QComboBox):
        return str(widget.currentText())
    if isinstance(widget, QPlainTextEdit | QTextBrowser):
        return str(widget.toPlainText())
    if isinstance(widget, QSpinBox | QLabel | QAbstractButton | QLineEdit | QToolButton):
        return str(widget.text())
    return str(widget.windowTitle()) if isinstance(widget, QDialog) else ""


def titles(texts: Sequence[Sequence[str]]) -> list[str]:
    """The first cell of each row."""
    return [row[0] for row in texts]
