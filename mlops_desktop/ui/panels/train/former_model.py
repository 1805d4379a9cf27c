"""The comparison of the model in use with the one before the project got other data: asked for by itself, shown with the board."""

from __future__ import annotations

from PySide6.QtCore import QObject

from mlops_desktop.engine.evaluation import FormerComparison
from mlops_desktop.engine.process import CompareFormer
from mlops_desktop.engine.project import Project, digest, project_key, read_former
from mlops_desktop.engine.training import Run
from mlops_desktop.ui.panels.train.board_card import BoardCard
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.query import Query


class FormerModel(QObject):
    """Keeps the line of `card` up to date."""

    def __init__(self, controller: ProjectController, card: BoardCard, parent: QObject) -> None:
        super().__init__(parent)
        self._controller, self._card = controller, card
        self._of = ""  # the data whose former decisions were looked up
        self._former: Project | None = None
        title = self.tr("Comparing with the former model")
        self.query: Query[FormerComparison] = Query(controller, owner="train.former", title=title, parent=self, long=True, quiet=True)

    def show(self, in_use: Run | None, *, busy: bool) -> None:
        """Compare the run in use, unless there was no other data before; while a training goes on, nothing is asked."""
        controller = self._controller
        if controller.folder is not None and self._of != controller.project.data:
            self._of = controller.project.data
            self._former = read_former(controller.folder, self._of)
        if self._former is None or in_use is None:
            self._card.show_former(None, "")
            return
        key = digest(controller.keys.scorer(in_use.id), project_key(self._former))
        self.query.want(key, CompareFormer(*controller.inputs, self._former), ask=not busy)
        self._card.show_former(self.query.value, self.query.reason, self._change(self._former))

    def _change(self, former: Project) -> str:
        """The change of the data that is compared: the last one, because the decisions before it are the only ones that are kept."""
        before, now = former.file, self._controller.project.file
        if before == now:
            return self.tr("Last change of the data ({file})").format(file=now)
        return self.tr("Last change of the data ({before} → {now})").format(before=before, now=now)
