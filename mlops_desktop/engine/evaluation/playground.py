"""Trying a model by hand, in the window's own process and by the code that the service runs: answers, reasons, curves. Only numpy."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mlops_desktop.serving.column import ValidationIssue
from mlops_desktop.serving.explain import (
    MAX_EXACT_COLUMNS,
    MAX_PAIRS,
    MIN_PAIRS,
    SAMPLED_ROWS,
    Curve,
    Explanation,
    explain,
    typical_frame,
    what_if,
)
from mlops_desktop.serving.frame import Floats, Frame
from mlops_desktop.serving.openapi import example_row
from mlops_desktop.serving.scorer import Scorer

MEASURED_ROWS = 256


@dataclass(frozen=True, eq=False)
class Answer:
    """The model's answer to one row. `scores` is (1, classes) or (1,), `about` the class whose probability is shown (None: the answer is a
    number), `chosen` the class that is decided.
    """

    scores: Floats
    about: int | None
    chosen: int | None

    @property
    def value(self) -> float:
        """The number, or the probability of the class in `about`."""
        return float(self.scores[0] if self.about is None else self.scores[0, self.about])


@dataclass(frozen=True, eq=False)
class Outcome:
    """One row that was tried: the result of its check by the schema and, unless it is refused, its frame and its answer."""

    row: Mapping[str, object]
    errors: Sequence[ValidationIssue] = ()
    warnings: Sequence[ValidationIssue] = ()
    frame: Frame | None = None
    answer: Answer | None = None


@dataclass(eq=False)
class Trial:
    """A scorer to be tried. `usual` is what the typical row is answered with when answers are numbers, else 0."""

    scorer: Scorer
    usual: float = field(init=False)
    _row_seconds: float = field(init=False)

    def __post_init__(self) -> None:
        many = typical_frame(self.scorer).take(np.zeros(MEASURED_ROWS, dtype=np.intp))
        began = time.perf_counter()
        scores = self.scorer.scores(many)
        self._row_seconds = (time.perf_counter() - began) / MEASURED_ROWS
        self.usual = 0.0 if self.scorer.prediction_spec.per_class else float(scores[0])

    def typical(self) -> dict[str, object]:
        """The typical row as it would be sent."""
        return example_row(self.scorer)

    def order(self, ranked: Sequence[str]) -> list[str]:
        """Every column from the most important down: used ones first, among them in the order of `ranked`, then as in the table."""
        place, used = {name: at for at, name in enumerate(ranked)}, self.scorer.used_sources
        names = [column.name for column in self.scorer.schema.columns]
        return sorted(names, key=lambda name: (name not in used, place.get(name, len(ranked))))

    def curve_columns(self, order: Sequence[str]) -> list[str]:
        """The columns whose change can change the answer and that have a curve over their values."""
        used, schema = self.scorer.used_sources, self.scorer.schema
        return [name for name in order if name in used and schema.column(name).type not in ("text", "id")]

    def answer(self, row: Mapping[str, object]) -> Outcome:
        """Try one row of JSON values."""
        return self.answers([row])[0]

    def answers(self, rows: Sequence[Mapping[str, object]]) -> list[Outcome]:
        """Try several rows; each is checked by itself."""
        checked = self.scorer.schema.from_rows(rows)
        errors: dict[int | None, list[ValidationIssue]] = {}
        warnings: dict[int | None, list[ValidationIssue]] = {}
        for found, problems in ((errors, checked.errors), (warnings, checked.warnings)):
            for problem in problems:
                found.setdefault(problem.row, []).append(problem)
        good = np.array([at for at in range(len(rows)) if at not in errors], dtype=np.intp)
        scores = dict(zip(good.tolist(), self.scorer.scores(checked.frame.take(good)), strict=True)) if len(good) else {}
        return [self._outcome(row, at, checked.frame, scores, errors.get(at, []), warnings.get(at, [])) for at, row in enumerate(rows)]

    def _outcome(
        self,
        row: Mapping[str, object],
        at: int,
        frame: Frame,
        scores: Mapping[int, Floats | float],
        errors: list[ValidationIssue],
        warnings: list[ValidationIssue],
    ) -> Outcome:
        if at not in scores:
            return Outcome(row, errors, warnings)
        own: Floats = np.asarray(scores[at])[None]
        if not np.isfinite(own).all():
            return Outcome(row, [ValidationIssue(at, "", "no_answer", "The model has no finite prediction for this input.")], warnings)
        spec = self.scorer.prediction_spec
        chosen = int(self.scorer.decide(own)[0]) if spec.per_class else None
        return Outcome(row, (), warnings, frame.take(np.array([at])), Answer(own, spec.explained_class(own, self.scorer.positive), chosen))

    def curve(self, outcome: Outcome, column: str) -> Curve:
        """The answer over the values of one column; UserError when nothing is known of them. The outcome must have an answer."""
        assert outcome.frame is not None
        return what_if(self.scorer, outcome.frame, column)

    def explain(self, outcome: Outcome) -> Explanation:
        """The contributions of the columns. The outcome must have an answer."""
        assert outcome.frame is not None
        return explain(self.scorer, outcome.frame)[0]

    def seconds_to_explain(self, row: Mapping[str, object]) -> float:
        """About how long `explain` takes here, by the rows that it has to score."""
        usual = {column.name: column.typical for column in self.scorer.schema.columns}
        differing = sum(row.get(name) != usual[name] for name in self.scorer.used_sources)
        if differing <= MAX_EXACT_COLUMNS:
            return float(self._row_seconds * 2**differing)
        pairs = min(MAX_PAIRS, max(MIN_PAIRS, SAMPLED_ROWS // (2 * differing)))
        return float(self._row_seconds * 2 * pairs * (differing + 1))
