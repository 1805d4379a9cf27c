"""What was counted in a window of time or of rows: drift, shares of missing and unusual values, errors, times of answers."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ..deadline import check_deadline
from ..http_problems import HttpProblem
from ..message import msg
from ..metrics import SECONDS, Counts, ModelMetrics, added
from ..query import query_parameters
from ..routes import ROUTES
from .store import DAY, HOUR, SERVICE, Block, Store, slot_of, using_the_store

SIZES: Mapping[str, float] = {"hour": HOUR, "day": DAY}
MAX_WINDOWS = 1000
AHEAD = 60.0  # seconds by which the clock of another process may be ahead
QUANTILES = (0.5, 0.95, 0.99)
_LAST = re.compile(r"last:([1-9][0-9]{0,11})")
_SHOWN = ("field", "verdict", "psi", "p", "missing", "unseen", "outside", "note")


class Total(NamedTuple):
    """The sum of some blocks: their time in seconds since 1970 (None without any), answered rows, and counts."""

    start: float | None
    end: float | None
    rows: int
    counts: Counts


def total(blocks: Iterable[Block]) -> Total:
    """The sum of blocks of one model."""
    start = end = None
    rows, counts = 0, Counts()
    for block in blocks:
        check_deadline()
        start = block.start if start is None else min(start, block.start)
        end = block.end if end is None else max(end, block.end)
        rows, counts = rows + block.rows, added(counts, block.counts)
    return Total(start, end, rows, counts)


def drift_in_window(store: Store, key: str, model: ModelMetrics, name: str) -> dict[str, Any]:
    """The drift report of a model, which the store knows by `key`, in the window of this name: `hour`, `day`, `all`, or `last:N` for at
    least the last N rows.

    HttpProblem: 400 for another name, 503 when the store cannot be read.
    """
    last, now = _LAST.fullmatch(name), time.time()
    if not last and name != "all" and name not in SIZES:
        raise _not_valid(msg("{variable} must be one of {values}.", variable="window", values="start, hour, day, all, last:N"))
    with using_the_store():
        if last:
            found = total(store.newest(key, int(last[1])))
        else:
            found = total(store.blocks([key], now - SIZES[name] if name in SIZES else float("-inf"), now + AHEAD))
    window = {"name": name, "start": time_text(found.start), "end": time_text(found.end)}
    return {"window": window, **drift_report(model, found)}


def drift_report(model: ModelMetrics, found: Total) -> dict[str, Any]:
    """The drift report of what was counted of a model; see `Counters.report`."""
    reference = model.drift.reference
    nothing = [[0] * bins.size() for bins in (*reference.columns, reference.score)]
    return model.drift.report(found.counts.get("drift") or nothing)


def windows(store: Store, key: str, model: ModelMetrics, query: bytes) -> dict[str, Any]:
    """The answer to `GET /v1/monitor/windows`: the last hours or days in which something was counted, the oldest first.

    HttpProblem: 400 for a query that is not valid, 503 when the store cannot be read.
    """
    chosen = query_parameters(query, by="hour", last="48")
    by, last = chosen_of(chosen, "by", SIZES), chosen_last(chosen)
    size, now = SIZES[by], time.time()
    first = slot_of(now, now, size) - last + 1
    slots: dict[int, dict[str, list[Block]]] = {}
    with using_the_store():
        for block in store.blocks([key, SERVICE], first * size, now + AHEAD):
            if (slot := slot_of(block.start, block.end, size)) >= first:
                slots.setdefault(slot, {key: [], SERVICE: []})[block.model].append(block)
    found = []
    for slot, blocks in sorted(slots.items()):
        longer = [one for some in blocks.values() for one in some if one.end - one.start > size]  # merged, or made up for
        start, end = min([slot * size, *(one.start for one in longer)]), max([(slot + 1) * size, *(one.end for one in longer)])
        times = {"start": time_text(start), "end": time_text(end)}
        found.append({**times, **_of_model(model, total(blocks[key])), **_of_service(total(blocks[SERVICE]).counts)})
    return {"by": by, "windows": found}


def chosen_of(parameters: Mapping[str, str], name: str, known: Iterable[str]) -> str:
    """The value of a parameter of a query. HttpProblem (400) when it is none of the known ones."""
    if (value := parameters[name]) not in (names := list(known)):
        raise _not_valid(msg("{variable} must be one of {values}.", variable=name, values=", ".join(names)))
    return value


def chosen_last(parameters: Mapping[str, str]) -> int:
    """The number of windows that a query asks for. HttpProblem (400) when it is none."""
    text = parameters["last"]
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= MAX_WINDOWS):
        raise _not_valid(f"last must be a whole number from 1 to {MAX_WINDOWS}.")
    return int(text)


def _not_valid(detail: str) -> HttpProblem:
    return HttpProblem(400, "invalid_parameter", "The query is not valid.", detail)


def _of_model(model: ModelMetrics, found: Total) -> dict[str, Any]:
    """What a model answered in a window, and how its input and scores differ from training."""
    report = drift_report(model, found)
    columns = [{name: one[name] for name in _SHOWN} for one in report["columns"]]
    return {
        "rows": found.rows,
        "refused": found.counts.get("refused", 0),
        "verdict": report["verdict"],
        "score": {name: report["score"][name] for name in _SHOWN},
        "columns": columns,
        "outcomes": found.counts.get("outcomes", {}),
        "errors": _by_field(found.counts.get("errors", {})),
        "warnings": _by_field(found.counts.get("warnings", {})),
    }


def _of_service(counts: Counts) -> dict[str, Any]:
    """The requests of a window, of all models together; times by route."""
    requests = [
        {"method": method, "route": route, "status": status, "count": count}
        for (method, route, status), count in sorted((json.loads(key), count) for key, count in counts.get("requests", {}).items())
    ]
    seconds = [
        {"route": route, "buckets": buckets, **{f"p{100 * q:g}": quantile(buckets, q) for q in QUANTILES}}
        for route, buckets in sorted(counts.get("seconds", {}).items())
    ]
    return {"requests": requests, "seconds": seconds}


def answer_times(counts: Counts) -> tuple[list[int], dict[int, int]]:
    """The times of the requests for predictions, in the buckets of SECONDS, and their number by status."""
    paths = {route.path for route in ROUTES if route.method == "POST" and route.scope == "predict"}
    buckets: list[int] = []
    for route, some in counts.get("seconds", {}).items():
        if route in paths:
            buckets = added(buckets, some) if buckets else some
    statuses: dict[int, int] = {}
    for key, count in counts.get("requests", {}).items():
        method, route, status = json.loads(key)
        if method == "POST" and route in paths:
            statuses[status] = statuses.get(status, 0) + count
    return buckets, statuses


def quantile(buckets: list[int], share: float) -> float | None:
    """The time in seconds within which a share of the requests was answered, by linear interpolation in its bucket, as Prometheus does it;
    the largest bound where it lies above that, None without requests.
    """
    wanted, running = share * sum(buckets), 0
    if not wanted:
        return None
    for at, count in enumerate(buckets[:-1]):
        if running + count >= wanted and count:
            low = SECONDS[at - 1] if at else 0.0
            return round(low + (SECONDS[at] - low) * (wanted - running) / count, 6)
        running += count
    return SECONDS[-1]


def _by_field(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    found = sorted((json.loads(key), count) for key, count in counts.items())
    return [{"field": field, "code": code, "count": count} for (field, code), count in found]


def time_text(seconds: float | None) -> str | None:
    """A time in seconds since 1970 as text (ISO 8601, UTC)."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
