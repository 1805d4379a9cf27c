"""Every panel in every language: nothing is cut, and no text of the program is left in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QPushButton, QRadioButton, QTabBar, QToolButton, QWidget

from mlops_desktop.base.catalogue import catalogue_folder, read_catalogue
from mlops_desktop.engine.workflow import STAGES
from mlops_desktop.ui import translation
from mlops_desktop.ui.widgets.elided import Elided
from tests.ui.conftest import settle
from tests.ui.test_panel import trained as trained

CODES = [path.stem for path in sorted(catalogue_folder().glob("*.po"))]
SIZES = ((1024, 768), (1280, 800))


@pytest.fixture(scope="module", autouse=True, params=CODES)
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    """The language of the window, which the window of this module is made in."""
    assert translation.set_language(qapp, request.param) == request.param
    yield request.param
    translation.set_language(qapp, "en")


def cut(widget: QWidget) -> str:
    """How a text is cut, as “has < needs”; empty when all of it is seen. What is shortened by design says the whole text at hover."""
    if isinstance(widget, QLabel):
        return "" if isinstance(widget, Elided) or not widget.text() else _cut_label(widget)
    text = widget.currentText() if isinstance(widget, QComboBox) else widget.text()
    need = widget.fontMetrics().horizontalAdvance(text.replace("&&", "&"))
    if isinstance(widget, QPushButton | QToolButton) and not widget.icon().isNull():
        need += widget.iconSize().width()
    inside = widget.width() - (24 if isinstance(widget, QCheckBox | QRadioButton | QComboBox) else 0)
    return f"{inside} < {need}" if text and inside < need and not (isinstance(widget, QComboBox) and widget.toolTip()) else ""


def _cut_label(label: QLabel) -> str:
    area, flags = label.contentsRect(), int(label.alignment())
    if label.wordWrap():
        flags |= int(Qt.TextFlag.TextWordWrap)
    need = label.fontMetrics().boundingRect(QRect(0, 0, area.width() if label.wordWrap() else 0, 0), flags, label.text())
    if need.width() > area.width() + 1 or need.height() > area.height() + 1:
        return f"{area.width()}×{area.height()} < {need.width()}×{need.height()}"
    return ""


@pytest.mark.parametrize("id_", STAGES)
def test_no_label_button_or_tab_is_cut(open_project, trained, id_):
    window = open_project(trained, id_)
    found = []
    for width, height in SIZES:
        window.resize(width, height)
        settle(window)
        for widget in window.findChildren(QWidget):
            if isinstance(widget, QLabel | QPushButton | QToolButton | QCheckBox | QRadioButton | QComboBox) and widget.isVisible():
                how = cut(widget)
                found += [f"{width}: {widget.objectName()} “{getattr(widget, 'text', widget.objectName)()}” {how}"] if how else []
            elif isinstance(widget, QTabBar) and widget.isVisible():
                found += [f"{width}: {widget.objectName()}" for at in range(widget.count()) if widget.tabText(at).endswith("…")]
    assert found == []


@pytest.mark.parametrize("id_", STAGES)
def test_no_text_of_the_program_is_left_in_english(open_project, trained, language, id_):
    window = open_project(trained, id_)
    settle(window)
    entries = read_catalogue(catalogue_folder() / f"{language}.po").entries
    english = {entry.source for entry in entries if entry.forms[0] != entry.source and re.search("[a-z]{3}", entry.source)}
    english -= {form for entry in entries for form in entry.forms}
    shown = {widget.text() for kind in (QLabel, QPushButton, QToolButton, QCheckBox) for widget in window.findChildren(kind)}
    assert shown & english == set()
