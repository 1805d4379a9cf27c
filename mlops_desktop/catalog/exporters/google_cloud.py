"""A container for Google Cloud: Cloud Run and Vertex AI, which name port and routes in the environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from mlops_desktop.catalog.exporters._cloud import ANY_ADDRESS, CLOUD_PORT, START, CloudContainer, as_label
from mlops_desktop.catalog.exporters._container import DOCKER_FILES, USER, Runtime
from mlops_desktop.catalog.exporters._yaml import to_yaml
from mlops_desktop.serving.manifest import contents
from mlops_desktop.serving.message import msg


@dataclass(frozen=True, kw_only=True)
class GoogleCloud(CloudContainer):
    """`PORT` and `AIP_HTTP_PORT`, `AIP_PREDICT_ROUTE` and `AIP_HEALTH_ROUTE` are followed by the service itself."""

    id: ClassVar[str] = "google_cloud"
    label: ClassVar[str] = "Google Cloud Run, Vertex AI"
    help: ClassVar[str] = "The service as a container for Cloud Run and for Vertex AI, with the definition of the service."
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("google/", msg("the service for Cloud Run: resources, probes, scaling")),
        *DOCKER_FILES,
        *contents(),
    )
    runtime: ClassVar[Runtime] = Runtime(CLOUD_PORT, USER, START, (ANY_ADDRESS,))
    place: ClassVar[str] = "google"
    readme: ClassVar[str] = """
## On Google Cloud

```
docker build --platform linux/amd64 -t {image} . && docker push {image}
gcloud run services replace google/run.yaml --region REGION
```

Cloud Run lets in who has the right to call the service. For Vertex AI:

```
gcloud ai models upload --display-name={name} --container-image-uri={image} --container-ports={port} \\
  --container-predict-route=/predict --container-health-route=/ping --region=REGION
```

The container was started with the variables of both platforms where this form was built, not on Google Cloud.
"""

    def files(self, info: dict[str, Any], image: str, megabytes: int) -> dict[str, str]:
        def probe(path: str, **settings: int) -> dict[str, Any]:
            return {"httpGet": {"path": path, "port": CLOUD_PORT}, "timeoutSeconds": 4, **settings}

        container = {
            "image": image,
            "ports": [{"name": "http1", "containerPort": CLOUD_PORT}],
            "resources": {"limits": {"cpu": "1", "memory": f"{max(512, megabytes)}Mi"}},
            "startupProbe": probe("/health/startup", periodSeconds=5, failureThreshold=24),
            "livenessProbe": probe("/health/live", periodSeconds=30, failureThreshold=3),
        }
        service = {
            "apiVersion": "serving.knative.dev/v1",
            "kind": "Service",
            "metadata": {"name": as_label(info, 49)},
            "spec": {
                "template": {
                    "metadata": {"annotations": {"autoscaling.knative.dev/maxScale": "10"}},
                    "spec": {"containerConcurrency": 80, "timeoutSeconds": 60, "containers": [container]},
                }
            },
        }
        return {"run.yaml": to_yaml(service)}
