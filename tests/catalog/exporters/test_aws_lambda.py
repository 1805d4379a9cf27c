"""The container of Lambda: what the adapter does is a request to its port."""

from __future__ import annotations

import pytest

from mlops_desktop.catalog.exporters.aws_lambda import AwsLambda
from tests.catalog.exporters.platforms import ROW, Platform, assert_answers, assert_consistent, exported
from tests.proof_tools import done, program

EXPORTER = AwsLambda(registry="registry.example.com/team/")
PLATFORM = Platform("/health/ready", "/v1/predict", {"rows": [ROW]}, port="PORT")


def test_it_answers_as_the_platform_asks(tmp_path):
    folder = exported(EXPORTER, tmp_path)
    assert_answers(folder, PLATFORM)
    assert_consistent(EXPORTER, folder)


def test_the_adapter_waits_for_the_self_test(tmp_path):
    folder = exported(EXPORTER, tmp_path)
    text = (folder / "Dockerfile").read_text(encoding="utf-8")
    assert "AWS_LWA_READINESS_CHECK_PATH=/health/ready" in text
    assert "AuthType: AWS_IAM" in (folder / "lambda" / "template.yaml").read_text(encoding="utf-8")


@pytest.mark.proof
def test_hadolint_accepts_the_dockerfile(tmp_path):
    done([program("hadolint"), str(exported(EXPORTER, tmp_path) / "Dockerfile")])
