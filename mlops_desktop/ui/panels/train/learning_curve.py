"""The learning curve of the model in use: asked for, and shown on its card."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from mlops_desktop.base.metric import Metric
from mlops_desktop.engine.choices import BASELINE
from mlops_desktop.engine.process import MakeLearningCurve
from mlops_desktop.engine.training import LearningCurve, Run, first_runs
from mlops_desktop.engine.workflow import chosen_of
from mlops_desktop.ui.panels.train.learning_curve_card import LearningCard
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.query import Query
from mlops_desktop.ui.widgets.leaderboard import model_text, spent

BY_ITSELF_S = 30.0  # a curve that takes longer is made when it is asked for
COST = 3.5  # how much longer a curve takes than the run: 5.5 whole fits of 3 folds, against one of each fold


class CurveOfModel(QObject):
    """Keeps `card` up to date. `progressed`: a point of the curve is there, or the curve was asked for."""

    progressed = Signal()

    def __init__(self, controller: ProjectController, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        self.card = LearningCard()
        self.query: Query[LearningCurve] = Query(
            controller,
            owner="train.learning",
            title=self.tr("Learning curve"),
            parent=self,
            read=lambda key: controller.result(key, LearningCurve),
            long=True,
        )
        self.query.progressed.connect(self.progressed)
        self.card.asked.connect(self.make)

    def show(self, runs: Sequence[Run], metric: Metric | None, *, busy: bool) -> None:
        """Show the curve of the model in use among the runs of today's board; `busy`: a training goes on."""
        best = chosen_of(self._controller.project, list(runs))
        if best is None:
            self.card.show_nothing()
            return
        self._want(best)
        found = self.query.value
        self.card.show_curve(
            model_text(best, first_runs(runs).get(best.algorithm_id))[1],
            found.points if found else self.query.parts,
            metric,
            done=found is not None,
            best=not self._controller.project.chosen,
            busy=self.query.asking or busy,
            notes=found.notes if found else (),
            cost=spent(COST * best.seconds),
            baseline=next((run.score for run in runs if run.algorithm_id == BASELINE), None),
        )

    def make(self) -> None:
        """Have the curve of the model in use made."""
        run = chosen_of(self._controller.project, self._controller.runs.list(self._controller.keys.board))
        if run is not None:
            self._want(run)
            self.query.retry()
            self.progressed.emit()

    def make_if_quick(self, run: Run) -> None:
        """Have it made unless that takes long."""
        if run.seconds * COST < BY_ITSELF_S:
            self.make()

    def _want(self, run: Run) -> None:
        self.query.want(self._controller.keys.learning_curve(run.id), MakeLearningCurve(*self._controller.inputs), ask=False)
