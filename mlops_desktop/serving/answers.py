"""Formats scores as answers: JSON from prepared %-formats (a few microseconds per row), and rows of a table."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .column import ValidationResult
from .frame import Floats
from .message import Message, msg
from .prediction_spec import class_text
from .scorer import Scorer

__all__ = [
    "BOUNDS",
    "NO_ANSWER",
    "PredictionWriter",
    "bound_cells",
    "class_text",
    "finite",
    "formula_notes",
    "guarded",
    "joined_details",
    "refused_row",
    "row_warnings",
    "table_header",
    "table_rows",
    "unanswered",
]
BOUNDS = ("lower", "upper")  # columns of prediction intervals
MAX_WARNINGS_PER_ROW = 20  # listed in one response
EMPTY: Mapping[int, str] = {}
_FORMULA_STARTS = ("=", "+", "-", "@")
NO_ANSWER = "The model has no finite answer for this row."


class PredictionWriter:
    """Writes the predictions of one scorer as JSON."""

    def __init__(self, scorer: Scorer) -> None:
        self._columns = scorer.prediction_spec.columns
        model = json.dumps({"name": scorer.name, "version": scorer.version}, ensure_ascii=False)
        self.head = f'{{"model":{model},"predictions":['
        self._thresholded = scorer.positive is not None
        optional = (',"threshold":%r' if self._thresholded else "") + (',"interval":%s' if scorer.has_intervals else "")
        self._formats = [f'{{{members}{optional},"warnings":%s}}' for members in scorer.prediction_spec.answer_members(scorer.classes)]
        self._threshold = scorer.threshold if scorer.threshold is not None else 0.5

    def predictions(
        self,
        scores: Floats,
        decided: Sequence[int],
        threshold: float | None,
        warnings: Mapping[int, Sequence[Mapping[str, Any]]],
        intervals: Floats | None = None,
    ) -> list[str]:
        """One JSON object for each row; `warnings` by row number.

        `decided` are the positions that `Scorer.decide` gave, `threshold` the one that decided them if not the stored one,
        `intervals` the bounds (rows, 2) of a scorer that has them; a bound that is not finite makes the interval null.
        """
        limit = (self._threshold if threshold is None else threshold,) if self._thresholded else ()
        rows = enumerate(zip(decided, self._columns(scores).tolist(), strict=True))
        bounds: list[tuple[str, ...]] = [()] * len(scores) if intervals is None else [(_interval(*one),) for one in intervals.tolist()]
        return [self._formats[k] % (*row, *limit, *bounds[i], json.dumps(warnings[i]) if i in warnings else "[]") for i, (k, row) in rows]

    def document(self, predictions: Sequence[str]) -> bytes:
        """The whole answer."""
        return f"{self.head}{','.join(predictions)}]}}".encode()


def refused_row(errors: Sequence[Mapping[str, Any]]) -> str:
    """The JSON of a row with validation errors, in its place among the answers."""
    return json.dumps({"prediction": None, "errors": list(errors), "warnings": []})


def table_header(scorer: Scorer) -> list[str]:
    """The columns of answers as a table: `prediction`, a probability for each class, bounds of intervals, `warnings`, `error`."""
    bounds = BOUNDS if scorer.has_intervals else ()
    return [*scorer.prediction_spec.table_columns(scorer.classes), *bounds, "warnings", "error"]


def table_rows(
    scorer: Scorer, scores: Floats, errors: Mapping[int, str], warnings: Mapping[int, str] = EMPTY, intervals: Floats | None = None
) -> list[list[str]]:
    """The cells of each row under `table_header`; a row with an error has only its message. `warnings` are messages by row number.

    `scores` and `intervals` hold all rows, those with errors too. A class that begins like a formula has an apostrophe in front.
    """
    rows = scorer.prediction_spec.table_cells(scores, scorer.decide(scores), scorer.classes)
    if any(map(_is_formula, map(class_text, scorer.classes))):
        rows = [[*map(guarded, row)] for row in rows]
    if intervals is not None:
        rows = [[*row, *bound_cells(bounds)] for row, bounds in zip(rows, intervals.tolist(), strict=True)]
    blank = [""] * (len(table_header(scorer)) - 1)
    return [[*blank, errors[i]] if i in errors else [*row, warnings.get(i, ""), ""] for i, row in enumerate(rows)]


def joined_details(entries: Iterable[Mapping[str, Any]]) -> str:
    """The warnings or errors of a prediction as one text."""
    return " ".join(one["detail"] for one in entries)


def bound_cells(bounds: Sequence[float] | None) -> list[str]:
    """The cells of the bounds of an interval, empty where it has no finite ones."""
    return [*map(repr, bounds)] if bounds is not None and all(map(math.isfinite, bounds)) else [""] * len(BOUNDS)


def row_warnings(checked: ValidationResult) -> dict[int, str]:
    """The warnings of each row that has any, as one line."""
    found: dict[int, list[str]] = {}
    for issue in checked.warnings:
        if issue.row is not None and len(texts := found.setdefault(issue.row, [])) < MAX_WARNINGS_PER_ROW:
            texts.append(issue.message)
    return {row: " ".join(texts) for row, texts in found.items()}


def formula_notes(scorer: Scorer) -> tuple[Message, ...]:
    """A note when classes of the answers begin like formulas: the table of answers has an apostrophe in front of them."""
    risky = list(filter(_is_formula, map(class_text, scorer.classes)))
    if not risky:
        return ()
    text = "The class “{name}” begins like a formula, which spreadsheet programs run: an apostrophe stands in front of it in the answers."
    return (msg(text, name=risky[0]),)


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet program takes a text for a formula; a sign alone and a number are none."""
    text = text.lstrip()
    return len(text) > 1 and text.startswith(_FORMULA_STARTS) and not _is_number(text)


def guarded(cell: str) -> str:
    """A cell that every spreadsheet program takes for a text or a number."""
    return "'" + cell if _is_formula(cell) else cell


def _is_number(text: str) -> bool:
    with contextlib.suppress(ValueError):
        float(text)
        return True
    return False


def _interval(low: float, high: float) -> str:
    return f"[{low!r},{high!r}]" if math.isfinite(low) and math.isfinite(high) else "null"


def finite(scores: Floats) -> bool:
    """Whether every score is a finite number."""
    return bool(np.isfinite(scores).all())


def unanswered(scores: Floats) -> list[int]:
    """The rows with a score that is no finite number."""
    rows: list[int] = np.flatnonzero(~np.isfinite(scores.reshape(len(scores), -1)).all(axis=1)).tolist() if len(scores) else []
    return rows
