"""The questions of a project in one list: what is in doubt, why, and a button for each way to decide."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from mlops_desktop.engine.process import ListQuestions
from mlops_desktop.engine.project import project_key
from mlops_desktop.engine.questions import Question, QuestionGroup, group_questions
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.query import Query
from mlops_desktop.ui.question_answers import QuestionAnswers
from mlops_desktop.ui.translation import pluralize
from mlops_desktop.ui.widgets.basic import Button, clear, column, heading, label, row, scrolled
from mlops_desktop.ui.widgets.question_card import Decide, QuestionCard


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
        left = group_questions([one for one in found if one.open])
        open_count = pluralize(len(left), "1 question is open.", "{n} questions are open.")
        hint = self.tr("Until you decide, the default of each is in force.")
        self.summary.setText(f"{open_count} {hint}" if left else self.tr("Nothing is in doubt."))
        clear(self._list)
        for at, group in enumerate(left):
            self._list.addWidget(QuestionCard(at, group, self._decide))


class ProjectQuestions(QuestionsDialog):
    """The questions of the open project. An answer is one edit, with undo; the list follows every change of the decisions."""

    def __init__(self, controller: ProjectController, parent: QWidget) -> None:
        super().__init__(self._answer, parent)
        self._controller = controller
        self._answers = QuestionAnswers(controller, self)
        title = self.tr("Looking for what is in doubt")
        self._found: Query[tuple[Question, ...]] = Query(controller, owner="questions", title=title, parent=self)
        self._found.changed.connect(self._show_found)
        controller.project_changed.connect(self.refresh)

    def open_list(self) -> None:
        """Show the list of today."""
        self.show()
        self.raise_()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Look again for what is in doubt, while the list is seen."""
        project = self._controller.project
        if self.isVisible() and self._controller.folder is not None and project.data:
            self._found.forget_refusals()
            best, keys, store = self._controller.project_status().best, self._controller.keys, self._controller.store
            known = [key in store for key in (keys.other_split(best.id), keys.checks(best.id), keys.scorer(best.id))] if best else []
            self._found.want(f"{project_key(project)} {known}", ListQuestions(*self._controller.inputs))
            self._show_found()

    @Slot()
    def _show_found(self) -> None:
        if self._found.value is not None:
            self.show_questions(self._found.value)

    def _answer(self, group: QuestionGroup, option: str, reason: str) -> None:
        self._answers.answer(group, option, reason)
