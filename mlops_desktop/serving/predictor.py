"""Answers rows for one model: checks, scores, decides and writes the JSON of each prediction. Every error is an `HttpProblem`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from .answers import MAX_WARNINGS_PER_ROW, NO_ANSWER, PredictionWriter, finite, refused_row, unanswered
from .column import ValidationIssue, ValidationResult
from .deadline import check_deadline
from .frame import Floats, Frame, Ints
from .http_messages import Reply
from .http_problems import (
    MAX_LISTED_ERRORS,
    HttpProblem,
    error_entries,
    error_entry,
    invalid_input,
    too_large,
    too_many_rows,
    warning_entry,
)
from .input_policy import FittedPolicy
from .message import msg
from .metrics import ModelMetrics
from .required_inputs import blocking_columns
from .route import Limits
from .scorer import Scorer

CHUNK = 2000  # rows that are checked and scored together, of a table of usual width
CHUNK_CELLS = 200_000  # cells of rows that are checked together: each can bring up a warning
MAX_ANSWER = 50_000_000  # bytes of an answer
MAX_ERRORS_PER_ROW = 20  # listed where a row alone is refused
MAX_TRACED_ROWS = 20  # rows without a finite answer that are traced to their columns


class PredictRequest(NamedTuple):
    """A request for predictions. `row_wise`: rows with errors are refused alone, not the whole request. `request_id`: "" for the request
    of this context.
    """

    rows: list[Any]
    threshold: float | None
    row_wise: bool
    request_id: str = ""


class Answered(NamedTuple):
    """Answered rows of a request, as `ModelMetrics.predicted` counts them."""

    frame: Frame
    scores: Floats
    chosen: list[int]
    refused: int
    start: int
    positions: list[int]


class Predictor:
    """Answers rows by `scorer` under a policy for unusual values, and counts them. It does not change; any thread may use it.

    `threshold_limits` are the least and the largest threshold that a request may ask for.
    """

    def __init__(
        self,
        scorer: Scorer,
        metrics: ModelMetrics,
        policy: FittedPolicy,
        limits: Limits,
        threshold_limits: tuple[float, float] = (0.0, 1.0),
    ) -> None:
        self.scorer, self.metrics, self.policy, self.limits = scorer, metrics, policy, limits
        self.threshold_limits = threshold_limits
        self._writer = PredictionWriter(scorer)
        self._from_rows = scorer.schema.from_rows

    @property
    def chunk(self) -> int:
        """How many rows are checked and scored together: fewer where they are wide."""
        return max(1, min(CHUNK, CHUNK_CELLS // max(1, len(self.scorer.schema.columns))))

    def checked(self, rows: list[Any]) -> ValidationResult:
        """The rows of a request as a frame, with errors and warnings under the policy."""
        found = self._from_rows(rows)
        return self.policy.apply(found) if found.warnings else found

    def check_threshold(self, threshold: Any, *pointer: str) -> None:
        """HttpProblem (422) when a request may not ask for this threshold."""
        low, high = self.threshold_limits
        if self.scorer.positive is None:
            raise invalid_input([error_entry("not_applicable", "Only a model of two classes has a threshold.", *pointer)])
        if type(threshold) not in (int, float) or not low <= threshold <= high:
            raise invalid_input([error_entry("out_of_range", f"threshold must be a number from {low:g} to {high:g}.", *pointer)])

    def check_count(self, rows: int) -> None:
        """HttpProblem (413) for more rows than one request may have."""
        if rows > self.limits.rows:
            raise too_many_rows(self.limits.rows, rows)

    def document(self, predictions: Sequence[str]) -> bytes:
        """The JSON document of an answer, from the JSON of its predictions."""
        return self._writer.document(predictions)

    def answer(self, request: PredictRequest) -> Reply:
        """The answer to all rows of one request."""
        if len(request.rows) == 1 and not request.row_wise:
            reply = self.answer_together([request])[0]
            if isinstance(reply, HttpProblem):
                raise reply
            return reply
        return Reply(self.document(self.predictions(request.rows, request.threshold, request.row_wise)))

    def answer_together(self, requests: Sequence[PredictRequest]) -> list[Reply | HttpProblem]:
        """The answers to several requests of one row each, scored as one batch; a row's answer does not depend on the other rows."""
        checked = self.checked([request.rows[0] for request in requests])
        if checked.errors:
            return self._answer_valid(requests, checked)
        scores = self.scorer.scores(checked.frame)
        if not finite(scores):
            if len(requests) == 1:
                return [invalid_input(self.no_answers(checked.frame, [0], [0]))]
            return [self.answer_together([request])[0] for request in requests]
        warnings: dict[int, list[dict[str, str]]] = {}
        for issue in self.limited(checked.warnings) if checked.warnings else ():
            warnings.setdefault(issue.row or 0, []).append(warning_entry(issue))
        chosen = self.decide(scores, None)
        intervals = self.scorer.intervals(checked.frame, scores)
        predictions = self._writer.predictions(scores, chosen, None, warnings, intervals)
        for i, request in enumerate(requests):
            if request.threshold is not None:
                one, own = scores[i : i + 1], {0: warnings[i]} if i in warnings else {}
                chosen[i : i + 1] = self.decide(one, request.threshold)
                predictions[i : i + 1] = self._writer.predictions(
                    one, chosen[i : i + 1], request.threshold, own, None if intervals is None else intervals[i : i + 1]
                )
        self.metrics.predicted(checked.frame, scores, chosen, 0, requests=[request.request_id for request in requests])
        return [Reply(self._writer.document((text,))) for text in predictions]

    def _answer_valid(self, requests: Sequence[PredictRequest], checked: ValidationResult) -> list[Reply | HttpProblem]:
        """An HttpProblem for each request whose row has errors, answers for the others."""
        self.metrics.rejected(checked.errors)
        errors: dict[int, list[ValidationIssue]] = {}
        for issue in checked.errors:
            errors.setdefault(issue.row or 0, []).append(replace(issue, row=0))
        valid = [request for i, request in enumerate(requests) if i not in errors]
        answered = iter(self.answer_together(valid) if valid else ())
        return [invalid_input(error_entries(errors[i], "rows")) if i in errors else next(answered) for i in range(len(requests))]

    def predictions(self, rows: list[Any], threshold: float | None = None, row_wise: bool = False) -> list[str]:
        """The JSON of the prediction for each row; with `row_wise`, of its errors in the place of one that is refused."""
        chunks: list[tuple[int, ValidationResult]] = []
        errors: list[dict[str, Any]] = []
        total, size, chunk = 0, AnswerSize(), self.chunk
        for start in range(0, len(rows), chunk):
            check_deadline()
            checked = self.checked(rows[start : start + chunk])
            if checked.errors:
                self.metrics.rejected(checked.errors)
            if checked.errors and not row_wise:
                total += len(checked.errors)
                errors += error_entries(checked.errors[: MAX_LISTED_ERRORS - len(errors)], "rows", first=start)
            elif not errors:
                chunks.append((start, ValidationResult(checked.frame, checked.errors, self.limited(checked.warnings))))
        if errors:
            raise invalid_input(errors, total)
        predictions: list[str] = []
        answered: list[Answered] = []
        for start, checked in chunks:
            check_deadline()
            texts, batch = self._answer_chunk(start, checked, threshold, row_wise)
            predictions += size.add(texts)
            answered.append(batch)
        for batch in answered:  # only now is it certain that the client gets them
            self.metrics.predicted(*batch)
        return predictions

    def accepted(self, rows: list[Any], *base: str, listed: bool = True) -> ValidationResult:
        """Rows that are all valid; `base` leads to them in the request. HttpProblem (422) when one is not."""
        checked = self.checked(rows)
        if checked.errors:
            self.metrics.rejected(checked.errors)
            raise invalid_input(error_entries(checked.errors[:MAX_LISTED_ERRORS], *base, rows=listed), len(checked.errors))
        return checked

    def answer_checked(self, start: int, checked: ValidationResult) -> list[str]:
        """The JSON of the prediction, or of the errors, for each row of a validation; the number of its first row is `start`."""
        if checked.errors:
            self.metrics.rejected(checked.errors)
        predictions, batch = self._answer_chunk(start, replace(checked, warnings=self.limited(checked.warnings)), None, True)
        self.metrics.predicted(*batch)
        return predictions

    def _answer_chunk(self, start: int, checked: ValidationResult, threshold: float | None, row_wise: bool) -> tuple[list[str], Answered]:
        """The JSON for each row of a validation, and what is to be counted of it."""
        issues: dict[int, list[ValidationIssue]] = {}
        for issue in checked.errors:
            issues.setdefault(issue.row or 0, []).append(issue)
        refused = {row: error_entries(some[:MAX_ERRORS_PER_ROW], "rows", first=start) for row, some in issues.items()}
        valid = [i for i in range(checked.frame.rows) if i not in refused]
        frame = checked.frame if not refused else checked.frame.take(row_numbers(valid))
        scores = self.scorer.scores(frame)
        if not finite(scores):
            without = unanswered(scores)
            errors = self.no_answers(frame, without, [start + valid[i] for i in without])
            if not row_wise:
                raise invalid_input(errors)
            for error in errors:
                refused.setdefault(error["row"] - start, []).append(error)
            kept = [i for i in range(frame.rows) if valid[i] not in refused]
            valid, frame, scores = [valid[i] for i in kept], frame.take(row_numbers(kept)), scores[kept]
        positions = {row: i for i, row in enumerate(valid)}
        warnings: dict[int, list[dict[str, str]]] = {}
        for issue in checked.warnings:
            position = None if issue.row is None else positions.get(issue.row)
            if position is not None:
                warnings.setdefault(position, []).append(warning_entry(issue))
        chosen = self.decide(scores, threshold)
        batch = Answered(frame, scores, chosen, len(refused), start, valid)
        predictions = self._writer.predictions(scores, chosen, threshold, warnings, self.scorer.intervals(frame, scores))
        if not refused:
            return predictions, batch
        every = dict(zip(valid, predictions, strict=True))
        return [every[i] if i in every else refused_row(refused[i]) for i in range(checked.frame.rows)], batch

    def no_answers(self, frame: Frame, rows: Sequence[int], numbers: Sequence[int]) -> list[dict[str, Any]]:
        """The errors of rows without a finite answer, each under its number; of the first ones by column."""
        errors: list[dict[str, Any]] = []
        for row, number in zip(rows, numbers, strict=True):
            for field in blocking_columns(self.scorer, frame.take(row_numbers([row]))) if len(errors) < MAX_TRACED_ROWS else ():
                detail = msg("The model has no finite answer with this value of “{field}”.", field=field)
                errors.append(error_entry("no_finite_answer", detail, "rows", number, field, row=number, field=field))
            if not errors or errors[-1]["row"] != number:
                errors.append(error_entry("no_finite_answer", NO_ANSWER, "rows", number, row=number))
        return errors

    def limited(self, warnings: Sequence[ValidationIssue]) -> list[ValidationIssue]:
        """The first warnings of each row, up to MAX_WARNINGS_PER_ROW; all of them are counted."""
        if warnings:
            self.metrics.warned(warnings)
        seen: dict[int | None, int] = {}
        kept = []
        for issue in warnings:
            seen[issue.row] = seen.get(issue.row, 0) + 1
            if seen[issue.row] <= MAX_WARNINGS_PER_ROW:
                kept.append(issue)
        return kept

    def decide(self, scores: Floats, threshold: float | None = None) -> list[int]:
        """The positions of the answered classes; 0 for values."""
        decided: list[int] = self.scorer.decide(scores, threshold).tolist()
        return decided


class AnswerSize:
    """The size of an answer while it is made: few bytes of a request can make many, by warnings and errors in each row."""

    def __init__(self) -> None:
        self._left = MAX_ANSWER

    def add(self, texts: list[str]) -> list[str]:
        """The texts. HttpProblem (413) once there are too many."""
        self._left -= sum(map(len, texts))
        if self._left < 0:
            detail = "The answers would have more than {most:,} bytes, with the warnings and errors of each row. Send fewer rows at once."
            raise too_large(msg(detail, most=MAX_ANSWER))
        return texts


def row_numbers(rows: Sequence[int]) -> Ints:
    """Positions of rows as an index of arrays."""
    return np.array(rows, dtype=np.intp)
