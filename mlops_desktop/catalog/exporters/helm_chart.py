"""A folder with a container and a Helm chart that runs it: the objects of the Kubernetes form, with values to set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.params import text
from mlops_desktop.catalog.exporters._container import CONTEXT_FILES, base_image, image_name, memory, model_bytes, write_context
from mlops_desktop.catalog.exporters._manifests import SCHEME, manifests, resource_name
from mlops_desktop.catalog.exporters._running_service import ServiceExporter
from mlops_desktop.catalog.exporters._service_files import write_text
from mlops_desktop.catalog.exporters._yaml import to_yaml
from mlops_desktop.serving.manifest import contents
from mlops_desktop.serving.message import msg

# What is in the objects where the chart has a value; none of it can come from a model.
_NAME, _IMAGE, _LEAST, _MOST = "release-fullname", "release.image", 41, 42
_VALUES = {
    _NAME: '{{ include "model.fullname" . }}',
    _IMAGE: '"{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"',
    "imagePullPolicy: IfNotPresent": "imagePullPolicy: {{ .Values.image.pullPolicy }}",
    f"minReplicas: {_LEAST}\n": "minReplicas: {{ .Values.replicas.least }}\n",
    f"maxReplicas: {_MOST}\n": "maxReplicas: {{ .Values.replicas.most }}\n",
    f"scheme: {SCHEME}\n": 'scheme: {{ ternary "HTTPS" "HTTP" (not (empty .Values.protection.tlsSecret)) }}\n',
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
            "serviceMonitor": {"enabled": False, "keySecret": ""},
            "protection": {"keysSecret": "", "tlsSecret": "", "rateLimit": 0},
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
    for placeholder, value in _VALUES.items():
        written = written.replace(placeholder, value)
    if container:
        for placeholder, more in _IN_DEPLOYMENT.items():
            written = written.replace(placeholder, placeholder + more)
    if name == "servicemonitor":
        written = written.replace(f"      scheme: {SCHEME.lower()}\n", _ENDPOINT)
    condition = _OPTIONAL.get(name)
    return f"{{{{- if .Values.{condition}.enabled }}}}\n{written}{{{{- end }}}}\n" if condition else written


# What follows a line of the deployment.
_IN_DEPLOYMENT = {
    "\nspec:\n": """\
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicas.least }}
  {{- end }}
""",
    "          imagePullPolicy: {{ .Values.image.pullPolicy }}\n": """\
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
          {{- if or .Values.protection.keysSecret .Values.protection.tlsSecret .Values.protection.rateLimit }}
          env:
            {{- if .Values.protection.keysSecret }}
            - name: SERVING_API_KEYS_FILE
              value: /run/secrets/keys/keys
            {{- end }}
            {{- if .Values.protection.tlsSecret }}
            - name: SERVING_TLS_CERT
              value: /run/secrets/tls/tls.crt
            - name: SERVING_TLS_KEY
              value: /run/secrets/tls/tls.key
            {{- end }}
            {{- if .Values.protection.rateLimit }}
            - name: SERVING_RATE_LIMIT
              value: {{ .Values.protection.rateLimit | int64 | quote }}
            {{- end }}
          {{- end }}
""",
    "          volumeMounts:\n": """\
            {{- if .Values.protection.keysSecret }}
            - name: keys
              mountPath: /run/secrets/keys
              readOnly: true
            {{- end }}
            {{- if .Values.protection.tlsSecret }}
            - name: tls
              mountPath: /run/secrets/tls
              readOnly: true
            {{- end }}
""",
    "      volumes:\n": """\
        {{- if .Values.protection.keysSecret }}
        - name: keys
          secret:
            secretName: {{ .Values.protection.keysSecret }}
        {{- end }}
        {{- if .Values.protection.tlsSecret }}
        - name: tls
          secret:
            secretName: {{ .Values.protection.tlsSecret }}
        {{- end }}
""",
}

_ENDPOINT = """\
      {{- if .Values.protection.tlsSecret }}
      scheme: https
      tlsConfig:
        insecureSkipVerify: true
      {{- else }}
      scheme: http
      {{- end }}
      {{- if .Values.serviceMonitor.keySecret }}
      authorization:
        credentials:
          name: {{ .Values.serviceMonitor.keySecret }}
          key: key
      {{- end }}
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

`chart/values.yaml` has the image, the replicas, the limits, and what can be left out. `protection.keysSecret` names a Secret whose `keys`
is the file of API keys, and `protection.tlsSecret` one of the type `kubernetes.io/tls`, with which the service answers over HTTPS and the
probes ask so. `protection.rateLimit` is the number of requests a minute that a key may send. `serviceMonitor.keySecret` names the Secret
whose `key` Prometheus sends, of the scope `monitor`.

The network policy lets pods of the same namespace in, and nothing out: put an ingress that authenticates clients in front, and allow its
namespace.
"""
