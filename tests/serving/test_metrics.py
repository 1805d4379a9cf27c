from __future__ import annotations

import json
import re

from mlops_desktop.serving.column import ValidationIssue
from mlops_desktop.serving.metrics import MOST_FIELDS, Metrics, Page, added

NO_DRIFT = {"rows": 0, "verdict": "not_enough_data", "columns": [], "score": {"verdict": "not_enough_data", "field": "score", "psi": 0.0}}
SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*)\})? (-?[0-9.e+-]+)')


def samples(text):
    """Every line is a comment, or a sample by the grammar of the format."""
    found = {}
    for line in text.decode().splitlines():
        if not line.startswith("#"):
            match = SAMPLE.fullmatch(line)
            assert match, line
            found[match[1], match[2] or ""] = float(match[3])
    return found


def test_requests_are_counted_by_route_and_time():
    metrics = Metrics("m", "v", "binary", ["age"], ["no", "yes"])
    for seconds in (0.0001, 0.0005, 0.004, 99.0):
        metrics.request("POST", "/v1/predict", 200, seconds)
    metrics.request("GET", "/", 404, 0.1)
    found = samples(metrics.text(metrics.counted(), NO_DRIFT))
    assert found["http_requests_total", 'method="POST",route="/v1/predict",status="200"'] == 4
    assert found["http_request_duration_seconds_bucket", 'route="/v1/predict",le="0.0005"'] == 2
    assert found["http_request_duration_seconds_bucket", 'route="/v1/predict",le="0.005"'] == 3
    assert found["http_request_duration_seconds_bucket", 'route="/v1/predict",le="+Inf"'] == 4
    assert found["http_request_duration_seconds_count", 'route="/v1/predict"'] == 4


def test_answers_faults_and_warnings_are_counted():
    metrics = Metrics('na"me\\', "v\n1", "binary", [f"f{i}" for i in range(60)], ["no", "yes"])
    metrics.predicted([1, 1, 0], 2)
    metrics.refused([ValidationIssue(0, "f1", "wrong_type", "")])
    metrics.remarked(
        [
            ValidationIssue(0, "f1", "unknown_level", ""),
            ValidationIssue(0, f"f{MOST_FIELDS}", "x", ""),
            ValidationIssue(0, "from outside", "x", ""),
        ]
    )
    found = samples(metrics.text(metrics.counted(), NO_DRIFT))
    assert found["model_predictions_total", 'version="v\\n1",outcome="yes"'] == 2
    assert found["model_refused_rows_total", ""] == 2
    assert found["model_input_invalid_total", 'field="f1",code="wrong_type"'] == 1
    assert found["model_input_warnings_total", 'field="other",code="x"'] == 2
    assert found["model_info", 'name="na\\"me\\\\",version="v\\n1",task="binary"'] == 1
    assert not any("outside" in labels for _, labels in found)


def test_every_metric_is_said_once_with_its_kind():
    metrics = Metrics("m", "v", "regression", [], [])
    text = metrics.text(metrics.counted(), NO_DRIFT).decode()
    kinds = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(kinds) == len(set(kinds)) > 10
    assert text.count("# HELP") == len(kinds)
    assert all(name.endswith("_total") == (f"# TYPE {name} counter" in text) for name in kinds)


def test_drift_is_shown_where_there_is_enough_data():
    column = {"field": "age", "verdict": "watch", "psi": 0.125}
    drift = {"rows": 70, "verdict": "watch", "columns": [column], "score": {"field": "score", "verdict": "stable", "psi": 0.01}}
    metrics = Metrics("m", "v", "regression", ["age"], [])
    found = samples(metrics.text(metrics.counted(), drift))
    assert found["model_drift_score", 'field="age",method="psi"'] == 0.125
    assert found["model_drift_score", 'field="(score)",method="psi"'] == 0.01
    assert found["model_drift_state", ""] == 2


def test_a_page_escapes():
    page = Page()
    page.sample("x", 1, label='a"b\\c\nd')
    assert page.text() == b'x{label="a\\"b\\\\c\\nd"} 1\n'


def test_what_several_processes_counted_is_added_up():
    several = [Metrics("m", "v", "binary", ["age"], ["no", "yes"]) for _ in range(3)]
    for i, metrics in enumerate(several[:2]):
        metrics.request("POST", "/v1/predict", 200, 0.004)
        metrics.request("POST", f"/only/{i}", 422, 0.004)
        metrics.predicted([i], 1)
        metrics.refused([ValidationIssue(0, "age", "missing", "")])
    total = {}
    for metrics in several:
        total = added(total, json.loads(json.dumps(metrics.counted())))
    found = samples(several[2].text(total, NO_DRIFT))
    assert found["http_requests_total", 'method="POST",route="/v1/predict",status="200"'] == 2
    assert found["http_requests_total", 'method="POST",route="/only/1",status="422"'] == 1
    assert found["http_request_duration_seconds_count", 'route="/v1/predict"'] == 2
    assert [found["model_predictions_total", f'version="v",outcome="{answer}"'] for answer in ("no", "yes")] == [1, 1]
    assert found["model_refused_rows_total", ""] == found["model_input_invalid_total", 'field="age",code="missing"'] == 2
    assert found["service_processes", ""] == 3
