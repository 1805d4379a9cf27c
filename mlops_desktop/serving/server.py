"""Runs the service in one process: listens on a port, starts uvicorn, and stops without losing a request."""

from __future__ import annotations

import errno
import gc
import importlib.util
import math
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .errors import UserError
from .message import msg
from .server_limits import Options

if TYPE_CHECKING:  # asyncio is imported by those that serve alone
    from .connection_sharing import ConnectionSource

TRANSPORT_SECURITY = 31_536_000  # seconds for which a browser that was here over HTTPS takes nothing else
GARBAGE = 50_000  # objects more than before, after which cycles among them are sought: a large body makes a million objects without any
KEEP_ALIVE = 65  # seconds; longer than the 60 of usual load balancers, so that the service is never the first to close a connection
# The packages that a service imports, and those that they need. On Windows uvicorn runs without uvloop.
PACKAGES = ("numpy", "uvicorn", "httptools", "h11", "click", "uvloop")
NOT_ON_WINDOWS = frozenset(("uvloop",))
_TAKEN = frozenset((errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)))


def missing_packages() -> list[str]:
    """The packages of a service that are not installed here."""
    wanted = (name for name in PACKAGES if sys.platform != "win32" or name not in NOT_ON_WINDOWS)
    return [name for name in wanted if importlib.util.find_spec(name) is None]


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; UserError when the port is in use or the address is not available."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        # On Windows SO_REUSEADDR would let two services share one port.
        option = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
        sock.setsockopt(socket.SOL_SOCKET, option, 1)
        sock.bind((host, port))
        sock.listen(2048)
    except (OSError, OverflowError) as error:
        sock.close()
        if getattr(error, "errno", None) in _TAKEN:
            raise UserError(
                msg("Port {port} is in use on this machine.", port=port),
                msg("Stop what uses it, or take another: --port {text}.", text=8000 if port == 65535 else port + 1),
            ) from error
        if getattr(error, "errno", None) == errno.EACCES:
            raise UserError(
                msg("Port {port} may not be used by this account.", port=port), "Take one above 1023, such as --port 8000."
            ) from error
        raise UserError(
            msg("The service cannot listen at {host}, port {port}.", host=host, port=port), "Check --host and --port (0 to 65535)."
        ) from error
    return sock


def address(sock: socket.socket, tls: bool = False) -> str:
    """The URL of a bound socket, as it is opened on this machine."""
    host, port = sock.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}/"


def serve(make_app: Callable[[], Any], source: ConnectionSource, options: Options) -> None:
    """Answer the connections of a source until the process is asked to stop (SIGTERM, Ctrl+C). Returns when the last request is answered.

    After SIGTERM, `ready` answers 503 and every response closes its connection for `drain` seconds, so that clients move to other servers.
    Then the connections in the queue are accepted, the socket is closed, and requests in progress are answered.
    """
    import uvicorn

    from .draining_server import DrainingServer
    from .single_row import single_row_protocol

    app, protection = make_app(), options.protection
    config = uvicorn.Config(
        app,
        http=single_row_protocol(app),
        lifespan="off",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=math.ceil(options.limits.stop_timeout),
        backlog=2048,
        headers=[("strict-transport-security", f"max-age={TRANSPORT_SECURITY}")] if protection.tls_cert else [],
        ssl_certfile=protection.tls_cert,
        ssl_keyfile=protection.tls_key,
        ssl_keyfile_password=protection.tls_password or None,
    )
    _load_tls(config)
    # Objects made so far live about as long as the process: the garbage collector need not visit them.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)
    recorder = app.slot.recorder
    if recorder is not None:
        recorder.start()
    DrainingServer(app, config, options, source).run(source.sockets())
    if recorder is not None:
        recorder.stop()


def _load_tls(config: Any) -> None:
    """Read certificate and key now; UserError when they cannot be used."""
    try:
        config.load()
    except OSError as error:  # of which ssl.SSLError is a kind
        if config.ssl_certfile is None:
            raise
        raise UserError("The certificate and its private key cannot be used.", "Check --tls-cert, --tls-key and the password.") from error
