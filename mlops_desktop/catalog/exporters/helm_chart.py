"""A folder with a container and a Helm chart that runs it: the objects of the Kubernetes form, with values to set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.params import text
from mlops_desktop.catalog.exporters._container import CONTEXT_FILES, base_image, image_name, memory, model_bytes, write_context
from mlops_desktop.catalog.exporters._manifests import manifests, resource_name
from mlops_desktop.catalog.exporters._running_service import ServiceExporter
from mlops_desktop.catalog.exporters._service_files import write_text
from mlops_desktop.catalog.exporters._yaml import to_yaml
from mlops_desktop.serving.manifest import contents
from mlops_desktop.serving.message import msg

# What stands in the objects where the chart has a value; none of it can come from a model.
_NAME, _IMAGE, _LEAST, _MOST = "release-fullname", "release.image", 41, 42
_VALUES = {
    _NAME: '{{ include "model.fullname" . }}',
    _IMAGE: '"{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"',
    "imagePullPolicy: IfNotPresent": "imagePullPolicy: {{ .Values.image.pullPolicy }}",
    f"eplicas: {_LEAST}\n": "eplicas: {{ .Values.replicas.least }}\n",
    f"maxReplicas: {_MOST}\n": "maxReplicas: {{ .Values.replicas.most }}\n",
}
_OPTIONAL = {"networkpolicy": "networkPolicy", "servicemonitor": "serviceMonitor", "hpa": "autoscaling", "pdb": "disruptionBudget"}


@dataclass(frozen=True, kw_only=True)
class HelmChart(ServiceExporter):
    """Writes the Docker context, and `chart/`."""

    id: ClassVar[str] = "helm_chart"
    label: ClassVar[str] = "Helm chart"
    help: ClassVar[str] = "The container with a chart for Kubernetes, whose image, replicas and limits are values."
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("chart/", msg("the chart: values, and the objects that it makes of them")),
        *CONTEXT_FILES,
        *contents(),
    )

    registry: str = text("", "Registry", help="What the name of the image begins with, such as registry.example.com/team/; may be empty.")
    base: str = base_image()

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        info = write_context(bundle, target, Part(job, 0.0, 0.9), self._readme, base=self.base, registry=self.registry).info
        job.step(0.9, "Writing the chart")
        chart = target / "chart"
        (chart / "templates").mkdir(parents=True)
        write_text(chart / "Chart.yaml", to_yaml(_chart(info)))
        write_text(chart / "values.yaml", to_yaml(self._values(info, memory(model_bytes(target)))))
        write_text(chart / "templates" / "_helpers.tpl", _HELPERS.format(name=resource_name(info)))
        for name, document in manifests(info, _IMAGE, 0, _LEAST, _MOST, name=_NAME).items():
            write_text(chart / "templates" / f"{name}.yaml", _template(name, document))
        job.step(1.0)

    def _values(self, info: dict[str, Any], megabytes: int) -> dict[str, Any]:
        repository, _, tag = image_name(info).partition(":")
        requests = {"cpu": "250m", "memory": f"{megabytes // 2}Mi"}
        return {
            "image": {"repository": self.registry + repository, "tag": tag, "pullPolicy": "IfNotPresent"},
            "replicas": {"least": 2, "most": 6},
            "resources": {"requests": requests, "limits": {"cpu": "1", "memory": f"{megabytes}Mi"}},
            "autoscaling": {"enabled": True},
            "disruptionBudget": {"enabled": True},
            "networkPolicy": {"enabled": True},
            "serviceMonitor": {"enabled": False},
        }

    def _readme(self, info: dict[str, Any]) -> str:
        return _README.format(image=self.registry + image_name(info), name=resource_name(info))


def _chart(info: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "v2",
        "name": resource_name(info),
        "description": f"Predicts {info['target']}",
        "type": "application",
        "version": "1.0.0",
        "appVersion": info["version"],
    }


def _template(name: str, document: dict[str, Any]) -> str:
    """An object of Kubernetes with the values of the chart in their places."""
    container = document["spec"].get("template", {}).get("spec", {}).get("containers", [{}])[0]
    container.pop("resources", None)
    written = to_yaml(document)
    for stands, value in _VALUES.items():
        written = written.replace(stands, value)
    if container:
        written = written.replace("          imagePullPolicy:", _RESOURCES + "          imagePullPolicy:")
    condition = _OPTIONAL.get(name)
    return f"{{{{- if .Values.{condition}.enabled }}}}\n{written}{{{{- end }}}}\n" if condition else written


_RESOURCES = """\
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
"""

_HELPERS = """\
{{{{- define "model.fullname" -}}}}
{{{{- printf "%s-%s" .Release.Name "{name}" | trunc 63 | trimSuffix "-" -}}}}
{{{{- end -}}}}
"""

_README = """
## On Kubernetes, with Helm

```
docker build -t {image} . && docker push {image}
helm upgrade --install prod chart
kubectl port-forward service/prod-{name} 8000:80
```

`chart/values.yaml` has the image, the replicas, the limits, and what can be left out. The network policy lets pods of the same namespace
in, and nothing out: put an ingress that authenticates clients in front, and allow its namespace.
"""
