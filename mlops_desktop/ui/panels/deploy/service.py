"""The service of an exported bundle on this computer: a process of its own that ends with the window."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal
from PySide6.QtNetwork import QHostAddress, QTcpServer

from mlops_desktop.engine.process import service_command, service_environment
from mlops_desktop.ui.http import Http

ASK_MS = 150  # between two looks whether it is ready
GRACE_MS = 1_500  # until a service that does not end is killed
MOST_TAIL = 30  # lines kept to say why it failed
State = Literal["stopped", "starting", "ready", "stopping", "failed"]


def port_is_free(port: int) -> bool:
    """Whether a service could listen at a port of this computer now."""
    server = QTcpServer()
    free = server.listen(QHostAddress(QHostAddress.SpecialAddress.LocalHost), port)
    server.close()
    return free


def free_port(after: int) -> int:
    """The next free port above one; any free one when there is none near."""
    near = next((port for port in range(after + 1, min(after + 200, 65_536)) if port_is_free(port)), 0)
    if near:
        return near
    server = QTcpServer()
    server.listen(QHostAddress(QHostAddress.SpecialAddress.LocalHost), 0)
    port = server.serverPort()
    server.close()
    return port


class LocalService(QObject):
    """At most one service. `changed`: its state is another; `output`: a line of its output."""

    changed = Signal()
    output = Signal(str)

    def __init__(self, http: Http, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._http = http
        self.state: State = "stopped"
        self.reason = ""  # why it failed, as a sentence
        self.taken = False  # whether it failed because another program has the port
        self.bundle: Path | None = None
        self.port = 0
        self.scheme = "http"
        self._process: QProcess | None = None
        self._tail: list[str] = []
        self._rest = b""
        self._asked = False  # one question at a time
        self._asking = QTimer(self)
        self._asking.setInterval(ASK_MS)
        self._asking.timeout.connect(self._ask)
        self._killing = QTimer(self)
        self._killing.setSingleShot(True)
        self._killing.setInterval(GRACE_MS)
        self._killing.timeout.connect(self._kill)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"{self.scheme}://127.0.0.1:{self.port}/"

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self.state in ("starting", "ready", "stopping")

    @property
    def pid(self) -> int:
        """The process's number; 0 without one."""
        return int(self._process.processId()) if self._process is not None else 0

    def start(self, bundle: Path, port: int, options: Sequence[str] = (), *, scheme: str = "http", key: str = "") -> None:
        """Start the service of a bundle with further flags, unless one runs. `scheme`: what it is asked with; `key`: with which key."""
        if self.running:
            return
        self.bundle, self.port, self.scheme, self._tail, self._rest = bundle, port, scheme, [], b""
        self._http.key = key
        if not port_is_free(port):
            self._fail(self.tr("Port {port} is in use by another program on this computer.").format(port=port), taken=True)
            return
        process = self._process = QProcess(self)
        process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        environment = QProcessEnvironment()
        for name, value in service_environment(key).items():
            environment.insert(name, value)
        process.setProcessEnvironment(environment)
        process.setWorkingDirectory(str(Path.home()))
        if sys.platform != "win32":
            process.setUnixProcessParameters(QProcess.UnixProcessFlag.CreateNewSession)
        process.readyRead.connect(self._read)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._failed_to_start)
        command = service_command(bundle, port, options)
        self._become("starting")
        process.start(command[0], command[1:])
        self._asking.start()

    def stop(self) -> None:
        """Ask the service to end; it is killed when it has not within a second and a half."""
        if self._process is None or self.state == "stopping":
            return
        self._asking.stop()
        self._become("stopping")
        self._process.closeWriteChannel()
        self._killing.start()

    def end(self) -> None:
        """End the service and wait for it, two seconds at most."""
        process = self._process
        if process is None:
            return
        self.stop()
        if not process.waitForFinished(GRACE_MS):
            self._kill()
            process.waitForFinished(500)

    def _kill(self) -> None:
        process = self._process
        if process is None or process.state() == QProcess.ProcessState.NotRunning:
            return
        if sys.platform != "win32":
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(int(process.processId()), signal.SIGKILL)
        else:
            process.kill()

    def _read(self) -> None:
        if self._process is None:
            return
        *lines, self._rest = (self._rest + bytes(self._process.readAll().data())).split(b"\n")
        for line in lines:
            text = line.decode("utf-8", "replace").rstrip("\r")
            self._tail = [*self._tail[-MOST_TAIL:], text]
            self.output.emit(text)

    def _ask(self) -> None:
        if self.state == "starting" and not self._asked:
            self._asked = True
            self._http.get(f"{self.url}health/ready", self._take_reply)

    def _take_reply(self, status: int, _: str) -> None:
        self._asked = False
        if status == 200 and self.state == "starting":
            self._asking.stop()
            self._become("ready")

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        self._asking.stop()
        self._killing.stop()
        before, process, self._process = self.state, self._process, None
        if process is not None:
            process.deleteLater()
        if before == "stopping":
            self._become("stopped")
            return
        message = next((line for line in reversed(self._tail) if line.strip()), "")
        if before == "ready":
            text = self.tr("The service ended by itself (exit code {code}). ").format(code=code)
            self._fail(text + message if status == QProcess.ExitStatus.NormalExit else self.tr("The service was ended from outside."))
        else:
            self._fail(message or self.tr("The service did not start (exit code {code}).").format(code=code))

    def _failed_to_start(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self._process is not None:
            text = self._process.errorString()
            self._process.deleteLater()
            self._process = None
            self._asking.stop()
            self._fail(self.tr("The service could not be started: {reason}.").format(reason=text))

    def _fail(self, reason: str, taken: bool = False) -> None:
        self.reason, self.taken = reason, taken
        self._become("failed")

    def _become(self, state: State) -> None:
        self.state = state
        if state != "failed":
            self.reason, self.taken = "", False
        self.changed.emit()
