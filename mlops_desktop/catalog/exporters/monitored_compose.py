"""A container beside Prometheus and Grafana: one compose file starts the service, its alerts and a dashboard."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from mlops_desktop.base.job import Job, Part
from mlops_desktop.catalog.exporters._container import CONTEXT_FILES, PORT, base_image, compose, model_bytes, write_context
from mlops_desktop.catalog.exporters._dashboard import RULES, dashboard
from mlops_desktop.catalog.exporters._running_service import ServiceExporter
from mlops_desktop.catalog.exporters._service_files import write_text
from mlops_desktop.catalog.exporters._yaml import to_yaml
from mlops_desktop.serving.manifest import contents
from mlops_desktop.serving.message import msg

PROMETHEUS, GRAFANA = "prom/prometheus:v3.5.0", "grafana/grafana:12.1.0"


@dataclass(frozen=True, kw_only=True)
class MonitoredCompose(ServiceExporter):
    """The Docker context, whose compose file also runs what watches the service."""

    id: ClassVar[str] = "monitored_compose"
    label: ClassVar[str] = "Docker with monitoring"
    help: ClassVar[str] = "The container with Prometheus, alerts and a Grafana dashboard beside it, started by one command."
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("monitoring/", msg("what Prometheus reads, the alerts, and the dashboard")),
        *CONTEXT_FILES,
        *contents(),
    )

    base: str = base_image()

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        info = write_context(bundle, target, Part(job, 0.0, 0.9), lambda _: _README, base=self.base).info
        job.step(0.9, "Writing the dashboard")
        write_text(target / "compose.yaml", compose(info, model_bytes(target)) + _COMPOSE.format(prometheus=PROMETHEUS, grafana=GRAFANA))
        folder = target / "monitoring"
        for part in ("datasources", "dashboards"):
            (folder / "grafana" / part).mkdir(parents=True)
        write_text(folder / "prometheus.yml", to_yaml(_prometheus()))
        write_text(folder / "rules.yml", to_yaml(RULES))
        write_text(folder / "grafana" / "datasources" / "prometheus.yml", to_yaml(_SOURCE))
        write_text(folder / "grafana" / "dashboards" / "provider.yml", to_yaml(_PROVIDER))
        write_text(folder / "grafana" / "dashboards" / "model.json", json.dumps(dashboard(info), ensure_ascii=False, indent=1) + "\n")
        job.step(1.0)


def _prometheus() -> dict[str, Any]:
    return {
        "global": {"scrape_interval": "15s", "evaluation_interval": "15s"},
        "rule_files": ["rules.yml"],
        "scrape_configs": [{"job_name": "model", "static_configs": [{"targets": [f"model:{PORT}"]}]}],
    }


_SOURCE = {
    "apiVersion": 1,
    "datasources": [
        {
            "name": "Prometheus",
            "uid": "prometheus",
            "type": "prometheus",
            "access": "proxy",
            "url": "http://prometheus:9090",
            "isDefault": True,
        }
    ],
}
_PROVIDER = {
    "apiVersion": 1,
    "providers": [{"name": "model", "type": "file", "options": {"path": "/etc/grafana/provisioning/dashboards"}}],
}

_COMPOSE = """\
  prometheus:
    image: ${{PROMETHEUS_IMAGE:-{prometheus}}}
    volumes:
      - ./monitoring/prometheus.yml:/etc/prometheus/prometheus.yml:ro
      - ./monitoring/rules.yml:/etc/prometheus/rules.yml:ro
      - prometheus:/prometheus
    ports:
      - "127.0.0.1:9090:9090"
    cap_drop:
      - ALL
    security_opt:
      - no-new-privileges:true
    restart: unless-stopped
  grafana:
    image: ${{GRAFANA_IMAGE:-{grafana}}}
    volumes:
      - ./monitoring/grafana:/etc/grafana/provisioning:ro
      - grafana:/var/lib/grafana
    ports:
      - "127.0.0.1:3000:3000"
    environment:
      GF_ANALYTICS_CHECK_FOR_UPDATES: "false"
      GF_ANALYTICS_REPORTING_ENABLED: "false"
      # The first start needs a password: GRAFANA_PASSWORD=... docker compose up
      GF_SECURITY_ADMIN_PASSWORD: ${{GRAFANA_PASSWORD:?set a password for Grafana}}
    cap_drop:
      - ALL
    security_opt:
      - no-new-privileges:true
    restart: unless-stopped
volumes:
  prometheus: {{}}
  grafana: {{}}
"""

_README = """
## In containers, with monitoring

```
GRAFANA_PASSWORD=choose-one docker compose up --build
```

The service answers at http://127.0.0.1:8000/, Prometheus at http://127.0.0.1:9090/, and Grafana with the dashboard of the model at
http://127.0.0.1:3000/ (user `admin`), all of them for this machine alone. `monitoring/rules.yml` has the alerts: no answer, errors, slow
answers, drift and many refused rows. `PROMETHEUS_IMAGE` and `GRAFANA_IMAGE` name other images, best with their digests.

Where the service has API keys or a certificate of its own, the job in `monitoring/prometheus.yml` needs `authorization` with `credentials`,
a key of the scope `monitor`, and `scheme: https`.
"""
