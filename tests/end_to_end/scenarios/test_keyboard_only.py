"""From the start page to an exported service without the mouse: Tab, arrows, Enter and the shortcuts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from mlops_desktop.base.resources import resource_folder
from tests.end_to_end.scenarios.person import Person

pytestmark = pytest.mark.proof

_CONTROL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier


def tab_to(person: Person, name: str) -> QWidget:
    """Press Tab until the control of this name has the focus."""
    for _ in range(120):
        here = QApplication.focusWidget()
        if here is not None and here.objectName() == name:
            return here
        person.key(Qt.Key.Key_Tab)
    raise AssertionError(f"Tab does not reach {name}")


def find(person: Person, text: str) -> None:
    """Ctrl+K, a part of a name, Enter."""
    QTest.keyClick(person.window, Qt.Key.Key_K, _CONTROL)
    QTest.keyClicks(QApplication.focusWidget(), text)
    person.key(Qt.Key.Key_Return)
    person.rest()


def test_a_service_by_the_keyboard_alone(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_mouse(*_: object, **__: object) -> None:
        raise AssertionError("the mouse was used")

    for name in ("mouseClick", "mousePress", "mouseDClick"):
        monkeypatch.setattr(QTest, name, no_mouse)
    sample = resource_folder() / "samples" / "penguins.csv"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(sample), ""))
    window = person.window
    tab_to(person, "choose_file")
    person.key(Qt.Key.Key_Space)
    person.until(lambda: person.find(QWidget, "import_go").isVisible() and person.find(QWidget, "import_go").isEnabled(), "the first rows")
    person.rest()
    person.key(Qt.Key.Key_Return)
    person.until(lambda: window.stage == "problem", "the new project")
    person.rest()
    person.predict("species")
    for stage in ("data", "preprocess", "engineer", "select", "train"):
        QTest.keyClick(window, Qt.Key.Key_Right, _ALT)
        person.until(lambda stage=stage: window.stage == stage, stage)
        person.rest()
    find(person, "budget")
    person.key(Qt.Key.Key_Right)  # from the time to the number of trials
    tab_to(person, "budget_trials")
    person.key(Qt.Key.Key_A, _CONTROL)
    QTest.keyClicks(QApplication.focusWidget(), "3")
    person.key(Qt.Key.Key_Tab)
    QTest.keyClick(window, Qt.Key.Key_Return, _CONTROL)
    person.until(person.trained, "a model")
    person.until(lambda: person.find(QWidget, "start_training").isVisible(), "training is over")
    person.rest()
    QTest.keyClick(window, Qt.Key.Key_7, _ALT)
    person.rest()
    QTest.keyClick(window, Qt.Key.Key_8, _ALT)
    person.until(lambda: person.text("answer_figure").endswith("%"), "an answer")
    QTest.keyClick(window, Qt.Key.Key_9, _ALT)
    person.rest()
    QTest.keyClick(window, Qt.Key.Key_Return, _CONTROL)
    person.until(lambda: any((window.controller.folder / "exports").glob("*/serve.py")), "the exported service")
    person.rest()
    assert (person.window.controller.folder / "exports").is_dir()
