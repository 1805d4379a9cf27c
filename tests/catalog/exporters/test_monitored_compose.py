"""The dashboard and the alerts ask for metrics that the service has, and the compose file mounts files that are there."""

from __future__ import annotations

import json
import re

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters._dashboard import RULES, dashboard
from mlops_desktop.catalog.exporters.monitored_compose import MonitoredCompose
from mlops_desktop.serving.app import App
from mlops_desktop.serving.metrics import Metrics
from mlops_desktop.serving.model_slot import ModelSlot
from mlops_desktop.serving.monitoring.opening import recorder_of
from mlops_desktop.serving.monitoring.settings import MonitorSettings
from tests.serving.conftest import SCORERS, write_bundle

INFO = {"name": "leavers", "version": "0123456789ab", "target": "leaves"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    base = tmp_path_factory.mktemp("monitored")
    (base / "out").mkdir()
    MonitoredCompose().export(write_bundle(SCORERS["binary"], base / "core"), base / "out", Silent())
    return base / "out"


def queries() -> list[str]:
    panels = [target["expr"] for panel in dashboard(INFO)["panels"] for target in panel["targets"]]
    return panels + [rule["expr"] for rule in RULES["groups"][0]["rules"]]


def test_every_metric_that_is_asked_for_is_one_of_the_service(bundles, asked, tmp_path):
    metrics = Metrics()
    recorder = recorder_of(MonitorSettings(tmp_path), metrics)
    app = App(ModelSlot(bundles["binary"], metrics=metrics, recorder=recorder))
    asked(app, "POST", "/v1/predict", {"rows": [{"age": 999, "city": "Athens"}, {"age": "x"}]}, headers={})
    page = asked(app, "GET", "/metrics").body.decode()
    known = set(re.findall(r"(?m)^# TYPE (\w+)", page)) | {"up"}
    known |= {f"{name}{end}" for name in known for end in ("_bucket", "_sum", "_count")}
    named = {name for query in queries() for name in re.findall(r"\b(?:http|model|monitor|process|service)_\w+|\bup\b", query)}
    assert len(named) > 12
    assert named <= known


def test_mounted_files_are_there(folder):
    compose = (folder / "compose.yaml").read_text(encoding="utf-8")
    mounted = re.findall(r"- \./(\S+?):", compose)
    assert len(mounted) == 3
    assert all((folder / name).exists() for name in mounted)
    shown = json.loads((folder / "monitoring" / "grafana" / "dashboards" / "model.json").read_text(encoding="utf-8"))
    assert len({panel["id"] for panel in shown["panels"]}) == len(shown["panels"])
