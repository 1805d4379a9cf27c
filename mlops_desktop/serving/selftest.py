"""The self-test of a bundle: golden rows must get the scores of the application, row by row and as a batch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import UserError
from .frame import Floats
from .scorer import Scorer

TOLERANCE = 1e-9  # times max(1, |y|); DESIGN, rule 1


@dataclass(frozen=True)
class Golden:
    """Synthetic rows (JSON values) and the scores of the application: for each row its class probabilities, or one value."""

    rows: tuple[Mapping[str, Any], ...]
    scores: tuple[tuple[float, ...], ...]

    def to_text(self) -> str:
        """The content of `golden.json`; numbers round-trip exactly."""
        record = {"tolerance": TOLERANCE, "rows": list(self.rows), "scores": [list(row) for row in self.scores]}
        return json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1) + "\n"

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Golden:
        """Golden rows from a parsed `golden.json`; UserError when it is damaged."""
        rows, scores = record.get("rows"), record.get("scores")
        try:
            if (
                isinstance(rows, list)
                and isinstance(scores, list)
                and len(rows) == len(scores)
                and all(isinstance(row, dict) for row in rows)
            ):
                return cls(tuple(rows), tuple(tuple(float(cell) for cell in row) for row in scores))
        except (TypeError, ValueError) as error:
            raise _damaged() from error
        raise _damaged()


@dataclass(frozen=True)
class Parity:
    """The result of a replay: `worst` is the largest difference in units of max(1, |y|), `labels` the number of differing predictions."""

    rows: int
    worst: float
    labels: int
    tolerance: float = TOLERANCE

    @property
    def passed(self) -> bool:
        """Whether every score equals the application's within the tolerance and every prediction is the same."""
        return self.rows > 0 and self.worst <= self.tolerance and self.labels == 0

    def summary(self) -> str:
        """The result as one line."""
        status = "passed" if self.passed else "FAILED"
        labels = f", {self.labels} other labels" if self.labels else ""
        result = f"worst difference {self.worst:.3g} (limit {self.tolerance:g}){labels}"
        return f"Self-test {status}: {self.rows} golden rows, alone and together, {result}."


def answers_of(scorer: Scorer, rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[float, ...], ...]:
    """The scores of rows in one batch. ValueError when a row is invalid."""
    checked = scorer.schema.from_rows(rows)
    if checked.errors:
        raise ValueError(f"golden row {checked.errors[0].row} is refused: {checked.errors[0].message}")
    return tuple(tuple(row) for row in scorer.prediction_spec.columns(scorer.scores(checked.frame)).tolist())


def replay(scorer: Scorer, golden: Golden) -> Parity:
    """Compare the scorer's scores with the golden ones. UserError when it cannot score at all, as a damaged bundle."""
    if not golden.rows:
        return Parity(0, float("inf"), 0)
    expected = np.array(golden.scores, dtype=np.float64).reshape(len(golden.scores), -1)
    try:
        together = np.array(answers_of(scorer, golden.rows), dtype=np.float64).reshape(len(golden.rows), -1)
        alone = np.array([answers_of(scorer, [row])[0] for row in golden.rows], dtype=np.float64).reshape(len(golden.rows), -1)
    except UserError:
        raise
    except Exception as error:  # damaged data can raise anything; the service must not start
        raise UserError("The self-test failed: the model cannot answer its golden rows.", "Export the bundle again.") from error
    one, other = compare(scorer, expected, together), compare(scorer, expected, alone)
    return Parity(len(golden.rows), max(one.worst, other.worst), one.labels + other.labels)


def compare(scorer: Scorer, expected: Floats, found: Floats) -> Parity:
    """How far scores (rows, outputs) are from the expected ones, and how many of the decisions differ."""
    if found.shape != expected.shape:
        return Parity(len(expected), float("inf"), len(expected))
    difference = np.abs(found - expected) / np.maximum(1.0, np.abs(expected))
    worst = float(np.where(np.isnan(difference), np.inf, difference).max(initial=0.0))
    return Parity(len(expected), worst, int(np.sum(scorer.decide(found) != scorer.decide(expected))))


def _damaged() -> UserError:
    return UserError("The file “golden.json” of the bundle is damaged.", "Export it again, or fetch a fresh copy.")
