"""Errors on their way to a person: from slots, from threads, with details that hold no cells."""

from __future__ import annotations

import sys
import threading

import pytest
from PySide6.QtCore import QObject, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QPlainTextEdit, QPushButton

from mlops_desktop.base.errors import Cancelled, UserError
from mlops_desktop.ui.shell.crash_dialog import CrashDialog, ExceptionHook, show_crash, without_cells, without_values
from tests.ui.conftest import click, find

REPORT = """Traceback (most recent call last):
  File "mlops_desktop/engine/x.py", line 12, in read
    value = float("…")
ValueError: could not convert string to float: 'Anna Schmidt' in row 4711.25, seen "3a" and “cell”
   name  Meier Hans
"""


def test_values_are_blanked_and_code_is_kept():
    shown = without_values(REPORT)
    for cell in ("Anna", "4711", "3a", "cell”", "Meier"):
        assert cell not in shown
    assert 'File "mlops_desktop/engine/x.py", line 12' in shown
    assert "ValueError: could not convert string to float" in shown


def test_cells_in_our_sentences_are_blanked_and_names_stay():
    text = "“amount”: 2 cells cannot be read: “3a”, “Anna” in rows 3, 9."
    assert without_cells(text, {"amount"}) == "“amount”: 2 cells cannot be read: “…” in rows 3, 9."
    assert without_cells("“a ” 4711 secret” in “amount”", {"amount"}) == "“…” in “amount”"
    assert without_cells("„Müller “X“ Geheim“ in „amount“", {"amount"}) == "“…” in „amount“"
    german = "„amount“: 2 Zellen sind nicht lesbar: „Anna Berg“ in Zeile 3."
    assert without_cells(german, {"amount"}) == "„amount“: 2 Zellen sind nicht lesbar: “…” in Zeile 3."


def test_the_dialog_shows_what_is_kept_and_hands_its_details_out(qtbot, tmp_path, monkeypatch):
    dialog = CrashDialog("Training did not work.", REPORT)
    qtbot.addWidget(dialog)
    dialog.show()
    details = find(dialog, QPlainTextEdit, "crash_details")
    assert not details.isVisible()
    click(find(dialog, QPushButton, "crash_more"))
    assert details.isVisible()
    click(find(dialog, QPushButton, "crash_copy"))
    copied = QApplication.clipboard().text()
    assert "Training did not work." in copied
    assert "Python 3." in copied
    assert "Anna" not in copied
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "details.txt"), ""))
    click(find(dialog, QPushButton, "crash_save"))
    assert (tmp_path / "details.txt").read_text(encoding="utf-8") == copied
    click(find(dialog, QPushButton, "crash_close"))
    assert not dialog.isVisible()


def test_details_that_cannot_be_saved_are_a_refusal(qtbot, tmp_path, monkeypatch):
    dialog = CrashDialog("It failed.", REPORT)
    qtbot.addWidget(dialog)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "folder.txt"), ""))
    with pytest.raises(UserError, match="no longer exists"):
        dialog._save()


def test_the_dialog_does_not_block(qtbot):
    dialog = show_crash("It failed.", "x", None)
    qtbot.addWidget(dialog)
    assert dialog.isVisible()
    assert not dialog.isModal()


class Recorder(QObject):
    def __init__(self, hook: ExceptionHook) -> None:
        super().__init__()
        self.refused: list[str] = []
        self.crashed: list[str] = []
        self.threads: set[int] = set()
        hook.refused.connect(self.refuse)
        hook.crashed.connect(self.crash)

    def refuse(self, text: str) -> None:
        self.threads.add(threading.get_ident())
        self.refused.append(text)

    def crash(self, _: str, report: str) -> None:
        self.threads.add(threading.get_ident())
        self.crashed.append(report)


@pytest.fixture
def received(qapp, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    hook = ExceptionHook(qapp)
    hook.install()
    yield Recorder(hook)
    hook.deleteLater()


def raise_(error: BaseException) -> None:
    raise error


def test_a_fault_in_a_slot_is_shown_and_the_window_goes_on(received, qtbot, capsys):
    QTimer.singleShot(0, lambda: raise_(ZeroDivisionError("in a slot")))
    qtbot.waitUntil(lambda: bool(received.crashed), timeout=5000)
    assert "ZeroDivisionError" in received.crashed[0]
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_refusal_that_nobody_caught_is_a_sentence(received, qtbot):
    QTimer.singleShot(0, lambda: raise_(UserError("The file is gone.", "Choose another.")))
    qtbot.waitUntil(lambda: bool(received.refused), timeout=5000)
    assert received.refused == ["The file is gone. Choose another."]
    assert received.crashed == []


def test_a_fault_in_a_thread_arrives_on_the_window_s_thread(received, qtbot, capsys):
    thread = threading.Thread(target=lambda: raise_(KeyError("in a thread")))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(received.crashed), timeout=5000)
    assert received.threads == {threading.get_ident()}


def test_a_stop_is_no_fault(received, qtbot):
    sys.excepthook(Cancelled, Cancelled(), None)
    QTest.qWait(20)
    assert (received.refused, received.crashed) == ([], [])
