"""A folder with a container and the manifests that run it on Kubernetes, put together with Kustomize."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.params import number, text
from mlops_desktop.catalog.exporters._container import (
    CONTEXT_FILES,
    base_image,
    image_name,
    memory,
    model_bytes,
    requests_a_minute,
    write_context,
)
from mlops_desktop.catalog.exporters._manifests import Secrets, manifests, resource_name
from mlops_desktop.catalog.exporters._running_service import ServiceExporter
from mlops_desktop.catalog.exporters._service_files import write_text
from mlops_desktop.catalog.exporters._yaml import to_yaml
from mlops_desktop.serving.manifest import contents
from mlops_desktop.serving.message import msg

_SECRET = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")


@dataclass(frozen=True, kw_only=True)
class Kubernetes(ServiceExporter):
    """Writes the Docker context, and `kubernetes/` with a base and an overlay for clusters that run the Prometheus operator."""

    id: ClassVar[str] = "kubernetes"
    label: ClassVar[str] = "Kubernetes"
    help: ClassVar[str] = "The container with manifests: deployment, service, autoscaler, disruption budget, network policy and monitor."
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("kubernetes/base/", msg("what runs it: probes, limits, scaling, and who may reach it")),
        ("kubernetes/monitoring/", msg("the same with a monitor for the Prometheus operator")),
        *CONTEXT_FILES,
        *contents(),
    )

    registry: str = text("", "Registry", help="What the name of the image begins with, such as registry.example.com/team/; may be empty.")
    base: str = base_image()
    least: int = number(2, 1, 50, "Fewest replicas", whole=True)
    most: int = number(6, 1, 200, "Most replicas", whole=True)
    keys_secret: str = text("", "Secret with the API keys", help="A Secret whose “keys” is the file of the API keys; empty: without keys.")
    tls_secret: str = text("", "Secret with the certificate", help="A Secret of the type kubernetes.io/tls; empty: without HTTPS.")
    rate_limit: int = requests_a_minute()

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        secrets = self._secrets()
        info = write_context(bundle, target, Part(job, 0.0, 0.9), self._readme, base=self.base, registry=self.registry).info
        job.step(0.9, "Writing the manifests")
        image, most = self.registry + image_name(info), max(self.least, self.most)
        written = manifests(info, image, memory(model_bytes(target)), self.least, most, secrets=secrets)
        monitor = written.pop("servicemonitor")
        folder = target / "kubernetes"
        for part in ("base", "monitoring"):
            (folder / part).mkdir(parents=True)
        for name, document in written.items():
            write_text(folder / "base" / f"{name}.yaml", to_yaml(document))
        write_text(folder / "base" / "kustomization.yaml", to_yaml(_kustomization([f"{name}.yaml" for name in written])))
        write_text(folder / "monitoring" / "servicemonitor.yaml", to_yaml(monitor))
        write_text(folder / "monitoring" / "kustomization.yaml", to_yaml(_kustomization(["../base", "servicemonitor.yaml"])))
        job.step(1.0)

    def _secrets(self) -> Secrets:
        for name in filter(None, (self.keys_secret, self.tls_secret)):
            if not _SECRET.fullmatch(name):
                raise UserError(msg("“{name}” is no name of a Secret.", name=name), "It has small letters, digits, “-” and “.”.")
        return Secrets(self.keys_secret, self.tls_secret, self.rate_limit)

    def _readme(self, info: dict[str, Any]) -> str:
        return _README.format(image=self.registry + image_name(info), name=resource_name(info))


def _kustomization(resources: list[str]) -> dict[str, Any]:
    return {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": resources}


_README = """
## On Kubernetes

```
docker build -t {image} . && docker push {image}
kubectl apply -k kubernetes/base
kubectl rollout status deployment/{name}
kubectl port-forward service/{name} 8000:80
```

`kubernetes/monitoring` is the same with a `ServiceMonitor`, for clusters that run the Prometheus operator. The network policy lets pods of
the same namespace in, and nothing out: put an ingress that authenticates clients in front, and allow its namespace. The pods need no right,
write nothing, and get requests once their self-test passed.

API keys and a certificate are Secrets, whose names are options of the export; `python serve.py key NAME >> keys` makes a key:

```
kubectl create secret generic model-keys --from-file=keys
kubectl create secret tls model-tls --cert=tls.crt --key=tls.key
```

With API keys the `ServiceMonitor` needs `authorization` with a key of the scope `monitor`: set it in an overlay.
"""
