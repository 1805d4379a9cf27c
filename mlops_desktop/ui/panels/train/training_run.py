"""The search that is running: started, stopped, and the decisions it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from mlops_desktop.engine.process import CompareSplits, Train
from mlops_desktop.engine.profiling import Profile, may_be_timed
from mlops_desktop.engine.training import TrainingEvent, TrainingResult, done_of_plan
from mlops_desktop.engine.workflow import chosen_of
from mlops_desktop.ui.jobs import BackgroundJob
from mlops_desktop.ui.panels.train.board_card import trials_text
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.query import Query
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.leaderboard import Running

MORE_TRIALS = 20


class TrainingRun(QObject):
    """At most one search, and after it the scores by the other way of validation. `progressed`: a fold or a trial is done, or these are."""

    progressed = Signal()

    def __init__(self, controller: ProjectController, stage: str, parent: QObject) -> None:
        super().__init__(parent)
        self.controller, self._stage = controller, stage
        self.job: BackgroundJob[TrainingResult, TrainingEvent] | None = None  # the search that is going on
        self.running: Running | None = None  # the trial that it is at
        self._at: tuple[Path | None, str] = (None, "")  # folder and board of that search

        title = self.tr("Validating by time and at random")
        self.splits: Query[int] = Query(controller, owner="train.splits", title=title, parent=self, long=True)
        self.splits.changed.connect(self.progressed)

    def compare_splits(self, best: str) -> None:
        """Have the best runs of today's board (the best one by its id) validated the other way, where a column may say when rows are."""
        overview = self.controller.overview()
        profile = self.controller.result(self.controller.keys.profile, Profile)
        if overview is None or not may_be_timed(overview, profile.findings if profile else ()):
            return
        self.splits.want(self.controller.keys.other_split(best), CompareSplits(*self.controller.inputs), ask=False)
        self.splits.retry()

    @property
    def is_here(self) -> bool:
        """Whether the search that goes on is for today's decisions."""
        return self.job is not None and self._at == (self.controller.folder, self.controller.keys.board)

    def start(self, jobs: int, on_done: Callable[[TrainingResult], None]) -> None:
        """Search with that many folds side by side; `on_done` gets the result."""
        self.splits.cancel()
        self._allow_more_trials()
        self._at, self.running = (self.controller.folder, self.controller.keys.board), None

        def show_event(event: TrainingEvent) -> None:
            self.running = Running.after(self.running, event)
            self.progressed.emit()

        def over() -> None:
            stopped = job.cancelled.is_set()
            self.job = self.running = None
            if stopped and self.controller.folder is not None and self.controller.folder == self._at[0]:
                self._report_stopped()

        job = self.job = self.controller.ask(
            Train(*self.controller.inputs, jobs), on_done, owner="train", title=self.tr("Training"),
            long=True, on_partial=show_event, on_over=over,
        )  # fmt: skip

    def stop(self) -> None:
        """Stop the search; what is finished stays."""
        if self.job is not None:
            self.controller.jobs.long.cancel(self.job)

    def _allow_more_trials(self) -> None:
        """A choice of earlier decisions, and a number of trials that is used up, would end the search at once."""
        project, runs = self.controller.project, self.controller.runs.list(self.controller.keys.board)
        changes: dict[str, Any] = {}
        if project.chosen and all(run.id != project.chosen for run in runs):
            changes["chosen"] = ""
        if runs and project.search.trials is not None and done_of_plan(project, runs) >= project.search.trials:
            changes["search"] = replace(project.search, trials=project.search.trials + MORE_TRIALS)
        if changes:
            self.controller.edit(self.tr("Go on training"), **changes)

    def _report_stopped(self) -> None:
        runs = self.controller.runs.list(self._at[1])
        best = chosen_of(self.controller.project, runs)
        kept = self.tr("Stopped. Finished and kept: {trials}.").format(trials=trials_text(len(runs)))
        if best is not None:
            kept += " " + self.tr("The best so far, “{model}”, is ready to use.").format(model=translated(best.label))
        self.controller.banner.emit("info", kept, self._stage)
