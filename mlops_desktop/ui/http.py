"""Sends HTTP requests to a service on this computer without blocking the window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QByteArray, QObject, QUrl
from PySide6.QtNetwork import QNetworkAccessManager, QNetworkProxy, QNetworkReply, QNetworkRequest

TIMEOUT_MS = 30_000
_THIS_COMPUTER = "127.0.0.1"
OnAnswer = Callable[[int, str], None]


class Http(QObject):
    """Requests to a local service. The answer comes as (status, body); a service that cannot be reached is status 0 with the reason.

    `key` is sent with each request, unless it is empty.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.key = ""
        self._manager = QNetworkAccessManager(self)
        # Nothing of this goes to the network: a proxy that the desktop names has no part in it.
        self._manager.setProxy(QNetworkProxy(QNetworkProxy.ProxyType.NoProxy))

    def get(self, url: str, on_answer: OnAnswer) -> None:
        """Ask for an address."""
        self._wait(self._manager.get(self._request(url)), on_answer)

    def post(self, url: str, body: str, on_answer: OnAnswer) -> None:
        """Send JSON to an address."""
        request = self._request(url)
        request.setHeader(QNetworkRequest.KnownHeaders.ContentTypeHeader, "application/json")
        self._wait(self._manager.post(request, QByteArray(body.encode())), on_answer)

    def _request(self, url: str) -> QNetworkRequest:
        request = QNetworkRequest(QUrl(url))
        request.setTransferTimeout(TIMEOUT_MS)
        if self.key:
            request.setRawHeader(QByteArray(b"X-API-Key"), QByteArray(self.key.encode()))
        return request

    def _wait(self, reply: QNetworkReply, on_answer: OnAnswer) -> None:
        if reply.url().host() == _THIS_COMPUTER:  # a certificate is of the name that other clients ask for
            reply.ignoreSslErrors()
        reply.finished.connect(partial(self._finished, reply, on_answer))

    def _finished(self, reply: QNetworkReply, on_answer: OnAnswer) -> None:
        status = reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)
        body = bytes(reply.readAll().data()).decode("utf-8", "replace")
        reason = reply.errorString()
        reply.deleteLater()
        if status is None:
            on_answer(0, reason)
        else:
            on_answer(int(status), body)
