"""Files that hold no table are refused with a sentence and a way out; what is open stays open."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton

from mlops_desktop.base.resources import resource_folder
from tests.end_to_end.scenarios.person import Person

pytestmark = pytest.mark.proof

WRONG = {
    "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(300),
    "nothing.csv": b"",
    "names only.csv": b"height,weight,kind\n",
    "broken.xlsx": b"PK\x03\x04" + bytes(200),
    "broken.parquet": b"PAR1" + bytes(64),
    "page.pdf": b"%PDF-1.7\n" + bytes(200),
}


def test_every_wrong_file_is_refused_and_the_project_stays(person: Person, tmp_path: Path) -> None:
    person.open_preview(resource_folder() / "samples" / "penguins.csv")
    person.read_file()
    person.predict("species")
    folder, project = person.window.controller.folder, person.window.controller.project
    output = set[str]()
    for name, content in WRONG.items():
        file = tmp_path / name
        file.write_bytes(content)
        person.drop(file)
        person.until(lambda: person.text("import_refused") or "err" in person.banner() or person.banner(), f"{name} is refused")
        person.rest()
        sentence = person.text("import_refused") or person.banner()
        assert sentence.endswith("."), sentence
        assert len(sentence) > 20, sentence
        assert "Traceback" not in sentence
        assert not person.find(QPushButton, "import_go").isEnabled(), name
        output.add(sentence)
        person.click("import_cancel")
        person.rest()
        assert (person.window.controller.folder, person.window.controller.project) == (folder, project)
        assert person.text("target") == "species"
    assert len(output) >= 4, output
    assert [one.name for one in folder.parent.iterdir()] == [folder.name], "no wrong file left a folder"
