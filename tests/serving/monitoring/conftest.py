"""Services that keep their counts in a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlops_desktop.serving.app import App
from mlops_desktop.serving.bundle import Bundle
from mlops_desktop.serving.metrics import Metrics
from mlops_desktop.serving.model_slot import ModelSlot
from mlops_desktop.serving.monitoring.opening import recorder_of
from mlops_desktop.serving.monitoring.settings import MonitorSettings


@pytest.fixture
def monitored(bundles: dict[str, Bundle], tmp_path: Path) -> Callable[..., App]:
    """`monitored("binary")` is a new application, as after a restart, whose counts are kept in `tmp_path / "monitor"`."""

    def make(name: str, **settings: Any) -> App:
        metrics = Metrics()
        recorder = recorder_of(MonitorSettings(tmp_path / "monitor", **settings), metrics)
        return App(ModelSlot(bundles[name], metrics=metrics, recorder=recorder))

    return make
