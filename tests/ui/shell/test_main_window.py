"""The frame as a person uses it: real clicks and keys, a real child process."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, QStandardPaths, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMessageBox, QPushButton, QToolButton, QWidget

from mlops_desktop import app as application
from mlops_desktop.engine.process import Train
from mlops_desktop.engine.project.decisions import Project
from mlops_desktop.engine.project.project_file import read_project
from mlops_desktop.engine.workflow import STAGES
from mlops_desktop.ui import jobs, theme
from mlops_desktop.ui.jobs import BackgroundJob
from mlops_desktop.ui.shell.main_window import COLLAPSE_BELOW
from mlops_desktop.ui.shell.panel_modules import panel_class, panel_modules
from mlops_desktop.ui.shell.settings import LEAST_SIZE
from mlops_desktop.ui.shell.side_bar import NARROW, WIDE

PATIENCE = 60_000


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda *_: str(tmp_path / "documents"))
    return tmp_path / "documents" / "MLOps Desktop"


@pytest.fixture
def window(qapp, qtbot, home, monkeypatch, _children):
    children = iter(_children)
    monkeypatch.setattr(jobs, "Child", lambda **_: next(children))
    _, made, _ = application.make_window()
    made._settings._settings.clear()
    made.resize(1280, 800)
    made.show()
    made.activateWindow()  # shortcuts belong to the active window
    qtbot.waitUntil(made.isActiveWindow, timeout=5000)
    yield made
    made._closing = True
    made.close()
    made.deleteLater()  # each change of theme polishes every widget that is still there
    qapp.processEvents()


def test_its_children_end_with_it(qapp, qtbot, home):
    _, made, runner = application.make_window()
    runner.warm_up()
    children = [runner.quick._worker.child, runner.long._worker.child]
    qtbot.waitUntil(lambda: all(child.pid for child in children), timeout=PATIENCE)
    made.close()
    assert [child.pid for child in children] == [None, None]
    made.deleteLater()


def find(window, kind, name):
    found = window.findChild(kind, name)
    assert found is not None, name
    return found


def open_sample(window, qtbot, name: str = "penguins") -> None:
    qtbot.mouseClick(find(window, QPushButton, f"sample_{name}"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.stage == "problem" and not window.controller.jobs.quick.now, timeout=PATIENCE)


def banner(window) -> str:
    label = find(window, QLabel, "banner_text")
    return label.text() if label.isVisible() else ""


def test_every_stage_has_its_panel():
    assert set(panel_modules()) == set(STAGES)
    assert {id_: panel_class(id_).id for id_ in STAGES} == {id_: id_ for id_ in STAGES}


def test_without_a_project_all_but_the_first_stage_are_locked(window):
    accessible_name = [window.rail.item(i).data(Qt.ItemDataRole.AccessibleTextRole) for i in range(9)]
    assert "open" in accessible_name[0]
    assert all("locked" in labels for labels in accessible_name[1:])
    window.show_stage("train")
    assert window.stage == ""


def test_a_sample_becomes_a_project_with_every_decision_proposed(window, qtbot, home):
    open_sample(window, qtbot)
    project = read_project(home / "penguins")
    assert project.target == "species"
    assert project.candidates
    assert project.metric
    assert window._settings.recent == [home / "penguins"]
    qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert window.stage == ""
    assert find(window, QPushButton, "recent_open_0").text() == "Open"


def test_edits_are_saved_undone_and_made_again(window, qtbot, home):
    open_sample(window, qtbot)
    window.controller.edit("Another seed", seed=7)
    undo = find(window, QToolButton, "undo")
    assert "Another seed" in undo.toolTip()
    qtbot.waitUntil(lambda: read_project(home / "penguins").seed == 7, timeout=5000)
    qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    assert window.controller.project.seed == 0
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert window.controller.project.seed == 7
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert "saved" in find(window, QLabel, "saved_state").text()


def test_moving_by_keys_and_by_next_and_back(window, qtbot):
    open_sample(window, qtbot)
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    assert window.stage == "preprocess"
    qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.stage == "data"
    qtbot.mouseClick(find(window, QPushButton, "next"), Qt.MouseButton.LeftButton)
    assert window.stage == "preprocess"
    qtbot.mouseClick(find(window, QPushButton, "back"), Qt.MouseButton.LeftButton)
    assert window.stage == "data"


def test_the_panel_that_next_leads_to_is_made_while_the_window_rests(window, qtbot):
    open_sample(window, qtbot)
    qtbot.waitUntil(lambda: "data" in window.pages.panels, timeout=PATIENCE)
    assert window.stage == "problem"
    assert not window.pages.panels["data"].isVisible()
    made = window.pages.panels["data"]
    qtbot.mouseClick(find(window, QPushButton, "next"), Qt.MouseButton.LeftButton)
    assert window.panel is made
    assert made.isVisible()
    qtbot.waitUntil(lambda: "preprocess" in window.pages.panels, timeout=PATIENCE)
    assert "engineer" not in window.pages.panels  # no further than one step ahead


def test_the_finder_leads_to_a_stage(window, qtbot):
    open_sample(window, qtbot)
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    finder = find(window, QLineEdit, "finder")
    qtbot.keyClicks(finder, "training")
    qtbot.keyClick(finder, Qt.Key.Key_Return)
    assert window.stage == "train"


def test_a_bad_file_is_a_sentence_and_leaves_nothing(window, qtbot, home, tmp_path):
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    window.open_path(tmp_path / "empty.csv")
    refused = find(window, QLabel, "import_refused")
    qtbot.waitUntil(lambda: "empty" in refused.text(), timeout=PATIENCE)
    assert not find(window, QPushButton, "import_go").isEnabled()
    assert not (home / "empty").exists()
    assert window.controller.folder is None
    assert window.stage == ""


def test_a_bad_file_leaves_the_open_project_open(window, qtbot, home, tmp_path):
    open_sample(window, qtbot)
    controller = window.controller
    controller.edit("Seed", seed=9)
    before = (controller.folder, controller.project, controller.session)
    window.show_stage("")
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    window.start.take_file(tmp_path / "empty.csv")
    qtbot.waitUntil(lambda: "empty" in banner(window) and not controller.jobs.quick.now, timeout=PATIENCE)
    assert (controller.folder, controller.project, controller.session) == before
    assert "failed" not in {state.state for state in controller.stages()}
    assert not (home / "empty").exists()


def test_a_dropped_file_becomes_a_project(window, qtbot, home, tmp_path):
    file = tmp_path / "tiny table.csv"
    file.write_text("a,b,y\n" + "".join(f"{i},{i % 7},{'yes' if i % 3 else 'no'}\n" for i in range(90)), encoding="utf-8")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(one)) for one in (file, file.with_name("other.csv"))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(300, 300), copy, data, left, none))
    assert "2 files were dropped, and “tiny table.csv” is read" in banner(window)
    go = find(window, QPushButton, "import_go")
    qtbot.waitUntil(go.isEnabled, timeout=PATIENCE)
    qtbot.mouseClick(go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.stage == "problem" and not window.controller.jobs.quick.now, timeout=PATIENCE)
    assert window.controller.project.target == "y"
    assert (home / "tiny table" / "project.json").exists()


def test_a_project_that_is_open_elsewhere_is_refused_with_a_sentence(window, qtbot, home):
    from mlops_desktop.engine.project.project_lock import ProjectLock

    open_sample(window, qtbot)
    window.controller.close()
    with ProjectLock(home / "penguins"):
        window.open_path(home / "penguins")
        assert "open in another window" in banner(window)
    window.open_path(home / "penguins")
    assert window.controller.folder == home / "penguins"


def test_a_vanished_project_can_be_located(window, qtbot, home, monkeypatch):
    open_sample(window, qtbot)
    window.controller.close()
    (home / "penguins").rename(home / "moved")
    window.start.show_recent()
    window.controller.jobs.lists.finish()
    row = find(window, QPushButton, "recent_open_0")
    assert row.text().startswith("Locate")
    monkeypatch.setattr("mlops_desktop.ui.file_dialogs.QFileDialog.getExistingDirectory", lambda *_: str(home / "moved"))
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert window.controller.folder == home / "moved"


def test_themes_change_at_once_and_are_kept(window, qtbot):
    first = theme.current()
    qtbot.mouseClick(find(window, QToolButton, "theme_toggle"), Qt.MouseButton.LeftButton)
    assert theme.current() != first
    assert window._settings.theme == theme.current()
    window.show_theme("light")


def test_a_narrow_window_keeps_the_marks_alone(window, qtbot):
    window.resize(COLLAPSE_BELOW - 60, 700)
    qtbot.waitUntil(lambda: window.side.width() == NARROW, timeout=2000)
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: window.side.width() == WIDE, timeout=2000)


def test_nothing_flashes_up_as_a_window_of_its_own(window, qtbot, qapp):
    overview: list[str] = []

    class Watch(QObject):
        def eventFilter(self, watched, event):
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                overview.append(f"{type(watched).__name__} {watched.objectName()}")
            return False

    watch = Watch()
    qapp.installEventFilter(watch)
    open_sample(window, qtbot)
    for stage in ("", *STAGES):
        window.show_stage(stage)
        qtbot.wait(300)
    qapp.removeEventFilter(watch)
    assert overview == [], overview


def test_closing_while_work_goes_on_asks_first(window, qtbot):
    open_sample(window, qtbot)
    window.controller.jobs.start("test", BackgroundJob(call=Train(Path("nowhere"), Project()), title="t", on_done=print), long=True)
    asked = []

    def answer(button: str) -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.text())
        next(b for b in box.buttons() if button in b.text()).click()

    QTimer.singleShot(200, lambda: answer("Continue"))
    if window.controller.jobs.busy:
        assert not window.close()
        assert asked
        assert window.isVisible()


def test_a_fault_in_the_window_is_a_dialog_with_details(window, qtbot, capsys):
    from mlops_desktop.ui.shell.crash_dialog import CrashDialog

    window.controller.crashed.emit("Something did not work.", "Traceback (most recent call last):\n  File x\nValueError: 'secret cell'", "")
    dialog = window.findChild(CrashDialog)
    assert dialog is not None
    assert "secret" not in dialog._text
    assert "Python" in dialog._text
    dialog.accept()
    assert "did not work" in banner(window)


def test_the_window_stays_smooth_while_a_sample_is_read(window, qtbot):
    ticks: list[float] = []
    timer = QTimer()
    timer.setInterval(10)
    timer.timeout.connect(lambda: ticks.append(time.monotonic()))
    timer.start()
    open_sample(window, qtbot, "telco_churn")
    timer.stop()
    gaps = [b - a for a, b in itertools.pairwise(ticks)]
    assert len(gaps) > 10
    assert sorted(gaps)[int(len(gaps) * 0.9)] < 0.25  # a freeze, not a figure: figures are in benchmarks/


def test_the_window_can_be_made_as_small_as_its_screen(window):
    available = window.screen().availableSize()
    assert window.minimumSize() == LEAST_SIZE.boundedTo(available)
    assert window.minimumWidth() <= available.width()


def test_a_restart_opens_the_project_again(window, monkeypatch):
    with monkeypatch.context() as patch:  # the window is closed at the end, which ends its threads
        patch.setattr(window, "close", lambda: False)
        window._restart()
    assert (window.reopened, window.restarts) == (window.controller.place, False)
