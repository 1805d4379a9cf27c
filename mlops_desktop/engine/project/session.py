"""The open project of a window: its value, undo and redo of every edit, and listeners to its changes. One thread only, no Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlops_desktop.engine.project.decisions import Project
from mlops_desktop.engine.project.project_file import project_key

__all__ = ["Listener", "Session", "project_key"]

Listener = Callable[[Project], None]


@dataclass(frozen=True)
class _Edit:
    label: str
    merge: str
    before: Project
    after: Project


class Session:
    """The project that is open, in `folder` (None while it has none). Whoever shows or saves it listens; who saves calls `mark_saved`."""

    def __init__(self, project: Project, folder: Path | None = None) -> None:
        self.folder = folder
        self._project = project
        self._saved = project_key(project) if folder is not None else ""
        self._done: list[_Edit] = []
        self._undone: list[_Edit] = []
        self._open = False  # whether the last edit may still take in the next one
        self._listeners: list[Listener] = []

    @property
    def project(self) -> Project:
        """Every decision as of now."""
        return self._project

    @property
    def key(self) -> str:
        """The hash of every decision."""
        return project_key(self._project)

    @property
    def dirty(self) -> bool:
        """Whether something is decided that is not saved."""
        return self.key != self._saved

    def mark_saved(self, project: Project) -> None:
        """Note that this value is on the disk; what was edited meanwhile stays unsaved."""
        self._saved = project_key(project)

    def edit(self, label: str, /, *, merge: str = "", **changes: Any) -> bool:
        """Change fields of the project as one step of undo called `label`; whether anything changed.

        Consecutive edits with the same `merge` (not empty) become one step: typing in one field, or dragging one slider.
        """
        return self.put(label, replace(self._project, **changes), merge=merge)

    def put(self, label: str, project: Project, /, *, merge: str = "") -> bool:
        """Replace the whole value as one step of undo, as `edit` does."""
        if project_key(project) == self.key:  # by hash: 1 and True are equal values, but not equal decisions
            return False
        if merge and self._open and self._done and self._done[-1].merge == merge:
            last = self._done.pop()
            self._done.append(replace(last, label=label, after=project))
        else:
            self._done.append(_Edit(label, merge, self._project, project))
        self._undone.clear()
        self._open = True
        self._show(project)
        return True

    def complete(self, label: str, /, before: Project, project: Project) -> bool:
        """Take in what follows from an edit: all edits after the value `before` become one step of undo called `label` that ends in
        `project`. Without such an edit it is a step of its own. Whether anything changed.
        """
        at = self._place_after(before)
        if at < 0:
            return self.put(label, project)
        changed = project_key(project) != self.key
        self._done[at:] = [_Edit(label, "", before, project)]
        self._undone.clear()
        self._open = False
        self._show(project)
        return changed

    def has_edit_after(self, before: Project) -> bool:
        """Whether an edit of the value `before` is still done: it was not taken back."""
        return self._place_after(before) >= 0

    def _place_after(self, before: Project) -> int:
        return next((at for at, edit in enumerate(self._done) if edit.before is before), -1)

    def moved(self, name: str, folder: Path) -> Session:
        """The same decisions, with undo and redo, of a project that has another name and folder now. Nobody listens to it yet."""

        def renamed(edits: list[_Edit]) -> list[_Edit]:
            return [replace(one, before=replace(one.before, name=name), after=replace(one.after, name=name)) for one in edits]

        made = Session(replace(self._project, name=name), None if self.dirty else folder)
        made.folder, made._done, made._undone = folder, renamed(self._done), renamed(self._undone)
        return made

    def end_merge(self) -> None:
        """The next edit is a step of its own, whatever its `merge`: a field lost the focus, a slider was let go."""
        self._open = False

    @property
    def undo_label(self) -> str:
        """What `undo` would take back; empty when there is nothing."""
        return self._done[-1].label if self._done else ""

    @property
    def redo_label(self) -> str:
        """What `redo` would do again; empty when there is nothing."""
        return self._undone[-1].label if self._undone else ""

    def undo(self) -> bool:
        """Take the last edit back; False when there is none."""
        return self._step(self._done, self._undone, back=True)

    def redo(self) -> bool:
        """Do the edit again that was taken back last; False when there is none."""
        return self._step(self._undone, self._done, back=False)

    def reachable(self) -> list[Project]:
        """Every value that undo and redo can bring back, and today's."""
        edits = (*self._done, *self._undone)
        return [self._project, *(edit.before for edit in edits), *(edit.after for edit in edits)]

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with the project after every change. The answer ends that when it is called."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def _step(self, source: list[_Edit], target: list[_Edit], back: bool) -> bool:
        if not source:
            return False
        edit = source.pop()
        target.append(edit)
        self._open = False
        self._show(edit.before if back else edit.after)
        return True

    def _show(self, project: Project) -> None:
        """Call every listener, even if one of them fails: all of them show the same value. The first failure goes on to the caller."""
        self._project = project
        failure: Exception | None = None
        for listener in tuple(self._listeners):
            if listener not in self._listeners:
                continue  # another listener ended it just now
            try:
                listener(self._project)  # the latest value: a listener may have edited
            except Exception as error:
                failure = failure or error
        if failure is not None:
            raise failure
