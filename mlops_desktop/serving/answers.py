"""Scores as answers. JSON is put together from prepared pieces: a row costs a few microseconds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .frame import Floats
from .scorer import Scorer

Class = str | int | float | bool
NO_ANSWER = "The model has no finite answer for this row."


def class_text(value: Class) -> str:
    """A class as text, for names of columns and of probabilities: its JSON form, a text as it is."""
    return value if isinstance(value, str) else json.dumps(value)


class Answers:
    """Writes the answers of one scorer."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer
        model = json.dumps({"name": scorer.name, "version": scorer.version}, ensure_ascii=False)
        self.head = f'{{"model":{model},"predictions":['
        names = ",".join(f"{_literal(class_text(one))}:%r" for one in scorer.classes)
        limit = ',"threshold":%r' if scorer.positive is not None else ""
        self._classes = [f'{{"prediction":{_literal(one)},"probabilities":{{{names}}}{limit},"warnings":%s}}' for one in scorer.classes]
        self._threshold = scorer.threshold if scorer.threshold is not None else 0.5

    def predictions(
        self, scores: Floats, chosen: Sequence[int], threshold: float | None, warnings: Mapping[int, Sequence[Mapping[str, Any]]]
    ) -> list[str]:
        """One JSON object for each row; `warnings` by row number.

        `chosen` are the positions of the decided classes (nothing for regression), `threshold` what decided them if not the stored one.
        """

        def said(row: int) -> str:
            return json.dumps(warnings[row]) if row in warnings else "[]"

        if scores.ndim == 1:
            return [f'{{"prediction":{value!r},"warnings":{said(i)}}}' for i, value in enumerate(scores.tolist())]
        rows = scores.tolist()
        if self.scorer.positive is None:
            return [self._classes[k] % (*row, said(i)) for i, (k, row) in enumerate(zip(chosen, rows, strict=True))]
        limit = self._threshold if threshold is None else threshold
        return [self._classes[k] % (*row, limit, said(i)) for i, (k, row) in enumerate(zip(chosen, rows, strict=True))]

    def document(self, predictions: Sequence[str]) -> bytes:
        """The whole answer."""
        return f"{self.head}{','.join(predictions)}]}}".encode()


def refused_row(errors: Sequence[Mapping[str, Any]]) -> str:
    """The place of a refused row among the answers."""
    return json.dumps({"prediction": None, "errors": list(errors), "warnings": []})


def table_header(scorer: Scorer) -> list[str]:
    """The columns of an answer as a table: `prediction`, a probability for each class, `error`."""
    return ["prediction", *(f"probability_{class_text(one)}" for one in scorer.classes), "error"]


def table_rows(scorer: Scorer, scores: Floats, errors: Mapping[int, str]) -> list[list[str]]:
    """Cells for each row under `table_header`; a row with an error has its text alone. `scores` holds all rows, refused ones too."""
    if scores.ndim == 1:
        rows = [[repr(value), ""] for value in scores.tolist()]
    else:
        labels = [class_text(one) for one in scorer.classes]
        chosen = scorer.decide(scores).tolist()
        rows = [[labels[k], *map(repr, row), ""] for k, row in zip(chosen, scores.tolist(), strict=True)]
    blank = [""] * (len(scorer.classes) + 1)
    for row, text in errors.items():
        rows[row] = [*blank, text]
    return rows


def finite(scores: Floats) -> bool:
    """Whether every score is a finite number."""
    return bool(np.isfinite(scores).all())


def unanswered(scores: Floats) -> list[int]:
    """The rows with a score that is no finite number."""
    rows: list[int] = np.flatnonzero(~np.isfinite(scores.reshape(len(scores), -1)).all(axis=1)).tolist() if len(scores) else []
    return rows


def _literal(value: Class) -> str:
    """JSON text of a class inside a %-format."""
    return json.dumps(value, ensure_ascii=False).replace("%", "%%")
