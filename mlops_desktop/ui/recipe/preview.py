"""A recipe tried by the child: asked after a pause, answered in the background, and what is known meanwhile."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from mlops_desktop.engine.choices import ALL
from mlops_desktop.engine.pipeline import Keys, RecipePreview
from mlops_desktop.engine.process import PreviewRecipe
from mlops_desktop.engine.project import Project, digest
from mlops_desktop.engine.workflow import blocked
from mlops_desktop.ui.project_controller import ProjectController

Kinds = list[tuple[str, str]]
REMEMBERED = 50  # steps before which the columns are known


class PreviewQuery(QObject):
    """`show` says what is selected; when no answer about it is there, the child is asked after a pause. One question at a time."""

    changed = Signal()  # an answer came, or none will come

    def __init__(self, controller: ProjectController, owner: str, parent: QObject) -> None:
        super().__init__(parent)
        self._controller, self._owner = controller, owner
        self.answer: RecipePreview | None = None
        self._now: tuple[Project, int, int] = (Project(), -1, -1)
        self._question = self._before = ""
        self._asked = self._answered = self._waiting = ""
        self._open = False  # whether a question is on its way
        self._columns: dict[str, Kinds] = {}  # that there are before a step, by what comes before it
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask)

    @property
    def fresh(self) -> bool:
        """Whether the answer is about what is shown."""
        return self.answer is not None and self._answered == self._question

    @property
    def asking(self) -> bool:
        """Whether an answer about what is shown is still to come."""
        return not self.fresh and (self._timer.isActive() or self._open)

    @property
    def before(self) -> str:
        """What the columns at the step that is selected depend on: the rows, the features, the steps before it."""
        return self._before

    def forget(self) -> None:
        """Another project was opened."""
        self._timer.stop()
        self.answer, self._columns = None, {}
        self._asked = self._answered = ""

    def show(self, project: Project, at: int, row_filter: int, pause: int) -> None:
        """This project is shown, and in it the step at `at` and the row filter at `row_filter` (−1: none); ask in `pause` milliseconds."""
        self._now = (project, at, row_filter)
        self._question = self._before = ""
        if self._controller.folder is None or blocked(project):
            self._timer.stop()
            return
        features = Keys(project).features
        everything: list[Any] = [[step.component.identity(), step.on] for step in (*project.row_filters, *project.steps)]
        everything.append([[algorithm.id, project.encoding(algorithm).identity()] for algorithm in project.candidates])
        everything.append(project.encodings[ALL].identity() if ALL in project.encodings else None)
        self._question = digest(features, everything, at, row_filter)
        before = project.steps if at < 0 else project.steps[:at]
        self._before = digest(features, [step.component.identity() for step in before if step.on])
        if self._question == self._asked:
            self._timer.stop()
        elif pause == 0 or self._question != self._waiting or not self._timer.isActive():
            self._waiting = self._question
            self._timer.start(pause)

    def columns(self) -> tuple[Kinds, bool]:
        """The columns before the step that is selected, as (name, kind), and whether it is these exactly: else they are the last known."""
        found = self._columns.get(self._before)
        return list(found if found is not None else next(reversed(self._columns.values()), [])), found is not None

    @Slot()
    def _ask(self) -> None:
        question, before = self._question, self._before
        if not question or question == self._asked or self._controller.folder is None:
            return
        self._asked, self._open = question, True
        project, at, row_filter = self._now

        def done(found: RecipePreview) -> None:
            self.answer, self._answered = found, question
            if not found.problem and (found.step is not None or at < 0):
                self._columns.pop(before, None)
                self._columns[before] = list(found.columns)
                for old in list(self._columns)[:-REMEMBERED]:
                    del self._columns[old]

        def over() -> None:
            if self._asked == question:
                self._open = False
            self.changed.emit()

        self._controller.ask(
            PreviewRecipe(self._controller.inputs[0], project, at, row_filter),
            done,
            owner=self._owner,
            title=self.tr("Trying the steps"),
            on_over=over,
        )
        self.changed.emit()
