"""Late labels: what really came of rows that were answered earlier, joined with the rows of the prediction log.

A label has the type of the target of the model that answered the row. An entry that does not fit is reported and changes nothing; the
others are stored, all in one transaction.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..errors import UserError
from ..http_problems import MAX_LISTED_ERRORS, error_entry
from ..message import msg
from ..prediction_spec import class_text
from .store import Store, using_the_store

MAX_TEXT = 200  # characters of a request id that is looked for

_DETAILS = {
    "unknown_request": "The prediction log has no such row: it was not logged, it is too old, or it is younger than some seconds.",
    "row_needed": "The request had several rows: “row” says which of them is meant.",
    "already_labelled": "The row has another label; “replace” puts this one in its place.",
    "unknown_class": "The label is none of the model's classes.",
    "wrong_type": "The label must be a finite number.",
}


class Labelled(NamedTuple):
    """A label for a row of a request; `row` None: the request had one row. `at` is the number of the entry."""

    at: int
    request: str
    row: int | None
    label: Any


@dataclass
class Outcome:
    """What became of labels: how many were new, took the place of another one, or were there; the errors of the others and their number."""

    accepted: int = 0
    replaced: int = 0
    unchanged: int = 0
    refused: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, at: int, code: str, detail: str = "", *steps: str) -> None:
        """Add the error of an entry."""
        self.refused += 1
        if len(self.errors) < MAX_LISTED_ERRORS:
            self.errors.append(error_entry(code, detail or _DETAILS[code], "labels", at, *steps, entry=at))

    def record(self) -> dict[str, Any]:
        """The answer to `POST /v1/feedback`, as plain JSON."""
        counts = {"accepted": self.accepted, "replaced": self.replaced, "unchanged": self.unchanged, "refused": self.refused}
        return {**counts, "errors": self.errors}


def take_feedback(store: Store, entries: Sequence[Any], replace: bool) -> dict[str, Any]:
    """The answer to `POST /v1/feedback` with these entries, which are stored. HttpProblem (503) when the store cannot be written."""
    outcome = Outcome()
    labels = read_entries(entries, outcome)
    with using_the_store():
        store_labels(store, labels, outcome, replace)
    outcome.errors.sort(key=lambda error: error["entry"])
    return outcome.record()


def read_entries(entries: Sequence[Any], outcome: Outcome) -> list[Labelled]:
    """The entries of a request to `/v1/feedback` that can be read; the errors of the others go to `outcome`."""
    found = []
    for at, entry in enumerate(entries):
        if type(entry) is not dict:
            outcome.refuse(at, "not_an_object", "Each label must be an object with request_id, row and label.")
            continue
        request, row = entry.get("request_id"), entry.get("row")
        if unknown := [name for name in entry if name not in ("request_id", "row", "label")]:
            outcome.refuse(at, "unknown_member", "This member is not known here.", unknown[0][:100])
        elif type(request) is not str or not 0 < len(request) <= MAX_TEXT or any("\ud800" <= one <= "\udfff" for one in request):
            outcome.refuse(at, "wrong_type", "request_id must be the X-Request-Id of an answer.", "request_id")
        elif row is not None and (type(row) is not int or not 0 <= row < 2**53):
            outcome.refuse(at, "wrong_type", "row must be the number of a row in its request, from 0.", "row")
        elif "label" not in entry:
            outcome.refuse(at, "missing", "“label” is needed.", "label")
        else:
            found.append(Labelled(at, request, row, entry["label"]))
    return found


def store_labels(store: Store, labels: Iterable[Labelled], outcome: Outcome, replace: bool = False) -> None:
    """Store the labels of rows that are found by request and row. sqlite3.Error, with nothing stored, when it cannot be written."""
    with store.writing() as db:
        labeller = _Labeller(db, outcome, replace)
        newest: dict[str, tuple[int, int]] = {}
        for one in labels:
            if one.request not in newest:
                newest[one.request] = _newest_request(db, one.request)
            first, last = newest[one.request]
            if one.row is None and last > 0:
                outcome.refuse(one.at, "row_needed")
            elif found := db.execute(_NEWEST, (one.request, one.row or 0, first)).fetchone():
                labeller.label(one.at, found, one.label)
            else:
                outcome.refuse(one.at, "unknown_request")


def _newest_request(db: sqlite3.Connection, request: str) -> tuple[int, int]:
    """Of the newest request with an id: the id of its first row in the log, and the greatest number of its rows (0 without any). The rows
    of a request are logged in their order, so numbers that do not go up begin another request.
    """
    first, last = 0, 0
    before: int | None = None
    for id_, row in db.execute("SELECT id, row FROM predictions WHERE request = ? ORDER BY id DESC", (request,)):
        if before is not None and row >= before:
            break
        first, last, before = id_, max(last, row), row
    return first, last


def store_labels_by_key(store: Store, column: str, labels: Mapping[str, tuple[int, Any]], outcome: Outcome, replace: bool = False) -> None:
    """Store the labels of rows that are found by the text of a column that the log keeps: `labels` maps it to number and label of an entry.
    Of several rows with one text the newest is meant. sqlite3.Error when the store cannot be written, UserError when the log lacks the
    column; nothing is then stored.
    """
    left = dict(labels)
    numbers: dict[float, list[str]] = {}  # "7", "7.0" and "07" are one number
    for text in labels:
        if "_" not in text and (number := _number(text)) is not None:  # for Python 1_0 is ten
            numbers.setdefault(number, []).append(text)
    found: list[tuple[int, int, Any]] = []
    absent: bool | None = None  # no row of the log has the column; None: there is no row
    with store.reading() as db:  # the log may be long: the service goes on writing meanwhile
        for id_, cells in db.execute("SELECT id, cells FROM predictions ORDER BY id DESC"):
            if not left:
                break
            record = json.loads(cells)
            cell = record.get(column)
            absent = absent is not False and column not in record
            of_number = isinstance(cell, (int, float)) and not isinstance(cell, bool)
            for text in numbers.get(cell, ()) if of_number else (key_text(cell),):
                if text in left:
                    found.append((id_, *left.pop(text)))
    if absent and not found:
        reason = msg("The prediction log does not keep the column “{column}”.", column=column)
        raise UserError(reason, "Name a column of the model that is not masked with --key.")
    with store.writing() as db:
        labeller = _Labeller(db, outcome, replace)
        for id_, at, label in found:
            if row := db.execute(_BY_ID, (id_,)).fetchone():
                labeller.label(at, row, label)
            else:  # dropped from the log meanwhile
                outcome.refuse(at, "unknown_request")
    for at, _ in left.values():
        outcome.refuse(at, "unknown_request")


def key_text(value: Any) -> str:
    """A cell of a request as the text under which it is looked for; "" for a missing one."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    return "" if value is None else class_text(value).strip()


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


_SELECT = (
    "SELECT predictions.id, predictions.model, models.info, predictions.time, predictions.scores, predictions.answer, labels.label "
    "FROM predictions JOIN models ON models.id = predictions.model LEFT JOIN labels ON labels.prediction = predictions.id WHERE "
)
_NEWEST = _SELECT + "request = ? AND row = ? AND predictions.id >= ? ORDER BY predictions.id DESC LIMIT 1"
_BY_ID = _SELECT + "predictions.id = ?"
_LABEL = (
    "INSERT INTO labels (prediction, model, time, labelled, scores, answer, label) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (prediction) DO UPDATE SET label = excluded.label, labelled = excluded.labelled"
)


class _Labeller:
    """Labels rows in a transaction. A label is kept with the scores of its row, so that it outlasts the row in the log."""

    def __init__(self, db: sqlite3.Connection, outcome: Outcome, replace: bool) -> None:
        self._db, self._outcome, self._replace = db, outcome, replace
        self._readers: dict[int, Callable[[Any], Any]] = {}

    def label(self, at: int, found: tuple[Any, ...], label: Any) -> None:
        id_, model, info, when, scores, answer, before = found
        if model not in self._readers:
            self._readers[model] = label_reader(json.loads(info)["classes"])
        try:
            text = json.dumps(self._readers[model](label), ensure_ascii=False)
        except ValueError as error:
            self._outcome.refuse(at, str(error), "", "label")
            return
        if before is not None and (before == text or not self._replace):
            if before == text:
                self._outcome.unchanged += 1
            else:
                self._outcome.refuse(at, "already_labelled", "", "label")
            return
        self._db.execute(_LABEL, (id_, model, when, time.time(), scores, answer, text))
        self._outcome.accepted += before is None
        self._outcome.replaced += before is not None


def label_reader(classes: Sequence[Any]) -> Callable[[Any], Any]:
    """What makes one of the classes of a label, or a number where there are none. ValueError with the code of the error.

    A text stands for the class or the number that it names, as cells of a file are texts.
    """
    known = {key_text(one): one for one in classes}

    def of_class(label: Any) -> Any:
        if isinstance(label, (str, int, float)) and (text := key_text(label)) in known:
            return known[text]
        raise ValueError("unknown_class")

    def of_number(label: Any) -> float:
        label = _number(label) if isinstance(label, str) else label
        if isinstance(label, bool) or not isinstance(label, (int, float)) or not abs(label) <= sys.float_info.max:
            raise ValueError("wrong_type")
        return float(label)

    return of_class if classes else of_number
