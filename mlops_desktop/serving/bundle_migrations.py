"""The format number of `bundle.json` and the migrations from older formats.

A file of an older format is migrated one number at a time when it is read, and never written back. Format 2 added `requirements`, format 3
`input_policy`, `threshold_limits` and `interval`; the files of its model have a format and migrations of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .errors import UserError
from .message import msg

Info = dict[str, Any]

FORMAT = 3


def _to_2(info: Info) -> Info:
    """Models of format 1 needed numpy alone."""
    return {**info, "requirements": []}


def _to_3(info: Info) -> Info:
    """Every unusual value was a warning, a request could ask for any threshold, and predictions had no intervals."""
    return {**info, "input_policy": {}, "threshold_limits": [0.0, 1.0], "interval": None}


MIGRATIONS: Mapping[int, Callable[[Info], Info]] = {1: _to_2, 2: _to_3}


def migrated(info: Info, bundle: str) -> Info:
    """The content of `bundle.json` in the present format. UserError when its format is unknown; `bundle` is its name for the message."""
    number = info.get("format")
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise UserError(
            msg("“{bundle}” does not say which format of bundle it is.", bundle=bundle), "Export it again, or fetch a fresh copy."
        )
    if number > FORMAT:
        raise UserError(
            msg("“{bundle}” was written by a newer version of the application.", bundle=bundle), "Install the newer version to open it."
        )
    for older in range(number, FORMAT):
        info = {**MIGRATIONS[older](info), "format": older + 1}
    return info
