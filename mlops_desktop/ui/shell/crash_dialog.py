"""The crash dialog, and the hook that shows every uncaught exception in it."""

from __future__ import annotations

import platform
import re
import sys
import threading
import traceback
from collections.abc import Collection, Sequence
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QDialog, QPlainTextEdit, QWidget

from mlops_desktop import __version__
from mlops_desktop.base.errors import Cancelled, UserError
from mlops_desktop.engine import disk
from mlops_desktop.ui import theme
from mlops_desktop.ui.file_dialogs import ask_new_file
from mlops_desktop.ui.translation import error_text
from mlops_desktop.ui.widgets.basic import Button, column, label, row

# Texts in quotes and long numbers in an exception may be cells of the person's data; the kind of the exception and the lines of code
# are not.
_VALUES = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|“[^”\n]*”|„[^“\n]*“|\b\d{4,}(\.\d+)?\b")
_QUOTED = re.compile(r"“([^”“]*)”|„([^“]*)“")  # as in English and as in German
_IN_QUOTES = re.compile("[“„].*[“”]|[“„].*", re.DOTALL)
_HIDE = dict(zip(map(ord, "“”„"), "\ue000\ue001\ue002", strict=True))
_SHOW = {ord(hidden): chr(mark) for mark, hidden in _HIDE.items()}
_BETWEEN = ("During handling of", "The above exception", "which led to:")  # what is between two tracebacks


def without_values(report: str) -> str:
    """A traceback without what may be cell values: quoted texts and long numbers in the exception's own message are blanked, and of a
    message of several lines the first is kept.
    """
    kept: list[str] = []
    in_message = False
    for line in report.rstrip().splitlines():
        if line.startswith(("Traceback", *_BETWEEN)):
            in_message = False
        elif not in_message and line and not line.startswith(" "):
            line, in_message = _VALUES.sub("…", line), True
        elif in_message and line:
            continue
        kept.append(line)
    return "\n".join(kept)


def without_cells(text: str, names: Collection[str]) -> str:
    """A sentence of ours without cells of the data: in our sentences they are in “”. Names (columns, files, stages) may stay.

    A cell may hold quotation marks itself, so everything between the first and the last mark that belongs to no name is blanked.
    """
    named = _QUOTED.sub(lambda found: found[0].translate(_HIDE) if (found[1] or found[2]) in names else found[0], text)
    return _IN_QUOTES.sub("“…”", named).translate(_SHOW)


class CrashDialog(QDialog):
    """What happened, what was kept, what to do; details to copy or save, without cell values."""

    def __init__(self, what: str, details: str, parent: QWidget | None = None, log: Sequence[str] = ()) -> None:
        super().__init__(parent)
        self.setObjectName("crash_dialog")
        self.setWindowTitle(self.tr("Something went wrong"))
        self.setMinimumWidth(560)
        versions = f"MLOps Desktop {__version__}, Python {platform.python_version()}, {platform.platform()}"
        self._text = "\n".join([what, versions, "", without_values(details), *(["", *log] if log else [])])
        self._details = QPlainTextEdit(self._text)
        self._details.setObjectName("crash_details")
        self._details.setAccessibleName(self.tr("Details"))
        self._details.setReadOnly(True)
        self._details.setVisible(False)
        self._more = Button(self.tr("Details"), self._toggle, name="crash_more", kind="link")
        close = Button(self.tr("Continue working"), self.accept, name="crash_close", kind="primary")
        buttons = row(
            self._more,
            Button(self.tr("Copy"), self._copy, name="crash_copy", icon="copy"),
            Button(self.tr("Save …"), self._save, name="crash_save", icon="save"),
            None,
            close,
        )
        kept = self.tr(
            "Your decisions are saved and finished results are kept. You can continue; if it happens again, send the details to "
            "the developers."
        )
        body = label(what, "body", wrap=True)
        body.setFont(theme.font("section"))
        self.setLayout(column(body, label(kept, tone="2", wrap=True), self._details, buttons, margins=(20, 18, 20, 16), spacing=12))
        close.setDefault(True)
        close.setFocus()

    def _toggle(self) -> None:
        self._details.setVisible(not self._details.isVisible())
        self.adjustSize()

    def _copy(self) -> None:
        QApplication.clipboard().setText(self._text)

    def _save(self) -> None:
        path = ask_new_file(self, self.tr("Save the details"), "mlops-desktop-details.txt")
        if path is not None:
            with disk.explain_errors(self.tr("The report")):
                path.write_text(self._text, encoding="utf-8")


class ExceptionHook(QObject):
    """Leads exceptions of slots, of paint events and of other threads to one signal, delivered on the window's thread."""

    refused = Signal(str)  # a UserError that no panel caught: a sentence
    crashed = Signal(str, str)  # what happened, the traceback

    def install(self) -> None:
        """From now on every uncaught exception comes here."""
        sys.excepthook = self._hook
        threading.excepthook = lambda args: self._hook(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            QApplication.quit()
            return
        if isinstance(error, Cancelled):
            return
        if isinstance(error, UserError):
            self.refused.emit(error_text(error))
            return
        report = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(report)
        self.crashed.emit(self.tr("A part of the window did not work."), report)


def show_crash(what: str, details: str, parent: QWidget | None, log: Sequence[str] = ()) -> CrashDialog:
    """Open the crash dialog beside the work; it does not block the window. `log`: the last lines of the log, which hold no cells."""
    dialog = CrashDialog(what, details, parent, log)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setModal(False)
    dialog.show()
    return dialog
