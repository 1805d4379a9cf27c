"""Runs work in the background, the only file that knows threads: two queues, each a QThread for the life of the application with a child
process that does the work, and one more thread for short tasks to the disk.

A queue blocks on its child's output and carries progress, results and errors to the window by one queued signal. A panel asks by a
`BackgroundJob`: a plain value that holds a call of `engine.process`; every `on_…` runs on the window's thread. A job whose owner asks
anew, or is gone, is cancelled, and what it still sends is dropped.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QMetaObject, QObject, Qt, QThread, Signal, Slot
from shiboken6 import isValid

from mlops_desktop.base.errors import Cancelled, UserError
from mlops_desktop.engine.process import Call, Child, Crashed, Failed
from mlops_desktop.ui.translation import translated

R = TypeVar("R")
P = TypeVar("P")


def _ignore(*_: object) -> None:
    """Whoever asked does not want to know."""


@dataclass(eq=False, kw_only=True)
class BackgroundJob(Generic[R, P]):
    """One call to the child, its `title` for the footer, and functions that get its result, progress, partial results and failure.

    `lasting`: it is about no project that is open, so it goes on when another one is opened.
    """

    call: Call[R, P]
    title: str
    lasting: bool = False
    on_done: Callable[[R], object]
    on_progress: Callable[[float, str], object] = _ignore
    on_partial: Callable[[P], object] = _ignore
    on_refused: Callable[[UserError], object] = _ignore
    on_crashed: Callable[[Crashed | Failed], object] = _ignore
    on_over: Callable[[], None] = _ignore
    cancelled: threading.Event = field(default_factory=threading.Event)


class _Worker(QObject):
    """Lives on a queue's thread and owns its child process. Never touches a widget: it sends calls to make to the window's thread."""

    deliver = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.child = Child(warm=True)

    @Slot(object)
    def run(self, job: BackgroundJob[Any, Any]) -> None:
        try:
            if job.cancelled.is_set():
                raise Cancelled
            result = self.child.call(
                job.call,
                lambda fraction, message: self.deliver.emit(job, partial(job.on_progress, fraction, translated(message))),
                lambda found: self.deliver.emit(job, partial(job.on_partial, translated(found))),
            )
        except Cancelled:
            pass
        except UserError as error:
            self.deliver.emit(job, partial(job.on_refused, UserError(translated(error.message), translated(error.remedy))))
        except (Crashed, Failed) as error:
            self.deliver.emit(job, partial(job.on_crashed, error))
        except Exception as error:  # a fault of the program must reach the window, not end the thread
            self.deliver.emit(job, partial(job.on_crashed, Failed(str(error), traceback.format_exc())))
        else:
            self.deliver.emit(job, partial(job.on_done, translated(result)))
        self.deliver.emit(None, partial(_over, job))

    @Slot(object)
    def warm_up(self, then: Sequence[Callable[[], object]]) -> None:
        try:
            self.child.start()
        except UserError:
            return  # the first call tries again, and the person sees when that is refused too
        for load in then:
            if self.thread().isInterruptionRequested():
                return
            load()


def _over(job: BackgroundJob[Any, Any]) -> None:
    job.on_over()


def _is_gone(text: Callable[..., object]) -> bool:
    """Whether this is a method of a widget that Qt has deleted."""
    owner = getattr(text, "__self__", None)
    return isinstance(owner, QObject) and not isValid(owner)


class JobQueue(QObject):
    """One QThread that does one job after another."""

    changed = Signal()
    _send = Signal(object)
    _warm = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thread = QThread(self)
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._send.connect(self._worker.run)
        self._warm.connect(self._worker.warm_up)
        self._worker.deliver.connect(self._arrive)
        self._waiting: list[BackgroundJob[Any, Any]] = []
        self.fraction, self.message = 0.0, ""
        self._thread.start()

    @property
    def now(self) -> BackgroundJob[Any, Any] | None:
        """The job that is being worked on."""
        return self._waiting[0] if self._waiting else None

    @property
    def waiting(self) -> list[BackgroundJob[Any, Any]]:
        """The job that is being worked on, and those behind it."""
        return list(self._waiting)

    def do(self, job: BackgroundJob[Any, Any]) -> None:
        """Work on this job when those before it are over."""
        self._waiting.append(job)
        self._send.emit(job)
        self.changed.emit()

    def warm_up(self, then: Sequence[Callable[[], object]] = ()) -> None:
        """Start the child now, then load what the window will need, so that nobody waits for it."""
        self._warm.emit(then)

    def cancel(self, job: BackgroundJob[Any, Any]) -> None:
        """Stop a job: one that waits is dropped, the one at work is asked to stop and killed with all it started when it does not."""
        job.cancelled.set()
        if job is self.now:
            self._worker.child.cancel()

    @Slot(object, object)
    def _arrive(self, job: BackgroundJob[Any, Any] | None, call: partial[None]) -> None:
        if job is None:
            done = call.args[0]
            self._waiting.remove(done)
            self.fraction, self.message = 0.0, ""
            if not _is_gone(done.on_over):
                call()
            self.changed.emit()
            return
        if job.cancelled.is_set() or _is_gone(call.func):
            return
        if call.func is job.on_progress:
            self.fraction, self.message = call.args
            self.changed.emit()
        call()

    def shut_down(self) -> None:
        """Cancel everything, end the child and all that it started, end the thread."""
        for job in self._waiting:
            job.cancelled.set()
        # From this thread: the queue's own may be blocked on the child's output, and its loop may end before a queued call arrives.
        self._thread.requestInterruption()
        self._worker.child.close()
        self._thread.quit()
        self._thread.wait()


IOTask = tuple[Callable[[], None], Callable[[Exception | None], None]]


class _Runner(QObject):
    """Runs on the I/O thread."""

    deliver = Signal(object, object)

    @Slot(object)
    def run(self, task: IOTask) -> None:
        failure: Exception | None = None
        try:
            task[0]()
        except Exception as error:  # passed to whoever sent the task
            failure = error
        self.deliver.emit(task, failure)

    @Slot()
    def nothing(self) -> None:
        """Reached when all tasks before it are done."""


class IOThread(QObject):
    """A thread for what takes a disk a moment: the window never waits for one. Tasks are done one after another."""

    _send = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thread = QThread(self)
        self._runner = _Runner()
        self._runner.moveToThread(self._thread)
        self._send.connect(self._runner.run)
        self._runner.deliver.connect(self._arrive)
        self._thread.start()

    def do(self, work: Callable[[], None], on_done: Callable[[Exception | None], None]) -> None:
        """Have `work` done there; `on_done` is called on the window's thread with what it raised, or None."""
        self._send.emit((work, on_done))

    def finish(self) -> None:
        """Wait until every task is done and its sender was called."""
        if self._thread.isRunning():
            QMetaObject.invokeMethod(self._runner, "nothing", Qt.ConnectionType.BlockingQueuedConnection)
            QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)

    @Slot(object, object)
    def _arrive(self, task: IOTask, failure: Exception | None) -> None:
        task[1](failure)

    def shut_down(self) -> None:
        """Finish, then end the thread."""
        self.finish()
        self._thread.quit()
        self._thread.wait()


class JobRunner(QObject):
    """Two queues: quick work (profiles, previews) never waits behind long work (training, export)."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.quick, self.long, self.io = JobQueue(self), JobQueue(self), IOThread(self)
        self.folders = IOThread(self)  # what takes a disk minutes: to delete a whole folder, or to bring it to the trash
        self.lists = IOThread(self)  # what is looked up on disks that may be slow: the list of projects
        self._latest: dict[tuple[str, bool], BackgroundJob[Any, Any]] = {}
        for queue in (self.quick, self.long):
            queue.changed.connect(self.changed)

    def start(self, owner: str, job: BackgroundJob[R, P], *, long: bool = False) -> BackgroundJob[R, P]:
        """Work on the job; the owner's earlier one in this queue, if it is not over, is cancelled."""
        queue = self.long if long else self.quick
        if (earlier := self._latest.get((owner, long))) is not None and earlier in queue.waiting:
            queue.cancel(earlier)
        self._latest[(owner, long)] = job
        queue.do(job)
        return job

    def stop(self) -> None:
        """Stop what the footer shows: the long work if there is any, else the quick."""
        queue = self.long if self.long.now else self.quick
        if queue.now:
            queue.cancel(queue.now)

    def stop_all(self) -> None:
        """Stop everything that goes on or waits about the project that was open."""
        for queue in (self.quick, self.long):
            for job in queue.waiting:
                if not job.lasting:
                    queue.cancel(job)

    def warm_up(self, then: Sequence[Callable[[], object]] = ()) -> None:
        """Start both children: they import the big libraries while the person looks around, and `then` loads what the window needs."""
        self.quick.warm_up()
        self.long.warm_up(then)

    @property
    def busy(self) -> bool:
        """Whether long work is going on."""
        return self.long.now is not None

    def unfinished(self, *, of_project: bool = False) -> bool:
        """Whether something goes on or waits that a person would miss: long work, an import, a copy; in either queue. `of_project`: only
        what ends together with the project that is open.
        """
        missed = [*self.long.waiting, *(job for job in self.quick.waiting if job.call.is_kept)]
        return any(not (job.cancelled.is_set() or (of_project and job.lasting)) for job in missed)

    def shut_down(self) -> None:
        """End all work and all processes."""
        self.quick.shut_down()
        self.long.shut_down()
        self.io.shut_down()
        self.folders.shut_down()
        self.lists.shut_down()
