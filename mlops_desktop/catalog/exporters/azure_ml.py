"""A container for a managed online endpoint of Azure Machine Learning, with the endpoint and its deployment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from mlops_desktop.catalog.exporters._cloud import CloudContainer, as_label
from mlops_desktop.catalog.exporters._container import DOCKER_FILES, PORT, Runtime
from mlops_desktop.catalog.exporters._yaml import to_yaml
from mlops_desktop.serving.manifest import contents
from mlops_desktop.serving.message import msg

_SCHEMA = "https://azuremlschemas.azureedge.net/latest/"


@dataclass(frozen=True, kw_only=True)
class AzureMl(CloudContainer):
    """Azure ML maps its routes to those that the deployment names."""

    id: ClassVar[str] = "azure_ml"
    label: ClassVar[str] = "Azure Machine Learning"
    help: ClassVar[str] = "The service as a container for a managed online endpoint, with the endpoint and its deployment."
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("azure/", msg("the endpoint and its deployment: routes, probes, size")),
        *DOCKER_FILES,
        *contents(),
    )
    runtime: ClassVar[Runtime] = Runtime()
    place: ClassVar[str] = "azure"
    readme: ClassVar[str] = """
## On Azure Machine Learning

```
docker build -t {image} . && docker push {image}
az ml online-endpoint create --file azure/endpoint.yml
az ml online-deployment create --file azure/deployment.yml --all-traffic
```

The registry has to be one that the workspace may read. Azure checks the key of the caller; the container answers at port {port}. Its
routes were asked where this form was built, not on Azure.
"""

    def files(self, info: dict[str, Any], image: str, megabytes: int) -> dict[str, str]:
        name = as_label(info, 32)
        routes = {"liveness_route": "/health/live", "readiness_route": "/health/ready", "scoring_route": "/score"}
        endpoint = {"$schema": f"{_SCHEMA}managedOnlineEndpoint.schema.json", "name": name, "auth_mode": "key"}
        deployment = {
            "$schema": f"{_SCHEMA}managedOnlineDeployment.schema.json",
            "name": "current",
            "endpoint_name": name,
            "environment": {
                "image": image,
                "inference_config": {route: {"port": PORT, "path": path} for route, path in routes.items()},
            },
            "instance_type": "Standard_F2s_v2" if megabytes <= 2048 else "Standard_F4s_v2",
            "instance_count": 1,
            "request_settings": {"request_timeout_ms": 60000, "max_concurrent_requests_per_instance": 64},
        }
        return {"endpoint.yml": to_yaml(endpoint), "deployment.yml": to_yaml(deployment)}
