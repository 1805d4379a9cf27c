"""Sentences of the engine in the language of the window: findings, questions and errors, through Qt's catalogues."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDialogButtonBox, QLabel, QPushButton, QToolButton, QWidget

from mlops_desktop.base.catalogue import read_catalogue, write_catalogue
from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.column_changes import number_texts
from mlops_desktop.engine.project import Step
from mlops_desktop.engine.questions import Option, Question, QuestionGroup
from mlops_desktop.engine.training import Run, Runs
from mlops_desktop.serving import formula
from mlops_desktop.serving.frame import Layout
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg
from mlops_desktop.ui import translation
from mlops_desktop.ui.panels.data.filter_line import FilterLine
from mlops_desktop.ui.translation import error_text, translated
from mlops_desktop.ui.widgets.basic import label
from mlops_desktop.ui.widgets.inputs import NumberLine, SpinBox, number_text, read_number
from mlops_desktop.ui.widgets.leaderboard import model_text
from mlops_desktop.ui.widgets.question_card import QuestionCard
from scripts import translations
from tests.ui.conftest import PATIENCE, click, find, settle

GERMAN = {
    "“{column}” is missing in {count:,} of {rows:,} rows ({share:.1%}).": "„{column}“ fehlt {count:,}-mal in {rows:,} Zeilen.",
    "Is “{positive}” the class that matters?": "Ist „{positive}“ die Klasse, auf die es ankommt?",
    "“{path}” is empty.": "„{path}“ ist leer.",
    "Choose a file with a table in it.": "Wählen Sie eine Datei mit einer Tabelle.",
    "1 step": ("1 Schritt", "{n} Schritte"),
    "Scale numbers": "Zahlen skalieren",
    "Method": "Verfahren",
    "Robust (median 0, interquartile range 1)": "Robust (Median 0, Quartilsabstand 1)",
    "Decision tree": "Entscheidungsbaum",
    "Maximum depth": "Größte Tiefe",
    "{label:lower} {value}": "{label} {value}",
}


@pytest.fixture(scope="module")
def catalogues(tmp_path_factory):
    """A folder with a German catalogue: every text of the program, some of them translated here, whatever the one of the program says."""
    folder = tmp_path_factory.mktemp("translations")
    path = folder / "de.po"
    translations.update(path)
    made = read_catalogue(path)
    for entry in made.entries:
        if entry.source in GERMAN:
            entry.forms = GERMAN[entry.source] if entry.plural else (GERMAN[entry.source],)
    assert {entry.source for entry in made.entries if entry.done} == set(GERMAN), "these are not extracted, or have changed"
    made.header |= {"X-Decimal-Mark": '","', "X-Group-Mark": '"."'}
    write_catalogue(path, made)
    return folder


@pytest.fixture
def german(qapp, catalogues):
    assert translation.set_language(qapp, "de", catalogues) == "de"
    yield
    translation.set_language(qapp, "en")


@dataclass(frozen=True)
class Result:
    name: str
    notes: tuple[str, ...]
    by_name: dict[str, str]


def test_the_catalogue_for_texts_outside_the_window_is_the_one_in_force(german, catalogues):
    assert (translation.catalogue(), translation.language()) == (catalogues / "de.po", "de")


def test_the_texts_of_qt_are_in_the_language_too(german):
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    assert [button.text() for button in box.buttons()] == ["Abbrechen"]


def test_labels_and_questions_translate_their_messages(qtbot, german):
    message = msg("Choose a file with a table in it.")
    assert label(message, wrap=True).text() == label(message).text() == GERMAN[message]
    question = Question("q", "data", "warning", "", message, msg("Method"), (Option("a", msg("Scale numbers"), msg("Maximum depth")),))
    card = QuestionCard(0, QuestionGroup((question,)), lambda *_: None)
    qtbot.addWidget(card)
    assert [one.text() for one in card.findChildren(QLabel)] == [GERMAN[message], "Verfahren"]
    button = find(card, QPushButton, "question_0_a")
    assert (button.text(), button.toolTip()) == ("Zahlen skalieren", "Größte Tiefe")


def test_a_filter_is_read_with_the_decimal_comma_of_the_language(qtbot, german):
    layout, brought = Layout(numbers=("x",)), []
    line = FilterLine(name="filter", title="Filter", check=lambda text: formula.check(text, layout).problem if text else "")
    qtbot.addWidget(line)
    line.applied.connect(brought.append)
    for text in ("x > 2,5", "(x > 2,5)", "x in (1,2)", "x > 2,,5"):
        line.show_text(text)
    assert brought == ["x > 2.5", "(x > 2.5)", "x in (1,2)"]
    translation.set_language(QApplication.instance(), "en")
    line.show_text("x < 2,5")
    assert brought[-1] == "x in (1,2)"
    assert line.problem.text()


def test_cells_of_a_preview_have_the_marks_of_the_language(german):
    assert translated(number_texts([-1234.5, 0.25])) == ["−1.234,50", "0,25"]


def test_numbers_and_plurals_are_those_of_the_language(german):
    assert translation.formatted(1234567) == "1.234.567"
    assert translation.format_number(-1234.5, 6) == "−1.234,5"
    assert translation.pluralize(1, "1 step", "{n} steps") == "1 Schritt"
    assert translation.pluralize(2000, "1 step", "{n} steps") == "2.000 Schritte"
    assert translated(plural_msg(2000, "1 step", "{n} steps")) == "2.000 Schritte"


def test_a_number_is_typed_with_the_mark_of_the_language_or_with_a_point(german):
    assert number_text(70.4) == "70,4"
    assert [read_number(text) for text in ("70,4", "70.4", "1.234,5")] == [70.4, 70.4, 1234.5]
    assert read_number(number_text(0.1 + 0.2)) == 0.1 + 0.2
    assert [read_number(text) for text in ("1.500", "-1.234.567", "0.500", "1,500")] == [1500.0, -1234567.0, 0.5, 1.5]


def test_a_mark_in_a_whole_number_is_read_as_separated_thousands_or_not_at_all(german, qtbot):
    box = SpinBox(0, 5000, name="box", suffix=" GiB")
    qtbot.addWidget(box)
    box.show()
    for typed, value in (("1.5", 1), ("1,5", 1), ("12.5", 12), ("1.500", 1500), ("1500", 1500)):
        box.setFocus()
        box.selectAll()
        QTest.keyClicks(box, typed)
        QTest.keyClick(box, Qt.Key.Key_Return)
        assert (typed, box.value(), box.cleanText().replace(".", "")) == (typed, value, str(value))
    box.clearFocus()
    assert box.cleanText() == "1.500"
    line = NumberLine(0, 1e6, name="line")
    qtbot.addWidget(line)
    QTest.keyClicks(line, "1.500")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert (line.text(), line.number()) == ("1500", 1500)


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


def test_a_language_without_a_catalogue_is_english(qapp, catalogues):
    assert translation.set_language(qapp, "fr", catalogues) == "en"
    assert translation.catalogue() is None
    assert qapp.tr("Scale numbers") == "Scale numbers"


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
