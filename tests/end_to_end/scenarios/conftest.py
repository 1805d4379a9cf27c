"""A real window for each scenario, as it is after the first start. Scenarios share the child processes, which take seconds to start.

No screen is needed. On a display the same tests run with `QT_QPA_PLATFORM=xcb`; without one, under Xvfb:
`QT_QPA_PLATFORM=xcb xvfb-run -a -s "-screen 0 1600x1000x24" python -m pytest -m proof tests/end_to_end/scenarios`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from mlops_desktop import app as application
from mlops_desktop.engine.process.child_process import Child
from mlops_desktop.ui import jobs
from mlops_desktop.ui.garbage_collector import Collector
from mlops_desktop.ui.shell.settings import Settings
from tests.end_to_end.scenarios.person import Person
from tests.reading.given_tables import FOLDER
from tests.ui.conftest import KeptChild

SIZE = (1280, 800)


@pytest.fixture(scope="session")
def _children() -> Iterator[list[Child]]:
    """The children of the two queues of every window."""
    made: list[Child] = [KeptChild(warm=True), KeptChild(warm=True)]
    yield made
    for child in made:
        Child.close(child)


@pytest.fixture
def person(qapp: QApplication, tmp_path: Path, _children: list[Child], monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    """Someone at the start page of a new window, with preferences and a folder of projects of their own."""
    settings = Settings(tmp_path / "preferences.ini")
    settings.projects = tmp_path / "projects"
    settings.theme = "light"
    children = iter(_children)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "Child", lambda **_: next(children))
        _, window, _ = application.make_window(settings)
    window.resize(*SIZE)
    window.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window, 10_000)
    collector = Collector(window)  # as `app.main` makes it
    yield Person(window)
    collector.stop()
    for dialog in window.findChildren(QDialog):
        dialog.reject()
    window._closing = True
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # else each change of theme polishes it in later tests


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str, Callable[[], str]], Path]:
    """`table(name, make)`: the example table of that name, such as `cases/b40_german_months.csv`, where the folder of example tables is;
    else a file with what `make` returns, which has the same traits.
    """

    def found(name: str, make: Callable[[], str]) -> Path:
        given = FOLDER / name
        if given.exists():
            return given
        file = tmp_path / Path(name).name
        file.write_text(make(), encoding="utf-8")
        return file

    return found
