"""The questions of a project in one list: what is in doubt, why, and a button for each way to decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QFrame, QLineEdit, QVBoxLayout, QWidget

from mlops_desktop.base.plural import pluralize
from mlops_desktop.engine.process import ListQuestions
from mlops_desktop.engine.questions import ACCEPT, Option, Question
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.widgets.basic import Button, Weight, card, clear, column, heading, label, row, scrolled

Decide = Callable[[Question, str, str], object]  # the question, the id of the option, the reason


class QuestionsDialog(QDialog):
    """Shows open questions, the weightiest first; `decide` is called with what a person chose. It stays open beside the work."""

    def __init__(self, decide: Decide, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("questions_dialog")
        self.setWindowTitle(self.tr("Questions"))
        self.resize(640, 560)
        self._decide = decide
        self.summary = label("", "small", tone="2", wrap=True)
        self.summary.setObjectName("questions_summary")
        self._list = QVBoxLayout()
        self._list.setSpacing(10)
        inner = QWidget()
        inner.setLayout(column(self._list, None))
        close = Button(self.tr("Close"), self.accept, name="questions_close")
        self.setLayout(
            column(
                heading(self.tr("What is in doubt")),
                self.summary,
                (scrolled(inner), 1),
                row(None, close),
                margins=(20, 18, 20, 16),
                spacing=10,
            )
        )

    def show_questions(self, found: Sequence[Question]) -> None:
        """Show the open ones of these questions."""
        left = [one for one in found if one.open]
        counted = pluralize(len(left), self.tr("1 question is open."), self.tr("{n} questions are open."))
        hint = self.tr("Until you decide, the default of each is in force.")
        self.summary.setText(f"{counted} {hint}" if left else self.tr("Nothing is in doubt."))
        clear(self._list)
        for at, question in enumerate(left):
            self._list.addWidget(_QuestionCard(at, question, self._decide))


class _QuestionCard(QFrame):
    """One question. Leaving things as they are needs a reason, so the button for it waits for one."""

    def __init__(self, at: int, question: Question, decide: Decide) -> None:
        super().__init__()
        self._question, self._decide = question, decide
        title = label(question.message, "body", weight=Weight.DemiBold, wrap=True)
        evidence = label(question.evidence, "small", tone="2", wrap=True)
        self.reason = QLineEdit()
        self.reason.setObjectName(f"question_{at}_reason")
        self.reason.setAccessibleName(self.tr("Why it is right as it is"))
        self.reason.setPlaceholderText(self.tr("Why it is right as it is"))
        self._accept: Button | None = None
        buttons = []
        for option in question.options:
            button = Button(option.label, partial(self._chosen, option), name=f"question_{at}_{option.id}")
            button.setToolTip(option.consequence)
            if option.id == ACCEPT:
                self._accept = button
                button.setEnabled(False)
            else:
                buttons.append(button)
        self.reason.textChanged.connect(self._reason_changed)
        accept = row((self.reason, 1), self._accept) if self._accept else row((self.reason, 1))
        self.setLayout(column(card(title, evidence, row(*buttons, None) if buttons else None, accept)))

    def _reason_changed(self, text: str) -> None:
        if self._accept is not None:
            self._accept.setEnabled(bool(text.strip()))

    def _chosen(self, option: Option) -> None:
        self._decide(self._question, option.id, self.reason.text())


class ProjectQuestions(QuestionsDialog):
    """The questions of the open project. An answer is one edit, with undo; the list follows every change of the decisions."""

    def __init__(self, controller: ProjectController, parent: QWidget) -> None:
        super().__init__(self._answer, parent)
        self._controller = controller
        controller.project_changed.connect(self.refresh)
        controller.opened.connect(self.close)  # the list is about the project that was open

    def open_list(self) -> None:
        """Show the list of today."""
        self.show()
        self.raise_()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Look again for what is in doubt, while the list is seen."""
        if self.isVisible() and self._controller.folder is not None and self._controller.project.data:
            call = ListQuestions(self._controller.folder, self._controller.project)
            self._controller.ask(call, self.show_questions, owner="questions", title=self.tr("Looking for what is in doubt"))

    def _answer(self, question: Question, option: str, reason: str) -> None:
        from mlops_desktop.engine.questions import answer_question

        self._controller.put(question.message, answer_question(self._controller.project, question, option, reason))
