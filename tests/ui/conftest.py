"""Fixtures of the window's tests: the theme, once; a real window with a real project and a real child process for those of panels."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.process import ImportFile, Propose
from mlops_desktop.engine.process.child_process import Child
from mlops_desktop.engine.project.decisions import Project
from mlops_desktop.engine.project.project_file import read_project, write_project
from mlops_desktop.ui import jobs, theme
from mlops_desktop.ui.garbage_collector import Collector
from mlops_desktop.ui.jobs import JobRunner
from mlops_desktop.ui.shell.crash_dialog import ExceptionHook
from mlops_desktop.ui.shell.main_window import MainWindow
from mlops_desktop.ui.shell.settings import Settings
from tests.explicit import explicit_recipe

SAMPLES = Path(__file__).resolve().parents[2] / "resources" / "samples"
PATIENCE = 60.0  # seconds


@pytest.fixture(scope="module", autouse=True)
def collector(qapp: QApplication) -> Iterator[None]:
    """As in the application: widgets of a cycle that is collected on another thread than the window's end the program."""
    made = Collector(qapp)
    yield
    made.stop()


@pytest.fixture(scope="session", autouse=True)
def fonts(qapp: QApplication) -> None:
    qapp.setStyle("Fusion")
    theme.load_fonts()


@pytest.fixture
def runner(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobRunner]:
    """Job queues whose children do the calls of the tests."""
    monkeypatch.setattr(jobs, "Child", lambda **_: Child(calls="tests.ui.jobs_calls"))
    made = JobRunner()
    yield made
    made.shut_down()


@pytest.fixture(autouse=True)
def light(qapp: QApplication) -> None:
    if theme.current() != "light" or not qapp.styleSheet():
        theme.apply(qapp, "light")


@pytest.fixture(autouse=True)
def widgets_deleted(qapp: QApplication) -> Iterator[None]:
    """What a test closed is really gone after it: each change of theme polishes every widget that is still there."""
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture(scope="session")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str, bool], Path]:
    """Projects with imported data and every decision proposed; each is made once and copied."""
    home, made = tmp_path_factory.mktemp("prepared"), dict[tuple[str, str, bool], Path]()

    def prepare(file: Path, target: str, proposed: bool) -> Path:
        key = (hashlib.sha256(file.read_bytes()).hexdigest() + file.name, target, proposed)
        if key not in made:
            folder = made[key] = home / str(len(made))
            folder.mkdir()
            imported = ImportFile(folder, Project(name=file.stem, target=target), str(file)).run(Silent())
            project = imported.project
            if proposed:
                project = Propose(folder, project).run(Silent()).project
            write_project(folder, project)
        return made[key]

    return prepare


@pytest.fixture
def make_project(tmp_path: Path, _prepared: Callable[[Path, str, bool], Path]) -> Callable[..., Path]:
    """`make_project("a,b\\n1,2\\n…")` or `make_project("penguins")` (a sample): the folder of a new project.

    `name` is the name of the data file, `proposed=False` leaves the decisions open, further words are decisions to change.
    """
    count = 0

    def make(data: str | bytes = "penguins", target: str = "", *, name: str = "table.csv", proposed: bool = True, **decided: Any) -> Path:
        nonlocal count
        count += 1
        sample = SAMPLES / f"{data}.csv" if isinstance(data, str) and "\n" not in data else None
        file = sample or tmp_path / f"files_{count}" / name
        if sample is None:
            file.parent.mkdir()
            file.write_bytes(data if isinstance(data, bytes) else str(data).encode())
        folder = tmp_path / f"project_{count}"
        shutil.copytree(_prepared(file, target, proposed), folder)
        if proposed:  # steps to look at, which make the whole matrix
            decided = {**explicit_recipe(), **decided}
        if decided:
            write_project(folder, replace(read_project(folder), **decided))
        return folder

    return make


class KeptChild(Child):
    """A child process that stays for the next window, unless it is at work when its window closes."""

    def close(self) -> None:
        if self._current is not None:
            super().close()


@pytest.fixture(scope="session")
def _children() -> Iterator[list[Child]]:
    """The children of the two queues: each takes seconds to import what it works with."""
    made: list[Child] = [KeptChild(warm=True), KeptChild(warm=True)]
    yield made
    for child in made:
        Child.close(child)


@pytest.fixture(scope="module")
def _shared_window(qapp: QApplication, _children: list[Child]) -> Iterator[MainWindow]:
    """One window with its queues for a module."""
    children = iter(_children)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "Child", lambda **_: next(children))
        made = JobRunner(qapp)
    window = MainWindow(made, ExceptionHook(qapp), Settings())
    made.quick.warm_up()
    window.resize(1440, 900)
    window.show()
    yield window
    window._closing = True
    window.close()
    window.deleteLater()


@pytest.fixture
def open_project(_shared_window: MainWindow, qtbot: Any) -> Iterator[Callable[..., MainWindow]]:
    """`open_project(folder, stage)`: the window with that project, its panels made anew, everything at rest."""
    window = _shared_window

    def open_(folder: Path, stage: str = "problem") -> MainWindow:
        window.controller.open(folder)
        window.show_stage(stage)
        window.activateWindow()  # shortcuts belong to the active window
        qtbot.waitUntil(window.isActiveWindow, timeout=5000)
        settle(window)
        return window

    yield open_
    settle(window)
    window.controller.close()
    window._banner.hide()
    window.resize(1440, 900)
    QApplication.processEvents()


@pytest.fixture
def window(open_project: Callable[..., MainWindow], make_project: Callable[..., Path]) -> MainWindow:
    """A real window with a project of resources/samples/penguins.csv (target: species), stage 1 in front, at rest."""
    return open_project(make_project("penguins", "species"))


def settle(window: MainWindow, patience: float = PATIENCE) -> None:
    """Wait until nothing is being worked on, and what came of it is shown."""
    jobs, end = window.controller.jobs, time.monotonic() + patience
    quiet = 0
    while quiet < 3:
        QApplication.processEvents()
        quiet = 0 if jobs.quick.now or jobs.long.now else quiet + 1
        assert time.monotonic() < end, f"still at work: {jobs.quick.now or jobs.long.now}"
        if not quiet:
            time.sleep(0.005)
    jobs.lists.finish()
    QTest.qWait(10)  # charts are made when their page is there


def find(window: QWidget, kind: type[Any], name: str) -> Any:
    """The one child of that objectName."""
    found = window.findChild(kind, name)
    assert found is not None, name
    return found


def click(widget: QWidget, at: Any = None) -> None:
    """A real click of the left button."""
    assert widget.isVisible(), widget.objectName()
    assert widget.isEnabled(), widget.objectName()
    if at is None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
    else:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)


def banner(window: MainWindow) -> str:
    """What the banner says; empty when there is none."""
    text = find(window, QLabel, "banner_text")
    return str(text.text()) if text.isVisible() else ""
