"""The container of SageMaker: started with `serve`, asked at `/ping` and `/invocations`."""

from __future__ import annotations

import json

from mlops_desktop.catalog.exporters.sagemaker import Sagemaker
from tests.catalog.exporters.platforms import REGISTRY, exported


def test_the_requests_name_each_other(tmp_path):
    folder = exported(Sagemaker(registry=REGISTRY), tmp_path) / "sagemaker"
    model, config, endpoint = (json.loads((folder / f"{name}.json").read_text()) for name in ("model", "endpoint-config", "endpoint"))
    assert config["ProductionVariants"][0]["ModelName"] == model["ModelName"]
    assert endpoint["EndpointConfigName"] == config["EndpointConfigName"]
    assert max(len(one) for one in (model["ModelName"], endpoint["EndpointName"])) <= 63
