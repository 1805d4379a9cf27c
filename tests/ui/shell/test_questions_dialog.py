"""The list of questions, by real clicks."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QToolButton

from mlops_desktop.engine.project import Answer
from mlops_desktop.engine.questions import ACCEPT, Option, Question
from mlops_desktop.ui.shell.questions_dialog import QuestionsDialog
from mlops_desktop.ui.widgets.question_card import QuestionCard
from tests.ui.conftest import click, find, settle

LEAK = Question(
    "finding.leak.x", "data", "high", "x", "“x” tells the target.", "It may not be known in time.",
    (Option("fix", "Leave “x” out", "It can be undone."), Option(ACCEPT, "Leave it as it is", "The score may mislead.")), ACCEPT,
)  # fmt: skip
SETTLED = Question("a", "data", "info", "", "A", "", (), ACCEPT, answer=Answer(option=ACCEPT, reason="known"))


def pick(box: QComboBox, id_: str) -> None:
    """As a person picks an entry of a list."""
    box.setCurrentIndex(box.findData(id_))
    box.activated.emit(box.currentIndex())


def opened(qtbot, *questions):
    asked = []
    dialog = QuestionsDialog(lambda *answer: asked.append(answer))
    qtbot.addWidget(dialog)
    dialog.show_questions(questions)
    dialog.show()
    return dialog, asked


def test_only_open_questions_are_shown(qtbot):
    dialog, _ = opened(qtbot, LEAK, SETTLED)
    assert dialog.summary.text().startswith("1 question is open.")
    dialog.show_questions([SETTLED])
    assert dialog.summary.text() == "Nothing is in doubt."


def test_an_option_decides_at_once_and_accepting_what_is_grave_needs_a_reason(qtbot):
    dialog, asked = opened(qtbot, LEAK)
    accept = dialog.findChild(QPushButton, "question_0_accept")
    assert not accept.isEnabled()
    dialog.findChild(QPushButton, "question_0_fix").click()
    dialog.findChild(QLineEdit, "question_0_reason").setText("It is known at noon.")
    assert accept.isEnabled()
    accept.click()
    assert [(group.id, option, reason) for group, option, reason in asked] == [
        ("finding.leak.x", "fix", ""),
        ("finding.leak.x", ACCEPT, "It is known at noon."),
    ]


def test_what_is_not_grave_is_accepted_without_a_reason(qtbot):
    dialog, asked = opened(qtbot, replace(LEAK, weight="warning"))
    QTest.keyClick(dialog.findChild(QLineEdit, "question_0_reason"), Qt.Key.Key_Return)
    assert asked == []
    dialog.findChild(QPushButton, "question_0_accept").click()
    assert [(option, reason) for _, option, reason in asked] == [(ACCEPT, "")]


def test_a_question_about_many_columns_is_one_entry_for_all_or_one_of_them(qtbot):
    options = (Option(ACCEPT, "Leave it as it is", ""), Option("text", "Read “x” as text", "", together="Read these columns as text"))
    one = Question("reading.decimal.x", "problem", "warning", "x", "Is “x” right?", "1.234", options, together="Are they right?")
    many = [replace(one, id=f"reading.decimal.x{at}", column=f"x{at}", message=f"Is “x{at}” right?") for at in range(5)]
    dialog, asked = opened(qtbot, *many)
    assert dialog.summary.text().startswith("1 question is open.")
    (card,) = dialog.findChildren(QuestionCard)
    assert (card.title.text(), card.evidence.text()) == ("Are they right?", "5 columns: “x0”, “x1”, “x2”, “x3”, “x4”. The first: 1.234")
    assert find(card, QPushButton, "question_0_text").text() == "Read these columns as text"
    pick(find(card, QComboBox, "question_0_column"), "3")
    assert card.title.text() == "Is “x3” right?"
    find(card, QPushButton, "question_0_text").click()
    pick(find(card, QComboBox, "question_0_column"), "all")
    find(card, QPushButton, "question_0_accept").click()
    assert [([one.column for one in group.questions], option) for group, option, _ in asked] == [
        (["x3"], "text"),
        (["x0", "x1", "x2", "x3", "x4"], ACCEPT),
    ]


def test_the_window_lists_doubts_and_an_answer_is_one_edit(open_project, make_project):
    rows = "".join(f"{'left' if i % 3 else 'right'},{i % 7}\n" for i in range(60))
    window = open_project(make_project("side,x\n" + rows, "side"), "data")
    click(find(window, QToolButton, "questions"))
    settle(window)
    dialog = window.dialogs.questions
    ids = [card.asked().id for card in dialog.findChildren(QuestionCard)]
    at = ids.index("guess.positive.side")
    assert window.controller.project.positive == "right"
    click(find(dialog, QPushButton, f"question_{at}_positive=left"))
    settle(window)
    project = window.controller.project
    assert (project.positive, project.answers["guess.positive.side"].option) == ("left", "positive=left")
    window.controller.undo()
    settle(window)
    assert (window.controller.project.positive, window.controller.project.answers) == ("right", {})
    dialog.close()


def test_an_answer_about_the_file_reads_it_again_and_can_be_undone(open_project, make_project):
    rows = [f"s{i},{i * 7 % 5},{'ab'[i % 2]}\n" for i in range(80)]
    window = open_project(make_project("".join(["shop,n,zone\n", *rows[:40], "Total,80,\n", *rows[40:]]), "zone"), "data")
    controller = window.controller
    click(find(window, QToolButton, "questions"))
    settle(window)
    dialog, before = window.dialogs.questions, controller.project
    cards = [card for card in dialog.findChildren(QuestionCard) if card.asked().id == "source.total"]
    click(find(cards[0], QPushButton, f"{cards[0].reason.objectName().removesuffix('_reason')}_keep_all=true"))
    settle(window)
    assert controller.last_overview().rows == 81
    assert controller.project.source.keep_all
    assert controller.project.answers["source.total"].option == "keep_all=true"
    dialog.close()
    controller.undo()
    settle(window)
    assert (controller.project.data, controller.project.source) == (before.data, before.source)
