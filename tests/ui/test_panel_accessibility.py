"""Whoever cannot see well, or cannot use a mouse: roles and names for a screen reader, focus that is seen, texts with enough contrast."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QLabel, QLineEdit, QWidget

from mlops_desktop.engine.workflow import STAGES
from mlops_desktop.ui.shell.main_window import MainWindow
from mlops_desktop.ui.widgets.cards import SEVERITIES
from mlops_desktop.ui.widgets.notices import SIGNS
from tests.ui.conftest import settle
from tests.ui.test_panel import tab_stops
from tests.ui.test_panel import trained as trained
from tests.ui.test_theme import contrast

_NO_ROLE = {QAccessible.Role.NoRole, QAccessible.Role.Client, QAccessible.Role.Pane, QAccessible.Role.Window}
LEAST_CONTRAST = 4.5


def visible_stops(window: MainWindow) -> list[QWidget]:
    """What the Tab key reaches now and is wholly seen: to the rest, it scrolls."""
    stops = [one for one in tab_stops(window) if one.isVisible() and one.isEnabled()]
    return [one for one in stops if one.visibleRegion().boundingRect().contains(one.rect())]


@pytest.mark.parametrize("stage", STAGES)
def test_every_control_has_a_role_and_a_name(open_project, trained, stage):
    window: MainWindow = open_project(trained, stage)
    controls = window.findChildren(QAbstractButton) + window.findChildren(QComboBox) + window.findChildren(QLineEdit)
    own = (one for one in controls if one.isVisible() and not isinstance(one.parentWidget(), QAbstractSpinBox | QComboBox))
    shown = {*visible_stops(window), *own}
    found = {one: QAccessible.queryAccessibleInterface(one) for one in shown}
    assert [f"{type(one).__name__} {one.objectName()}" for one, what in found.items() if what is None or what.role() in _NO_ROLE] == []


def picture(widget: QWidget) -> QImage:
    """A widget with a little of what is around it: some rings of focus are painted by the parent."""
    edge = 3
    window = widget.window()
    at = widget.mapTo(window, QPoint(0, 0))
    return window.grab(widget.rect().translated(at).adjusted(-edge, -edge, edge, edge)).toImage()


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.proof)])
def test_the_focus_is_seen(open_project, trained, theme):
    window: MainWindow = open_project(trained)
    window.show_theme(theme)
    unseen = list[str]()
    for stage in STAGES:
        window.show_stage(stage)
        settle(window)
        for one in visible_stops(window):
            window.centralWidget().setFocus()
            before = picture(one)
            one.setFocus(Qt.FocusReason.TabFocusReason)
            QApplication.processEvents()
            if one.hasFocus() and picture(one) == before:
                unseen.append(f"{stage}: {type(one).__name__} {one.objectName()}")
    window.show_theme("light")
    assert unseen == []


@pytest.mark.parametrize("signs", [SIGNS, SEVERITIES])
def test_every_meaning_of_a_colour_has_a_sign_too(signs):
    pictures = [icon for icon, _ in signs.values()]
    assert len(set(pictures)) == len(pictures)


def faint(root: QWidget) -> Iterator[str]:
    """Labels and buttons whose text has less contrast than it needs: the most common colour against the one that differs most from it."""
    for one in root.findChildren(QWidget):
        if not isinstance(one, QLabel | QAbstractButton) or not one.isVisible() or not one.isEnabled() or not one.text().strip():
            continue
        if one.visibleRegion().isEmpty() or not one.window().isVisible():
            continue
        area = one.rect().translated(one.mapTo(root, QPoint(0, 0)))
        image = root.grab(area).toImage()
        seen = Counter(image.pixelColor(x, y).name() for y in range(image.height()) for x in range(image.width()))
        ground = seen.most_common(1)[0][0]
        best = max((contrast(ground, colour) for colour in seen), default=21.0)
        if best < LEAST_CONTRAST:
            yield f"{type(one).__name__} {one.objectName()} “{one.text()[:40]}” {best:.1f} on {ground}"


@pytest.mark.proof
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_have_contrast_as_they_are_painted(open_project, trained, theme):
    window: MainWindow = open_project(trained)
    window.show_theme(theme)
    found = list[str]()
    for stage in STAGES:
        window.show_stage(stage)
        settle(window)
        found += (f"{stage}: {one}" for one in faint(window))
    window.show_theme("light")
    assert found == []
