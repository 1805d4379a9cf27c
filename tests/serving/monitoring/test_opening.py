from __future__ import annotations

import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.metrics import Metrics
from mlops_desktop.serving.monitoring.opening import recorder_of
from mlops_desktop.serving.monitoring.settings import MonitorSettings


def test_without_a_folder_nothing_is_kept_and_without_sqlite_it_is_refused(tmp_path, monkeypatch):
    assert recorder_of(MonitorSettings(), Metrics()) is None
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match="SQLite"):
        recorder_of(MonitorSettings(tmp_path / "monitor"), Metrics())
    assert not (tmp_path / "monitor").exists()
