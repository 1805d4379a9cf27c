"""The container of SageMaker: started with `serve`, asked at `/ping` and `/invocations`."""

from __future__ import annotations

import json

import pytest

from mlops_desktop.catalog.exporters.sagemaker import Sagemaker
from tests.catalog.exporters.platforms import ROW, Platform, assert_answers, assert_consistent, exported
from tests.proof_tools import done, program

EXPORTER = Sagemaker(registry="registry.example.com/team/")
PLATFORM = Platform("/ping", "/invocations", {"instances": [ROW]}, arguments=("serve",), port="SAGEMAKER_BIND_TO_PORT")


def test_it_answers_as_the_platform_asks(tmp_path):
    folder = exported(EXPORTER, tmp_path)
    assert_answers(folder, PLATFORM)
    assert_consistent(EXPORTER, folder)


def test_the_requests_name_each_other(tmp_path):
    folder = exported(EXPORTER, tmp_path) / "sagemaker"
    model, config, endpoint = (json.loads((folder / f"{name}.json").read_text()) for name in ("model", "endpoint-config", "endpoint"))
    assert config["ProductionVariants"][0]["ModelName"] == model["ModelName"]
    assert endpoint["EndpointConfigName"] == config["EndpointConfigName"]
    assert max(len(one) for one in (model["ModelName"], endpoint["EndpointName"])) <= 63


@pytest.mark.proof
def test_hadolint_accepts_the_dockerfile(tmp_path):
    done([program("hadolint"), "--ignore", "DL3002", str(exported(EXPORTER, tmp_path) / "Dockerfile")])
