"""What holds for every panel, now and for each that is added: accessible names, keyboard operation, nothing accumulates."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTableView,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.process import Evaluate, MakeOverview, MakeProfile, OpenModel, Train
from mlops_desktop.engine.project.decisions import Search
from mlops_desktop.engine.project.project_file import read_project, write_project
from mlops_desktop.engine.workflow import STAGES
from mlops_desktop.ui.panel import Panel
from mlops_desktop.ui.recipe.recipe_panel import RecipePanel
from mlops_desktop.ui.shell.crash_dialog import ExceptionHook
from mlops_desktop.ui.shell.main_window import MainWindow
from mlops_desktop.ui.shell.panel_modules import panel_class
from mlops_desktop.ui.shell.settings import Settings
from tests.ui.conftest import SAMPLES, find, settle

HEAVY = {"pandas", "sklearn", "scipy", "matplotlib", "pyarrow", "lightgbm"}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, _prepared: Callable[[Path, str, bool], Path]) -> Path:
    """A project with a trained and evaluated model."""
    import shutil

    from mlops_desktop.base.resources import resource_folder

    folder = tmp_path_factory.mktemp("trained") / "penguins"
    shutil.copytree(_prepared(resource_folder() / "samples" / "penguins.csv", "species", True), folder)
    project = read_project(folder)
    quick = tuple(one for one in project.candidates if one.id in ("logistic", "decision_tree")) or project.candidates[:1]
    write_project(folder, replace(project, candidates=quick, search=Search(trials=2, seconds=None)))
    for call in (MakeOverview, MakeProfile, Train, Evaluate, OpenModel):
        call(folder, read_project(folder)).run(Silent())
    return folder


@pytest.fixture(params=["trained", "locked"])
def project(request: pytest.FixtureRequest, make_project: Callable[..., Path]) -> Path:
    """A project that is trained, and one whose target is not chosen."""
    return request.getfixturevalue("trained") if request.param == "trained" else make_project(proposed=False, target="")


def tab_stops(root: QWidget) -> Iterator[QWidget]:
    """Every control of a window that the Tab key can reach in some state; what is hidden itself gets its words when it is needed."""
    for widget in root.findChildren(QWidget):
        reached = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None and widget.window() is root.window()
        to_come = widget.isHidden() or (isinstance(widget, QAbstractButton) and not widget.isVisibleTo(root))
        if reached and not (to_come and not accessible_name(widget)):
            yield widget


def accessible_name(widget: QWidget) -> str:
    found = QAccessible.queryAccessibleInterface(widget)
    return found.text(QAccessible.Text.Name) if found else ""


@pytest.mark.parametrize("id_", STAGES)
def test_it_is_in_the_package_of_its_stage(id_):
    made = panel_class(id_)
    assert made.id == id_
    assert issubclass(made, Panel)
    assert 10 < len(made.purpose) < 70


@pytest.mark.parametrize("id_", STAGES)
def test_every_tab_stop_has_a_name_and_a_stable_id(open_project, project, id_):
    window: MainWindow = open_project(project, id_)
    stops = list(tab_stops(window))
    assert len(stops) > 10
    assert [f"{type(one).__name__} {one.objectName()}" for one in stops if not accessible_name(one).strip()] == []
    assert [f"{type(one).__name__} “{accessible_name(one)}”" for one in stops if not one.objectName()] == []


@pytest.mark.parametrize("id_", STAGES)
def test_tab_reaches_the_panel_and_comes_round(open_project, trained, id_, qtbot):
    window: MainWindow = open_project(trained, id_)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=5000)
    window.rail.setFocus()
    overview: list[QWidget] = []
    for _ in range(400):
        qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        here = window.focusWidget()
        if here is window.rail or (overview and here is overview[0]):
            break
        if here is not None and here not in overview:
            overview.append(here)
    else:
        raise AssertionError(f"Tab never came round: {[one.objectName() for one in overview[-5:]]}")
    assert any(window.panel.isAncestorOf(one) for one in overview)
    assert all(one.isVisible() for one in overview)


@pytest.mark.parametrize("id_", STAGES)
def test_what_it_is_asked_and_what_it_is_made_of(open_project, trained, id_):
    window: MainWindow = open_project(trained, id_)
    rich = [one for one in window.panel.findChildren(QLabel) if one.textFormat() == Qt.TextFormat.AutoText and one.text()]
    assert [(one.objectName(), one.text()) for one in rich] == []  # texts of data are never markup
    for widget in window.panel.findChildren(QAbstractScrollArea):
        if type(widget).__module__.startswith("pyqtgraph") or type(widget) is QScrollArea:
            assert widget.focusPolicy() == Qt.FocusPolicy.NoFocus, widget.objectName()
    for text, thing in window.panel.searchable():
        assert text.strip()
        assert isinstance(thing, QWidget) or callable(thing)
    why, control = window.panel.unready()
    assert isinstance(why, str)
    assert control is None or window.panel.isAncestorOf(control)
    button = window.panel.primary()
    assert button is None or (isinstance(button, QPushButton) and window.panel.isAncestorOf(button))


@pytest.mark.parametrize("id_", STAGES)
def test_nothing_is_cut_off_in_the_least_window(open_project, project, id_):
    """A panel that needs more width than there is would be cut or scroll sideways."""
    window: MainWindow = open_project(project, id_)
    for width, height in ((1024, 768), (1280, 800)):
        window.resize(width, height)
        settle(window)
        area = window.pages.area(id_)
        assert isinstance(area, QScrollArea)
        assert area.horizontalScrollBar().maximum() == 0, (width, window.panel.minimumSizeHint().width())
        assert window.width() == width


@pytest.mark.parametrize("id_", STAGES)
def test_none_is_not_worn_out_by_repaints(open_project, trained, id_):
    """Broken Qt bindings lose references to None, and Python before 3.12 dies of that (PYSIDE-3474)."""
    window: MainWindow = open_project(trained, id_)
    window.repaint()
    before = sys.getrefcount(None)
    for _ in range(200):
        window.panel.repaint()
        window.rail.viewport().repaint()
    assert sys.getrefcount(None) > before - 200


def test_the_theme_may_change_on_every_panel(open_project, trained):
    window: MainWindow = open_project(trained)
    for id_ in STAGES:
        window.show_stage(id_)
        settle(window)
        for theme in ("dark", "light"):
            window.show_theme(theme)
            window.repaint()
    settle(window)


def test_every_visit_leaves_the_decisions_as_they_are(open_project, trained):
    """Showing a stage never edits."""
    window: MainWindow = open_project(trained)
    before = window.controller.session.key
    for id_ in (*STAGES, *reversed(STAGES)):
        window.show_stage(id_)
        settle(window)
    assert window.controller.session.key == before
    assert window.controller.session.undo_label == ""


OTHER = "height,shape,kind,grade\n" + "".join(f"{i * 3 % 31},{'oval' if i % 2 else 'round'},k{i % 3},{i % 2}\n" for i in range(80))


def seen(root: QWidget) -> list[tuple[str, str]]:
    """Everything that is seen in a window or panel, by the name of its control: texts, choices, tabs, what is ticked, tables."""
    found: list[tuple[str, str]] = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible():
            continue
        state = [widget.accessibleDescription(), str(widget.isEnabled())]
        if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
            state.append(widget.text())
        if isinstance(widget, QAbstractButton):
            state.append(str(widget.isChecked()))
        if isinstance(widget, QPlainTextEdit):
            state.append(widget.toPlainText())
        if isinstance(widget, QComboBox):
            state.append(widget.currentText())
        if isinstance(widget, QStackedWidget):
            state.append(str(widget.currentIndex()))
        if isinstance(widget, QAbstractItemView) and (model := widget.model()) is not None:
            columns = range(model.columnCount() if isinstance(widget, QTableView) else 1)
            state += [str(model.index(row, at).data()) for row in range(min(model.rowCount(), 9)) for at in columns]
            state += [str(model.headerData(at, Qt.Orientation.Horizontal)) for at in columns]
            state.append(str(widget.selectionModel().hasSelection()))
        found.append((f"{type(widget).__name__} {widget.objectName()}", " | ".join(state)))
    return found


def rest(window: MainWindow, qtbot: QtBot) -> None:
    """Wait for the work of the panel in front, and for the previews that it asks for after a pause."""
    settle(window, 120)
    if isinstance(window.panel, RecipePanel):
        preview = window.panel.recipe.preview
        qtbot.waitUntil(lambda: not preview.asking, timeout=60_000)
        settle(window, 120)


def use_every_panel(window: MainWindow, qtbot: QtBot, file: Path, out: Path) -> None:
    """Leave something of a person in every panel that no decision of the project holds."""
    for stage in STAGES:
        window.show_stage(stage)
        rest(window, qtbot)
        panel: Any = window.panel
        if stage == "problem":
            panel.file.show_tab("notes")
        elif stage == "data":
            panel.filter.show_text("bill_length_mm > 40")
            panel.show_tab("missing")
        elif isinstance(panel, RecipePanel):
            panel.view.choose_new("step")
        elif stage == "train":
            find(panel, QToolButton, "parameters_logistic").click()
        elif stage == "evaluate":
            panel.sources.chosen.emit("oof")
        elif stage == "app":
            panel.pick.click()
            settle(window)
            panel.picker.random.click()
            panel.take_file(file, out)
            rest(window, qtbot)
            assert panel.batch.card.kpis.isVisible()
        else:
            panel.export.folder.setText("/somewhere/penguins")
            panel.run.card.add_line("a line of the service")
            panel.run.request.show_answer(200, '{"species": "Adelie"}', 2.0)
            panel.monitor.take_file(file)
            panel.show_page("monitor")
            rest(window, qtbot)
    find(window, QToolButton, "questions").click()
    rest(window, qtbot)


def states(window: MainWindow, qtbot: QtBot) -> dict[str, list[tuple[str, str]]]:
    """What is seen of each stage, and of the pages of Deploy and the list of questions."""
    found = {}
    for stage in STAGES:
        window.show_stage(stage)
        rest(window, qtbot)
        found[stage] = [one for one in seen(window.centralWidget()) if one[0] != "QLabel saved_state"]
    for page in ("run", "monitor"):
        window.panel.show_page(page)
        found[page] = seen(window.panel)
    assert window.dialogs.questions is None
    return found


def test_another_project_is_seen_as_in_a_new_window(open_project, trained, make_project, tmp_path, qtbot, qapp):
    """Batch answers, requests, filters, tabs, drafts and lists of the project before are gone, on every panel."""
    window = open_project(trained)
    use_every_panel(window, qtbot, SAMPLES / "penguins.csv", tmp_path / "answers.csv")
    other = make_project(OTHER, "grade")
    window.controller.open(other)
    found = states(window, qtbot)
    window.controller.close()
    fresh = MainWindow(window.controller.jobs, ExceptionHook(qapp), Settings(tmp_path / "preferences.ini"))
    fresh.resize(window.size())
    fresh.show()
    fresh.controller.open(other)
    expected = states(fresh, qtbot)
    fresh.controller.close()
    fresh.hide()
    fresh.deleteLater()
    for stage, state in expected.items():
        assert found[stage] == state, stage


@pytest.mark.parametrize("id_", STAGES)
def test_one_edit_paints_the_panel_in_front_once(open_project, trained, id_, monkeypatch):
    window: MainWindow = open_project(trained, id_)
    shown: list[str] = []
    for name in ("show_project", "show_results"):
        show = getattr(window.panel, name)
        monkeypatch.setattr(window.panel, name, lambda name=name, show=show: (shown.append(name), show())[1])
    project = window.controller.project
    window.controller.edit("Users", brief=replace(project.brief, users="clerks"))
    settle(window)
    assert shown == ["show_project", "show_results"]
    window.controller.undo()
    assert shown == ["show_project", "show_results"] * 2
