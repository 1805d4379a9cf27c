"""Counts the processors and the memory that this process may use."""

from __future__ import annotations

import os
import sys

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.message import msg

PROCESSORS = "MLOPS_DESKTOP_PROCESSORS"  # environment variables that lower the limits; child processes inherit them
MEMORY = "MLOPS_DESKTOP_MEMORY_GB"
_SHARE = 0.5  # of the free memory


def cores() -> int:
    """How many processors this process may use: those of the system, at most as many as the environment allows."""
    there = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    limit = _limit(PROCESSORS)
    return there if limit is None else max(1, min(there, int(limit)))


def memory_for_training() -> float:
    """Bytes that processes which fit models side by side may take: half of what is free, at most as much as the environment allows."""
    import psutil

    half, limit = _SHARE * float(psutil.virtual_memory().available), _limit(MEMORY)
    return half if limit is None else min(half, limit * 2**30)


def check_limits() -> None:
    """UserError when a limit of the environment is no positive number: who wrote it counts on it."""
    for name in (PROCESSORS, MEMORY):
        if os.environ.get(name, "").strip() and _limit(name) is None:
            raise UserError(
                msg("The environment variable {variable} is no limit: “{value}”.", variable=name, value=os.environ[name]),
                "Set it to a number above 0 with a point before decimals, or unset it.",
            )


def _limit(name: str) -> float | None:
    """A positive number of the environment; what is none is no limit."""
    try:
        value = float(os.environ.get(name, ""))
    except ValueError:
        return None
    return value if 0 < value < 1e6 else None
