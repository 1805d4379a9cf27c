"""The container of Cloud Run and Vertex AI: port and routes come from the environment."""

from __future__ import annotations

import pytest

from mlops_desktop.catalog.exporters.google_cloud import GoogleCloud
from tests.catalog.exporters.platforms import ROW, Platform, assert_answers, assert_consistent, exported
from tests.proof_tools import done, program

EXPORTER = GoogleCloud(registry="registry.example.com/team/")
PLATFORM = Platform(
    "/well",
    "/predict",
    {"instances": [ROW]},
    variables={"AIP_PREDICT_ROUTE": "/predict", "AIP_HEALTH_ROUTE": "/well"},
    port="AIP_HTTP_PORT",
)


def test_it_answers_as_the_platform_asks(tmp_path):
    folder = exported(EXPORTER, tmp_path)
    assert_answers(folder, PLATFORM)
    assert_consistent(EXPORTER, folder)


def test_cloud_run_names_the_port_alone(tmp_path):
    assert_answers(exported(EXPORTER, tmp_path), Platform("/health/startup", "/v1/predict", {"rows": [ROW]}, port="PORT"))


@pytest.mark.proof
def test_hadolint_accepts_the_dockerfile(tmp_path):
    done([program("hadolint"), str(exported(EXPORTER, tmp_path) / "Dockerfile")])
