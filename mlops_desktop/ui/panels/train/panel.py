"""Stage 6: try several models within a budget, watch them arrive, keep the best or another."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from mlops_desktop.base.metric import Metric
from mlops_desktop.engine.metrics import METRICS, metrics_for
from mlops_desktop.engine.pipeline import SplitSummary, obstacles
from mlops_desktop.engine.process import DescribeSplit
from mlops_desktop.engine.training import Run, TrainingResult, done_of_plan, other_splits
from mlops_desktop.engine.workflow import blocked, chosen_of
from mlops_desktop.ui.expected_score import expected_score
from mlops_desktop.ui.panel import Panel
from mlops_desktop.ui.panels.train.board_card import BoardCard, HistoryCard, trials_text
from mlops_desktop.ui.panels.train.former_model import FormerModel
from mlops_desktop.ui.panels.train.learning_curve import CurveOfModel
from mlops_desktop.ui.panels.train.setup_card import SetupCard
from mlops_desktop.ui.panels.train.split_fields import split_columns
from mlops_desktop.ui.panels.train.training_run import MORE_TRIALS, TrainingRun
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.query import Query
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.basic import clear, column, held, row
from mlops_desktop.ui.widgets.cards import Banner, EmptyState
from mlops_desktop.ui.widgets.leaderboard import spent
from mlops_desktop.ui.widgets.pages import Pages

SHOW_MS = 120  # runs that come closer together are shown together


class TrainPanel(Panel):
    """Set-up, leaderboard, tuning history, learning curve."""

    id = "train"
    purpose = "Try several models, keep the best"

    def __init__(self, controller: ProjectController) -> None:
        super().__init__(controller)
        self.training = TrainingRun(controller, self.id, self)
        self.training.progressed.connect(self._show_soon)
        self._shown: tuple[Any, ...] = ()  # what the set-up shows
        self._drawn: tuple[Any, ...] = ()  # what the board and the history show
        self._done_of_plan: int | None = None  # trials of what is drawn; None until it is asked for
        facts = self.tr("Looking at the split")
        self.split_facts: Query[SplitSummary] = Query(controller, owner="train.validation", title=facts, parent=self)
        self.curve = CurveOfModel(controller, self)
        self.curve.progressed.connect(self._show_soon)
        self._later = QTimer(self, singleShot=True, interval=SHOW_MS)
        self._later.timeout.connect(self._show_board)
        self._noticed = ""
        self._notices = QVBoxLayout()
        self._notices.setContentsMargins(0, 0, 0, 0)
        self._build()
        self._connect()

    # ---- building

    def _build(self) -> None:
        self.setup, self.learning = SetupCard(), self.curve.card
        self.board_card, self.history_card = BoardCard(), HistoryCard()
        self.former = FormerModel(self.controller, self.board_card, self)
        self.board, self.history = self.board_card.board, self.history_card.chart
        charts = row((self.history_card, 1), (self.learning, 1), spacing=12)
        right = column((self.board_card, 11), (held(charts), 9), spacing=12)
        self._main = QWidget()
        self._main.setLayout(column(self._notices, (held(row(self.setup, (held(right), 1), spacing=12)), 1), spacing=12))
        self._empty = EmptyState(
            self.tr("There is nothing to train yet: choose the column to predict first."),
            self.tr("Go to “Problem”"),
            lambda: self.controller.go_to.emit("problem"),
            name="train_empty",
            icon="target",
            primary=True,
        )
        self._pages = Pages()
        self._pages.addWidget(self._main)
        self._pages.addWidget(self._empty)
        self.setLayout(column((self._pages, 1), margins=(20, 16, 20, 16)))

    def _connect(self) -> None:
        self.setup.metric_picked.connect(self._set_metric)
        self.setup.edited.connect(lambda text, merge, changes: self.controller.edit(text, merge=merge, **changes))
        self.setup.left.connect(self._end_merge)
        self.setup.started.connect(self.start_training)
        self.setup.stopped.connect(self.stop_training)
        self.board_card.best.clicked.connect(self._take_best)
        self.board_card.use_asked.connect(self._use)

    # ---- showing

    def show_project(self) -> None:
        """Show the decisions; no signal is emitted meanwhile."""
        project = self.controller.project
        self._pages.setCurrentWidget(self._empty if blocked(project) else self._main)
        if blocked(project):
            return
        overview = self.controller.overview()
        if self._shown and self._shown[0] is project and self._shown[1] is overview:
            return
        self._shown = (project, overview)
        self.setup.show_project(project, self._metric(), split_columns(overview.columns, project.target) if overview else [])

    def show_results(self) -> None:
        """Show the board of today's decisions."""
        if blocked(self.controller.project):
            return
        self.controller.load_table()
        self._show_split_facts()
        self._show_board()

    def _metric(self) -> Metric | None:
        project = self.controller.project
        return next((one for one in metrics_for(project.task) if one.id == project.metric), None) if project.task else None

    def _show_split_facts(self) -> None:
        """Whether a split can be made depends on the features too: what was refused for others is asked for again."""
        keys, facts = self.controller.keys, self.split_facts
        key = f"{keys.validation} {keys.features}"
        found = self.controller.result(keys.validation, SplitSummary) if facts.get(key) is None else None
        if found is not None and not found.refused:
            facts.put(key, found)
        facts.want(key, DescribeSplit(*self.controller.inputs))
        self.setup.split.show_facts(facts.value)

    def _show_soon(self) -> None:
        if not self._later.isActive():
            self._later.start()

    def _show_board(self) -> None:
        if self.controller.folder is None or blocked(self.controller.project):
            return
        began, project, metric, here = time.monotonic(), self.controller.project, self._metric(), self.training.is_here
        runs = self.controller.runs.list(self.controller.keys.board)
        stale = self._earlier() if not runs and not here else []
        shown = METRICS.get(stale[0].metric) if stale else metric
        running = self.training.running if here else None
        others = {} if stale else other_splits(self.controller.store, project, runs)
        drawn = (project, stale or runs, bool(stale), shown, running, others)
        if drawn != self._drawn:  # parts of another result, as of the learning curve, come every moment
            self._drawn = drawn
            self.board.show_board(stale or runs, shown, chosen=project.chosen, running=running, stale=bool(stale), others=others)
            self.history_card.show_runs(stale or runs, shown, planned=project.search.trials or 0)
            self._done_of_plan = None
        self.board_card.show_selected([] if stale else runs, chosen_of(project, runs))
        self.board_card.show_counts(runs, metric, expected_score(self.controller, runs), by_hand=bool(project.chosen))
        self._show_notice(bool(stale))
        self._show_buttons(runs, bool(stale))
        self.curve.show(runs, metric, busy=self.training.job is not None)
        self.former.show(chosen_of(project, runs), busy=self.controller.jobs.busy)
        self._later.setInterval(max(SHOW_MS, int(5000 * (time.monotonic() - began))))  # a long board takes a fifth of the time at most

    def _earlier(self) -> list[Run]:
        """The leaderboard that the last run of earlier decisions is on."""
        history = self.controller.runs.history()
        return self.controller.runs.list(history[-1][1].key) if history else []

    def _show_notice(self, stale: bool) -> None:
        text = self.tr("The decisions changed after the last training: this board is out of date. Undo brings it back.") if stale else ""
        if self.training.job is not None and not self.training.is_here:
            text = self.tr("Training goes on with the decisions that it was started with. They were changed since.")
        if text == self._noticed:
            return
        self._noticed = text
        clear(self._notices)
        if text:
            actions = [("again", self.tr("Train again"), "")] if stale else []
            made = Banner("stale" if stale else "info", text, actions, name="train_notice", closable=False)
            made.acted.connect(lambda _: self.start_training())
            self._notices.addWidget(made)

    def _show_buttons(self, runs: list[Run], stale: bool) -> None:
        busy = self.training.job is not None
        self.setup.show_state(
            start=self.tr("Continue training") if runs else self.tr("Train again") if stale else self.tr("Start training"),
            busy=busy,
            stopping=self.training.job is not None and self.training.job.cancelled.is_set(),
            why_not="" if busy else self._why_not(),
            note=self._more_text(runs) if runs and not busy else "",
        )

    def _why_not(self) -> str:
        """Why no training can be started with these decisions; empty when one can."""
        project, overview = self.controller.project, self.controller.overview()
        if not project.candidates:
            return self.tr("Tick at least one model.")
        reasons = obstacles(project, overview) if overview is not None else []
        return self.tr("No model can be trained with these decisions. {reason}").format(reason=translated(reasons[0])) if reasons else ""

    def _more_text(self, runs: list[Run]) -> str:
        search, kept = self.controller.project.search, trials_text(len(runs))
        if search.trials is None:
            return self.tr("{done} kept; continuing searches for another {time}.").format(done=kept, time=spent(search.seconds or 0))
        if self._done_of_plan is None:
            self._done_of_plan = done_of_plan(self.controller.project, runs)
        more = search.trials - self._done_of_plan
        return self.tr("{done} kept; continuing adds {more}.").format(done=kept, more=trials_text(more if more > 0 else MORE_TRIALS))

    # ---- training

    def start_training(self) -> None:
        """Start the search, or go on with it: finished folds are in the store."""
        if self.training.job is not None or blocked(self.controller.project):
            return
        self.setup.algorithms.flush()
        if why := self._why_not():
            self.controller.banner.emit("warn", why, self.id)
            return
        self.curve.query.cancel()
        self.training.start(self.setup.search.jobs.value(), self._trained)
        self._show_board()

    def _trained(self, _: TrainingResult) -> None:
        run = chosen_of(self.controller.project, self.controller.runs.list(self.controller.keys.board))
        if self.training.is_here and run is not None:
            self.training.compare_splits(run.id)
            self.curve.make_if_quick(run)

    def stop_training(self) -> None:
        """Stop the search; what is finished stays."""
        self.training.stop()
        self._show_board()

    # ---- what a person decides

    def _set_metric(self, metric: str) -> None:
        project = self.controller.project
        goals = project.goals if metric == project.metric else replace(project.goals, score=None)  # a number on another scale
        self.controller.edit(self.tr("Metric"), metric=metric, goals=goals)

    def _use(self, id_: str) -> None:
        """Go on with a run; the best one means the best, whichever it will be."""
        runs = self.controller.runs.list(self.controller.keys.board)
        best = chosen_of(replace(self.controller.project, chosen=""), runs)
        if best is not None and id_ == best.id:
            self._take_best()
            return
        label = next(run.label for run in runs if run.id == id_)
        self.controller.edit(self.tr("Use {model}").format(model=translated(label)), chosen=id_)

    def _take_best(self) -> None:
        self.controller.edit(self.tr("Use the best model"), chosen="")

    def _end_merge(self) -> None:
        if self.controller.session is not None:
            self.controller.session.end_merge()

    # ---- what the window asks

    def primary(self) -> QPushButton | None:
        """Start, or Stop while training goes on."""
        return self.setup.stop if self.training.job is not None else self.setup.start

    def unready(self) -> tuple[str, QWidget | None]:
        """A trained model is needed."""
        why = blocked(self.controller.project)
        if why:
            return self.tr("Choose the column to predict first."), self._empty.button
        if self.controller.project_status().best is None:
            text = self.tr("Wait for the first model, or stop.") if self.training.job is not None else self.tr("Train a model first.")
            return text, self.setup.start
        return "", None

    def searchable(self) -> list[tuple[str, QWidget | Callable[[], object]]]:
        """The settings of this stage."""
        setup = self.setup
        found: list[tuple[str, QWidget | Callable[[], object]]] = [
            (self.tr("Start training"), self.start_training),
            (self.tr("Optimise for (metric)"), setup.measure),
            (self.tr("Validation: split, folds, test part"), setup.split.method),
            (self.tr("Sampling: balance the classes"), setup.sampler.method),
            (self.tr("Budget: seconds or trials"), setup.search.kind),
            (self.tr("Random or grid search"), setup.search.method),
            (self.tr("Seed"), setup.search.seed),
            (self.tr("Leaderboard"), self.board),
            (self.tr("Learning curve"), self.curve.make),
        ]
        return found + [(tick.text(), tick) for tick in setup.algorithms.ticks()]
