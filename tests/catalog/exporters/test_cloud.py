"""Every container of a managed platform answers as its platform asks, and its files are consistent and accepted by Docker's linter."""

from __future__ import annotations

import pytest

from mlops_desktop.catalog.exporters.aws_lambda import AwsLambda
from mlops_desktop.catalog.exporters.azure_ml import AzureMl
from mlops_desktop.catalog.exporters.google_cloud import GoogleCloud
from mlops_desktop.catalog.exporters.sagemaker import Sagemaker
from tests.catalog.exporters.platforms import REGISTRY, ROW, Platform, assert_answers, assert_consistent, exported
from tests.proof_tools import done, program

PLATFORMS = {
    AwsLambda: Platform("/health/ready", "/v1/predict", {"rows": [ROW]}, port="PORT"),
    AzureMl: Platform("/health/live", "/score", {"data": [ROW]}, member=""),
    GoogleCloud: Platform(
        "/well",
        "/predict",
        {"instances": [ROW]},
        variables={"AIP_PREDICT_ROUTE": "/predict", "AIP_HEALTH_ROUTE": "/well"},
        port="AIP_HTTP_PORT",
    ),
    Sagemaker: Platform("/ping", "/invocations", {"instances": [ROW]}, arguments=("serve",), port="SAGEMAKER_BIND_TO_PORT"),
}
ALLOWED = {Sagemaker: ("--ignore", "DL3002")}  # SageMaker starts its containers as root
each_form = pytest.mark.parametrize("form", list(PLATFORMS), ids=lambda one: one.id)


@each_form
def test_it_answers_as_the_platform_asks(form, tmp_path):
    exporter = form(registry=REGISTRY)
    folder = exported(exporter, tmp_path)
    assert_answers(folder, PLATFORMS[form])
    assert_consistent(exporter, folder)


@pytest.mark.proof
@each_form
def test_hadolint_accepts_the_dockerfile(form, tmp_path):
    done([program("hadolint"), *ALLOWED.get(form, ()), str(exported(form(registry=REGISTRY), tmp_path) / "Dockerfile")])
