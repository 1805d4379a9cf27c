"""No text and no control is cut off: every panel with its views and every dialog, in each language, at every size, with any data.

The panels of a trained project in the languages beside English are tested with the translation (`test_translation_of_panels.py`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from mlops_desktop.base.catalogue import catalogue_folder
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.process import Evaluate, MakeOverview, MakeProfile, OpenModel, Train
from mlops_desktop.engine.project.decisions import Search
from mlops_desktop.engine.project.project_file import read_project, write_project
from mlops_desktop.engine.workflow import STAGES
from mlops_desktop.ui import translation
from mlops_desktop.ui.recipe.recipe_panel import RecipePanel
from mlops_desktop.ui.shell.main_window import MainWindow
from scripts import hard_tables
from tests.ui.clipping import clipped, painted
from tests.ui.conftest import settle
from tests.ui.test_panel import trained as trained

pytestmark = [pytest.mark.proof, pytest.mark.timeout(600)]

CODES = ["en", *(path.stem for path in sorted(catalogue_folder().glob("*.po")))]
SIZES = ((1024, 768), (1280, 800))
VIEWS = {  # buttons that show another part of a stage, and decide nothing
    "problem": ("data_tabs_notes", "data_tabs_reading", "data_tabs_rows"),
    "data": ("data_view_columns", "data_view_relations", "data_view_missing", "data_view_preview"),
    "preprocess": ("preprocess_add",),
    "engineer": ("engineer_add",),
    "select": ("select_add",),
    "evaluate": ("evaluation_source_test", "evaluation_source_file", "evaluation_source_oof"),
    "app": ("pick_row", "answer_file"),
    "deploy": ("deploy_tab_run", "deploy_tab_monitor", "deploy_tab_export"),
}


@pytest.fixture(scope="module", autouse=True, params=CODES)
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    """The language of the window of this module."""
    translation.set_language(qapp, request.param)
    yield request.param
    translation.set_language(qapp, "en")


@pytest.fixture(scope="session")
def long_names(tmp_path_factory: pytest.TempPathFactory, _prepared: Callable[[Path, str, bool], Path]) -> Path:
    """A trained project of a table of eighty columns whose names are sentences."""
    home = tmp_path_factory.mktemp("long")
    file = home / "customer survey of the last twelve months.csv"
    hard_tables.long_names(file)
    folder = home / "survey"
    shutil.copytree(_prepared(file, hard_tables.LONG_TARGET, True), folder)
    project = read_project(folder)
    quick = tuple(one for one in project.candidates if one.id in ("logistic", "decision_tree")) or project.candidates[:1]
    write_project(folder, replace(project, candidates=quick, search=Search(trials=2, seconds=None)))
    for call in (MakeOverview, MakeProfile, Train, Evaluate, OpenModel):
        call(folder, read_project(folder)).run(Silent())
    return folder


@pytest.fixture(params=["trained", "long_names", "empty", "broken"])
def project(request: pytest.FixtureRequest, make_project: Callable[..., Path], tmp_path: Path) -> Path:
    """Projects that are hard to show, each in its way."""
    if request.param == "empty":
        return make_project(proposed=False, target="")
    if request.param == "broken":
        file = tmp_path / "broken.csv"
        hard_tables.broken_table(file)
        return make_project(file.read_text(encoding="utf-8"), hard_tables.BROKEN_TARGET)
    found: Path = request.getfixturevalue(request.param)
    return found


def views(window: MainWindow, stage: str) -> Iterator[str]:
    """Bring each part of a stage to the front; its name."""
    yield stage
    for name in VIEWS.get(stage, ()):
        button = window.panel.findChild(QPushButton, name)
        if button is not None and button.isVisible() and button.isEnabled():
            button.click()
            settle(window)
            yield f"{stage} {name}"
    tiles = window.panel.view.gallery.tiles() if isinstance(window.panel, RecipePanel) else []
    if tiles := [tile for tile in tiles if tile.isVisible() and tile.isEnabled()]:
        tiles[0].click()  # the form of a new step, with its buttons
        settle(window)
        yield f"{stage} new step"
        window.panel.recipe.cancel()
        settle(window)


def cuts(window: MainWindow, stage: str) -> Iterator[str]:
    """What is cut off in a stage."""
    for width, height in SIZES:
        window.resize(width, height)
        settle(window)
        for view in views(window, stage):
            with painted() as texts:
                window.grab()
            where = f"{width} {view}: "
            if over := window.pages.area(stage).horizontalScrollBar().maximum():
                yield f"{where}{over} pixels too wide"
            yield from (where + one for one in (*clipped(window), *dict.fromkeys(texts)))


def test_nothing_of_a_stage_is_cut_off(open_project: Callable[..., MainWindow], project: Path) -> None:
    window = open_project(project)
    found = list[str]()
    for stage in STAGES:
        window.show_stage(stage)
        settle(window)
        found += cuts(window, stage)
    assert "\n".join(found) == ""


def test_nothing_of_the_start_page_and_the_tour_is_cut_off(open_project: Callable[..., MainWindow], trained: Path) -> None:
    from mlops_desktop.ui.shell.tour import STEPS, Tour

    window = open_project(trained)
    bar = Tour(window.controller, window)
    window._tour_place.addWidget(bar)
    found = list[str]()
    bar.begin()
    for _ in STEPS:
        for width, height in SIZES:
            window.resize(width, height)
            settle(window)
            found += (f"{width} tour at {window.stage}: {one}" for one in clipped(window))
        bar.next.click()
    window.show_stage("")
    for width, height in SIZES:
        window.resize(width, height)
        settle(window)
        found += (f"{width} start: {one}" for one in clipped(window))
    assert "\n".join(found) == ""


def dialogs(window: MainWindow, file: Path) -> Iterator[tuple[str, QWidget]]:
    """Each dialog of the window, open."""
    for name, act in (
        ("settings", window._show_settings),
        ("about", window.dialogs.show_about),
        ("questions", window.dialogs.show_questions),
        ("other data", window.start.choose_other),
        ("import", lambda: window.start.preview(file)),
    ):
        act()
        settle(window)
        dialog: Any = QApplication.activeModalWidget() or QApplication.activeWindow()
        yield name, dialog
        dialog.close()
        settle(window)
    window._show_help()
    settle(window)
    yield "help", window.dialogs.help
    window.dialogs.help.close()
    window.top.finder.open()
    settle(window)
    yield "search", window


def test_nothing_of_a_dialog_is_cut_off(open_project: Callable[..., MainWindow], long_names: Path) -> None:
    window = open_project(long_names)
    file = next(long_names.parent.glob("*.csv"))
    found = list[str]()
    for width, height in SIZES:
        window.resize(width, height)
        settle(window)
        for name, dialog in dialogs(window, file):
            assert dialog is not None, name
            with painted() as texts:
                dialog.grab()
            found += (f"{width} {name}: {one}" for one in (*clipped(dialog), *dict.fromkeys(texts)))
            if name != "search" and (dialog.width() > width or dialog.height() > height):
                found.append(f"{width} {name}: {dialog.width()}×{dialog.height()} is larger than the window")
    assert "\n".join(found) == ""


@pytest.mark.timeout(900)
@pytest.mark.skipif("QT_SCALE_FACTOR" in os.environ, reason="this is the test that starts the others with a scale")
def test_the_same_at_150_per_cent(tmp_path: Path, language: str) -> None:
    """Qt reads the scale when the application is made, so the tests of all languages run once more in a process of their own."""
    if language != CODES[0]:
        pytest.skip("it runs once, for all languages")
    env = {**os.environ, "QT_SCALE_FACTOR": "1.5"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--basetemp",
        str(tmp_path / "inner"),
        Path(__file__).as_posix(),
    ]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=840, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
