"""A second project after the first shows nothing of it, and the first is found again as it was left."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QLineEdit

from mlops_desktop.base.resources import resource_folder
from tests.end_to_end.scenarios.person import Person

pytestmark = pytest.mark.proof

SAMPLES = resource_folder() / "samples"
OF_THE_FIRST = ("penguin", "Adelie", "bill_length", "flipper", "island", "species")


def test_the_second_has_nothing_of_the_first(person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person.open_preview(SAMPLES / "penguins.csv")
    person.read_file()
    person.predict("species")
    person.go("data")
    filter_rows(person, "bill_length_mm > 45")
    person.train(3)
    board = person.leaderboard()
    person.go("app")
    answers = tmp_path / "answers.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(answers), ""))
    person.drop(SAMPLES / "penguins.csv", on=person.window.panel)
    person.until(answers.exists, "the answers")
    person.rest()
    assert person.text("batch_rows_value") == "344"
    first = person.window.controller.folder

    person.window.show_stage("")
    person.open_preview(SAMPLES / "energy_efficiency.csv")
    person.read_file()
    person.predict("heating_load")
    person.train(2)
    for stage in ("problem", "data", "preprocess", "engineer", "select", "train", "evaluate", "app", "deploy"):
        person.go(stage)
        seen = person.screen()
        assert [word for word in OF_THE_FIRST if word in seen] == [], (stage, seen)

    person.click("go_start")
    person.rest()
    person.click("recent_open_1")
    person.until(lambda: person.window.controller.folder == first, "the first project again")
    person.rest()
    assert person.window.stage == "train"
    assert person.leaderboard() == board
    person.go("data")
    person.until(lambda: person.text("row_count"), "the rows")
    assert person.text("row_count") == "344 of 344 rows"


def filter_rows(person: Person, text: str) -> None:
    line = next(one for one in person.window.findChildren(QLineEdit) if one.objectName().startswith("row_filter") and one.isVisible())
    person.write(line.objectName(), text)
    person.rest()
    person.until(lambda: person.text("row_count") != "344 of 344 rows", "fewer rows")
