"""The shapes of predictions that tasks share: a probability for each class, or a single value."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..frame import Floats, Ints
from ..prediction_spec import Class, Json, MonitoredScore, PredictionSpec, class_text


@dataclass(frozen=True)
class ClassProbabilities(PredictionSpec):
    """Scores are (rows, classes) probabilities; the answer is a class."""

    per_class: ClassVar[bool] = True

    def decide(self, scores: Floats, positive: int | None, threshold: float | None) -> Ints:
        """By the threshold on the positive class where there is one (two classes), else the most probable class, the first of equals."""
        if self.thresholded and positive is not None and threshold is not None:
            decided: Ints = np.where(scores[:, positive] >= threshold, positive, 1 - positive).astype(np.intp)
            return decided
        likely: Ints = np.argmax(scores, axis=1)
        return likely

    def monitored(self, scores: Floats) -> MonitoredScore:
        """Two classes: the probability of the second. More: the most probable class."""
        if scores.shape[1] == 2:
            return MonitoredScore(scores[:, 1], 0)
        return MonitoredScore(np.argmax(scores, axis=1).astype(np.float64), scores.shape[1])

    def explained_class(self, scores: Floats, positive: int | None) -> int | None:
        """The positive class, else the most probable one."""
        return positive if positive is not None else int(np.argmax(scores[0]))

    def answer_members(self, classes: Sequence[Class]) -> tuple[str, ...]:
        probabilities = ",".join(f"{_literal(class_text(one))}:%r" for one in classes)
        return tuple(f'"prediction":{_literal(one)},"probabilities":{{{probabilities}}}' for one in classes)

    def answer_schema(self, classes: Sequence[Class]) -> Json:
        probabilities = {class_text(one): {"type": "number", "minimum": 0, "maximum": 1} for one in classes}
        return {
            "prediction": {"enum": [*classes, None]},
            "probabilities": {
                "type": "object",
                "properties": probabilities,
                "required": list(probabilities),
                "additionalProperties": False,
            },
        }

    def table_columns(self, classes: Sequence[Class]) -> list[str]:
        return ["prediction", *(f"probability_{class_text(one)}" for one in classes)]

    def table_cells(self, scores: Floats, decided: Ints, classes: Sequence[Class]) -> list[list[str]]:
        labels = [class_text(one) for one in classes]
        return [[labels[k], *map(repr, row)] for k, row in zip(decided.tolist(), scores.tolist(), strict=True)]


@dataclass(frozen=True)
class SingleValue(PredictionSpec):
    """Scores are (rows,) numbers; the answer is the number. `minimum`: no answer is below it (None: there is no such limit)."""

    minimum: float | None = None

    per_class: ClassVar[bool] = False

    def decide(self, scores: Floats, positive: int | None, threshold: float | None) -> Ints:
        return np.zeros(len(scores), dtype=np.intp)

    def monitored(self, scores: Floats) -> MonitoredScore:
        return MonitoredScore(scores, 0)

    def explained_class(self, scores: Floats, positive: int | None) -> int | None:
        return None

    def answer_members(self, classes: Sequence[Class]) -> tuple[str, ...]:
        return ('"prediction":%r',)

    def answer_schema(self, classes: Sequence[Class]) -> Json:
        limit = {} if self.minimum is None else {"minimum": self.minimum}
        return {"prediction": {"type": ["number", "null"], **limit}}

    def table_columns(self, classes: Sequence[Class]) -> list[str]:
        return ["prediction"]

    def table_cells(self, scores: Floats, decided: Ints, classes: Sequence[Class]) -> list[list[str]]:
        return [[repr(value)] for value in scores.tolist()]


def _literal(value: Class) -> str:
    """JSON text of a class inside a %-format."""
    return json.dumps(value, ensure_ascii=False).replace("%", "%%")
