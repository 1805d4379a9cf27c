"""The container of Azure Machine Learning: asked at the routes that the deployment names."""

from __future__ import annotations

import pytest

from mlops_desktop.catalog.exporters.azure_ml import AzureMl
from tests.catalog.exporters.platforms import ROW, Platform, assert_answers, assert_consistent, exported
from tests.proof_tools import done, program

EXPORTER = AzureMl(registry="registry.example.com/team/")
PLATFORM = Platform("/health/live", "/score", {"data": [ROW]}, member="")


def test_it_answers_as_the_platform_asks(tmp_path):
    folder = exported(EXPORTER, tmp_path)
    assert_answers(folder, PLATFORM)
    assert_consistent(EXPORTER, folder)


def test_the_deployment_is_one_of_the_endpoint(tmp_path):
    folder = exported(EXPORTER, tmp_path) / "azure"
    endpoint, deployment = ((folder / f"{name}.yml").read_text() for name in ("endpoint", "deployment"))
    assert "\nname: leavers\n" in endpoint
    assert "\nendpoint_name: leavers\n" in deployment


@pytest.mark.proof
def test_hadolint_accepts_the_dockerfile(tmp_path):
    done([program("hadolint"), str(exported(EXPORTER, tmp_path) / "Dockerfile")])
