"""The application as a process: it starts light, opens what it is given, leaves nothing behind; it refuses a Qt that would crash."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from mlops_desktop import app as application
from mlops_desktop.base.extensions import VARIABLE
from mlops_desktop.engine.project.project_file import read_project
from mlops_desktop.ui import theme
from mlops_desktop.ui.shell.settings import Settings

# Opens the window as `main` does, waits until `ready(window)`, says what it saw and closes the window.
WATCHED = """
import sys
from PySide6.QtCore import QStandardPaths, QTimer
from PySide6.QtWidgets import QApplication, QPushButton
from mlops_desktop import app
from mlops_desktop.ui.shell.settings import Settings
from pathlib import Path
Settings.projects = Path(sys.argv[1])
def look():
    window = next(w for w in QApplication.topLevelWidgets() if w.objectName() == "main_window")
    jobs = window.controller.jobs
    for button in window.findChildren(QPushButton, "import_go"):  # the dialog that shows the file before it is read
        if button.isVisible():
            button.click()
    ready = not jobs.quick.now and jobs.quick._worker.child.pid and jobs.long._worker.child.pid and (len(sys.argv) < 3 or window.stage)
    if ready and "pyqtgraph" in sys.modules:
        print("stage", window.stage or "start")
        print("children", jobs.quick._worker.child.pid, jobs.long._worker.child.pid)
        print("heavy", *({"pandas", "sklearn", "scipy", "matplotlib", "pyarrow", "lightgbm"} & set(sys.modules)))
        timer.stop()
        window.close()
timer = QTimer()
original = app.make_window
def made(*args):
    found = original(*args)
    timer.timeout.connect(look)
    timer.start(50)
    return found
app.make_window = made
sys.exit(app.main(sys.argv[2:]))
"""


def run(tmp_path: Path, *arguments: str) -> dict[str, list[str]]:
    env = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config"), "APPDATA": str(tmp_path / "config")}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(tmp_path / "documents"), *arguments],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}


def test_it_starts_light_and_leaves_no_process(tmp_path):
    output = run(tmp_path)
    assert output["stage"] == ["start"]
    assert output["heavy"] == []
    assert len(output["children"]) == 2
    assert not any(psutil.pid_exists(int(pid)) for pid in output["children"])


def test_a_file_on_the_command_line_becomes_a_project(tmp_path):
    file = tmp_path / "small.csv"
    file.write_text("a,b,y\n" + "".join(f"{i % 11},{i % 7},{'yes' if i % 3 else 'no'}\n" for i in range(90)), encoding="utf-8")
    output = run(tmp_path, str(file))
    assert output["stage"] == ["problem"]
    assert output["heavy"] == []
    assert read_project(tmp_path / "documents" / "small").target == "y"


def test_a_broken_extension_is_a_sentence_and_no_window(qapp, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "gone"))
    shown: list[str] = []
    monkeypatch.setattr(application.QMessageBox, "critical", lambda _parent, _title, text: shown.append(text))
    assert application.main([]) == 2
    assert "There is no folder" in shown[0]
    assert shown[0] in capsys.readouterr().err


def test_a_limit_of_the_environment_that_is_none_is_a_sentence_and_no_window(qapp, monkeypatch):
    monkeypatch.setenv("MLOPS_DESKTOP_MEMORY_GB", "plenty")
    shown: list[str] = []
    monkeypatch.setattr(application.QMessageBox, "critical", lambda _parent, _title, text: shown.append(text))
    assert application.main([]) == 2
    assert shown[0].startswith("The environment variable MLOPS_DESKTOP_MEMORY_GB is no limit: “plenty”.")


def test_the_window_takes_the_preferences_of_last_time(qapp, tmp_path):
    settings = Settings(tmp_path / "preferences.ini")
    settings.theme = "dark"
    _, window, _ = application.make_window(settings)
    assert theme.current() == "dark"
    window.resize(800, 640)  # a screen without a display is no wider
    window.show()
    window.close()
    window.deleteLater()
    _, again, _ = application.make_window(Settings(tmp_path / "preferences.ini"))
    size = again.width(), again.height()
    again.close()
    again.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    theme.apply(qapp, "light")
    assert size == (800, 640)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal there")
def test_a_qt_that_would_crash_is_refused_in_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr(application.PySide6, "__version_info__", (6, 12, 0, "", ""))
    assert application.main([]) == 2
    assert "does not work on this Python" in capsys.readouterr().err


@pytest.fixture(scope="module")
def loaded() -> list[str]:
    """The modules that the start of the window loads, in their order."""
    code = "import sys, mlops_desktop.app; print(*sys.modules)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_it_starts_without_the_catalogue_and_the_work_of_its_child(loaded):
    members = [name for name in loaded if re.fullmatch(r"mlops_desktop\.catalog\.(?!tasks)\w+\.\w+", name)]
    work = r"mlops_desktop\.engine\.(reporting|evaluation|packaging|monitoring|training|pipeline|metrics)\.\w+"
    reads = r"mlops_desktop\.(engine\.data\.(?!location)\w+|serving\.schema)|sqlite3"
    assert [*members, *(name for name in loaded if re.fullmatch(f"{work}|{reads}", name))] == []


def test_the_engine_is_imported_before_qt(loaded):
    """PySide6's import hook reads the source of every module that is imported after it: 10 % of the start."""
    late = [name for name in loaded[loaded.index("PySide6") :] if name.startswith("mlops_desktop.engine.")]
    assert late == []
