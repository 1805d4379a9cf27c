"""A container for Amazon SageMaker: `/ping` and `/invocations` at port 8080, with the requests that make a model and an endpoint of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from mlops_desktop.catalog.exporters._cloud import ANY_ADDRESS, CLOUD_PORT, START, CloudContainer, as_label
from mlops_desktop.catalog.exporters._container import DOCKER_FILES, Runtime
from mlops_desktop.serving.manifest import contents
from mlops_desktop.serving.message import msg

_ROLE = "arn:aws:iam::123456789012:role/choose-a-role"


@dataclass(frozen=True, kw_only=True)
class Sagemaker(CloudContainer):
    """SageMaker runs containers as root, with the argument `serve`."""

    id: ClassVar[str] = "sagemaker"
    label: ClassVar[str] = "Amazon SageMaker"
    help: ClassVar[str] = "The service as a container for SageMaker endpoints, with the requests that create model and endpoint."
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("sagemaker/", msg("the requests for the command line of AWS")),
        *DOCKER_FILES,
        *contents(),
    )
    runtime: ClassVar[Runtime] = Runtime(CLOUD_PORT, 0, START, (ANY_ADDRESS,))
    place: ClassVar[str] = "sagemaker"
    readme: ClassVar[str] = """
## On Amazon SageMaker

```
docker build -t {image} . && docker push {image}
aws sagemaker create-model --cli-input-json file://sagemaker/model.json
aws sagemaker create-endpoint-config --cli-input-json file://sagemaker/endpoint-config.json
aws sagemaker create-endpoint --cli-input-json file://sagemaker/endpoint.json
```

Put the address of the image in your registry and a role of yours into `sagemaker/model.json` first. The container answers `GET /ping` and
`POST /invocations` at port {port}, as MLflow does. It was started with `serve` where this form was built, not on SageMaker.
"""

    def files(self, info: dict[str, Any], image: str, megabytes: int) -> dict[str, str]:
        name = f"{as_label(info, 40)}-{info['version']}"
        variant = {
            "VariantName": "all",
            "ModelName": name,
            "InitialInstanceCount": 1,
            "InstanceType": "ml.t2.medium" if megabytes <= 2048 else "ml.m5.xlarge",
        }
        documents = {
            "model.json": {"ModelName": name, "ExecutionRoleArn": _ROLE, "PrimaryContainer": {"Image": image}},
            "endpoint-config.json": {"EndpointConfigName": name, "ProductionVariants": [variant]},
            "endpoint.json": {"EndpointName": as_label(info, 40), "EndpointConfigName": name},
        }
        return {file: json.dumps(document, indent=1) + "\n" for file, document in documents.items()}
