"""Stores what a process counts: every few seconds, and at its end, the difference to what it stored last.

A write that fails is made up for by the next one, because the difference then holds both. Requests never wait for a write.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from ..metrics import Counts, Metrics, ModelMetrics, added
from ..routes import ROUTES
from ..scorer import Scorer
from ..serialization import fingerprint
from .alert_rules import DEFAULT_RULES, read_rules
from .alert_watch import AlertWatch, Webhook
from .alerts import check_rules
from .prediction_log import PredictionLog, drop_old_rows
from .settings import MonitorSettings
from .store import DAY, SERVICE, Block, open_store

R = TypeVar("R")
INTERVAL = 4.0  # seconds between two writes: a process that is killed loses the counts of at most five
CLEANING = 60.0  # seconds between two times at which old blocks are merged and dropped
JUMP = 60.0  # seconds by which the clock may go wrong before it counts as a jump
DISTRUST = 3600.0  # seconds after a jump of the clock in which nothing is merged or dropped
OF_SERVICE = ("requests", "seconds", "sums")  # a change of the bounds of `seconds` needs another version of the store
_OF_MONITORING = {route.path for route in ROUTES if route.method == "GET" and route.scope == "monitor"}
_log = logging.getLogger("serving")


class StoredModel(NamedTuple):
    """A model in the store: counts of one version with the same reference can be added up, whatever else its bundle holds."""

    key: str
    info: Mapping[str, Any]


class Recorder:
    """Stores the counts of `metrics`. `flush` may be called from any thread, `start` and `stop` by the one that serves.

    UserError when the store, the rules of alerts or their webhook cannot be used.
    """

    def __init__(self, settings: MonitorSettings, metrics: Metrics) -> None:
        assert settings.folder is not None, "without a folder nothing is recorded"
        self.rules = DEFAULT_RULES if settings.rules is None else read_rules(settings.rules)
        webhook = Webhook(settings.webhook, settings.webhook_headers) if settings.webhook else None
        self.store = open_store(settings.folder)
        self.watch = AlertWatch(self.store, self.rules, webhook)
        self._settings, self._metrics = settings, metrics
        self._models: dict[str, StoredModel] = {}
        self._lock, self._stopping, self._wake = threading.Lock(), threading.Event(), threading.Event()
        self.log = PredictionLog(settings.share, settings.masked, self._wake.set) if settings.share else None
        self._thread: threading.Thread | None = None
        self._stored: Counts = {}
        self._since = time.monotonic()
        self._clock = time.time() - time.monotonic()
        self._clean_at = self._since + CLEANING
        self._errors = 0
        self.is_failing = False  # the last write failed

    def register(self, model: ModelMetrics, scorer: Scorer) -> None:
        """Store the counts of a model, and its rows where they are logged. UserError when it lacks what a mask or an alert names."""
        check_rules(self.rules, model, scorer)
        key = json.dumps([scorer.version, fingerprint(model.drift.reference)[:16]])
        if self.log is not None:
            model.log = self.log.model(key, scorer)
        decided = {"target": scorer.target, "classes": list(scorer.classes), "positive": scorer.positive, "threshold": scorer.threshold}
        self._models[model.key] = StoredModel(key, {**model.info, **decided})
        self.watch.serve(key, model)

    def stored(self, model: ModelMetrics) -> str:
        """The key of a model in the store."""
        return self._models[model.key].key

    def counts(self) -> Counts:
        """What is counted of the writing itself, as plain JSON, for `added`."""
        logged, dropped = (self.log.logged, self.log.dropped) if self.log is not None else (0, 0)
        return {"errors": self._errors, "logged": logged, "dropped": dropped, "alert_errors": self.watch.errors}

    def start(self) -> None:
        """Store the counts and check the alerts from now on, in threads."""
        self._thread = threading.Thread(target=self._run, name="monitoring", daemon=True)
        self._thread.start()
        self.watch.start()

    def stop(self) -> None:
        """Store what was counted last."""
        self.watch.stop()
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def flush(self, for_query: bool = False) -> bool:
        """Store what was counted since the last write that succeeded, and the rows that wait; whether that succeeded. `for_query`: requests
        for monitoring alone are left to the next write, as each of them would make a block.
        """
        return self._write_counts(for_query) and self._write_rows()

    def _write_counts(self, for_query: bool = False) -> bool:
        with self._lock:
            counts, at, now = self._metrics.counts(), time.monotonic(), time.time()
            blocks = self._blocks(counts, now - (at - self._since), now)
            if for_query and all(one.model == SERVICE and one.counts.get("seconds", {}).keys() <= _OF_MONITORING for one in blocks):
                return True
            if blocks and not self._attempt(lambda: self.store.add(blocks, self._infos())):
                return False
            self._stored, self._since = counts, at
            return True

    def _write_rows(self) -> bool:
        log = self.log
        return log is None or self._attempt(lambda: log.write(self.store, self._infos())) is not None

    def _infos(self) -> dict[str, Mapping[str, Any]]:
        """What the store keeps of each model."""
        return {one.key: one.info for one in list(self._models.values())}

    def _blocks(self, counts: Counts, start: float, end: float) -> list[Block]:
        """What was counted since the last write, by the models of the store."""
        changed = difference({name: counts[name] for name in ("models", *OF_SERVICE)}, self._stored) or {}
        by_key: dict[str, Counts] = {}
        for key, one in changed.pop("models", {}).items():
            stored = self._models[key].key
            by_key[stored] = added(by_key.get(stored, {}), one)
        blocks = [Block(key, start, end, sum(one["drift"][-1]) if "drift" in one else 0, one) for key, one in by_key.items()]
        return [*blocks, Block(SERVICE, start, end, 0, changed)] if changed else blocks

    def _attempt(self, work: Callable[[], R]) -> tuple[R] | None:
        """The result of some work on the store; None when it failed, which the metrics then show."""
        try:
            result = work()
        except Exception as error:  # of whatever kind: without its thread nothing would be stored any more
            if not self.is_failing:
                fault = None if isinstance(error, (sqlite3.Error, OSError)) else error
                _log.error("the store of monitoring cannot be written: %s", error, exc_info=fault)
            self._errors += 1
            self.is_failing = True
            return None
        self.is_failing = False
        return (result,)

    def _run(self) -> None:
        write_at = time.monotonic() + INTERVAL
        while not self._stopping.is_set():
            self._wake.wait(max(0.0, write_at - time.monotonic()))
            self._wake.clear()
            if time.monotonic() >= write_at:
                write_at = time.monotonic() + INTERVAL
                self._write_counts()
            if self._write_rows() and time.monotonic() >= self._clean_at:
                self._clean()
            if self.is_failing:  # many rows that wait are no reason to try again at once
                self._stopping.wait(1.0)

    def _clean(self) -> None:
        """Merge and drop old blocks. After the clock has jumped not for an hour: it may be wrong, and be put right."""
        now, at = time.time(), time.monotonic()
        self._clean_at = at + CLEANING
        if abs(now - at - self._clock) > JUMP:
            self._clean_at = at + DISTRUST
        self._clock = now - at
        if self._clean_at > at + CLEANING:
            return
        while self._attempt(lambda: self.store.merge(now)) == (True,) and not self._stopping.is_set():
            pass
        kept = self._settings
        self._attempt(lambda: self.store.drop(now - DAY * kept.days))
        before = now - DAY * kept.log_days
        while self._attempt(lambda: drop_old_rows(self.store, before, kept.log_megabytes)) == (True,) and not self._stopping.is_set():
            pass


def difference(now: Any, before: Any) -> Any:
    """What was added to a record of counts (see `metrics.added`) since an earlier one; None where nothing was. Members of an object to
    which nothing was added are left out; lists keep their length.
    """
    if isinstance(now, dict):
        parts = {key: difference(value, (before or {}).get(key)) for key, value in now.items()}
        return {key: value for key, value in parts.items() if value is not None} or None
    changed = _subtracted(now, before) if before else now
    return changed if _any(changed) else None


def _subtracted(now: Any, before: Any) -> Any:
    return [_subtracted(a, b) for a, b in zip(now, before, strict=True)] if isinstance(now, list) else now - before


def _any(value: Any) -> bool:
    return any(map(_any, value)) if isinstance(value, list) else bool(value)
