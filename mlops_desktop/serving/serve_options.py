"""The flags and environment variables with which a service is started."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping

from .access_log import FORMATS, JSON_LINES
from .errors import UserError
from .message import msg
from .monitoring.settings import add_monitor_flags, monitor_settings
from .network_address import bare_host
from .protection import ENVIRONMENT, add_protection_flags, protection
from .server_limits import Options, add_flags, server_limits
from .service_settings import POLICY, THRESHOLD, ServiceSettings, service_settings

# Where a platform says which port its container is to listen at: this service, Vertex AI, SageMaker, Cloud Run and others.
PORTS = ("SERVING_PORT", "AIP_HTTP_PORT", "SAGEMAKER_BIND_TO_PORT", "PORT")


def add_serve_flags(parser: argparse.ArgumentParser) -> None:
    """The flags of a service; those of its limits and its protection too."""
    add = parser.add_argument
    add("--port", type=int, help=f"the port to listen at (8000; 0: any free one; {', '.join(PORTS)})")
    add("--host", help="the address to listen at (127.0.0.1: this machine; 0.0.0.0: the network; SERVING_HOST)")
    add("--workers", type=int, help="processes that answer (1; SERVING_WORKERS)")
    add("--drain", type=float, default=1.0, metavar="SECONDS", help="go on answering so long after SIGTERM (1)")
    log = "write a line for each request: json (where nothing is named) or text (SERVING_ACCESS_LOG)"
    add("--access-log", nargs="?", const=JSON_LINES, choices=FORMATS, help=log)
    allowed = (
        "a name by which clients reach the service, beside localhost and addresses; *: every name (SERVING_ALLOWED_HOSTS, with commas)"
    )
    add("--allowed-host", action="append", metavar="NAME", default=[], help=allowed)
    policy = (
        "what is done with unusual values: COLUMN.KIND=ACTION with unknown, out_of_range or missing, and refuse, warn or as_trained; * is"
    )
    add("--policy", action="append", metavar="SETTING", default=[], help=f"{policy} every column ({POLICY})")
    add("--threshold-limits", metavar="LOW:HIGH", help=f"the thresholds that a request may ask for, such as 0.2:0.8 ({THRESHOLD})")
    add_protection_flags(parser)
    add_monitor_flags(parser)
    add_flags(parser)


def settings_of(parsed: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> ServiceSettings:
    """What is changed of the bundle's own settings. UserError for what cannot be read."""
    return service_settings(parsed.policy, parsed.threshold_limits, environment)


def serve_options(parsed: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> Options:
    """How a service runs, by the command line, then by the environment. UserError for what cannot be read, and for what is not safe."""
    hosts = (*parsed.allowed_host, *filter(None, map(str.strip, environment.get(ENVIRONMENT + "ALLOWED_HOSTS", "").split(","))))
    host = bare_host(parsed.host if parsed.host is not None else environment.get("SERVING_HOST", "").strip() or "127.0.0.1")
    workers = parsed.workers if parsed.workers is not None else _number(environment, "SERVING_WORKERS") or 1
    if workers < 1:
        raise UserError("--workers must be at least 1.")
    port = parsed.port
    if port is None:
        port = next((found for name in PORTS if (found := _number(environment, name)) is not None), 8000)
    log = parsed.access_log or environment.get("SERVING_ACCESS_LOG", "").strip()
    if log and log not in FORMATS:
        raise UserError(msg("{variable} must be one of {values}.", variable="SERVING_ACCESS_LOG", values=", ".join(FORMATS)))
    guarded = protection(parsed, environment)
    guarded.check(host)
    limits, settings = server_limits(vars(parsed), environment), settings_of(parsed, environment)
    monitor = monitor_settings(parsed, environment)
    return Options(host, port, workers, max(0.0, parsed.drain), log, hosts, limits, settings, guarded, monitor)


def _number(environment: Mapping[str, str], name: str) -> int | None:
    text = environment.get(name, "").strip()
    if not text or text.startswith("tcp://"):  # Kubernetes sets SERVING_PORT so for a Service that is called “serving”
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise UserError(msg("{variable} must be a number.", variable=name))
    return int(text)
