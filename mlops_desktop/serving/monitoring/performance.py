"""The performance of each version of a model over time, from the labels that arrived for its answers."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..deadline import check_deadline
from ..query import query_parameters
from .estimates import Estimate, class_metrics, positions, value_metrics
from .store import DAY, HOUR, Store, using_the_store
from .windows import chosen_last, chosen_of, time_text

WEEK = 7 * DAY
SIZES = {"hour": HOUR, "day": DAY, "week": WEEK, "all": 0.0}
_MONDAY = 4 * DAY  # 1970 began on a Thursday: the first Monday was the fifth of January
_SELECT = (
    "SELECT models.id, models.info, labels.time, scores, answer, label FROM labels JOIN models ON models.id = labels.model "
    "WHERE labels.time > ? ORDER BY models.id, labels.time"
)

_OF_MODEL = (
    "SELECT models.info, scores, answer, label FROM labels JOIN models ON models.id = labels.model WHERE models.key = ? AND labels.time > ?"
)


class Group(NamedTuple):
    """The labelled answers of one version of a model in one window: its number there, and (scores, answer, label) of each."""

    info: dict[str, Any]
    slot: int
    rows: list[tuple[Any, Any, Any]]


def performance(store: Store, query: bytes) -> dict[str, Any]:
    """The answer to `GET /v1/monitor/performance`: metrics by windows of the time of the answers, of every version that has labels.

    HttpProblem: 400 for a query that is not valid, 503 when the store cannot be read.
    """
    chosen = query_parameters(query, by="day", last="30")
    by, last = chosen_of(chosen, "by", SIZES), chosen_last(chosen)
    size, now = SIZES[by], time.time()
    first = _slot(now, size) - last + 1 if size else 0
    with using_the_store():
        groups = list(_groups(store, _start(first, size) if size else float("-inf"), size))
    found = []
    for group in sorted(groups, key=lambda one: one.slot):
        check_deadline()
        metrics = {name: metric.record() for name, metric in metrics_of(group.info, group.rows).items()}
        times = {"start": time_text(_start(group.slot, size)), "end": time_text(_start(group.slot + 1, size))} if size else {}
        version = {"version": group.info.get("version", ""), "labels": len(group.rows)}
        found.append({**times, **version, "metrics": metrics})
    return {"by": by, "windows": found}


def metrics_of(info: dict[str, Any], rows: list[tuple[Any, Any, Any]]) -> dict[str, Estimate]:
    """The metrics of (scores, answer, label) of rows that a model of this kind answered; at least one row. Of values so large that a metric
    is no finite number that metric is left out.
    """
    scores = np.array([one[0] for one in rows], dtype=np.float64)
    if not info["classes"]:
        with np.errstate(over="ignore", invalid="ignore"):
            metrics = value_metrics(scores[:, 0], np.array([one[2] for one in rows], dtype=np.float64))
        return {name: one for name, one in metrics.items() if math.isfinite(one.value)}
    answered, labels = (positions([one[at] for one in rows], info["classes"]) for at in (1, 2))
    return class_metrics(scores, answered, labels, info["positive"])


def metric_names(classes: Sequence[Any], positive: int | None) -> tuple[str, ...]:
    """The metrics that `metrics_of` can have for a model of these classes."""
    if not classes:
        return "rmse", "mae", "bias"
    of_classes = ("f1_macro",) if positive is None else ("precision", "recall", "f1", "roc_auc")
    return "accuracy", "log_loss", *of_classes


def metrics_of_model(store: Store, key: str, since: float) -> dict[str, Estimate]:
    """The metrics of one version, of the answers since a time; none without labels. sqlite3.Error when the store cannot be read."""
    with store.reading() as db:
        found = db.execute(_OF_MODEL, (key, since)).fetchall()
    rows = [(json.loads(scores), json.loads(answer), json.loads(label)) for _, scores, answer, label in found]
    return metrics_of(json.loads(found[0][0]), rows) if found else {}


def _groups(store: Store, since: float, size: float) -> Iterator[Group]:
    """The labelled rows of each version and window, those of a version one after the other."""
    group: Group | None = None
    with store.reading() as db:
        key = None
        for model, info, when, *texts in db.execute(_SELECT, (since,)):
            slot = _slot(when, size) if size else 0
            if group is None or key != (model, slot):
                if group is not None:
                    yield group
                check_deadline()
                key, group = (model, slot), Group(json.loads(info), slot, [])
            scores, answer, label = map(json.loads, texts)
            group.rows.append((scores, answer, label))
    if group is not None:
        yield group


def _slot(seconds: float, size: float) -> int:
    return int((seconds - (_MONDAY if size == WEEK else 0)) // size)


def _start(slot: int, size: float) -> float:
    return slot * size + (_MONDAY if size == WEEK else 0)
