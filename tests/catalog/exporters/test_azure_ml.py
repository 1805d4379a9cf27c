"""The container of Azure Machine Learning: asked at the routes that the deployment names."""

from __future__ import annotations

from mlops_desktop.catalog.exporters.azure_ml import AzureMl
from tests.catalog.exporters.platforms import REGISTRY, exported


def test_the_deployment_is_one_of_the_endpoint(tmp_path):
    folder = exported(AzureMl(registry=REGISTRY), tmp_path) / "azure"
    endpoint, deployment = ((folder / f"{name}.yml").read_text() for name in ("endpoint", "deployment"))
    assert "\nname: leavers\n" in endpoint
    assert "\nendpoint_name: leavers\n" in deployment
