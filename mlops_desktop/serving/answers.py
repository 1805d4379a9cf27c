"""Formats scores as answers: JSON from prepared %-formats (a few microseconds per row), and rows of a table."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .frame import Floats
from .message import Message, msg
from .prediction_spec import class_text
from .scorer import Scorer

__all__ = [
    "NO_ANSWER",
    "PredictionWriter",
    "class_text",
    "finite",
    "formula_notes",
    "refused_row",
    "table_header",
    "table_rows",
    "unanswered",
]
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
    """The columns of answers as a table: `prediction`, a probability for each class, `error`."""
    return [*scorer.prediction_spec.table_columns(scorer.classes), "error"]


def table_rows(scorer: Scorer, scores: Floats, errors: Mapping[int, str]) -> list[list[str]]:
    """The cells of each row under `table_header`; a row with an error has only its message.

    `scores` holds all rows, those with errors too.
    """
    rows = scorer.prediction_spec.table_cells(scores, scorer.decide(scores), scorer.classes)
    blank = [""] * (len(table_header(scorer)) - 1)
    return [[*blank, errors[i]] if i in errors else [*row, ""] for i, row in enumerate(rows)]


def formula_notes(scorer: Scorer) -> tuple[Message, ...]:
    """A note when classes of the answers begin like formulas: a spreadsheet program that opens the table of answers would run them."""
    risky = [text for text in map(class_text, scorer.classes) if text.lstrip().startswith(_FORMULA_STARTS) and not _is_number(text)]
    if not risky:
        return ()
    text = (
        "The class “{name}” begins like a formula, which a spreadsheet program runs when it opens the answers: import that column as text."
    )
    return (msg(text, name=risky[0]),)


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
