"""A column that a person gave a label is called so in every stage: tables, charts, forms, answers and sentences."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QTableView, QWidget

from mlops_desktop.engine.project import ColumnNote
from mlops_desktop.engine.project.project_file import read_project, write_project
from mlops_desktop.engine.workflow import STAGES
from mlops_desktop.ui.shell.main_window import MainWindow
from tests.ui.clipping import TEXTS, text_of
from tests.ui.conftest import settle
from tests.ui.test_panel import trained as trained
from tests.ui.test_panel_clipping import views

LABELS = {
    "species": "Kind of bird",
    "island": "Home",
    "bill_length_mm": "Length of the bill",
    "bill_depth_mm": "Depth of the bill",
    "flipper_length_mm": "Length of the flipper",
    "body_mass_g": "Weight",
    "sex": "Male or female",
}
# Where a column is named as the file and the service have it: its own notes, and what is sent to the service.
NAMED = ("notes", "request_body", "request_answer")


def shown_texts(window: MainWindow, painted: list[str]) -> Iterator[str]:
    """Every text that is seen."""
    painted.clear()
    window.grab()
    yield from painted
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.objectName() in NAMED:
            continue
        if isinstance(widget, TEXTS):
            yield text_of(widget)
        if isinstance(widget, QTableView | QListView) and (model := widget.model()) is not None:
            across = min(model.columnCount(), 30) if isinstance(widget, QTableView) else 1
            down = min(model.rowCount(), 50)
            yield from (str(model.headerData(at, Qt.Orientation.Horizontal) or "") for at in range(across))
            yield from (str(model.index(row, at).data() or "") for row in range(down) for at in range(across))


@pytest.fixture
def painted() -> Iterator[list[str]]:
    """The texts that widgets paint themselves."""
    found: list[str] = []

    class Recording(QPainter):
        def drawText(self, *given: Any) -> Any:
            found.extend(one for one in given if isinstance(one, str))
            return super().drawText(*given)

    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith("mlops_desktop.ui.") and hasattr(module, "QPainter"):
                patch.setattr(module, "QPainter", Recording)
        yield found


def test_a_column_is_called_by_its_label_everywhere(open_project: Callable[..., MainWindow], trained: Path, painted: list[str]) -> None:
    project = read_project(trained)
    notes = {name: replace(project.columns.get(name, ColumnNote()), label=label) for name, label in LABELS.items()}
    write_project(trained, replace(project, columns={**project.columns, **notes}))
    window = open_project(trained)
    names = re.compile(rf"\b({'|'.join(LABELS)})\b")
    found = list[str]()
    try:
        for stage in STAGES:
            window.show_stage(stage)
            settle(window)
            for view in views(window, stage):
                found += (f"{view}: {text}" for text in dict.fromkeys(shown_texts(window, painted)) if names.search(text))
    finally:
        write_project(trained, project)
    assert "\n".join(found) == ""
