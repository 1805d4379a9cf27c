from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from mlops_desktop.serving import metrics as module
from mlops_desktop.serving.column import ValidationIssue
from mlops_desktop.serving.metrics import Metrics, Page, added

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


@pytest.fixture
def serve(scorers, bundles):
    """`serve(task, …)` gives the counters of a process and those of a model in it; further arguments replace fields of the scorer."""

    def make(task, metrics=None, **fields):
        metrics = metrics or Metrics()
        return metrics, metrics.model(replace(scorers[task], **fields), bundles[task].reference, "digest")

    return make


def answer(model, scorer, rows, refused=0):
    frame = scorer.schema.from_rows(rows).frame
    scores = scorer.scores(frame)
    model.predicted(frame, scores, [0] * len(rows) if scores.ndim == 1 else scorer.decide(scores).tolist(), refused)


def test_requests_are_counted_by_route_and_time(serve):
    metrics, model = serve("binary")
    for seconds in (0.0001, 0.0005, 0.004, 99.0):
        metrics.request("POST", "/v1/predict", 200, seconds)
    metrics.request("GET", "/", 404, 0.1)
    found = samples(metrics.text(model))
    assert found["http_requests_total", 'method="POST",route="/v1/predict",status="200"'] == 4
    assert found["http_request_duration_seconds_bucket", 'route="/v1/predict",le="0.0005"'] == 2
    assert found["http_request_duration_seconds_bucket", 'route="/v1/predict",le="0.005"'] == 3
    assert found["http_request_duration_seconds_bucket", 'route="/v1/predict",le="+Inf"'] == 4
    assert found["http_request_duration_seconds_count", 'route="/v1/predict"'] == 4


def test_answers_errors_and_warnings_are_counted(serve, scorers, monkeypatch):
    monkeypatch.setattr(module, "MAX_FIELDS", 1)
    metrics, model = serve("binary", name='na"me\\', version="v\n1")
    answer(model, scorers["binary"], [{"age": 30}] * 3, refused=2)
    model.rejected([ValidationIssue(0, "age", "wrong_type", "")])
    model.warned([ValidationIssue(0, "age", "unknown_level", "")])
    model.warned([ValidationIssue(0, name, "x", "") for name in ("income", "from outside")])
    found = samples(metrics.text(model))
    assert [found["model_predictions_total", f'version="v\\n1",outcome="{one}"'] for one in ("no", "yes")] in ([0, 3], [3, 0])
    assert found["model_refused_rows_total", ""] == 2
    assert found["model_input_invalid_total", 'field="age",code="wrong_type"'] == 1
    assert found["model_input_warnings_total", 'field="other",code="x"'] == 2
    assert found["model_info", 'name="na\\"me\\\\",version="v\\n1",task="binary"'] == 1
    assert not any("outside" in labels for _, labels in found)


def test_every_metric_is_declared_once_with_its_kind(serve):
    metrics, model = serve("regression")
    text = metrics.text(model).decode()
    kinds = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(kinds) == len(set(kinds)) > 10
    assert text.count("# HELP") == len(kinds)
    assert all(name.endswith("_total") == (f"# TYPE {name} counter" in text) for name in kinds)


def test_drift_is_shown_where_there_is_enough_data(serve, scorers, rows_of):
    metrics, model = serve("binary")
    answer(model, scorers["binary"], [{**row, "age": 90} for row in rows_of(200)])
    found = samples(metrics.text(model))
    assert found["model_drift_rows", ""] == 200
    assert found["model_drift_score", 'field="age",method="psi"'] > 0.25
    assert ("model_drift_score", 'field="(score)",method="psi"') in found
    assert found["model_drift_state", ""] == 3


def test_counters_go_on_when_another_model_is_served(serve, scorers):
    metrics, first = serve("binary")
    answer(first, scorers["binary"], [{"age": 30}] * 2)
    first.rejected([ValidationIssue(0, "age", "missing", "")])
    _, second = serve("regression", metrics=metrics)
    answer(second, scorers["regression"], [{"age": 30}] * 5)
    second.rejected([ValidationIssue(0, "age", "missing", "")])
    found = samples(metrics.text(second))
    counts = {labels: count for (name, labels), count in found.items() if name == "model_predictions_total" and count}
    assert sorted(counts.values()) == [2, 5]
    assert counts['version="2123456789ab",outcome="value"'] == 5
    assert found["model_input_invalid_total", 'field="age",code="missing"'] == 2
    assert found["model_drift_rows", ""] == 5
    assert serve("binary", metrics=metrics)[1] is first, "a model that is served again goes on with its counters"


def test_a_page_escapes():
    page = Page()
    page.sample("x", 1, label='a"b\\c\nd')
    assert page.text() == b'x{label="a\\"b\\\\c\\nd"} 1\n'


def test_counts_of_several_processes_are_added_up(serve, scorers):
    several = [serve("binary") for _ in range(3)]
    for i, (metrics, model) in enumerate(several[:2]):
        metrics.request("POST", "/v1/predict", 200, 0.004)
        metrics.request("POST", f"/only/{i}", 422, 0.004)
        answer(model, scorers["binary"], [{"age": 30}], refused=1)
        model.rejected([ValidationIssue(0, "age", "missing", "")])
    metrics, model = several[2]
    metrics.others = lambda: json.loads(json.dumps(added(several[0][0].counts(), several[1][0].counts())))
    found = samples(metrics.text(model))
    assert found["http_requests_total", 'method="POST",route="/v1/predict",status="200"'] == 2
    assert found["http_requests_total", 'method="POST",route="/only/1",status="422"'] == 1
    assert found["http_request_duration_seconds_count", 'route="/v1/predict"'] == 2
    assert sum(count for (name, _), count in found.items() if name == "model_predictions_total") == 2
    assert found["model_refused_rows_total", ""] == found["model_input_invalid_total", 'field="age",code="missing"'] == 2
    assert found["service_processes", ""] == 3
