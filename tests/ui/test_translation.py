"""Sentences of the engine in the language of the window: findings, questions and errors, through Qt's catalogues."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QComboBox, QLabel, QToolButton, QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.resources import CONTEXT
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.project import Step
from mlops_desktop.engine.training import Run, Runs
from mlops_desktop.serving.message import msg
from mlops_desktop.ui.translation import catalogue, error_text, load_translations, translated
from mlops_desktop.ui.widgets.leaderboard import model_text
from scripts import translations
from tests.ui.conftest import PATIENCE, click, find, settle

GERMAN = {
    "“{column}” is missing in {count:,} of {rows:,} rows ({share:.1%}).": "„{column}“ fehlt {count}-mal in {rows} Zeilen.",
    "Is “{positive}” the class that matters?": "Ist „{positive}“ die Klasse, auf die es ankommt?",
    "“{path}” is empty.": "„{path}“ ist leer.",
    "Choose a file with a table in it.": "Wählen Sie eine Datei mit einer Tabelle.",
    "{n} steps": "{n} Schritte",
    "Scale numbers": "Zahlen skalieren",
    "Method": "Verfahren",
    "Robust (median 0, interquartile range 1)": "Robust (Median 0, Quartilsabstand 1)",
    "Decision tree": "Entscheidungsbaum",
    "Maximum depth": "Größte Tiefe",
    "{label:lower} {value}": "{label} {value}",
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


def test_the_catalogue_for_texts_outside_the_window_is_the_one_that_is_installed(german, catalogues):
    assert catalogue() == catalogues / "mlops_desktop_de.ts"


def test_messages_inside_a_result_are_translated_and_nothing_else(german):
    steps = msg("{n} steps", n=3)
    result = Result("{n} steps", (msg("Outer: {steps}", steps=steps), "plain"), {"a": steps})
    assert translated(result) == Result("{n} steps", ("Outer: 3 Schritte", "plain"), {"a": "3 Schritte"})
    plain = Result("x", ("y",), {"a": "b"})
    assert translated(plain) is plain
    assert error_text(UserError(msg("“{path}” is empty.", path="a.csv"), "Choose a file with a table in it.")) == (
        "„a.csv“ ist leer. Wählen Sie eine Datei mit einer Tabelle."
    )


def test_labels_of_the_catalogue_are_translated_where_they_are_shown(german, open_project, make_project):
    scale = choices().operations["scale"](method="robust")
    panel = open_project(make_project("penguins", "species", steps=(Step(scale),)), "preprocess").panel
    settle(panel.window())
    texts = [label.text() for label in panel.findChildren(QLabel)]
    assert "Zahlen skalieren" in texts
    assert "Verfahren" in texts
    assert any("Robust (Median 0" in box.currentText() for box in panel.findChildren(QComboBox))


def test_labels_of_runs_are_translated_where_they_are_shown(german, tmp_path):
    tree = choices().algorithms["decision_tree"](max_depth=3)
    run = Run(
        id="a" * 32, key="k", number=1, algorithm=tree.to_json(), algorithm_id=tree.id, label=tree.label,
        metric="accuracy", status="failed", reason=msg("Outer: {steps}", steps=msg("{n} steps", n=3)),
    )  # fmt: skip
    Runs(tmp_path).record(run)
    (kept,) = Runs(tmp_path).list("k")
    assert kept == run
    assert translated(kept.reason) == "Outer: 3 Schritte"
    assert model_text(kept, None)[0] == "Entscheidungsbaum, Größte Tiefe 3"


def test_without_a_catalogue_of_the_language_nothing_is_installed(qapp, catalogues):
    assert not load_translations(qapp, QLocale("fr"), catalogues)
    assert catalogue() is None
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
    assert any(text.text() == "Ist „right“ die Klasse, auf die es ankommt?" for text in window.dialogs.questions.findChildren(QLabel))
    window.dialogs.questions.close()
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    window.controller.close()
    window.open_path(tmp_path / "empty.csv")
    refused = find(window, QLabel, "import_refused")
    qtbot.waitUntil(lambda: "ist leer." in refused.text(), timeout=int(PATIENCE * 1000))
