"""Begins to record what a service counts, where it is to be kept. SQLite is imported only then."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from ..errors import UserError
from ..metrics import Metrics
from .settings import MonitorSettings

if TYPE_CHECKING:
    from .recorder import Recorder


def recorder_of(settings: MonitorSettings, metrics: Metrics) -> Recorder | None:
    """What stores the counts of `metrics`, which then show its state; None without a folder. UserError when the store cannot be used."""
    if settings.folder is None:
        return None
    check_sqlite()
    from .recorder import Recorder

    metrics.recorder = recorder = Recorder(settings, metrics)
    return recorder


def check_sqlite() -> None:
    """UserError when this Python has no SQLite."""
    if importlib.util.find_spec("_sqlite3") is None:
        raise UserError("This Python was built without SQLite, which --monitor-folder needs.", "Use another Python, or leave the flag out.")
