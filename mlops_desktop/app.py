"""Puts the window together: settings, fonts, theme, job queues, panels."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

# What the window needs of the engine at its start, before PySide6: its import hook reads the source of every module that is imported later.
from mlops_desktop.engine.data import name_of as name_of
from mlops_desktop.engine.process import Child as Child
from mlops_desktop.engine.process import program_command
from mlops_desktop.engine.project import TEMPLATES as TEMPLATES
from mlops_desktop.engine.project import Session as Session
from mlops_desktop.engine.project import free_folder as free_folder
from mlops_desktop.engine.workflow import STAGES as STAGES

# isort: split

import PySide6
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.choices import load_extensions
from mlops_desktop.engine.processors import check_limits
from mlops_desktop.ui import theme
from mlops_desktop.ui.garbage_collector import Collector
from mlops_desktop.ui.jobs import JobRunner
from mlops_desktop.ui.shell.crash_dialog import ExceptionHook
from mlops_desktop.ui.shell.main_window import MainWindow
from mlops_desktop.ui.shell.panel_modules import needed_later
from mlops_desktop.ui.shell.settings import Settings
from mlops_desktop.ui.translation import set_language

# WORKAROUND for https://bugreports.qt.io/browse/PYSIDE-3474: its Linux wheels lose references to None, and Python before 3.12 dies of that.
BROKEN_QT = (6, 12, 0)


def make_window(settings: Settings | None = None) -> tuple[QApplication, MainWindow, JobRunner]:
    """The application with its window, not shown yet; with preferences of its own when `settings` is given."""
    settings = settings or Settings()
    settings.set_environment()
    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("MLOps Desktop")
    app.setOrganizationName("MLOps Desktop")
    app.setStyle("Fusion")
    set_language(app, settings.language)
    theme.load_fonts()
    theme.choose(app, settings.theme)
    hook = ExceptionHook(app)
    hook.install()
    jobs = JobRunner(app)
    window = MainWindow(jobs, hook, settings)
    if settings.geometry is not None:
        window.restoreGeometry(settings.geometry)
    else:
        window.resize(window.sizeHint().boundedTo(app.primaryScreen().availableSize()))
    return app, window, jobs


def _refuse(sentence: str) -> int:
    """Say why no window can be opened, where there is a console and where there is none; the exit code."""
    if sys.stderr is not None:
        sys.stderr.write(f"mlops-desktop: {sentence}\n")
    found = QApplication.instance() or QApplication(sys.argv[:1])
    found.setApplicationName("MLOps Desktop")
    QMessageBox.critical(None, "MLOps Desktop", sentence)
    return 2


def main(arguments: list[str]) -> int:
    """Open the window; `arguments` may name a project folder or a data file. The exit code."""
    if sys.version_info < (3, 12) and PySide6.__version_info__[:3] == BROKEN_QT:
        sys.stderr.write("PySide6 6.12.0 does not work on this Python. Install PySide6-Essentials 6.11.3, or Python 3.12.\n")
        return 2
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        sys.stderr.write("mlops-desktop: There is no display here, so no window can be opened. Use the commands: mlops-desktop --help\n")
        return 2
    try:
        check_limits()
        load_extensions()
    except UserError as error:
        return _refuse(str(error))
    environment = dict(os.environ)  # without what the settings of today put into it
    app, window, jobs = make_window()
    window.show()
    Collector(app)
    if arguments:
        QTimer.singleShot(0, lambda: window.open_path(Path(arguments[0])))
    QTimer.singleShot(200, partial(jobs.warm_up, needed_later()))
    code = app.exec()
    if window.restarts:
        project = [str(window.reopened)] if window.reopened is not None else []
        subprocess.Popen([*program_command(), *project], env=environment)
    return code
