"""Every panel in every language: nothing is cut, and no text of the program is left in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from mlops_desktop.base.catalogue import catalogue_folder, read_catalogue
from mlops_desktop.engine.workflow import STAGES
from mlops_desktop.ui import translation
from mlops_desktop.ui.shell.main_window import MainWindow
from tests.ui.clipping import TEXTS, clipped, cut, painted, text_of
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


def cuts(window: MainWindow, stage: str) -> Iterator[str]:
    """What is cut in a stage at both sizes: texts of controls, titles of tabs, and the panel itself where it is wider than the window."""
    for width, height in SIZES:
        window.resize(width, height)
        settle(window)
        if over := window.pages.area(stage).horizontalScrollBar().maximum():
            yield f"{width} {stage}: {over} pixels too wide"
        with painted() as texts:
            window.grab()
        yield from (f"{width} {stage}: {one}" for one in (*clipped(window), *dict.fromkeys(texts)))


def test_a_text_that_does_not_fit_is_noticed(qapp: QApplication) -> None:
    button, label = QPushButton("Anwenden"), QLabel("Zustand der Daten")
    for widget in (button, label):
        widget.resize(widget.sizeHint())
        assert cut(widget) == ""
        widget.resize(widget.width() // 2, widget.height())
        assert cut(widget) != ""


def test_every_stage_fits_and_leaves_no_text_in_english(open_project, trained, language):
    window: MainWindow = open_project(trained)
    entries = read_catalogue(catalogue_folder() / f"{language}.po").entries
    english = {entry.source for entry in entries if entry.forms[0] != entry.source and re.search("[a-z]{3}", entry.source)}
    english -= {form for entry in entries for form in entry.forms}
    cut_texts, left = list[str](), set[str]()
    for stage in STAGES:
        window.show_stage(stage)
        settle(window)
        cut_texts += cuts(window, stage)
        left |= {text_of(widget) for widget in window.findChildren(QWidget) if isinstance(widget, TEXTS)} & english
    assert (cut_texts, left) == ([], set())
