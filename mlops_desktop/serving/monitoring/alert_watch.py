"""Checks the alerts once a minute, in a thread of one of the processes, and sends to a webhook which of them began or ended."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..errors import UserError
from ..message import msg
from ..metrics import ModelMetrics
from .alert_rules import Rule
from .alerts import FIRING, OK, TOO_FEW, Alert, check, mark_sent, take_turn, unsent
from .store import Store

INTERVAL = 60.0  # seconds between two checks
RETRIES = (1.0, 5.0)  # seconds before the second and the third attempt; after that the next check sends it
TIMEOUT = 5.0  # seconds for an attempt
# For channels that show the member `text` of a webhook; in English, as everything that the service itself says.
_TEXTS = {
    FIRING: "Model {name} {version}: the alert “{alert}” is firing.",
    OK: "Model {name} {version}: the alert “{alert}” has ended.",
    TOO_FEW: "Model {name} {version}: the alert “{alert}” has ended, because its window has too few rows now.",
}
_log = logging.getLogger("serving")


class Webhook:
    """An address that alerts are sent to, by a POST of JSON. UserError when it is no address of HTTP, or its headers cannot be used.

    `headers` names a file with a line `Name: value` for each further header, such as a secret; it is read at the start.
    """

    def __init__(self, url: str, headers: Path | None = None) -> None:
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            usable = False
        if not usable:
            raise UserError("The address of the webhook is none of HTTP.", "It is like https://example.com/hook.")
        self._url, self._headers = url, _read_headers(headers) if headers else {}
        self._opener = urllib.request.build_opener(_NoRedirects)

    def send(self, document: Mapping[str, Any]) -> None:
        """Send a document once. OSError or HTTPException when that fails."""
        body = json.dumps(document, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", **self._headers}
        try:
            with self._opener.open(urllib.request.Request(self._url, body, headers, method="POST"), timeout=TIMEOUT) as answer:
                answer.read(1)
        except urllib.error.HTTPError as error:
            error.close()
            raise


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would send the headers, a secret among them, to an address that nobody named."""

    def redirect_request(self, *arguments: Any) -> None:
        """No further request."""


def _read_headers(path: Path) -> dict[str, str]:
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise UserError(msg("The headers of the webhook in “{path}” cannot be read.", path=path), "Check the file.") from error
    headers = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    usable = (name and name.isascii() and name.isprintable() and " " not in name and _is_latin1(value) for name, value in headers.items())
    if not all(usable):
        raise UserError(msg("A line of “{path}” is no header.", path=path), "A line is like: Authorization: Bearer SECRET")
    return headers


def _is_latin1(value: str) -> bool:
    """Whether HTTP can carry a text as the value of a header."""
    return bool(value) and all(" " <= letter <= "\xff" or letter == "\t" for letter in value)


class AlertWatch:
    """Checks `rules` for the model that answers, as long as the service runs."""

    def __init__(self, store: Store, rules: Sequence[Rule], webhook: Webhook | None) -> None:
        self._store, self._rules, self._webhook = store, rules, webhook
        self._stopping = threading.Event()
        self._model: tuple[str, ModelMetrics] | None = None
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)
        self.errors = 0  # alerts that could not be sent, or checks that failed

    def serve(self, key: str, model: ModelMetrics) -> None:
        """Check the alerts of this model, which the store knows by `key`, from now on."""
        self._model = key, model

    def start(self) -> None:
        """Begin to check."""
        self._thread.start()

    def stop(self) -> None:
        """End with what is being sent."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(INTERVAL):
            self.check()

    def check(self) -> None:
        """Check the alerts, if no other process did in the last minute, and send what changed."""
        if self._model is None:
            return
        (key, model), store = self._model, self._store
        try:
            if not take_turn(store, INTERVAL * 0.9):
                return
            found = check(store, key, model, self._rules)
            if self._webhook is not None:
                for one in unsent(store, key, found):
                    if self._sent(self._webhook, model, one):
                        mark_sent(store, key, one)
        except Exception as error:  # of whatever kind: the thread goes on, and the metrics count it
            self.errors += 1
            _log.error("the alerts cannot be checked: %s", error, exc_info=None if isinstance(error, sqlite3.Error) else error)

    def _sent(self, webhook: Webhook, model: ModelMetrics, one: Alert) -> bool:
        """Whether an alert was sent, with some attempts."""
        named = {name: model.info[name] for name in ("name", "version")}
        text = _TEXTS[one.state].format(**named, alert=one.rule.name)
        document = {"text": text, "model": named, **one.record()}
        for wait in (*RETRIES, None):
            try:
                webhook.send(document)
            except (OSError, HTTPException, ValueError) as error:  # ValueError: http.client cannot encode the address
                reason = error
            else:
                return True
            if wait is None or self._stopping.wait(wait):
                break
        self.errors += 1
        _log.error("an alert could not be sent to the webhook: %s", type(reason).__name__)
        return False
