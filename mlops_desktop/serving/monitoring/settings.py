"""What a service keeps for monitoring and for how long, with the flags and environment variables that set it."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError
from ..message import msg

ENVIRONMENT = "SERVING_"
OFF, COUNTS, SAMPLED, FULL = LOGS = ("off", "counts", "sampled", "full")
DAYS = 400.0  # so that a month can be compared with the same month of the year before
# Name of a number, its default, and its help.
_NUMBERS = {
    "monitor_days": (DAYS, "days for which counts are kept"),
    "log_sample": (0.1, "the share of the requests whose rows a sampled prediction log keeps"),
    "log_days": (30.0, "days for which the rows of the prediction log are kept"),
    "log_megabytes": (500.0, "megabytes of the store beyond which the oldest of these rows go"),
}

# Name of a text, what it is, and its help.
_TEXTS = {
    "alert_rules": ("FILE", "the rules of alerts, as JSON, in place of those for drift, errors, refused rows and times"),
    "alert_webhook": ("URL", "an address to which alerts that begin and end are sent, as JSON without data of rows"),
    "alert_webhook_headers": ("FILE", "further headers of these requests, a line “Name: value” each"),
}


@dataclass(frozen=True)
class MonitorSettings:
    """`folder` holds the store; without one nothing is kept. `days`: how long counts are kept. `share` of the rows are logged, without the
    `masked` columns, for `log_days`, and as long as the store has no more than `log_megabytes`. `rules` is the file of the rules of alerts,
    `webhook` the address that they are sent to, `webhook_headers` the file of its further headers.
    """

    folder: Path | None = None
    days: float = DAYS
    share: float = 0.0
    masked: tuple[str, ...] = ()
    log_days: float = 30.0
    log_megabytes: float = 500.0
    rules: Path | None = None
    webhook: str = ""
    webhook_headers: Path | None = None


def add_monitor_flags(parser: argparse.ArgumentParser) -> None:
    """The flags of monitoring."""
    add = parser.add_argument
    folder = f"keep the counts of drift, errors and times in this folder over restarts ({ENVIRONMENT}MONITOR_FOLDER)"
    add("--monitor-folder", metavar="DIR", help=folder)
    log = f"keep there nothing (off), counts, or the rows too: sampled or full (counts; {ENVIRONMENT}PREDICTION_LOG)"
    add("--prediction-log", choices=LOGS, help=log)
    masked = f"a column whose values the prediction log does not keep ({ENVIRONMENT}LOG_MASK, with commas)"
    add("--log-mask", action="append", metavar="COLUMN", default=[], help=masked)
    for name, (kind, text) in _TEXTS.items():
        add(_flag(name), metavar=kind, help=f"{text} ({ENVIRONMENT}{name.upper()})")
    for name, (default, text) in _NUMBERS.items():
        add(_flag(name), metavar="N", type=float, help=f"{text} ({default:g}; {ENVIRONMENT}{name.upper()})")


def monitor_settings(given: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> MonitorSettings:
    """The settings by the command line, then by the environment. UserError for what cannot be read, or needs a folder and has none."""
    folder = monitor_folder(given, environment)
    log = given.prediction_log or _variable("prediction_log", environment) or COUNTS
    if log not in LOGS:
        raise UserError(msg("{variable} must be one of {values}.", variable="--prediction-log", values=", ".join(LOGS)))
    if log in (SAMPLED, FULL) and folder is None:
        raise UserError("A prediction log needs a folder.", "Name it with --monitor-folder.")
    masked = (*given.log_mask, *filter(None, map(str.strip, _variable("log_mask", environment).split(","))))
    days, sample, log_days, megabytes = (_number(name, given, environment) for name in _NUMBERS)
    if sample > 1:
        raise UserError("--log-sample must be a number above 0 and at most 1.")
    share = {SAMPLED: sample, FULL: 1.0}.get(log, 0.0)
    rules, webhook, headers = (getattr(given, name) or _variable(name, environment) for name in _TEXTS)
    return MonitorSettings(
        folder if log != OFF else None,
        days,
        share,
        masked,
        log_days,
        megabytes,
        Path(rules) if rules else None,
        webhook,
        Path(headers) if headers else None,
    )


def monitor_folder(given: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> Path | None:
    """The folder of the store by the command line, then by the environment. UserError when the flag names none."""
    if given.monitor_folder == "":  # as from a variable of a start script that is not set
        raise UserError(msg("{flag} names no folder.", flag="--monitor-folder"), "Name the folder, or leave the flag out.")
    folder = given.monitor_folder or _variable("monitor_folder", environment)
    return Path(folder) if folder else None


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _variable(name: str, environment: Mapping[str, str]) -> str:
    return environment.get(ENVIRONMENT + name.upper(), "").strip()


def _number(name: str, given: argparse.Namespace, environment: Mapping[str, str]) -> float:
    """A number above 0: the given one, else that of the environment, else the default."""
    value, text = getattr(given, name), _variable(name, environment)
    try:
        value = float(value if value is not None else text or _NUMBERS[name][0])
    except ValueError:
        raise UserError(msg("{variable} must be a number.", variable=_flag(name))) from None
    if not (math.isfinite(value) and value > 0):
        raise UserError(msg("{variable} must be greater than 0.", variable=_flag(name)))
    return value
