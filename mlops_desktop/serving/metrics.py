"""Counters of the service, of all models that a process served, in the text format of Prometheus (0.0.4).

The counts are also plain JSON that `added` adds up, so that several processes are shown as one service.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from .column import ValidationIssue
from .frame import Floats, Frame
from .monitor import VERDICTS, Counters, Reference
from .prediction_spec import class_text
from .scorer import Scorer

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
MAX_FIELDS = 50  # fields with counters of their own; the rest are “other”, so that a wide table does not flood the store

Counts = dict[str, Any]

NOW = "now"  # the part of the counts that ends with its process


def added(one: Any, other: Any) -> Any:
    """The sum of two records of counts: objects by their keys, lists by position, numbers."""
    if isinstance(one, dict):
        both = {key: added(value, other[key]) if key in other else value for key, value in one.items()}
        return {**both, **{key: value for key, value in other.items() if key not in one}}
    if isinstance(one, list):
        return [added(a, b) for a, b in zip(one, other, strict=True)]
    return one + other


class RowLog(Protocol):
    """What keeps the answered rows of a model; see `monitoring.prediction_log`."""

    def add(self, frame: Frame, scores: Floats, chosen: Sequence[int], requests: Sequence[str], numbers: Sequence[int]) -> None:
        """Keep rows with their scores and answers; `requests` are the ids of their requests, `numbers` those of the rows in these."""


class CountsRecorder(Protocol):
    """What stores the counts of a process; see `monitoring.recorder`."""

    is_failing: bool

    def register(self, model: ModelMetrics, scorer: Scorer) -> None:
        """Let the counts of a model be stored."""

    def counts(self) -> Counts:
        """What is counted of the storing itself, as plain JSON, for `added`."""


class ModelMetrics:
    """Counts of one model: its answers, what was wrong or unusual in its input, and the drift of its input. May be used from any thread.

    `key` identifies the model in records of counts: its version and `digest`, the hash of its bundle.
    """

    def __init__(self, scorer: Scorer, reference: Reference, digest: str) -> None:
        self.key = json.dumps([scorer.version, digest])
        self.info = {"name": scorer.name, "version": scorer.version, "task": scorer.task}
        self.drift = Counters(reference, scorer.prediction_spec)
        self.fields = frozenset([column.name for column in scorer.schema.columns][:MAX_FIELDS])
        self._classes = [class_text(one) for one in scorer.classes] or ["value"]
        self._lock = threading.Lock()
        self._outcomes = [0] * len(self._classes)
        self._warnings: dict[tuple[str, str], int] = {}
        self._errors: dict[tuple[str, str], int] = {}
        self._refused = 0
        self.log: RowLog | None = None  # what keeps the rows, where that is asked for

    def predicted(
        self,
        frame: Frame,
        scores: Floats,
        chosen: Sequence[int],
        refused: int,
        start: int = 0,
        positions: Sequence[int] = (),
        requests: Sequence[str] = (),
    ) -> None:
        """Count answered rows by the position of the answered class (0 for values), for drift too, and refused rows; log the answered ones
        where that is asked for.

        `positions` are those of the rows behind the row `start` of the request. Or `requests` are the ids of requests of one row each.
        """
        self.drift.add(frame, scores)
        if self.log is not None:
            numbers = [start + at for at in positions] or [0] * frame.rows
            self.log.add(frame, scores, chosen, requests or [""] * frame.rows, numbers)
        with self._lock:
            for position in chosen:
                self._outcomes[position] += 1
            self._refused += refused

    def warned(self, issues: Iterable[ValidationIssue]) -> None:
        """Count warnings by field and code."""
        self._count(self._warnings, issues)

    def rejected(self, issues: Iterable[ValidationIssue]) -> None:
        """Count errors by field and code."""
        self._count(self._errors, issues)

    def _count(self, counts: dict[tuple[str, str], int], issues: Iterable[ValidationIssue]) -> None:
        with self._lock:
            for issue in issues:
                key = (issue.field if issue.field in self.fields else "other", issue.code)
                counts[key] = counts.get(key, 0) + 1

    def counts(self) -> Counts:
        """Everything as plain JSON, for `added`."""
        with self._lock:
            outcomes = dict(zip(self._classes, self._outcomes, strict=True))
            refused, warnings, errors = self._refused, _by_key(self._warnings), _by_key(self._errors)
        return {"outcomes": outcomes, "refused": refused, "errors": errors, "warnings": warnings, "drift": self.drift.counts()}


class Metrics:
    """Counters of one process. `request` is called on the event loop alone, the others from any thread."""

    def __init__(self) -> None:
        self._models: dict[str, ModelMetrics] = {}
        self._requests: dict[tuple[str, str, int], int] = {}
        self._seconds: dict[str, list[int]] = {}
        self._sums: dict[str, float] = {}
        self._started = time.time()
        self.in_progress = 0
        self.others: Callable[[], Counts] | None = None  # the counts of the other processes of the same service
        self.recorder: CountsRecorder | None = None  # what stores the counts, where a folder is named for it

    def model(self, scorer: Scorer, reference: Reference, digest: str) -> ModelMetrics:
        """The counters of a model. A model that is served again goes on with its counters: they never go down."""
        made = ModelMetrics(scorer, reference, digest)
        if self.recorder is not None:
            self.recorder.register(made, scorer)
        return self._models.setdefault(made.key, made)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one finished request."""
        key = (method, route, status)
        self._requests[key] = self._requests.get(key, 0) + 1
        buckets = self._seconds.get(route)
        if buckets is None:
            buckets = self._seconds.setdefault(route, [0] * (len(SECONDS) + 1))
        buckets[bisect_left(SECONDS, seconds)] += 1
        self._sums[route] = self._sums.get(route, 0.0) + seconds

    def counts(self) -> Counts:
        """The counts of this process as plain JSON, for `added`."""
        now = {"in_progress": self.in_progress, "processes": 1, "resident": _resident()}
        of_store = {}
        if self.recorder is not None:
            now["store_failing"] = int(self.recorder.is_failing)
            of_store = {"store": self.recorder.counts()}
        return {
            "requests": _by_key(self._requests),
            "seconds": {route: list(buckets) for route, buckets in list(self._seconds.items())},
            "sums": dict(self._sums),
            "models": {key: model.counts() for key, model in list(self._models.items())},
            "processor": round(time.process_time(), 6),
            **of_store,
            NOW: now,
        }

    def total(self) -> Counts:
        """The counts of all processes of the service. HttpProblem (503) when another process does not answer in time."""
        here = self.counts()
        return here if self.others is None else added(here, self.others())

    def text(self, model: ModelMetrics) -> bytes:
        """The counts of all processes as one page; drift and identity are those of `model`."""
        total = self.total()
        page = Page()
        page.metric("http_requests_total", "counter", "Requests by method, route and status.")
        for (method, route, status), count in _sorted(total["requests"]):
            page.sample("http_requests_total", count, method=method, route=route, status=status)
        _durations(page, total)
        page.metric("http_requests_in_progress", "gauge", "Requests that are being answered.")
        page.sample("http_requests_in_progress", total[NOW]["in_progress"])
        _models(page, total["models"])
        _drift(page, model.drift.report(total["models"][model.key]["drift"]), model.fields)
        page.metric("model_info", "gauge", "The model that answers.")
        page.sample("model_info", 1, **model.info)
        self._process(page, total)
        _store(page, total)
        return page.text()

    def _process(self, page: Page, total: Counts) -> None:
        page.metric("service_processes", "gauge", "Processes that answer; every metric is the sum over all of them.")
        page.sample("service_processes", total[NOW]["processes"])
        page.metric("process_cpu_seconds_total", "counter", "Processor time of the service.")
        page.sample("process_cpu_seconds_total", total["processor"])
        page.metric("process_start_time_seconds", "gauge", "Start of the process that answers, in seconds since 1970.")
        page.sample("process_start_time_seconds", round(self._started, 3))
        if total[NOW]["resident"]:
            page.metric("process_resident_memory_bytes", "gauge", "Resident memory of the service.")
            page.sample("process_resident_memory_bytes", total[NOW]["resident"])


def _models(page: Page, models: Mapping[str, Counts]) -> None:
    """Answers of every version that was served, and input errors and warnings of all of them."""
    by_version: dict[str, dict[str, int]] = {}
    for key, counts in models.items():
        version = json.loads(key)[0]
        by_version[version] = added(by_version.get(version, {}), counts["outcomes"])
    page.metric("model_predictions_total", "counter", "Answered rows by answer.")
    for version, outcomes in by_version.items():
        for label, count in outcomes.items():
            page.sample("model_predictions_total", count, version=version, outcome=label)
    page.metric("model_refused_rows_total", "counter", "Rows that were refused in requests that were answered.")
    page.sample("model_refused_rows_total", sum(counts["refused"] for counts in models.values()))
    for kind, name, text in (
        ("errors", "model_input_invalid_total", "Errors in rows by field and code."),
        ("warnings", "model_input_warnings_total", "Warnings by field and code."),
    ):
        every: dict[str, int] = {}
        for counts in models.values():
            every = added(every, counts[kind])
        page.metric(name, "counter", text)
        for (field, code), count in _sorted(every):
            page.sample(name, count, field=field, code=code)


def _drift(page: Page, report: Mapping[str, Any], fields: frozenset[str]) -> None:
    page.metric("model_drift_rows", "gauge", "Rows from which drift is computed.")
    page.sample("model_drift_rows", report["rows"])
    page.metric("model_drift_score", "gauge", "Population stability index against training; above 0.1 watch, above 0.25 act.")
    shown: Sequence[tuple[str, Mapping[str, Any]]] = [(one["field"], one) for one in report["columns"] if one["field"] in fields]
    for field, one in (*shown, ("(score)", report["score"])):
        if one["verdict"] != VERDICTS[0]:
            page.sample("model_drift_score", one["psi"], field=field, method="psi")
    page.metric("model_drift_state", "gauge", "The verdict: 0 not enough data, 1 stable, 2 watch, 3 act.")
    page.sample("model_drift_state", VERDICTS.index(report["verdict"]))


def _store(page: Page, total: Counts) -> None:
    """Whether the store of monitoring is written, where there is one."""
    if "store" not in total:
        return
    page.metric("monitor_store_up", "gauge", "Whether the counts are stored: 0 when the last write of a process failed.")
    page.sample("monitor_store_up", int(not total[NOW]["store_failing"]))
    page.metric("monitor_store_errors_total", "counter", "Writes to the store of monitoring that failed.")
    page.sample("monitor_store_errors_total", total["store"]["errors"])
    page.metric("monitor_logged_rows_total", "counter", "Rows that the prediction log holds or held.")
    page.sample("monitor_logged_rows_total", total["store"]["logged"])
    page.metric("monitor_dropped_rows_total", "counter", "Rows that the prediction log could not take up in time.")
    page.sample("monitor_dropped_rows_total", total["store"]["dropped"])
    page.metric("monitor_alert_errors_total", "counter", "Alerts that could not be checked or sent.")
    page.sample("monitor_alert_errors_total", total["store"]["alert_errors"])


def _by_key(counts: Mapping[tuple[Any, ...], int]) -> dict[str, int]:
    """Counts with keys that JSON can hold."""
    return {json.dumps(key): count for key, count in list(counts.items())}


def _sorted(counts: Mapping[str, int]) -> list[tuple[list[Any], int]]:
    return sorted((json.loads(key), count) for key, count in counts.items())


def _durations(page: Page, total: Counts) -> None:
    page.metric("http_request_duration_seconds", "histogram", "From the request line to the last byte handed over.")
    for route, buckets in sorted(total["seconds"].items()):
        running = 0
        for bound, count in zip((*map(str, SECONDS), "+Inf"), buckets, strict=True):
            running += count
            page.sample("http_request_duration_seconds_bucket", running, route=route, le=bound)
        page.sample("http_request_duration_seconds_sum", total["sums"].get(route, 0.0), route=route)
        page.sample("http_request_duration_seconds_count", running, route=route)


def _resident() -> int:
    """Resident memory of this process in bytes; 0 where it is not known."""
    if sys.platform != "linux":
        return 0
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Page:
    """A page of metrics being written."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def metric(self, name: str, kind: str, description: str) -> None:
        """Open a metric."""
        self._lines += [f"# HELP {name} {description}", f"# TYPE {name} {kind}"]

    def sample(self, name: str, value: float, /, **labels: Any) -> None:
        """One value of the metric that was opened last."""
        listed = ",".join(f'{label}="{_escaped(str(text))}"' for label, text in labels.items())
        self._lines.append(f"{name}{{{listed}}} {value!r}" if listed else f"{name} {value!r}")

    def text(self) -> bytes:
        """The page."""
        return ("\n".join(self._lines) + "\n").encode("utf-8", "replace")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
