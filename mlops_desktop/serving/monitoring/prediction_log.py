"""The prediction log: rows as the service took them, with their scores and answers, for later labels and comparisons.

A row waits in memory until the thread of the recorder writes it. No request waits for that: what does not fit is counted as dropped.
Columns that are masked are never part of what is written.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from ..column_types import type_of
from ..column_types.number import Number
from ..dates import date_text
from ..errors import UserError
from ..frame import MISSING_DATE, Floats, Frame
from ..http_request import CURRENT_REQUEST
from ..message import msg
from ..plural import quoted_columns
from ..scorer import Scorer
from .store import Store, model_id

MAX_ROWS = 50_000  # that wait to be written
MAX_CELLS = 2_000_000  # of them, with their scores
MAX_TEXT = 16_000_000  # characters of their texts
WRITE_ROWS = 2_000  # that one transaction writes
WAKE_ROWS = 2_000  # so many do not wait for the next write of the counts
MAX_DROPPED = 1_000  # old rows that one statement drops
MEGABYTE = 1_000_000


class Record(NamedTuple):
    """A row of the log. `scores` are the class probabilities, or one value; `answer` is the class or the value; `cells` the columns that
    are not masked, as a request has them.
    """

    time: float
    model: str
    request: str
    row: int
    scores: list[float]
    answer: Any
    cells: dict[str, Any]


class _Entry(NamedTuple):
    """Rows that wait: the time, what turns them into records, the ids of their requests and their numbers there."""

    time: float
    model: ModelLog
    frame: Frame
    scores: Floats
    chosen: Sequence[int]
    requests: Sequence[str]
    numbers: Sequence[int]

    @property
    def size(self) -> tuple[int, int, int]:
        """The numbers of rows, of their cells and of the characters in these."""
        return self.frame.rows, self.frame.rows * self.model.width, sum(map(len, chain.from_iterable(self.frame.levels)))


class PredictionLog:
    """The rows of one process that wait to be written. Thread-safe.

    Those of a `share` of the requests are kept; the `masked` columns are not. `wake` is called when many rows wait.
    """

    def __init__(self, share: float, masked: Iterable[str], wake: Callable[[], None]) -> None:
        self._share, self._masked, self._wake = share, frozenset(masked), wake
        self._lock, self._write_lock = threading.Lock(), threading.Lock()
        self._salt = secrets.randbits(32)  # so that no client chooses an id that is kept
        self._waiting: list[_Entry] = []
        self._rows = self._cells = self._text = 0
        self.logged = self.dropped = 0

    def model(self, key: str, scorer: Scorer) -> ModelLog:
        """The log of a model, which the store knows by `key`. UserError when it lacks a masked column: its values may have another name."""
        if unknown := sorted(self._masked - {column.name for column in scorer.schema.columns}):
            raise UserError(
                msg("The model has no columns {columns}, which are to be masked in the prediction log.", columns=quoted_columns(unknown)),
                "Name columns of /v1/schema with --log-mask.",
            )
        return ModelLog(self, key, scorer, self._masked)

    def sample(self, requests: Sequence[str]) -> list[int] | None:
        """The positions of the rows of requests that are kept; None for all.

        All rows of a request are kept, or none: a label without the number of its row is then never taken for another row.
        """
        if self._share >= 1:
            return None
        kept = {one for one in set(requests) if zlib.crc32(one.encode("utf-8", "replace"), self._salt) < self._share * 2**32}
        return [at for at, one in enumerate(requests) if one in kept]

    def put(self, entry: _Entry) -> None:
        """Queue rows for the next write; they are dropped when the queue is full."""
        rows, cells, text = entry.size
        with self._lock:
            if self._rows + rows > MAX_ROWS or self._cells + cells > MAX_CELLS or self._text + text > MAX_TEXT:
                self.dropped += rows
                return
            self._waiting.append(entry)
            self._rows, self._cells, self._text = self._rows + rows, self._cells + cells, self._text + text
            many = self._rows >= WAKE_ROWS or self._text >= MAX_TEXT // 4
        if many:
            self._wake()

    def write(self, store: Store, infos: Mapping[str, Any]) -> None:
        """Write the rows that wait; sqlite3.Error when that fails: those that are not written then wait for the next time."""
        with self._write_lock:
            self._write(store, infos)

    def _write(self, store: Store, infos: Mapping[str, Any]) -> None:
        with self._lock:
            left = len(self._waiting)
        while left:
            with self._lock:
                taken = self._first_entries(left)
            # The rows become JSON before the transaction: other processes cannot write meanwhile, and wait for seconds only.
            records = [(one.time, one.model, _texts(one)) for entry in taken for one in entry.model.records(entry)]
            with store.writing() as db:
                numbers = {key: model_id(db, key, infos[key]) for key in {entry.model.key for entry in taken}}
                db.executemany(_INSERT, ((when, numbers[key], *texts) for when, key, texts in records))
            self._drop_written(taken)
            left -= len(taken)

    def _first_entries(self, most: int) -> list[_Entry]:
        """The first entries that wait, about as many as have WRITE_ROWS rows."""
        rows = 0
        taken: list[_Entry] = []
        for entry in self._waiting[:most]:
            if taken and rows + entry.frame.rows > WRITE_ROWS:
                break
            rows += entry.frame.rows
            taken.append(entry)
        return taken

    def _drop_written(self, taken: Sequence[_Entry]) -> None:
        with self._lock:
            del self._waiting[: len(taken)]
            for rows, cells, text in (entry.size for entry in taken):
                self._rows, self._cells, self._text = self._rows - rows, self._cells - cells, self._text - text
                self.logged += rows


_encode = json.JSONEncoder(ensure_ascii=False).encode
_INSERT = "INSERT INTO predictions (time, model, request, row, scores, answer, cells) VALUES (?, ?, ?, ?, ?, ?, ?)"


def _texts(one: Record) -> tuple[str, int, str, str, str]:
    return one.request, one.row, _encode(one.scores), _encode(one.answer), _encode(one.cells)


class ModelLog:
    """The log of one model."""

    def __init__(self, log: PredictionLog, key: str, scorer: Scorer, masked: frozenset[str]) -> None:
        self.key, self._log, self._classes = key, log, scorer.classes
        self._columns = scorer.prediction_spec.columns
        layout = scorer.schema.layout()
        self._numbers: list[tuple[int, str, Callable[[float], Any]]] = []
        self._texts: list[tuple[int, str]] = []
        self._dates: list[tuple[int, str, str, bool]] = []
        for column in scorer.schema.columns:
            kind = type_of(column)
            if column.name in masked:
                continue
            if isinstance(kind, Number):
                self._numbers.append((layout.numbers.index(column.name), column.name, kind.of_float))
            elif column.is_date:
                grammar = column.grammar
                self._dates.append((layout.dates.index(column.name), column.name, grammar.date, grammar.zone))
            else:
                self._texts.append((layout.categoricals.index(column.name), column.name))
        self.width = len(scorer.schema.columns) + max(1, len(scorer.classes))

    def add(self, frame: Frame, scores: Floats, chosen: Sequence[int], requests: Sequence[str], numbers: Sequence[int]) -> None:
        """Log answered rows: their scores, the positions of the answered classes, the ids of their requests ("" for the one that this
        context answers), and their numbers in these.
        """
        if not frame.rows:
            return
        current = CURRENT_REQUEST.get()
        requests = [one or current for one in requests]
        at = self._log.sample(requests)
        if at is not None:
            if not at:
                return
            frame, scores = frame.take(np.array(at, dtype=np.intp)), scores[at]
            chosen, requests, numbers = ([some[i] for i in at] for some in (chosen, requests, numbers))  # type: ignore[assignment]
        self._log.put(_Entry(time.time(), self, frame, scores, chosen, requests, numbers))

    def records(self, entry: _Entry) -> Iterator[Record]:
        """The records of some rows."""
        scores = self._columns(entry.scores).tolist()
        for i, cells in enumerate(self._cells(entry.frame)):
            answer = self._classes[entry.chosen[i]] if self._classes else scores[i][0]
            yield Record(entry.time, self.key, entry.requests[i], entry.numbers[i], scores[i], answer, cells)

    def _cells(self, frame: Frame) -> Iterator[dict[str, Any]]:
        levels = [frame.levels[at] for at, _ in self._texts]
        for numbers, codes, dates in zip(frame.numbers.tolist(), frame.codes.tolist(), frame.dates.tolist(), strict=True):
            cells = {name: None if (value := numbers[at]) != value else of_float(value) for at, name, of_float in self._numbers}
            for (at, name), known in zip(self._texts, levels, strict=True):
                cells[name] = known[codes[at]] if codes[at] >= 0 else None
            for at, name, form, zone in self._dates:
                cells[name] = None if dates[at] == MISSING_DATE else date_text(dates[at], form, zone)
            yield cells


def drop_old_rows(store: Store, before: float, megabytes: float) -> bool:
    """Drop some of the oldest rows of the log: those from before a time, and those for which the file is larger than allowed. Whether
    there may be more of them.
    """
    with store.writing() as db:
        oldest = "id IN (SELECT id FROM predictions ORDER BY id LIMIT ?)"
        dropped = db.execute(f"DELETE FROM predictions WHERE {oldest} AND time < ?", (MAX_DROPPED, before)).rowcount
        if used_bytes(db) > megabytes * MEGABYTE:
            dropped = max(dropped, db.execute(f"DELETE FROM predictions WHERE {oldest}", (MAX_DROPPED,)).rowcount)
    return dropped == MAX_DROPPED


def used_bytes(db: sqlite3.Connection) -> int:
    """The bytes of the pages of a store that hold something; rows that are dropped make room for others in the same file."""
    pages, free, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size"))
    return int((pages - free) * size)
