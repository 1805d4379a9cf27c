"""How a command works with a project and with the child process that does the work."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlops_desktop.engine.process import Child
from mlops_desktop.engine.project import Project, ProjectLock, project_to_json, write_project
from mlops_desktop.engine.training import open_project

Json = dict[str, Any]


def call_on(folder: Path, name: str, **args: Any) -> Json:
    """A call about a project that changes none of its decisions."""
    project = project_to_json(open_project(folder))
    with ProjectLock(folder), child_process() as call:
        return call(name, folder=str(folder), project=project, **args)


@contextmanager
def edited(folder: Path) -> Iterator[tuple[Project, Callable[[Project], None]]]:
    """The project, locked against other writers, and the function that saves it."""
    open_project(folder)  # a folder that is no project is refused before it is locked
    with ProjectLock(folder):
        yield open_project(folder), lambda project: write_project(folder, project)


@contextmanager
def child_process(jobs: int = 1) -> Iterator[Callable[..., Json]]:
    """A child process that does the work; Ctrl-C stops it and everything that it started."""
    child = Child(threads=max(1, (os.cpu_count() or 2) - 1) if jobs < 2 else 1)
    try:
        yield lambda name, **args: _call(child, name, args)
    finally:
        child.close()


def _call(child: Child, name: str, args: Json) -> Json:
    answer: list[Json | BaseException] = []

    def work() -> None:
        try:
            answer.append(child.call(name, args, _show_progress))
        except BaseException as error:  # handed to the main thread, which alone sees Ctrl-C
            answer.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.2)
    except KeyboardInterrupt:
        child.cancel()
        raise
    if isinstance(answer[0], BaseException):
        raise answer[0]
    return answer[0]


def _show_progress(event: Json) -> None:
    if event.get("event") == "progress" and event.get("message"):
        print(f"{event['fraction']:4.0%}  {event['message']}", file=sys.stderr, flush=True)
