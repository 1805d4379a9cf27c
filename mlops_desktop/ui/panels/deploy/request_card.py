"""Trying a running service: a request that can be changed, its answer, and how others ask the same."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QFrame, QPlainTextEdit

from mlops_desktop.engine.packaging import request_snippets
from mlops_desktop.ui import theme
from mlops_desktop.ui.widgets.basic import Button, Segments, Weight, card, column, heading, label, row, set_property


class RequestCard(QFrame):
    """`send_asked` brings the body to send. A request is checked to be JSON before it leaves."""

    send_asked = Signal(str)

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self._url = self._planned = ""
        self._with_key = False
        self._example: dict[str, Any] = {}
        self.body = self._area(f"{name}_body", self.tr("Request, as JSON"))
        self.body.textChanged.connect(self._changed)
        self.answer = self._area(f"{name}_answer", self.tr("Answer"))
        self.answer.setReadOnly(True)
        self.snippet = self._area(f"{name}_snippet", self.tr("Snippet"))
        self.snippet.setReadOnly(True)
        self.send = Button(self.tr("Send"), self._send, name=f"{name}_send", kind="primary", icon="play")
        self.reset = Button(self.tr("Typical row"), self._reset, name=f"{name}_reset", kind="link")
        self.status = label("", "caption", pill="mute")
        self.status.setObjectName(f"{name}_status")
        self.note = label("", "small", tone="err", wrap=True)
        self.note.setObjectName(f"{name}_note")
        self.kind = Segments([("curl", "curl"), ("python", "Python")], name=f"{name}_kind")
        self.kind.chosen.connect(lambda _: self._show_snippet())
        self.copy = Button(self.tr("Copy"), self._copy, name=f"{name}_copy", icon="copy")
        left = column(row(self._title(self.tr("Request")), None, self.reset), (self.body, 1), spacing=4)
        right = column(row(self._title(self.tr("Answer")), None, self.status), (self.answer, 1), spacing=4)
        inner = card(
            row(heading(self.tr("Test request")), None, self.send),
            (row((left, 1), (right, 1), spacing=12), 3),
            self.note,
            row(self._title(self.tr("The same from elsewhere")), 8, self.kind, None, self.copy),
            (self.snippet, 2),
            margins=(16, 10, 16, 14),
            spacing=8,
        )
        self.setLayout(column(inner))
        self.status.setVisible(False)
        self._show_message("")
        self.show_ready("")

    def _title(self, text: str) -> Any:
        made = label(text, "small", tone="2", weight=Weight.Medium)
        made.setMinimumHeight(26)  # as high as the link beside one of them: what is below is on one line
        return made

    def _area(self, name: str, title: str) -> QPlainTextEdit:
        made = QPlainTextEdit()
        made.setObjectName(name)
        made.setAccessibleName(title)
        made.setTabChangesFocus(True)
        made.setFont(theme.code_font())
        made.setMinimumHeight(70)
        return made

    def show_example(self, row_: Mapping[str, Any]) -> None:
        """The typical row of the model; what a person wrote stays."""
        untouched = self.body.toPlainText().strip() in ("", self._text(self._example))
        self._example = dict(row_)
        if untouched:
            self._reset()

    def show_ready(self, url: str, planned: str = "", *, with_key: bool = False) -> None:
        """Where the service answers (empty while it does not), and where it will; whether other clients need a key."""
        self._url, self._planned, self._with_key = url, planned, with_key
        self.send.setEnabled(bool(url))
        self.send.setToolTip("" if url else self.tr("Start the service first."))
        self.answer.setPlaceholderText(self.tr("Send the request.") if url else self.tr("Start the service, then send the request."))
        self._show_snippet()

    def show_answer(self, status: int, text: str, milliseconds: float) -> None:
        """What the service answered."""
        with contextlib.suppress(ValueError):  # what is no JSON is shown as it came
            text = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
        self.answer.setPlainText(text)
        self.status.setVisible(True)
        self.status.setText(self.tr("no answer") if not status else f"{status} · {milliseconds:.0f} ms")
        set_property(self.status, "pill", "ok" if status == 200 else "err")
        self.send.setEnabled(bool(self._url))

    def request(self) -> dict[str, Any] | None:
        """The request as it is written; None (and a sentence beneath) when it is no JSON object with rows."""
        try:
            found = json.loads(self.body.toPlainText())
        except ValueError as error:
            where = self.tr("line {line}").format(line=getattr(error, "lineno", "?"))
            self._show_message(self.tr("This is not JSON: look at {where}.").format(where=where))
            return None
        if not isinstance(found, dict) or not isinstance(found.get("rows"), list):
            self._show_message(self.tr("The request needs a list “rows” of objects."))
            return None
        self._show_message("")
        return found

    def _send(self) -> None:
        found = self.request()
        if found is None or not self._url:
            return
        self.send.setEnabled(False)
        self.status.setVisible(True)
        self.status.setText(self.tr("waiting …"))
        set_property(self.status, "pill", "mute")
        self.send_asked.emit(json.dumps(found))

    def _changed(self) -> None:
        self._show_message("")
        self._show_snippet()

    def _show_message(self, text: str) -> None:
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def _text(self, row_: Mapping[str, Any]) -> str:
        return json.dumps({"rows": [row_]}, ensure_ascii=False, indent=2) if row_ else ""

    def _reset(self) -> None:
        self.body.setPlainText(self._text(self._example))

    def _show_snippet(self) -> None:
        """The snippet of the row in the request, or of the typical one while that is no JSON."""
        row_ = self._example
        with contextlib.suppress(ValueError, LookupError, TypeError):
            first = json.loads(self.body.toPlainText())["rows"][0]
            row_ = first if isinstance(first, dict) else row_
        url = self._url or self._planned
        make = request_snippets.curl if self.kind.choice() == "curl" else request_snippets.python
        self.snippet.setPlainText(make(url, row_, with_key=self._with_key) if row_ else "")
        self.copy.setAccessibleName(self.tr("Copy the snippet for {kind}").format(kind=self.kind.choice()))

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.snippet.toPlainText())
