"""The container of Cloud Run and Vertex AI: port and routes come from the environment."""

from __future__ import annotations

from mlops_desktop.catalog.exporters.google_cloud import GoogleCloud
from tests.catalog.exporters.platforms import REGISTRY, ROW, Platform, assert_answers, exported


def test_cloud_run_names_the_port_alone(tmp_path):
    assert_answers(
        exported(GoogleCloud(registry=REGISTRY), tmp_path), Platform("/health/startup", "/v1/predict", {"rows": [ROW]}, port="PORT")
    )
