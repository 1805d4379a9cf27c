"""How a command works with a project and with the child process that does the work."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from mlops_desktop.base.source import Source
from mlops_desktop.engine.process import Call, Child
from mlops_desktop.engine.project import Project, ProjectLock, read_option, write_project
from mlops_desktop.engine.training import open_project, read_only_note, readable_project

R = TypeVar("R")
P = TypeVar("P")


def call_on(folder: Path, make: Callable[[Path, Project], Call[R, P]]) -> R:
    """The result of a call about a project that changes none of its decisions; `make` gets the folder and the decisions."""
    with opened(folder) as (place, project), ProjectLock(place), child_process() as child:
        return run_call(child, make(place, project))


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Path, Project]]:
    """The project to read, and the folder that it is in: another one where its own cannot be written, which is noted on stderr."""
    with readable_project(folder) as place:
        if place != folder:
            print(read_only_note(folder), file=sys.stderr)
        yield place, open_project(place)


@contextmanager
def edited(folder: Path) -> Iterator[tuple[Project, Callable[[Project], None]]]:
    """The project, locked against other writers, and the function that saves it."""
    open_project(folder)  # a folder that is no project is refused before it is locked
    with ProjectLock(folder):
        yield open_project(folder), lambda project: write_project(folder, project)


def given_options(location: str, options: Sequence[str]) -> Source | None:
    """The source of a location with the parameters of `--source`; None when none are given. UserError as `given_source`."""
    if not options:
        return None
    from mlops_desktop.engine.data import given_source  # what opens no data starts without it

    return given_source(location, dict(map(read_option, options)))


@contextmanager
def child_process(jobs: int = 1) -> Iterator[Child]:
    """A child process that does the work, with all processors but one for a fit unless several folds are fitted at a time."""
    child = Child(threads=max(1, (os.cpu_count() or 2) - 1) if jobs < 2 else 1)
    try:
        yield child
    finally:
        child.close()


def run_call(child: Child, call: Call[R, P]) -> R:
    """The result of a call, its progress on stderr; Ctrl-C stops it and everything that it started."""
    results: list[R] = []
    show = ProgressLines()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(child.call(call, show))
        except BaseException as error:  # handed to the main thread, which alone sees Ctrl-C
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.2)
    except KeyboardInterrupt:
        child.cancel()
        raise
    if errors:
        raise errors[0]
    return results[0]


class ProgressLines:
    """Prints the progress of one call on stderr, a line that says the same as the one before left out."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, fraction: float, message: str) -> None:
        """Print the share that is done, and what is being done."""
        line = f"{fraction:4.0%}  {message}"
        if message and line != self._last:
            print(line, file=sys.stderr, flush=True)
            self._last = line
