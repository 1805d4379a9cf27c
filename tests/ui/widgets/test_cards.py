"""Cards, findings, banner, toast and ring: their texts and accessible names."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from mlops_desktop.ui.widgets import notices
from mlops_desktop.ui.widgets.cards import Banner, EmptyState, FindingRow, Kpi, ProgressRing, Toast
from mlops_desktop.ui.widgets.elided import Elided


def part(of: QWidget, name: str) -> Any:
    found = of.findChild(QWidget, name)
    assert found is not None, name
    return found


def shown(qtbot: QtBot, widget: QWidget, width: int = 400) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, max(widget.sizeHint().height(), 40))
    widget.show()


def test_a_card_shows_its_figure_to_everyone(qtbot: QtBot) -> None:
    card = Kpi("Missing cells", name="kpi_missing", icon="warn")
    shown(qtbot, card, 120)
    card.show_value("0.5%", "2 columns affected, and many more words than fit", "warn")
    assert card.accessibleName() == "Missing cells: 0.5%, 2 columns affected, and many more words than fit"
    assert part(card, "kpi_missing_hint").property("tone") == "warn"
    assert part(card, "kpi_missing_hint").toolTip().endswith("than fit")
    assert card.minimumSizeHint().width() < 140


def test_an_elided_text_never_widens_its_parent(qtbot: QtBot) -> None:
    text = Elided("<b>" + "long " * 100 + "\nline", middle=True)
    shown(qtbot, text, 90)
    assert text.minimumSizeHint().width() < 80
    assert text.width() == 90
    assert "\n" not in text.text()
    assert text.toolTip().startswith("<b>long")


@pytest.mark.parametrize("severity", ["err", "warn", "info", "ok"])
def test_a_finding_shows_which_link_was_taken(qtbot: QtBot, severity: str) -> None:
    row, taken = FindingRow(severity, "6.3% missing in total_charges", "Will be imputed", [("fix", "Fix"), ("show", "Show")], name="f"), []
    row.acted.connect(taken.append)
    shown(qtbot, row)
    qtbot.mouseClick(part(row, "f_show"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(part(row, "f_fix"), Qt.MouseButton.LeftButton)
    assert taken == ["show", "fix"]
    assert row.accessibleName().endswith(": 6.3% missing in total_charges. Will be imputed")


def test_a_finding_with_a_name_without_blanks_is_broken_and_not_cut(qtbot: QtBot) -> None:
    row = FindingRow("warn", "missing in " + "_".join(["column"] * 20), "Text.", [("a", "Change")], name="f")
    shown(qtbot, row, 300)
    assert row.minimumSizeHint().width() < 300
    titles = [made for made in row.findChildren(QLabel) if "column" in made.text()]
    assert titles[0].heightForWidth(titles[0].width()) <= titles[0].height()


def test_a_long_link_of_a_finding_stands_below_its_text_where_there_is_little_room(qtbot: QtBot) -> None:
    row = FindingRow("warn", "Rows in order of time", "Text.", [("a", "Test on the latest rows of the table")], name="f")
    shown(qtbot, row, 260)
    title, link = row.findChildren(QLabel)[0], part(row, "f_a")

    def place(widget: QWidget) -> QRect:
        return QRect(widget.mapTo(row, QPoint()), widget.size())

    qtbot.waitUntil(lambda: place(link).top() >= place(title).bottom())
    assert row.minimumSizeHint().width() <= 260
    row.resize(900, 60)
    qtbot.waitUntil(lambda: place(link).left() > place(title).right())


def test_an_empty_state_has_one_sentence_and_one_action(qtbot: QtBot) -> None:
    pressed: list[bool] = []
    state = EmptyState("No model yet.", "Go to training", lambda: pressed.append(True), name="empty", icon="cpu", primary=True)
    shown(qtbot, state)
    qtbot.mouseClick(part(state, "empty_action"), Qt.MouseButton.LeftButton)
    assert pressed == [True]
    alone = EmptyState("Nothing.", name="alone")
    shown(qtbot, alone)
    assert not part(alone, "alone_action").isVisible()


@pytest.mark.parametrize("tone", ["info", "ok", "warn", "err", "stale"])
def test_a_banner_acts_and_closes(qtbot: QtBot, tone: str) -> None:
    banner, acted, closed = Banner(tone, "Out of date.", [("run", "Re-run", "")], name="banner_x"), [], []
    banner.acted.connect(acted.append)
    banner.closed.connect(lambda: closed.append(True))
    shown(qtbot, banner)
    qtbot.mouseClick(part(banner, "banner_x_run"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(part(banner, "banner_x_close"), Qt.MouseButton.LeftButton)
    assert acted == ["run"]
    assert closed == [True]
    assert not banner.isVisible()
    assert banner.property("tone") in ("info", "ok", "warn", "err")


@pytest.fixture
def toast(qtbot: QtBot) -> Toast:
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(800, 500)
    over.show()
    made = Toast(over)
    made.received = []  # type: ignore[attr-defined]
    made.undone.connect(lambda: made.received.append("undone"))  # type: ignore[attr-defined]
    made.gone.connect(lambda: made.received.append("gone"))  # type: ignore[attr-defined]
    return made


def test_a_toast_is_taken_back(qtbot: QtBot, toast: Any) -> None:
    toast.show_message("The step was removed.", undo=True)
    assert toast.isVisible()
    qtbot.mouseClick(part(toast, "toast_message_undo"), Qt.MouseButton.LeftButton)
    assert toast.received == ["undone"]
    assert not toast.isVisible()


def test_a_toast_goes_by_itself_and_waits_while_the_pointer_is_on_it(qtbot: QtBot, toast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "TOAST_MS", 60)
    toast.show_message("Saved.")
    QApplication.sendEvent(toast, QEnterEvent(QPointF(), QPointF(), QPointF()))
    qtbot.wait(150)
    assert toast.isVisible()
    QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: not toast.isVisible(), timeout=2000)
    assert toast.received == ["gone"]


def test_a_second_toast_takes_the_place_of_the_first_and_stays_in_the_window(qtbot: QtBot, toast: Any) -> None:
    toast.show_message("One.", undo=True)
    toast.show_message("Two " + "words " * 60)
    assert toast.received == ["gone"]
    assert not part(toast, "toast_message_undo").isVisible()
    over = toast.parentWidget()
    assert over.rect().contains(toast.geometry())
    over.resize(500, 300)
    QApplication.processEvents()
    assert over.rect().contains(toast.geometry())


def test_a_ring_turns_only_while_it_is_seen_and_never_under_reduced_motion(qtbot: QtBot, qapp: QApplication) -> None:
    qapp.setProperty("reduced_motion", False)
    try:
        ring = ProgressRing("Training", name="ring")
        assert not ring._timer.isActive()
        shown(qtbot, ring)
        assert ring._timer.isActive()
        ring.show_share(0.78, "6")
        assert not ring._timer.isActive()
        assert ring.accessibleName() == "Training: 78%"
        ring.show_share(None)
        ring.hide()
        assert not ring._timer.isActive()
        qapp.setProperty("reduced_motion", True)
        ring.show()
        assert not ring._timer.isActive()
        ring.grab()
    finally:
        qapp.setProperty("reduced_motion", None)
