"""One result of the engine as a panel reads it: taken from the store or asked for once, with its state, progress and reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, Literal, Protocol, TypeVar, cast

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.process import Call
from mlops_desktop.ui import column_names
from mlops_desktop.ui.jobs import BackgroundJob, JobRunner

T = TypeVar("T")
R = TypeVar("R")
P = TypeVar("P")
State = Literal["absent", "pending", "refused", "ready", "stale"]


class OpenProject(Protocol):
    """The open project, as far as a query needs it (`ProjectController`)."""

    jobs: JobRunner
    folder: Path | None

    def ask(
        self,
        call: Call[R, P],
        on_done: Callable[[R], object],
        *,
        owner: str,
        title: str,
        long: bool = False,
        on_progress: Callable[[float, str], object] | None = None,
        on_partial: Callable[[P], object] | None = None,
        on_refused: Callable[[UserError], object] | None = None,
        on_over: Callable[[], object] | None = None,
    ) -> BackgroundJob[R, P]:
        """Have a call done in the background."""


class Query(QObject, Generic[T]):
    """The result under one key at a time, for the project that is open. `changed`: the work for it is over, with or without a result.

    - absent: nothing is wanted, or it was not asked for;
    - pending: it is being made, and there is no earlier value to show;
    - stale: `value` is an earlier one of the same `scope` (such as: the same data), while today's is made or cannot be made;
    - refused: it could not be made, `reason` says why (empty when the work was stopped); it is not asked for again until `retry`;
    - ready: `value` is the result of `key`.

    A value is what `read` finds under its key, or the answer of the call itself without `read`; the last `remember` values are kept, so
    that undo brings the same object back. An answer that arrives for an earlier key is remembered and not shown; one of another project
    is dropped. `title` is shown while it is worked on.
    """

    changed = Signal()
    started = Signal()  # it was asked, after the pause
    progressed = Signal()  # `progress` or `parts`

    def __init__(
        self,
        controller: OpenProject,
        *,
        owner: str,
        title: str,
        parent: QObject,
        read: Callable[[str], T | None] | None = None,
        long: bool = False,
        remember: int = 8,
        quiet: bool = False,
    ) -> None:
        super().__init__(parent)
        self._controller, self._owner, self.title = controller, owner, title
        self._read, self._long, self._remember = read, long, remember
        self._quiet = quiet  # a refusal is shown by `reason` alone, without a banner
        self._folder: Path | None = None
        self._values: dict[str, tuple[str, T]] = {}  # scope and value by key, the last shown at the end
        self._reasons: dict[str, str] = {}
        self._names = column_names.version()
        self._scope = ""
        self._call: Call[Any, Any] | None = None
        self._open = ""  # the key that is being worked on
        self._job: BackgroundJob[Any, Any] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask)
        self.key = ""
        self.progress = 0.0
        self._asked = ""  # the key that was asked for last
        self._parts: list[Any] = []

    # ---- what there is

    @property
    def value(self) -> T | None:
        """The result of `key`; else the latest one of the same scope, if there is a scope."""
        if (found := self.get(self.key)) is not None:
            return found
        return next((value for scope, value in reversed(self._values.values()) if scope and scope == self._scope), None)

    @property
    def state(self) -> State:
        """How `value` stands to `key`."""
        if self.key and self.get(self.key) is not None:
            return "ready"
        if self.value is not None:
            return "stale"
        if self.asking:
            return "pending"
        return "refused" if self.key in self._reasons else "absent"

    @property
    def ready(self) -> bool:
        """Whether `value` is the result of `key`."""
        return self.state == "ready"

    @property
    def asking(self) -> bool:
        """Whether the result of `key` is still to come."""
        return bool(self.key) and self.get(self.key) is None and (self._open == self.key or self._timer.isActive())

    @property
    def refused(self) -> bool:
        """Whether the result of `key` was asked for without success."""
        return self.key in self._reasons

    @property
    def reason(self) -> str:
        """Why the result of `key` could not be made."""
        return self._reasons.get(self.key, "")

    @property
    def parts(self) -> list[Any]:
        """What the call for `key` has handed over so far."""
        return self._parts if self._asked == self.key else []

    def get(self, key: str) -> T | None:
        """The result of a key, if it was made: the same object each time."""
        self._leave_other_project()
        if not key or self._controller.folder is None:
            return None
        if key not in self._values and self._read is not None and (found := self._read(key)) is not None:
            self._keep(key, found, self._scope if key == self.key else "")
        return self._values[key][1] if key in self._values else None

    # ---- what is wanted

    def want(self, key: str, call: Call[Any, Any] | None = None, *, scope: str = "", pause: int = 0, ask: bool = True) -> None:
        """Want the result of a key from now on ("" for none): what `call` brings.

        Unless it is there, refused or on its way, the call is made after `pause` milliseconds of rest; with `ask=False` only by `retry`.
        """
        self._leave_other_project()
        waits = key == self.key and self._timer.isActive()
        self.key, self._scope, self._call = key, scope, call
        if (found := self.get(key)) is not None:
            del self._values[key]
            self._values[key] = (scope, found)  # the last of its scope
        if not key or key == self._open or key in self._values or key in self._reasons:
            self._timer.stop()
        elif call is not None and ask and pause and not waits:
            self._timer.start(pause)
        elif call is not None and ask and not pause:
            self._timer.stop()
            self._ask()

    def forget_refusals(self) -> None:
        """What was refused or stopped is asked for again when it is wanted next."""
        self._reasons = {}

    def retry(self) -> None:
        """Ask now, also what was refused or was not to be asked for by itself."""
        self._reasons.pop(self.key, None)
        if self.key and self._open != self.key:
            self._timer.stop()
            self._ask()

    def put(self, key: str, value: T) -> None:
        """A result that was found elsewhere."""
        self._leave_other_project()
        self._keep(key, value, self._scope if key == self.key else "")

    def cancel(self) -> None:
        """Stop the work that goes on for this query."""
        if self._job is not None:
            (self._controller.jobs.long if self._long else self._controller.jobs.quick).cancel(self._job)

    @Slot()
    def _ask(self) -> None:
        self._leave_other_project()
        if not self.key or self._call is None or self._controller.folder is None:
            return
        key, scope, folder = self.key, self._scope, self._controller.folder
        self._open = self._asked = key
        self.progress, self._parts = 0.0, []

        def done(answer: Any) -> None:
            found = self._read(key) if self._read is not None else cast(T, answer)
            if found is not None and self._controller.folder == folder:
                self._leave_other_project()
                self._keep(key, found, scope)

        def refused(error: UserError) -> bool:
            self._reasons[key] = str(error)
            return self._quiet

        def over() -> None:
            if self._job is job:  # else a later key was asked for, and this one was dropped
                self._open, self._job = "", None
                if self._folder == folder and key not in self._values:
                    self._reasons.setdefault(key, "")
            self.changed.emit()

        job = self._job = self._controller.ask(
            self._call, done, owner=self._owner, title=self.title, long=self._long,
            on_progress=self._show_progress, on_partial=self._add_part, on_refused=refused, on_over=over,
        )  # fmt: skip
        self.started.emit()

    def _show_progress(self, fraction: float, _: str) -> None:
        self.progress = fraction
        self.progressed.emit()

    def _add_part(self, data: Any) -> None:
        self._parts.append(data)
        self.progressed.emit()

    def _keep(self, key: str, value: T, scope: str) -> None:
        self._values.pop(key, None)
        self._values[key] = (scope, value)
        self._reasons.pop(key, None)
        for old in list(self._values)[: -self._remember]:
            del self._values[old]

    def _leave_other_project(self) -> None:
        if self._names != column_names.version():
            self._names = column_names.version()
            if not self._long:  # its sentences name columns as they were called before; it is shown until it is made again
                self._values = {f"{key}\0": kept for key, kept in self._values.items()}
        if self._folder != self._controller.folder:
            self._folder = self._controller.folder
            self._timer.stop()
            self._values, self._reasons, self._parts = {}, {}, []
            self.key = self._open = self._asked = ""
            self._job = None
