"""The footer of the window: the running work with the time left, Stop, and the log."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QLineEdit, QPlainTextEdit, QProgressBar, QSizePolicy

from mlops_desktop.engine import disk
from mlops_desktop.ui import theme
from mlops_desktop.ui.file_dialogs import ask_new_file
from mlops_desktop.ui.jobs import BackgroundJob, JobQueue, JobRunner
from mlops_desktop.ui.widgets.basic import Button, card, column, heading, label, row, set_property

MOST_LINES = 5000
FIRST_ESTIMATE_S = 4.0  # before that, a forecast is noise


def about(seconds: float) -> str:
    """A time left as people say it."""
    translate = QApplication.translate
    if seconds < 8:
        return translate("Footer", "a few seconds left")
    if seconds < 55:
        return translate("Footer", "about {n} s left").format(n=int(round(seconds, -1)) or 10)
    minutes = round(seconds / 60)
    return translate("Footer", "about {n} min left").format(n=max(1, minutes))


class Footer(QFrame):
    """Shows the long work if there is any, else the quick."""

    stop = Signal()
    log_asked = Signal()

    def __init__(self, jobs: JobRunner) -> None:
        super().__init__()
        self.setObjectName("footer")
        self._jobs = jobs
        self._began: dict[BackgroundJob[Any, Any], float] = {}
        self._what = label(self.tr("Ready"), "small")
        self._what.setObjectName("job_title")
        self._what.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = QProgressBar()
        self._bar.setObjectName("job_progress")
        self._bar.setAccessibleName(self.tr("Progress of the work"))
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._bar.setFixedWidth(200)
        self._left = label("", "small", tone="3", tabular=True)
        self._left.setObjectName("job_left")
        self._stop = Button(self.tr("Stop"), self.stop.emit, name="job_stop", kind="link", icon="stop")
        self._more = label("", "small", tone="3")
        self._saved = label("", "small", tone="3")
        self._saved.setObjectName("saved_state")
        log = Button(self.tr("Log"), self.log_asked.emit, name="log_toggle", kind="link", icon="log")
        self.setLayout(
            row((self._what, 4), self._bar, self._left, self._stop, self._more, None, self._saved, log, margins=(20, 4, 14, 4), spacing=10)
        )
        self.setFixedHeight(40)
        jobs.changed.connect(self.show_work)
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self.show_work)
        self.show_work()

    @Slot()
    def show_work(self) -> None:
        """Show what is going on now."""
        queue = self._jobs.long if self._jobs.long.now else self._jobs.quick
        job = queue.now
        busy = job is not None
        for part in (self._bar, self._left, self._stop):
            part.setVisible(busy)
        if job is None:
            self._what.setText(self.tr("Ready"))
            self._more.setText("")
            self._began.clear()
            self._tick.stop()
            return
        if not self._tick.isActive():
            self._tick.start()
        self._show(queue, job)

    def _show(self, queue: JobQueue, job: BackgroundJob[Any, Any]) -> None:
        spent = time.monotonic() - self._began.setdefault(job, time.monotonic())
        text = f"{job.title}: {queue.message}" if queue.message else job.title
        if job.cancelled.is_set():
            text = self.tr("Stopping …")
        self._what.setText(self._what.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(200, self.width() // 2)))
        self._what.setToolTip(text)
        self._stop.setEnabled(not job.cancelled.is_set())
        self._bar.setRange(0, 1000 if queue.fraction > 0 else 0)
        self._bar.setValue(int(1000 * queue.fraction))
        known = queue.fraction > 0.02 and spent > FIRST_ESTIMATE_S
        self._left.setText(about(spent * (1 - queue.fraction) / queue.fraction) if known else "")
        behind = len(queue.waiting) - 1
        self._more.setText(self.tr("{n} waiting").format(n=behind) if behind > 0 else "")

    @Slot(str)
    def show_saved(self, state: str) -> None:
        """Show whether the decisions are on the disk: `saving`, `saved` or `failed`."""
        text = {"saving": self.tr("saving …"), "failed": self.tr("not saved")}
        self._saved.setText(text.get(state) or self.tr("saved {time}").format(time=time.strftime("%H:%M")))
        set_property(self._saved, "tone", "err" if state == "failed" else "3")


class LogDrawer(QFrame):
    """What was done, line by line. No cell values are in it. `open_asked`: the person wants to see the file of it."""

    open_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("log_drawer")
        self._lines: list[str] = []
        self._filter = QLineEdit()
        self._filter.setObjectName("log_filter")
        self._filter.setPlaceholderText(self.tr("Show lines with …"))
        self._filter.setAccessibleName(self.tr("Filter of the log"))
        self._filter.textChanged.connect(self._refill)
        self._text = QPlainTextEdit()
        self._text.setObjectName("log_text")
        self._text.setAccessibleName(self.tr("Log"))
        self._text.setReadOnly(True)
        self._text.setMaximumBlockCount(MOST_LINES)
        self._text.setFont(theme.font("small", tabular=True))
        self._count: QLabel = label("", "small", tone="3")
        tools = row(
            heading(self.tr("Log")),
            self._count,
            None,
            self._filter,
            Button(self.tr("Copy"), self._copy, name="log_copy", kind="link", icon="copy"),
            Button(self.tr("Save …"), self._save, name="log_save", kind="link", icon="save"),
            Button(self.tr("Open the file"), self.open_asked.emit, name="log_open", kind="link", icon="log"),
        )
        inner = card(tools, (self._text, 1))
        self.setLayout(column(inner, margins=(20, 0, 20, 10)))
        self.setFixedHeight(220)

    @Slot(str)
    def add(self, line: str) -> None:
        """One more line, with the time."""
        self._lines = [*self._lines[-MOST_LINES:], f"{time.strftime('%H:%M:%S')}  {line}"]
        if self._filter.text().lower() in line.lower():
            self._text.appendPlainText(self._lines[-1])
        self._count.setText(self.tr("{n} lines").format(n=len(self._lines)))

    def lines(self, most: int = 50) -> list[str]:
        """The last lines."""
        return self._lines[-most:]

    def _refill(self) -> None:
        wanted = self._filter.text().lower()
        self._text.setPlainText("\n".join(line for line in self._lines if wanted in line.lower()))

    def _copy(self) -> None:
        QApplication.clipboard().setText(self._text.toPlainText())

    def _save(self) -> None:
        path = ask_new_file(self, self.tr("Save the log"), "mlops-desktop.log")
        if path is not None:
            with disk.explain_errors(self.tr("The log")):
                path.write_text(self._text.toPlainText(), encoding="utf-8")
