"""A container beside Prometheus and Grafana: one compose file starts the service, its alerts and a dashboard."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from mlops_desktop.base.job import Job, Part
from mlops_desktop.catalog.exporters._container import (
    CONTEXT_FILES,
    PORT,
    ComposeExporter,
    ComposeProtection,
    compose,
    model_bytes,
    write_context,
)
from mlops_desktop.catalog.exporters._dashboard import RULES, dashboard
from mlops_desktop.catalog.exporters._service_files import write_text
from mlops_desktop.catalog.exporters._yaml import to_yaml
from mlops_desktop.serving.manifest import contents
from mlops_desktop.serving.message import msg

MONITOR_KEY = "monitor-key"
PROMETHEUS, GRAFANA = "prom/prometheus:v3.5.0", "grafana/grafana:12.1.0"


@dataclass(frozen=True, kw_only=True)
class MonitoredCompose(ComposeExporter):
    """The Docker context, whose compose file also runs what watches the service."""

    id: ClassVar[str] = "monitored_compose"
    label: ClassVar[str] = "Docker with monitoring"
    help: ClassVar[str] = "The container with Prometheus, alerts and a Grafana dashboard beside it, started by one command."
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("monitoring/", msg("what Prometheus reads, the alerts, and the dashboard")),
        *CONTEXT_FILES,
        *contents(),
    )

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        info = write_context(bundle, target, Part(job, 0.0, 0.9), lambda _: _README, base=self.base).info
        job.step(0.9, "Writing the dashboard")
        more = _COMPOSE.format(prometheus=PROMETHEUS, grafana=GRAFANA, secrets=_MONITOR_SECRET if self.keys else "")
        secrets = self.protection.secrets(*([MONITOR_KEY] if self.keys else []))
        write_text(target / "compose.yaml", compose(info, model_bytes(target), self.protection) + more + secrets)
        folder = target / "monitoring"
        for part in ("datasources", "dashboards"):
            (folder / "grafana" / part).mkdir(parents=True)
        write_text(folder / "prometheus.yml", to_yaml(_prometheus(self.protection)))
        write_text(folder / "rules.yml", to_yaml(RULES))
        write_text(folder / "grafana" / "datasources" / "prometheus.yml", to_yaml(_SOURCE))
        write_text(folder / "grafana" / "dashboards" / "provider.yml", to_yaml(_PROVIDER))
        write_text(folder / "grafana" / "dashboards" / "model.json", json.dumps(dashboard(info), ensure_ascii=False, indent=1) + "\n")
        job.step(1.0)


def _prometheus(protection: ComposeProtection) -> dict[str, Any]:
    job: dict[str, Any] = {"job_name": "model", "static_configs": [{"targets": [f"model:{PORT}"]}]}
    if protection.tls:  # the certificate is of the name that clients ask for, not of the container's
        job |= {"scheme": "https", "tls_config": {"insecure_skip_verify": True}}
    if protection.keys:
        job["authorization"] = {"credentials_file": f"/run/secrets/{MONITOR_KEY}"}
    return {
        "global": {"scrape_interval": "15s", "evaluation_interval": "15s"},
        "rule_files": ["rules.yml"],
        "scrape_configs": [job],
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

_MONITOR_SECRET = f"""\
    secrets:
      - {MONITOR_KEY}
"""
_COMPOSE = """\
  prometheus:
    image: ${{PROMETHEUS_IMAGE:-{prometheus}}}
    volumes:
      - ./monitoring/prometheus.yml:/etc/prometheus/prometheus.yml:ro
      - ./monitoring/rules.yml:/etc/prometheus/rules.yml:ro
      - prometheus:/prometheus
    ports:
      - "127.0.0.1:9090:9090"
{secrets}    cap_drop:
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

Exported with API keys or HTTPS, `compose.yaml` mounts `keys`, `tls.crt` and `tls.key` from beside it; user 10001 has to be able to read
them. With API keys, `monitor-key` has to hold a key of the scope `monitor`, with which Prometheus asks.
"""
