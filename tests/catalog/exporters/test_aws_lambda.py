"""The container of Lambda: what the adapter does is a request to its port."""

from __future__ import annotations

from mlops_desktop.catalog.exporters.aws_lambda import AwsLambda
from tests.catalog.exporters.platforms import REGISTRY, exported


def test_the_adapter_waits_for_the_self_test(tmp_path):
    folder = exported(AwsLambda(registry=REGISTRY), tmp_path)
    text = (folder / "Dockerfile").read_text(encoding="utf-8")
    assert "AWS_LWA_READINESS_CHECK_PATH=/health/ready" in text
    assert "AuthType: AWS_IAM" in (folder / "lambda" / "template.yaml").read_text(encoding="utf-8")
