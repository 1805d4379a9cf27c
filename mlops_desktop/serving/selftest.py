"""The self-test of a bundle: golden rows are answered alone and together, validated like requests, and compared with the stored answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import UserError
from .scorer import Scorer

TOLERANCE = 1e-9  # times max(1, |y|); DESIGN, rule 1


@dataclass(frozen=True)
class Golden:
    """Synthetic rows (JSON values) and the scores that the application gave: for each row its class probabilities, or one value."""

    rows: tuple[Mapping[str, Any], ...]
    scores: tuple[tuple[float, ...], ...]

    def to_text(self) -> str:
        """The content of `golden.json`; numbers are written so that they are read back to the last bit."""
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
    """The outcome of a replay: `worst` is the largest difference in units of max(1, |y|), `labels` the number of labels that differ."""

    rows: int
    worst: float
    labels: int
    tolerance: float = TOLERANCE

    @property
    def passed(self) -> bool:
        """Whether every answer is the application's."""
        return self.rows > 0 and self.worst <= self.tolerance and self.labels == 0

    def sentence(self) -> str:
        """The outcome as one line."""
        said = "passed" if self.passed else "FAILED"
        labels = f", {self.labels} other labels" if self.labels else ""
        figures = f"worst difference {self.worst:.3g} (limit {self.tolerance:g}){labels}"
        return f"Self-test {said}: {self.rows} golden rows, alone and together, {figures}."


def answers_of(scorer: Scorer, rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[float, ...], ...]:
    """The scores of rows in one batch. ValueError when the schema refuses one of them."""
    checked = scorer.schema.from_rows(rows)
    if checked.errors:
        raise ValueError(f"golden row {checked.errors[0].row} is refused: {checked.errors[0].message}")
    return tuple(tuple(row) for row in scorer.task_spec.columns(scorer.scores(checked.frame)).tolist())


def replay(scorer: Scorer, golden: Golden) -> Parity:
    """Compare the scorer's answers with the golden ones. UserError when it cannot answer at all, which only a damaged bundle does."""
    if not golden.rows:
        return Parity(0, float("inf"), 0)
    wanted = np.array(golden.scores, dtype=np.float64).reshape(len(golden.scores), -1)
    try:
        together = np.array(answers_of(scorer, golden.rows), dtype=np.float64).reshape(len(golden.rows), -1)
        alone = np.array([answers_of(scorer, [row])[0] for row in golden.rows], dtype=np.float64).reshape(len(golden.rows), -1)
    except UserError:
        raise
    except Exception as error:  # a damaged array can fail anywhere below; whatever it is, the bundle must not start
        raise UserError("The self-test failed: the model cannot answer its golden rows.", "Export the bundle again.") from error
    if together.shape != wanted.shape:
        return Parity(len(golden.rows), float("inf"), len(golden.rows))
    worst, labels = 0.0, 0
    for found in (together, alone):
        difference = np.abs(found - wanted) / np.maximum(1.0, np.abs(wanted))
        worst = max(worst, float(np.where(np.isnan(difference), np.inf, difference).max(initial=0.0)))
        labels += int(np.sum(scorer.decide(found) != scorer.decide(wanted)))
    return Parity(len(golden.rows), worst, labels)


def _damaged() -> UserError:
    return UserError("The file “golden.json” of the bundle is damaged.", "Export it again, or fetch a fresh copy.")
