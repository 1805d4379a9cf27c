"""The open project of the window: decisions, results and jobs. Panels use this and nothing else; they do not depend on each other."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine import data, pipeline, training
from mlops_desktop.engine.process import Call, Crashed, Failed
from mlops_desktop.engine.project import Project, ProjectLock, Session, write_project
from mlops_desktop.engine.workflow import STAGES, ProjectStatus, StageState, project_status, stages
from mlops_desktop.ui.jobs import BackgroundJob, JobRunner
from mlops_desktop.ui.pending_call import PendingCall, ignore
from mlops_desktop.ui.query import Query
from mlops_desktop.ui.readings import Readings
from mlops_desktop.ui.translation import error_text, translated

if TYPE_CHECKING:
    from mlops_desktop.engine.data import Table
    from mlops_desktop.engine.pipeline import ArtifactStore, Keys, Suggestion
    from mlops_desktop.engine.profiling import Overview
    from mlops_desktop.engine.training import Runs

R = TypeVar("R")
P = TypeVar("P")

SAVE_AFTER_MS = 500
SAVE_AGAIN_MS = 10_000  # after a disk refused


@dataclass(frozen=True, eq=False)
class LoadedTable:
    """The typed table, mapped from the disk and light to open, and what is known of its columns."""

    overview: Overview
    table: Table


class NotSavedError(UserError):
    """The open project stays open, because its last changes cannot be saved."""


class ProjectController(QObject):
    """One open project. `edit` is the only way to change a decision, `ask` the only way to have work done."""

    project_changed = Signal()  # a decision changed, or another project was opened
    results_changed = Signal()  # something new is in the store or in the runs
    banner = Signal(str, str, str)  # tone (info, ok, warn, err), text, name of the stage it belongs to ("" everywhere)
    edit_banner = Signal(str, str, str)  # the same about the last edit: it goes with the next one, and when that edit is taken back
    crashed = Signal(str, str, str)  # what happened (a sentence), details, name of the stage it belongs to
    offer = Signal(str, str, object)  # a banner with a way out: text, what its button says, what to call when it is pressed
    saved = Signal(str)  # whether the decisions are on the disk: saving, saved or failed
    go_to = Signal(str)  # show this stage
    opened = Signal()  # another project is open now
    closed = Signal()  # the project that was open is not any more
    started = Signal(str)  # work of this stage is tried (again)
    log = Signal(str)  # a line for the log drawer

    def __init__(self, jobs: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = jobs
        self.folder: Path | None = None  # where decisions and results are
        self.place: Path | None = None  # the project's own folder: another one when it can be read only
        self.opening = 0  # how often a project was opened or closed: what was asked before is not about the project that is open
        self.session: Session | None = None
        self._held = contextlib.ExitStack()  # what is let go of with the project
        self.readings = Readings(str, ignore)  # how files were read; the window keeps them with the preferences
        self._status: tuple[Project, ProjectStatus] | None = None
        self._store: ArtifactStore | None = None
        title = self.tr("Looking at the columns")
        self._table: Query[LoadedTable] = Query(self, owner="table", title=title, parent=self, read=self._read_table, remember=2)
        title, read = self.tr("Looking for suitable steps"), self._read_suggestions
        self._suggestions: Query[tuple[Suggestion, ...]] = Query(self, owner="suggestions", title=title, parent=self, read=read)
        self.seen: frozenset[str] = frozenset()  # the stages that a person has opened
        self.serving = False  # whether a service was started here, which ends with the project
        self._failed: dict[str, str] = {}
        self.not_saved = ""  # why the decisions could not be saved; empty when they are, or will be in a moment
        self._save_timer = QTimer(self)
        self._save_timer.setSingleShot(True)
        self._save_timer.timeout.connect(self._save_in_background)

    # ---- the project

    @property
    def project(self) -> Project:
        """The decisions; empty ones while no project is open."""
        return self.session.project if self.session else Project()

    @property
    def keys(self) -> Keys:
        """The keys of today's decisions."""
        return pipeline.Keys(self.project)

    @property
    def store(self) -> ArtifactStore:
        """Results by key. Only with an open project. One for the project: it remembers what it has checked."""
        assert self.folder is not None
        if self._store is None or self._store.root != self.folder / "store":
            self._store = pipeline.ArtifactStore(self.folder / "store")
        return self._store

    @property
    def runs(self) -> Runs:
        """Every run of the project. Only with an open project."""
        assert self.folder is not None
        return training.Runs(self.folder)

    def open(self, folder: Path, *, unsaved: bool = False, session: Session | None = None) -> None:
        """Open a project folder. UserError when it cannot be read or another window has it; the project that is open then stays open, and
        so it does when it cannot be saved, unless `unsaved` says that its last changes may be lost. `session`: its decisions with undo and
        redo, when it was closed only for a moment.
        """
        folder = folder.resolve()
        if self.is_open(folder):
            return
        with contextlib.ExitStack() as held:
            opened = held.enter_context(training.readable_project(folder))
            project = training.open_project(opened)
            held.enter_context(ProjectLock(opened))
            if not unsaved and (why := self.unsaved()):
                raise NotSavedError(self.tr("“{name}” stays open. {why}").format(name=self.project.name, why=why), "")
            self.close()
            self._held = held.pop_all()
        self.folder, self.place, self.session = opened, folder, session or Session(project, opened)
        self.opening += 1
        self._failed = {}
        self.session.listen(self._edited)
        self.forget_status()
        self.opened.emit()
        self.project_changed.emit()
        if opened != folder:
            self.banner.emit("warn", training.read_only_note(folder), "")

    def is_open(self, folder: Path) -> bool:
        """Whether the project that is open lies in this folder, by whichever path."""
        return self.place is not None and folder.resolve() == self.place

    def close(self) -> None:
        """Save and let go of the project; work that goes on for it is stopped."""
        self.jobs.stop_all()
        if self.session is None:
            return
        self.unsaved()
        self._save_timer.stop()
        self.not_saved = ""
        self._held.close()
        self.folder = self.place = self.session = None
        self.serving = False
        self.opening += 1
        for query in (self._table, self._suggestions):
            query.want("")
        self.forget_status()
        self.closed.emit()
        self.project_changed.emit()

    def edit(self, label: str, *, merge: str = "", **changes: Any) -> None:
        """Change decisions: one step of undo, named `label`. Edits with the same `merge` that follow each other are one step."""
        assert self.session is not None
        self.session.edit(label, merge=merge, **changes)

    def put(self, label: str, project: Project) -> None:
        """Change many decisions in one step of undo."""
        assert self.session is not None
        self.session.put(label, project)

    def complete(self, label: str, before: Project, project: Project) -> None:
        """Make what follows from an edit of the decisions `before` a part of its step of undo."""
        assert self.session is not None
        self.session.complete(label, before, project)

    @Slot()
    def undo(self) -> None:
        """Take the last edit back; results of the earlier decisions are there again at once."""
        if self.session:
            self.session.undo()

    @Slot()
    def redo(self) -> None:
        """Make the edit again that was taken back."""
        if self.session:
            self.session.redo()

    def _edited(self, *_: object) -> None:
        self.forget_status()
        self._table.forget_refusals()
        self._save_timer.start(SAVE_AFTER_MS)
        self.saved.emit("saving")
        self.project_changed.emit()

    @Slot()
    def save(self) -> None:
        """Write the decisions now, and wait for it. When the disk refuses, the window says so and tries again."""
        self._save_timer.stop()
        self.jobs.io.finish()  # an older state may be on its way
        if self.session is None or self.folder is None:
            return
        session = self.session
        failure: UserError | None = None
        try:
            write_project(self.folder, session.project)
        except UserError as error:
            failure = error
        self._saved(session, session.project, failure)

    def unsaved(self) -> str:
        """Why the last changes are not on the disk, after one more attempt; empty when they are."""
        self.jobs.io.finish()
        if self.session is None or not self.session.dirty:
            return ""
        self.save()
        return self.not_saved

    @Slot()
    def _save_in_background(self) -> None:
        """Write the decisions without waiting: to flush a file to its disk takes as long as the disk likes."""
        if self.session is None or self.folder is None:
            return
        session, project = self.session, self.session.project
        self.jobs.io.do(partial(write_project, self.folder, project), partial(self._saved, session, project))

    def _saved(self, session: Session, project: Project, failure: Exception | None) -> None:
        if session is not self.session:
            return
        if failure is not None and not isinstance(failure, UserError):
            raise failure
        before, self.not_saved = self.not_saved, error_text(failure) if failure else ""
        if failure is None:
            session.mark_saved(project)
            self.saved.emit("saving" if session.dirty else "saved")
            if before:
                self.banner.emit("ok", self.tr("Saved: the disk takes it again."), "")
            return
        self.saved.emit("failed")
        self._save_timer.start(SAVE_AGAIN_MS)
        if self.not_saved != before:
            self.banner.emit("err", self.tr("Not saved: {error}").format(error=self.not_saved), "")

    # ---- results

    def forget_status(self) -> None:
        """Something may be new in the store or in the runs: look again when it is asked for."""
        self._status = None

    def project_status(self) -> ProjectStatus:
        """Which results there are for today's decisions."""
        if self._status is None or self._status[0] is not self.project:
            self._status = (self.project, project_status(self.project, self.store, self.runs))
        return self._status[1]

    def see(self, stage: str) -> bool:
        """A person opens a stage: whether it is for the first time. At one that is locked there is nothing to look at yet."""
        first = stage not in self.seen and any(one.id == stage and one.state != "locked" for one in self.stages())
        self.seen |= {stage} if first else set()
        return first

    def stages(self) -> list[StageState]:
        """The state of every stage, with what is running and what failed."""
        if self.folder is None:
            return [
                StageState(id_, "locked" if i else "open", self.tr("Needs a data file") if i else self.tr("Start here"))
                for i, id_ in enumerate(STAGES)
            ]
        derived = translated(stages(self.project, self.project_status(), self.seen))
        running = {queue.now.call.stage: queue for queue in (self.jobs.quick, self.jobs.long) if queue.now}
        text = []
        for state in derived:
            if state.id in running:
                state = StageState(state.id, "running", running[state.id].message or self.tr("Working …"))
            elif state.id in self._failed:
                state = StageState(state.id, "failed", self._failed[state.id].split(". ")[0], self._failed[state.id])
            text.append(state)
        return text

    def result(self, key: str, kind: type[R]) -> R | None:
        """A stored result as the value of a type; None when it was not made yet."""
        if not self.folder or key not in self.store:
            return None
        try:
            return translated(self.store.get_value(key, kind))
        except KeyError:
            return None

    def suggestions(self) -> tuple[Suggestion, ...]:
        """What suits today's rows and columns, with reasons; until that is known, what was known last of this project."""
        self._suggestions.want(self.keys.suggestions if self.folder is not None else "", scope="project")
        return self._suggestions.value or ()

    def _read_suggestions(self, key: str) -> tuple[Suggestion, ...] | None:
        with contextlib.suppress(KeyError):  # not found out yet
            return translated(pipeline.read_suggestions(self.store, key))
        return None

    # ---- the table

    def overview(self) -> Overview | None:
        """What is known of the table's columns; None until `load_table` has brought it."""
        found = self._table.get(self._table_key())
        return found.overview if found else None

    def table(self) -> Table | None:
        """The typed table; None until `load_table` has brought it."""
        found = self._table.get(self._table_key())
        return found.table if found else None

    def last_overview(self) -> Overview | None:
        """Today's overview; the last one of the same data while there is none yet."""
        self._want_table(ask=False)
        return self._table.value.overview if self._table.value else None

    def load_table(self) -> None:
        """Have the table of today's decisions read, unless it was, is being, or was refused since the last edit."""
        self._want_table(ask=True)

    def _table_key(self) -> str:
        return self.keys.overview if self.folder is not None and self.project.data else ""

    def _want_table(self, *, ask: bool) -> None:
        from mlops_desktop.engine.process import MakeOverview  # what the start page does not need is imported after it is shown

        call = MakeOverview(*self.inputs) if self.folder is not None else None
        self._table.want(self._table_key(), call, scope=self.project.data, ask=ask)

    def _read_table(self, key: str) -> LoadedTable | None:
        from mlops_desktop.engine.profiling import Overview

        if key != self._table_key():
            return None
        try:
            table = data.table_from_record(*self.store.get(self.keys.table, check=False), lazy=True)
        except KeyError:
            return None
        overview = self.result(key, Overview)
        return LoadedTable(overview, table) if overview is not None else None

    # ---- work

    @property
    def inputs(self) -> tuple[Path, Project]:
        """The folder and today's decisions: what a call about the project begins with. Only with an open project."""
        assert self.folder is not None
        return self.folder, self.project

    def ask(
        self,
        call: Call[R, P],
        on_done: Callable[[R], object],
        *,
        owner: str,
        title: str,
        long: bool = False,
        new: bool = False,
        on_progress: Callable[[float, str], object] | None = None,
        on_partial: Callable[[P], object] | None = None,
        on_refused: Callable[[UserError], object] | None = None,
        on_over: Callable[[], object] | None = None,
    ) -> BackgroundJob[R, P]:
        """Have a call done in the background. `owner`: an earlier call of the same owner is dropped. `new`: it is about a project that is
        still to be opened, so its answer arrives whichever is open, and its failure is none of a stage.

        `on_partial` gets what the call hands over before it ends. Refusals become a banner unless `on_refused` returns True, a crash
        the crash dialog; `on_over` is called in every case, and then `results_changed` is emitted once. None of these is called after
        the project was closed.
        """
        stage = "" if new else call.stage
        self._failed.pop(stage, None)
        self.started.emit(stage)
        opening = None if new else self.opening
        handlers = (on_progress or ignore, on_partial or ignore, on_refused or ignore, on_over or ignore)
        pending = PendingCall(self, opening, stage, title, on_done, *handlers)
        return self.jobs.start(owner, pending.job_for(call), long=long)

    def note_refusal(self, stage: str, error: UserError) -> None:
        """A call refused: its stage has failed, and the banner says why."""
        if stage:
            self._failed[stage] = str(error)
        self.banner.emit("err", str(error), stage)

    def note_progress(self, message: str) -> None:
        """A call says how far it is: a line for the log."""
        self.log.emit(message)

    def note_crash(self, title: str, error: Crashed | Failed, stage: str) -> None:
        """A call failed by a fault of the program, or its process ended: the crash dialog says so."""
        text = self.tr("{title} did not work. Your decisions and finished results are kept.")
        if isinstance(error, Crashed):
            text = self.tr("{title} did not work: the process that did it ended. Your decisions and finished results are kept.")
        self.crashed.emit(text.format(title=title), f"{translated(error.message)}\n\n{error.details}", stage)

    def note_result(self) -> None:
        """Something may be new in the store or in the runs."""
        self.forget_status()
        self.results_changed.emit()
