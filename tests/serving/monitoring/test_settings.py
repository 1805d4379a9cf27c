from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.monitoring.settings import MonitorSettings, add_monitor_flags, monitor_settings


def parsed(*arguments, environment=None):
    parser = argparse.ArgumentParser()
    add_monitor_flags(parser)
    return monitor_settings(parser.parse_args(arguments), environment or {})


def test_flags_go_before_the_environment():
    environment = {"SERVING_MONITOR_FOLDER": "kept", "SERVING_MONITOR_DAYS": "7"}
    assert parsed() == MonitorSettings()
    assert parsed(environment=environment) == MonitorSettings(Path("kept"), 7)
    assert parsed("--monitor-folder", "other", "--monitor-days", "3", environment=environment) == MonitorSettings(Path("other"), 3)


def test_what_is_logged():
    folder = ("--monitor-folder", "kept")
    assert parsed(*folder, "--prediction-log", "full").share == 1
    assert parsed(*folder, "--prediction-log", "sampled").share == 0.1
    assert parsed(*folder, environment={"SERVING_PREDICTION_LOG": "sampled", "SERVING_LOG_SAMPLE": "0.5"}).share == 0.5
    assert parsed(*folder, "--log-mask", "a", environment={"SERVING_LOG_MASK": "b, c"}).masked == ("a", "b", "c")
    assert parsed(*folder, "--log-days", "2", "--log-megabytes", "9") == MonitorSettings(Path("kept"), log_days=2, log_megabytes=9)
    assert parsed(*folder, "--prediction-log", "off").folder is None


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (("--monitor-folder", ""), {}),
        (("--monitor-days", "0"), {}),
        (("--monitor-days", "nan"), {}),
        ((), {"SERVING_MONITOR_DAYS": "a week"}),
        (("--prediction-log", "full"), {}),
        (("--monitor-folder", "kept", "--log-sample", "1.5"), {}),
        (("--monitor-folder", "kept"), {"SERVING_PREDICTION_LOG": "everything"}),
    ],
)
def test_what_is_no_setting_is_refused(arguments, environment):
    with pytest.raises(UserError):
        parsed(*arguments, environment=environment)
