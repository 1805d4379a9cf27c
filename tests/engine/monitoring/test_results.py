"""A drift report is read from what a service answers."""

from __future__ import annotations

import json

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.monitoring.results import DriftReport, read_service_report
from mlops_desktop.engine.project.serialization import from_json, to_json

COLUMN = {
    "field": "x",
    "verdict": "stable",
    "psi": 0.01,
    "p": 0.5,
    "missing": [0.0, 0.1],
    "unseen": None,
    "outside": [0.0, 0.0],
    "bins": [{"bin": "1", "training": 1.0, "now": 0.9}],
    "note": "",
}
ANSWER = {
    "rows": 80,
    "reference_rows": 300,
    "verdict": "stable",
    "rule": {"watch": 0.1, "act": 0.25, "p": 0.01, "least_rows": 50, "false_discoveries": 0.05},
    "columns": [COLUMN],
    "score": {**COLUMN, "field": "score"},
    "counts": [[1, 2], [3, 4]],
}


def test_a_service_s_answer_is_read_and_written_back():
    report = from_json(DriftReport, json.loads(json.dumps(ANSWER)), "DriftReport")
    assert report.columns[0].bins[0].now == 0.9
    assert to_json(report) == {**ANSWER, "refused": 0, "file": "", "warnings": [], "trained_on": 0, "in_data": 0, "same_data": False}


def test_what_does_not_fit_is_named_by_its_place():
    broken = {**ANSWER, "columns": [{**COLUMN, "psi": "much"}]}
    with pytest.raises(UserError, match=r"DriftReport.columns\[0\].psi"):
        from_json(DriftReport, broken, "DriftReport")
    with pytest.raises(UserError, match="rule"):
        from_json(DriftReport, {name: value for name, value in ANSWER.items() if name != "rule"}, "DriftReport")


def test_the_report_of_a_service_of_another_version_is_read():
    newer = {**ANSWER, "model": {"name": "m"}, "later": 1}
    assert read_service_report(json.dumps(newer)) == read_service_report(json.dumps(ANSWER))
    for text in ("[]", "{", '{"rows": 1}'):
        with pytest.raises(UserError, match="cannot be read"):
            read_service_report(text)
