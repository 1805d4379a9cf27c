"""A recipe tried by the child: asked after a pause, answered in the background, and what is known meanwhile."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from mlops_desktop.engine.choices import ALL
from mlops_desktop.engine.pipeline import Keys, RecipePreview
from mlops_desktop.engine.process import PreviewRecipe
from mlops_desktop.engine.project import Project, digest
from mlops_desktop.engine.workflow import blocked
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.query import Query

Kinds = list[tuple[str, str]]
REMEMBERED = 50  # steps before which the columns are known


class PreviewQuery(QObject):
    """The preview of what is selected (`show`), and the columns that there are at that step."""

    changed = Signal()  # an answer came, or none will come

    def __init__(self, controller: ProjectController, owner: str, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        title = self.tr("Trying the steps")
        self.query: Query[RecipePreview] = Query(controller, owner=owner, title=title, parent=self)
        self._columns: Query[Kinds] = Query(controller, owner=owner, title=title, parent=self, remember=REMEMBERED)
        self.query.changed.connect(self._answered)

    @property
    def answer(self) -> RecipePreview | None:
        """The answer about what is shown; else the last one of this project."""
        return self.query.value

    @property
    def fresh(self) -> bool:
        """Whether the answer is about what is shown."""
        return self.query.ready

    @property
    def asking(self) -> bool:
        """Whether an answer about what is shown is still to come."""
        return self.query.asking

    @property
    def before(self) -> str:
        """What the columns at the step that is selected depend on: the rows, the features, the steps before it."""
        return self._columns.key

    def show(self, project: Project, at: int, row_filter: int, pause: int) -> None:
        """This project is shown, and in it the step at `at` and the row filter at `row_filter` (−1: none); ask in `pause` milliseconds.

        What was refused or stopped is tried again when it is shown again after something else.
        """
        scope = str(self._controller.folder)
        if self._controller.folder is None or blocked(project):
            self.query.want("", scope=scope)
            self._columns.want("", scope=scope)
            return
        features = Keys(project).features
        everything: list[Any] = [[step.component.identity(), step.on] for step in (*project.row_filters, *project.steps)]
        everything.append([[algorithm.id, project.encoding(algorithm).identity()] for algorithm in project.candidates])
        everything.append(project.encodings[ALL].identity() if ALL in project.encodings else None)
        before = project.steps if at < 0 else project.steps[:at]
        self._columns.want(digest(features, [step.component.identity() for step in before if step.on]), scope=scope)
        key = digest(features, everything, at, row_filter)
        if key != self.query.key:
            self.query.forget_refusals()
        self.query.want(key, PreviewRecipe(self._controller.folder, project, at, row_filter), scope=scope, pause=pause)

    def columns(self) -> tuple[Kinds, bool]:
        """The columns before the step that is selected, as (name, kind), and whether it is these exactly: else they are the last known."""
        return list(self._columns.value or []), self._columns.ready

    @Slot()
    def _answered(self) -> None:
        found = self.query.value
        if found is not None and self.query.ready and found.columns:
            self._columns.put(self._columns.key, list(found.columns))
        self.changed.emit()
