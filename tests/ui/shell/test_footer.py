"""The footer of the window, with real work in a real child; the log."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QPlainTextEdit, QProgressBar, QPushButton

from mlops_desktop.engine.process import Call
from mlops_desktop.ui.jobs import BackgroundJob
from mlops_desktop.ui.shell import footer as foot
from mlops_desktop.ui.shell.footer import MOST_LINES, Footer, LogDrawer, about
from tests.ui import jobs_calls as calls
from tests.ui.conftest import click, find


def ticket(call: Call, title: str) -> BackgroundJob:
    return BackgroundJob(call=call, title=title, on_done=lambda _: None)


@pytest.fixture
def footer(runner, qtbot):
    made = Footer(runner)
    made.stop.connect(runner.stop)
    qtbot.addWidget(made)
    made.resize(1000, 40)
    made.show()
    return made


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1, "a few seconds left"), (12, "about 10 s left"), (44, "about 40 s left"), (70, "about 1 min left"), (3600, "about 60 min left")],
)
def test_time_left_is_rounded_as_people_do(seconds, text):
    assert about(seconds) == text


def test_work_is_shown_with_its_title_and_stopped_by_its_button(footer, runner, qtbot, monkeypatch):
    monkeypatch.setattr(foot, "FIRST_ESTIMATE_S", 0.2)
    what, bar, stop = find(footer, QLabel, "job_title"), find(footer, QProgressBar, "job_progress"), find(footer, QPushButton, "job_stop")
    assert what.text() == "Ready"
    assert not stop.isVisible()
    runner.start("me", ticket(calls.Slow(seconds=40), "Training"), long=True)
    runner.start("you", ticket(calls.Echo(), "Next"), long=True)
    qtbot.waitUntil(lambda: runner.long.fraction > 0.025, timeout=20_000)
    footer.show_work()
    assert what.text().startswith("Training: at it")
    assert bar.value() > 0
    assert re.fullmatch(r"about (\d0 s|1 min) left", find(footer, QLabel, "job_left").text())
    assert footer._more.text() == "1 waiting"
    click(stop)
    footer.show_work()
    assert what.text() == "Stopping …"
    assert not stop.isEnabled()
    qtbot.waitUntil(lambda: what.text() == "Ready", timeout=20_000)
    assert not bar.isVisible()


def test_quick_work_is_shown_while_there_is_no_long_work(footer, runner, qtbot):
    runner.start("me", ticket(calls.Slow(seconds=0.5), "Looking"))
    footer.show_work()
    assert find(footer, QLabel, "job_title").text().startswith("Looking")
    qtbot.waitUntil(lambda: runner.quick.now is None, timeout=20_000)


def test_whether_the_decisions_are_saved(footer):
    message = find(footer, QLabel, "saved_state")
    for state, text, tone in (("saving", "saving …", "3"), ("saved", "saved ", "3"), ("failed", "not saved", "err")):
        footer.show_saved(state)
        assert message.text().startswith(text)
        assert message.property("tone") == tone


@pytest.fixture
def drawer(qtbot):
    made = LogDrawer()
    qtbot.addWidget(made)
    made.resize(800, 220)
    made.show()
    return made


def test_lines_are_kept_counted_and_filtered(drawer):
    for i in range(12):
        drawer.add(f"fold {i} done" if i % 2 else f"step {i} done")
    text = find(drawer, QPlainTextEdit, "log_text")
    assert text.blockCount() == 12
    assert drawer._count.text() == "12 lines"
    QTest.keyClicks(find(drawer, QLineEdit, "log_filter"), "FOLD")
    assert text.blockCount() == 6
    drawer.add("a step that is not asked for")
    drawer.add("fold 99 done")
    assert text.toPlainText().splitlines()[-1].endswith("fold 99 done")
    assert text.blockCount() == 7
    assert len(drawer.lines()) == 14


def test_the_log_does_not_grow_for_ever(drawer):
    for i in range(MOST_LINES + 50):
        drawer._lines = [*drawer._lines[-MOST_LINES:], str(i)] if i < MOST_LINES else drawer._lines
    drawer.add("one")
    drawer.add("two")
    assert len(drawer._lines) <= MOST_LINES + 1


def test_the_log_is_copied_and_saved(drawer, tmp_path, monkeypatch):
    drawer.add("größer")
    QTest.mouseClick(find(drawer, QPushButton, "log_copy"), Qt.MouseButton.LeftButton)
    assert "größer" in QApplication.clipboard().text()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "a.log"), ""))
    QTest.mouseClick(find(drawer, QPushButton, "log_save"), Qt.MouseButton.LeftButton)
    assert "größer" in (tmp_path / "a.log").read_text(encoding="utf-8")
