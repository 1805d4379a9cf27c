"""The Grafana dashboard and the Prometheus alerts of a service, over the metrics of its `/metrics`."""

from __future__ import annotations

from typing import Any

_SOURCE = {"type": "prometheus", "uid": "prometheus"}
_WIDTH, _HEIGHT, _PER_LINE = 8, 8, 3  # Grafana's grid has 24 columns

# Title, unit of Grafana, and (query, legend) for each line.
_PANELS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("Requests by status", "reqps", (("sum by (status) (rate(http_requests_total[5m]))", "{{status}}"),)),
    (
        "Time of an answer",
        "s",
        tuple(
            (f"histogram_quantile({q}, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))", f"p{100 * q:g}")
            for q in (0.5, 0.95, 0.99)
        ),
    ),
    ("Requests in progress", "short", (("sum(http_requests_in_progress)", "in progress"),)),
    ("Answers", "cps", (("sum by (outcome) (rate(model_predictions_total[5m]))", "{{outcome}}"),)),
    ("Warnings by column", "cps", (("sum by (field, code) (rate(model_input_warnings_total[5m]))", "{{field}} {{code}}"),)),
    (
        "Refused values by column",
        "cps",
        (
            ("sum by (field, code) (rate(model_input_invalid_total[5m]))", "{{field}} {{code}}"),
            ("sum(rate(model_refused_rows_total[5m]))", "rows"),
        ),
    ),
    ("Drift by column (watch above 0.1, act above 0.25)", "none", (("max by (field) (model_drift_score)", "{{field}}"),)),
    ("Rows behind the drift", "short", (("max(model_drift_rows)", "rows"),)),
    ("Verdict on drift (1 stable, 2 watch, 3 act)", "none", (("max(model_drift_state)", "verdict"),)),
    ("Memory", "bytes", (("sum by (instance) (process_resident_memory_bytes)", "{{instance}}"),)),
    ("Processors", "none", (("sum by (instance) (rate(process_cpu_seconds_total[5m]))", "{{instance}}"),)),
    ("Models that answer", "none", (("count by (name, version) (model_info)", "{{name}} {{version}}"),)),
)


def dashboard(info: dict[str, Any]) -> dict[str, Any]:
    """The dashboard as Grafana's JSON model."""
    panels = []
    for number, (title, unit, lines) in enumerate(_PANELS):
        targets = [
            {"refId": chr(ord("A") + i), "datasource": _SOURCE, "expr": query, "legendFormat": legend}
            for i, (query, legend) in enumerate(lines)
        ]
        place = {"x": number % _PER_LINE * _WIDTH, "y": number // _PER_LINE * _HEIGHT, "w": _WIDTH, "h": _HEIGHT}
        panels.append(
            {
                "id": number + 1,
                "type": "timeseries",
                "title": title,
                "datasource": _SOURCE,
                "gridPos": place,
                "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
                "targets": targets,
            }
        )
    return {
        "uid": f"model-{info['version']}",
        "title": f"Model {info['name'] or ''}".strip(),
        "tags": ["model"],
        "timezone": "browser",
        "refresh": "30s",
        "schemaVersion": 39,
        "time": {"from": "now-6h", "to": "now"},
        "panels": panels,
    }


def _alert(name: str, query: str, held: str, severity: str, summary: str) -> dict[str, Any]:
    return {"alert": name, "expr": query, "for": held, "labels": {"severity": severity}, "annotations": {"summary": summary}}


_REQUESTS = "sum(rate(http_requests_total[5m]))"
RULES = {
    "groups": [
        {
            "name": "model",
            "rules": [
                _alert("ModelDown", 'up{job="model"} == 0', "2m", "critical", "The service does not answer."),
                _alert(
                    "ModelErrors",
                    f'sum(rate(http_requests_total{{status=~"5.."}}[5m])) / {_REQUESTS} > 0.01',
                    "5m",
                    "critical",
                    "More than 1 % of the requests fail.",
                ),
                _alert(
                    "ModelSlow",
                    "histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) > 1",
                    "10m",
                    "warning",
                    "One answer in a hundred takes more than a second.",
                ),
                _alert("ModelDrift", "max(model_drift_state) >= 3", "15m", "warning", "The data has moved away from the training data."),
                _alert("ModelStore", "min(monitor_store_up) == 0", "5m", "warning", "What the service counts cannot be stored."),
                _alert(
                    "ModelRefusedRows",
                    "sum(rate(model_refused_rows_total[15m])) > 0.05 * sum(rate(model_predictions_total[15m]))",
                    "15m",
                    "warning",
                    "More than 5 % of the rows are refused.",
                ),
            ],
        }
    ]
}
