"""Sentences of the engine in the language of the window: findings, questions and errors, through Qt's catalogues."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.message import msg
from mlops_desktop.ui.translation import CONTEXT, error_text, load_translations, translated
from scripts import translations
from tests.ui.conftest import PATIENCE, click, find, settle

GERMAN = {
    "“{column}” is missing in {count:,} of {rows:,} rows ({share:.1%}).": "„{column}“ fehlt {count}-mal in {rows} Zeilen.",
    "Is “{positive}” the class that matters?": "Ist „{positive}“ die Klasse, auf die es ankommt?",
    "“{path}” is empty.": "„{path}“ ist leer.",
    "Choose a file with a table in it.": "Wählen Sie eine Datei mit einer Tabelle.",
    "{n} steps": "{n} Schritte",
}


@pytest.fixture(scope="module")
def catalogues(tmp_path_factory):
    """A folder with a compiled German catalogue: every text of the program, some of them translated."""
    folder = tmp_path_factory.mktemp("translations")
    source = folder / "mlops_desktop_de.ts"
    translations.write(source, "de")
    tree = ElementTree.parse(source)
    found = set()
    for context in tree.getroot().iter("context"):
        for message in context.iter("message"):
            german = GERMAN.get(message.findtext("source", "")) if context.findtext("name") == CONTEXT else None
            if german:
                found.add(message.findtext("source"))
                translation = message.find("translation")
                translation.text = german
                translation.attrib.clear()
    assert found == set(GERMAN), "these are not extracted, or have changed"
    tree.write(source, encoding="utf-8", xml_declaration=True)
    translations.compile_catalogue(source)
    return folder


@pytest.fixture
def german(qapp, catalogues):
    assert load_translations(qapp, QLocale("de"), catalogues)
    yield
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()


@dataclass(frozen=True)
class Result:
    name: str
    notes: tuple[str, ...]
    by_name: dict[str, str]


def test_messages_inside_a_result_are_translated_and_nothing_else(german):
    steps = msg("{n} steps", n=3)
    result = Result("{n} steps", (msg("Outer: {steps}", steps=steps), "plain"), {"a": steps})
    assert translated(result) == Result("{n} steps", ("Outer: 3 Schritte", "plain"), {"a": "3 Schritte"})
    plain = Result("x", ("y",), {"a": "b"})
    assert translated(plain) is plain
    assert error_text(UserError(msg("“{path}” is empty.", path="a.csv"), "Choose a file with a table in it.")) == (
        "„a.csv“ ist leer. Wählen Sie eine Datei mit einer Tabelle."
    )


def test_without_a_catalogue_of_the_language_nothing_is_installed(qapp, catalogues):
    assert not load_translations(qapp, QLocale("fr"), catalogues)
    assert QCoreApplication.translate(CONTEXT, "{n} steps") == "{n} steps"


def test_findings_questions_and_errors_in_the_real_window(german, open_project, make_project, qtbot, tmp_path):
    rows = "".join(f"{'left' if i % 3 else 'right'},{i % 7 if i % 4 else ''}\n" for i in range(80))
    folder = make_project("side,x\n" + rows, "side")
    window = open_project(folder, "problem")
    window.show_stage("data")
    settle(window)
    found = [one.finding.message for one in window.panel._findings if one.finding.rule == "missing"]
    assert found == ["„x“ fehlt 20-mal in 80 Zeilen."]
    assert any("fehlt 20-mal in 80 Zeilen" in part.toolTip() for part in window.panel.findChildren(QWidget))
    click(find(window, QToolButton, "questions"))
    settle(window)
    assert any(text.text() == "Ist „right“ die Klasse, auf die es ankommt?" for text in window._questions.findChildren(QLabel))
    window._questions.close()
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    window.controller.close()
    window.open_path(tmp_path / "empty.csv")
    refused = find(window, QLabel, "import_refused")
    qtbot.waitUntil(lambda: "ist leer." in refused.text(), timeout=int(PATIENCE * 1000))
