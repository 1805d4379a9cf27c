"""How a service runs: what one process takes on at once and how long it waits, with the flags and environment variables that set it."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from .errors import UserError
from .message import msg
from .monitoring.settings import MonitorSettings
from .protection import ENVIRONMENT, Protection
from .service_settings import ServiceSettings

OVERTIME = 5.0  # seconds beyond the time of a stop after which the process ends, whatever runs


def _limit(default: float, text: str) -> Any:
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True, kw_only=True)
class ServerLimits:
    """The limits of one process. With the defaults it stays within 512 MB for models of ordinary size."""

    max_connections: int = _limit(512, "connections that are open at once; a further one is answered with 503")
    max_requests: int = _limit(256, "requests that wait for a thread or have one; a further one is answered with 503")
    max_buffered: int = _limit(64_000_000, "bytes of the bodies of all these requests; a further one is answered with 503")
    max_head: int = _limit(65_536, "bytes of the request line and the headers; a longer head is answered with 431")
    head_timeout: float = _limit(10.0, "seconds for the head of a request, from its first byte")
    body_timeout: float = _limit(60.0, "seconds for its body")
    timeout: float = _limit(30.0, "seconds for its answer, with the time that it waits for a thread; then it is answered with 503")
    stop_timeout: float = _limit(25.0, "seconds that requests in progress may take after a stop")


@dataclass(frozen=True)
class Options:
    """How a service runs. `drain`: seconds for which it still answers, with `ready` at 503, after it was asked to stop. `access_log`: the
    form of the line for each request, one of `access_log.FORMATS`; empty for no line.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    drain: float = 1.0
    access_log: str = ""
    allowed_hosts: tuple[str, ...] = ()
    limits: ServerLimits = field(default_factory=ServerLimits)
    settings: ServiceSettings = field(default_factory=ServiceSettings)
    protection: Protection = field(default_factory=Protection)
    monitor: MonitorSettings = field(default_factory=MonitorSettings)


def add_flags(parser: argparse.ArgumentParser) -> None:
    """A flag for each limit, such as `--max-connections`."""
    for one in fields(ServerLimits):
        flag, variable = "--" + one.name.replace("_", "-"), ENVIRONMENT + one.name.upper()
        text = f"{one.metadata['help']} ({_number(one.default)}; {variable})"
        parser.add_argument(flag, type=_KINDS[str(one.type)], metavar="N" if one.type == "int" else "SECONDS", help=text)


def server_limits(given: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> ServerLimits:
    """The limits by what was given on the command line, then by the environment, then by default. UserError for one that is no limit."""
    values: dict[str, Any] = {}
    for one in fields(ServerLimits):
        variable = ENVIRONMENT + one.name.upper()
        if given.get(one.name) is not None:
            values[one.name] = given[one.name]
        elif text := environment.get(variable, "").strip():
            try:
                values[one.name] = _KINDS[str(one.type)](text)
            except ValueError:
                raise UserError(msg("{variable} must be a number.", variable=variable)) from None
        value = values.get(one.name, one.default)
        if not (math.isfinite(value) and value > 0):
            raise UserError(msg("{variable} must be greater than 0.", variable="--" + one.name.replace("_", "-")))
    return ServerLimits(**values)


def limits_table() -> str:
    """The limits as a table in Markdown."""
    rows = [
        f"| `--{one.name.replace('_', '-')}` | `{ENVIRONMENT}{one.name.upper()}` | {_number(one.default)} | {one.metadata['help']} |"
        for one in fields(ServerLimits)
    ]
    return "\n".join(["| flag | environment | default | what |", "|---|---|---|---|", *rows]) + "\n"


def _number(value: Any) -> str:
    return f"{value:,.12g}"


_KINDS: Mapping[str, Callable[[str], float]] = {"int": int, "float": float}
