"""Ten decisions on seven stages, taken back one by one: every stage is again as it was, and redo brings the same decisions."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from mlops_desktop.base.resources import resource_folder
from tests.end_to_end.scenarios.person import Person

pytestmark = pytest.mark.proof

_Z = Qt.Key.Key_Z
_CONTROL = Qt.KeyboardModifier.ControlModifier


def test_ten_undos_bring_the_trained_model_back(person: Person) -> None:
    person.open_preview(resource_folder() / "samples" / "penguins.csv")
    person.read_file()
    person.predict("species")
    person.train(3)
    person.go("evaluate")
    person.click("open_test")
    person.rest()
    window = person.window
    before, board = window.controller.project, scores(person)
    assert person.stage_marks()["evaluate"] == "done"
    decisions = [before]

    def decided() -> None:
        person.rest()
        assert window.controller.project != decisions[-1], f"decision {len(decisions)} changed nothing"
        decisions.append(window.controller.project)

    ten_decisions(person, decided)
    assert len(decisions) == 11
    person.go("train")
    person.reads("out of date")
    for expected in reversed(decisions[:-1]):
        QTest.keyClick(window, _Z, _CONTROL)
        person.rest()
        assert window.controller.project == expected
    person.go("train")
    assert "out of date" not in person.screen()
    assert scores(person) == board
    assert person.stage_marks()["evaluate"] == "done"
    for expected in decisions[1:]:
        QTest.keyClick(window, _Z, _CONTROL | Qt.KeyboardModifier.ShiftModifier)
        person.rest()
        assert window.controller.project == expected


def scores(person: Person) -> list[list[str]]:
    """What the leaderboard shows."""
    person.go("train")
    return person.leaderboard()


def ten_decisions(person: Person, decided) -> None:
    """Metric, statement, target and back, a fix, a step, its switch, validation, models, seed, final model."""
    person.go("problem")
    person.write("brief_statement", "Which species is it?")
    decided()
    person.predict("sex")
    decided()
    person.predict("island")
    decided()
    person.choose("metric", person.find(type(person.window.panel.target.measure), "metric").itemData(1))
    decided()
    person.go("engineer")
    person.click("engineer_gallery_bins")
    person.rest()
    person.click("engineer_take")
    decided()
    person.click("engineer_steps_0_on")
    decided()
    person.go("train")
    person.choose("split_method", "random")
    decided()
    person.click("algorithm_logistic")
    decided()
    person.click("refit_train")
    decided()
    person.write("seed", "7")
    decided()
