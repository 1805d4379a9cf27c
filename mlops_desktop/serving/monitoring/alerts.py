"""Evaluates the rules of alerts on the store, and keeps the state of each: ok, firing or not_enough_data, and since when."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..errors import UserError
from ..message import msg
from ..metrics import ModelMetrics
from ..monitor import VERDICTS
from ..scorer import Scorer
from .alert_rules import OF_COLUMNS, OF_LABELS, SPANS, Rule
from .estimates import rate
from .performance import metric_names, metrics_of_model
from .store import SERVICE, Store, using_the_store
from .windows import Total, answer_times, drift_report, quantile, time_text, total

OK, FIRING, TOO_FEW = "ok", "firing", "not_enough_data"


class Measured(NamedTuple):
    """A metric of a window with its interval, the rows behind it, and the column that it is of ("" for all). None: there is no metric."""

    value: float | None
    low: float
    high: float
    rows: int
    column: str = ""


class Alert(NamedTuple):
    """A rule with its state, the time since which it has it, and what was measured last."""

    rule: Rule
    state: str
    since: float
    measured: Measured

    def record(self) -> dict[str, Any]:
        """As plain JSON, without data of rows."""
        found, rule = self.measured, self.rule
        of_column = {"column": found.column or rule.column} if found.column or rule.column else {}
        limit = {"above": rule.above} if rule.above is not None else {"below": rule.below}
        value = None if found.value is None else round(found.value, 6)
        return {
            **{"name": rule.name, "state": self.state, "since": time_text(self.since), "metric": rule.metric, "window": rule.window},
            **{**of_column, "value": value, **limit, "rows": found.rows, "least_rows": rule.rows},
        }


def alerts(store: Store, key: str, model: ModelMetrics, rules: Sequence[Rule]) -> dict[str, Any]:
    """The answer to `GET /v1/alerts`. HttpProblem (503) when the store cannot be used."""
    with using_the_store():
        return {"alerts": [one.record() for one in check(store, key, model, rules)]}


def check(store: Store, key: str, model: ModelMetrics, rules: Sequence[Rule]) -> list[Alert]:
    """Every rule with its state now, for the model that the store knows by `key`; changes are stored. sqlite3.Error when that fails."""
    now = time.time()
    measured = list(_measure(store, model, key, rules, now))
    found = []
    with store.writing() as db:
        known = {name: (state, since) for name, state, since in db.execute("SELECT rule, state, since FROM alerts WHERE model = ?", (key,))}
        for rule, one in zip(rules, measured, strict=True):
            too_few = one.value is None or one.rows < rule.rows or not math.isfinite(one.low)
            state = TOO_FEW if too_few else FIRING if rule.passed(one.low, one.high) else OK
            before, since = known.get(rule.name, ("", now))
            if before != state:
                since = now
                db.execute(_STATE, (key, rule.name, state, now))
            found.append(Alert(rule, state, since, one))
    return found


_STATE = (
    "INSERT INTO alerts (model, rule, state, since) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (model, rule) DO UPDATE SET state = excluded.state, since = excluded.since"
)


def check_rules(rules: Sequence[Rule], model: ModelMetrics, scorer: Scorer) -> None:
    """UserError when a rule is about a column or a metric that the model lacks: it would never fire."""
    columns = drift_report(model, Total(None, None, 0, {}))["columns"]
    for rule in rules:
        of_column = [one for one in columns if rule.column in ("", one["field"])]
        if rule.column and not of_column:
            reason = msg("The alert “{name}” is about the column “{column}”, which the model lacks.", name=rule.name, column=rule.column)
            raise UserError(reason, "Name a column of /v1/schema in --alert-rules.")
        if rule.metric in OF_LABELS:
            known = rule.metric in metric_names(scorer.classes, scorer.positive)
        else:
            known = rule.metric not in OF_COLUMNS or rule.metric == "drift" or any(one[rule.metric] is not None for one in of_column)
        if not known:
            reason = msg("The alert “{name}” is about {metric}, which the model or its column lacks.", name=rule.name, metric=rule.metric)
            raise UserError(reason, "Take another metric for it in --alert-rules.")


def unsent(store: Store, key: str, found: Sequence[Alert]) -> list[Alert]:
    """The alerts of a model whose state differs from what was sent last: that they fire, or no longer do, also for want of rows."""
    with store.reading() as db:
        sent = dict(db.execute("SELECT rule, coalesce(sent, '') FROM alerts WHERE model = ?", (key,)).fetchall())
    return [one for one in found if (one.state == FIRING) != (sent.get(one.rule.name, "") == FIRING)]


def mark_sent(store: Store, key: str, one: Alert) -> None:
    """Remember that the state of an alert was sent."""
    with store.writing() as db:
        db.execute("UPDATE alerts SET sent = ? WHERE model = ? AND rule = ?", (one.state, key, one.rule.name))


def take_turn(store: Store, seconds: float) -> bool:
    """Whether this process is the one that checks the alerts now: one of all processes does it, once in so many seconds."""
    now = time.time()
    with store.writing() as db:
        row = db.execute("SELECT since FROM alerts WHERE model = '' AND rule = ''").fetchone()
        if row is not None and 0 <= now - row[0] < seconds:
            return False
        db.execute(_STATE, ("", "", "", now))
        return True


def _measure(store: Store, model: ModelMetrics, key: str, rules: Sequence[Rule], now: float) -> Iterator[Measured]:
    """What each rule is about, of windows that are added up once."""
    windows: dict[tuple[str, str], Total] = {}
    metrics: dict[str, dict[str, Any]] = {}

    def window(of: str, name: str) -> Total:
        if (of, name) not in windows:
            windows[of, name] = total(store.blocks([of], now - SPANS[name], now + 60))
        return windows[of, name]

    for rule in rules:
        if rule.metric in OF_LABELS:
            if rule.window not in metrics:
                metrics[rule.window] = metrics_of_model(store, key, now - SPANS[rule.window])
            one = metrics[rule.window].get(rule.metric)
            yield Measured(None, 0.0, 0.0, 0) if one is None else Measured(one.value, one.low, one.high, one.labels)
        elif rule.metric in OF_COLUMNS:
            yield _of_columns(model, rule, window(key, rule.window))
        elif rule.metric == "refused":
            found = window(key, rule.window)
            refused = found.counts.get("refused", 0)
            yield _share(refused, refused + found.rows)
        else:
            yield _of_service(rule, window(SERVICE, rule.window))


def _share(hits: int, rows: int, column: str = "") -> Measured:
    if not rows:
        return Measured(None, 0.0, 0.0, 0)
    found = rate(hits, rows)
    return Measured(found.value, found.low, found.high, rows, column)


def _of_columns(model: ModelMetrics, rule: Rule, found: Total) -> Measured:
    report = drift_report(model, found)
    if rule.metric == "drift" and not rule.column:
        columns = [*report["columns"], report["score"]]
        worst = max(columns, key=lambda one: (VERDICTS.index(one["verdict"]), one["psi"]))
        verdict = VERDICTS.index(report["verdict"])
        return Measured(verdict, verdict, verdict, found.rows, worst["field"] if verdict > 1 else "")
    columns = [one for one in report["columns"] if rule.column in ("", one["field"])]
    if rule.metric == "drift":
        verdict = max((VERDICTS.index(one["verdict"]) for one in columns), default=0)
        return Measured(verdict, verdict, verdict, found.rows, rule.column)
    shares = [(one[rule.metric][1], one["field"]) for one in columns if one[rule.metric] is not None]
    if not shares or not found.rows:
        return Measured(None, 0.0, 0.0, 0)
    share, field = max(shares)
    return _share(round(share * found.rows), found.rows, field)


def _of_service(rule: Rule, found: Total) -> Measured:
    """Of the requests for predictions."""
    buckets, statuses = answer_times(found.counts)
    if rule.metric == "errors":
        failed = sum(count for status, count in statuses.items() if status >= 500)
        return _share(failed, sum(statuses.values()))
    seconds = quantile(buckets, float(rule.metric.removeprefix("p")) / 100) if buckets else None
    return Measured(seconds, seconds or 0.0, seconds or 0.0, sum(buckets))
