"""What the service counts of itself, in Prometheus' text format (0.0.4). Plain integers: counting costs next to nothing.

What was counted is also had as plain JSON whose parts are added up by `added`, so that several processes are shown as one service.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .column import ValidationIssue
from .monitor import VERDICTS

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
MOST_FIELDS = 50  # fields with counters of their own; the rest are “other”, so that a wide table does not flood the store


NOW = "now"  # the part of what was counted that ends with its process


def added(one: Any, other: Any) -> Any:
    """The sum of two records of counts: objects by their keys, lists by position, numbers."""
    if isinstance(one, dict):
        both = {key: added(value, other[key]) if key in other else value for key, value in one.items()}
        return {**both, **{key: value for key, value in other.items() if key not in one}}
    if isinstance(one, list):
        return [added(a, b) for a, b in zip(one, other, strict=True)]
    return one + other


class Metrics:
    """Counters of one process. `request` is called on the event loop alone, the others from any thread."""

    def __init__(self, name: str, version: str, task: str, fields: Iterable[str], classes: Iterable[str]) -> None:
        self._model = {"name": name, "version": version, "task": task}
        self._fields = frozenset(list(fields)[:MOST_FIELDS])
        self._classes = [*classes] or ["value"]
        self._lock = threading.Lock()
        self._requests: dict[tuple[str, str, int], int] = {}
        self._seconds: dict[str, list[int]] = {}
        self._sums: dict[str, float] = {}
        self._outcomes = [0] * len(self._classes)
        self._remarks: dict[tuple[str, str], int] = {}
        self._faults: dict[tuple[str, str], int] = {}
        self._refused = 0
        self._started = time.time()
        self.in_progress = 0

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one finished request."""
        key = (method, route, status)
        self._requests[key] = self._requests.get(key, 0) + 1
        buckets = self._seconds.get(route)
        if buckets is None:
            buckets = self._seconds.setdefault(route, [0] * (len(SECONDS) + 1))
        buckets[bisect_left(SECONDS, seconds)] += 1
        self._sums[route] = self._sums.get(route, 0.0) + seconds

    def predicted(self, chosen: Iterable[int], refused: int) -> None:
        """Count answered rows by the position of the answered class (0 for values), and refused rows."""
        with self._lock:
            for at in chosen:
                self._outcomes[at] += 1
            self._refused += refused

    def remarked(self, problems: Iterable[ValidationIssue]) -> None:
        """Count warnings by field and code."""
        self._count(self._remarks, problems)

    def refused(self, problems: Iterable[ValidationIssue]) -> None:
        """Count faults by field and code."""
        self._count(self._faults, problems)

    def _count(self, counts: dict[tuple[str, str], int], problems: Iterable[ValidationIssue]) -> None:
        with self._lock:
            for problem in problems:
                key = (problem.field if problem.field in self._fields else "other", problem.code)
                counts[key] = counts.get(key, 0) + 1

    def counted(self) -> dict[str, Any]:
        """Everything as plain JSON, for `added` and `text`."""
        with self._lock:
            outcomes, refused = list(self._outcomes), self._refused
            remarks, faults = _by_key(self._remarks), _by_key(self._faults)
        return {
            "requests": _by_key(self._requests),
            "seconds": {route: list(buckets) for route, buckets in list(self._seconds.items())},
            "sums": dict(self._sums),
            "outcomes": outcomes,
            "refused": refused,
            "faults": faults,
            "remarks": remarks,
            "processor": round(time.process_time(), 6),
            NOW: {"in_progress": self.in_progress, "processes": 1, "resident": _resident()},
        }

    def text(self, counted: Mapping[str, Any], drift: Mapping[str, Any]) -> bytes:
        """What was counted (here, or by several processes) as one page; `drift` is the report of the drift counters."""
        page = Page()
        page.metric("http_requests_total", "counter", "Requests by method, route and status.")
        for (method, route, status), count in _sorted(counted["requests"]):
            page.sample("http_requests_total", count, method=method, route=route, status=status)
        _durations(page, counted)
        page.metric("http_requests_in_progress", "gauge", "Requests that are being answered.")
        page.sample("http_requests_in_progress", counted[NOW]["in_progress"])
        page.metric("model_predictions_total", "counter", "Answered rows by answer.")
        for label, count in zip(self._classes, counted["outcomes"], strict=True):
            page.sample("model_predictions_total", count, version=self._model["version"], outcome=label)
        page.metric("model_refused_rows_total", "counter", "Rows that were refused in requests that were answered.")
        page.sample("model_refused_rows_total", counted["refused"])
        page.metric("model_input_invalid_total", "counter", "Faults in rows by field and code.")
        for (field, code), count in _sorted(counted["faults"]):
            page.sample("model_input_invalid_total", count, field=field, code=code)
        page.metric("model_input_warnings_total", "counter", "Warnings by field and code.")
        for (field, code), count in _sorted(counted["remarks"]):
            page.sample("model_input_warnings_total", count, field=field, code=code)
        self._drift(page, drift)
        page.metric("model_info", "gauge", "The model that answers.")
        page.sample("model_info", 1, **self._model)
        self._process(page, counted)
        return page.text()

    def _drift(self, page: Page, drift: Mapping[str, Any]) -> None:
        page.metric("model_drift_rows", "gauge", "Rows that the drift figures rest on.")
        page.sample("model_drift_rows", drift["rows"])
        page.metric("model_drift_score", "gauge", "Population stability index against training; above 0.1 watch, above 0.25 act.")
        judged = [one for one in (*drift["columns"], drift["score"]) if one["verdict"] != VERDICTS[0]]
        shown = [one for one in judged if one["field"] in self._fields or one is drift["score"]]
        for one in shown:
            page.sample("model_drift_score", one["psi"], field=one["field"] if one is not drift["score"] else "(score)", method="psi")
        page.metric("model_drift_state", "gauge", "The verdict: 0 not enough data, 1 stable, 2 watch, 3 act.")
        page.sample("model_drift_state", VERDICTS.index(drift["verdict"]))

    def _process(self, page: Page, counted: Mapping[str, Any]) -> None:
        page.metric("service_processes", "gauge", "Processes that answer; every figure here is of all of them.")
        page.sample("service_processes", counted[NOW]["processes"])
        page.metric("process_cpu_seconds_total", "counter", "Processor time of the service.")
        page.sample("process_cpu_seconds_total", counted["processor"])
        page.metric("process_start_time_seconds", "gauge", "Start of the process that says this since 1970.")
        page.sample("process_start_time_seconds", round(self._started, 3))
        if counted[NOW]["resident"]:
            page.metric("process_resident_memory_bytes", "gauge", "Resident memory of the service.")
            page.sample("process_resident_memory_bytes", counted[NOW]["resident"])


def _by_key(counts: Mapping[tuple[Any, ...], int]) -> dict[str, int]:
    """Counts with keys that JSON can hold."""
    return {json.dumps(key): count for key, count in list(counts.items())}


def _sorted(counts: Mapping[str, int]) -> list[tuple[list[Any], int]]:
    return sorted((json.loads(key), count) for key, count in counts.items())


def _durations(page: Page, counted: Mapping[str, Any]) -> None:
    page.metric("http_request_duration_seconds", "histogram", "From the request line to the last byte handed over.")
    for route, buckets in sorted(counted["seconds"].items()):
        running = 0
        for bound, count in zip((*map(str, SECONDS), "+Inf"), buckets, strict=True):
            running += count
            page.sample("http_request_duration_seconds_bucket", running, route=route, le=bound)
        page.sample("http_request_duration_seconds_sum", counted["sums"].get(route, 0.0), route=route)
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
        said = ",".join(f'{label}="{_escaped(str(text))}"' for label, text in labels.items())
        self._lines.append(f"{name}{{{said}}} {value!r}" if said else f"{name} {value!r}")

    def text(self) -> bytes:
        """The page."""
        return ("\n".join(self._lines) + "\n").encode("utf-8", "replace")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
