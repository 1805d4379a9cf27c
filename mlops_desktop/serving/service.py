"""The service of one model: what each route of `routes` answers, without HTTP. Every error response is an `HttpProblem`."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import numpy as np

from .answers import MAX_WARNINGS_PER_ROW, NO_ANSWER, PredictionWriter, finite, formula_notes, refused_row, unanswered
from .batch_notes import BatchNotes, header_text
from .bundle import Bundle
from .column import ValidationIssue, ValidationResult
from .csv_cells import TooManyRows
from .csv_io import CsvInput, answer_chunk, as_csv, decoded, header_line
from .deadline import check_deadline
from .errors import UserError
from .explain import explain, what_if
from .frame import Floats, Frame, Ints
from .http_messages import CSV, CommonHeaders, Reply
from .http_problems import MAX_LISTED_ERRORS, HttpProblem, error_entries, error_entry, invalid_input, too_large, warning_entry
from .manifest import CHECKSUMS
from .message import msg
from .metrics import CONTENT_TYPE, Metrics
from .openapi import openapi_document, schema_document
from .required_inputs import blocking_columns
from .routes import Limits
from .strict_json import InvalidJson, parse

CHUNK = 2000  # rows that are checked and scored together
MAX_TRACED_ROWS = 20  # rows without a finite answer that are traced to their columns


class PredictRequest(NamedTuple):
    """A request for predictions. `row_wise`: rows with errors are refused alone, not the whole request."""

    rows: list[Any]
    threshold: float | None
    row_wise: bool


class Service:
    """The routes of one bundle. It does not change once it is made; methods that take a body may run in any thread.

    `metrics` are the counters of the process, which outlive a model.
    """

    def __init__(self, bundle: Bundle, limits: Limits | None = None, metrics: Metrics | None = None) -> None:
        self.bundle, self.limits = bundle, limits or Limits()
        self.process_metrics = metrics or Metrics()
        scorer = self.scorer = bundle.scorer
        self.digest = hashlib.sha256((bundle.folder / CHECKSUMS).read_bytes()).hexdigest()
        self.model_metrics = self.process_metrics.model(scorer, bundle.reference, self.digest)
        self.headers = CommonHeaders(scorer.version)
        self._answers = PredictionWriter(scorer)
        self._from_rows = scorer.schema.from_rows
        self._model = {"name": scorer.name, "version": scorer.version}
        stored = bundle.info.get("importance")
        importance = {str(k): float(v) for k, v in stored.items() if isinstance(v, (int, float))} if isinstance(stored, dict) else {}
        self._schema = Reply(_json(schema_document(scorer, importance)))
        self._identity = Reply(_json({**bundle.info, "bundle_sha256": self.digest, "limits": asdict(self.limits)}))
        self._openapi = Reply(_json(openapi_document(scorer, self.limits, str(bundle.info.get("application", "")))))

    def schema(self, body: bytes = b"", query: bytes = b"") -> Reply:
        """`GET /v1/schema`."""
        return self._schema

    def model(self, body: bytes = b"", query: bytes = b"") -> Reply:
        """`GET /v1/model`."""
        return self._identity

    def openapi(self, body: bytes = b"", query: bytes = b"") -> Reply:
        """`GET /openapi.json`."""
        return self._openapi

    def live(self, body: bytes = b"", query: bytes = b"") -> Reply:
        """`GET /health/live`."""
        return Reply(b'{"status":"live"}')

    def startup(self, body: bytes = b"", query: bytes = b"") -> Reply:
        """`GET /health/startup`."""
        return Reply(b'{"status":"started"}')

    def ready(self, body: bytes = b"", query: bytes = b"") -> Reply:
        """`GET /health/ready`."""
        return Reply(b'{"status":"ready"}')

    def drift(self, body: bytes = b"", query: bytes = b"") -> Reply:
        """`GET /v1/drift`."""
        counts = self.process_metrics.total()["models"][self.model_metrics.key]["drift"]
        return Reply(_json({"model": self._model, **self.model_metrics.drift.report(counts)}))

    def metrics(self, body: bytes = b"", query: bytes = b"") -> Reply:
        """`GET /metrics`."""
        return Reply(self.process_metrics.text(self.model_metrics), CONTENT_TYPE)

    def predict(self, body: bytes, query: bytes = b"") -> Reply:
        """`POST /v1/predict`."""
        return self.answer(self.read(body, query))

    def read(self, body: bytes, query: bytes = b"") -> PredictRequest:
        """A request to `/v1/predict`, parsed; HttpProblem when it is malformed."""
        row_wise = bool(query) and _on_error(query)
        document = self._document(body, ("rows",), ("threshold",))
        rows = self._rows(document, self.limits.rows)
        threshold = document.get("threshold")
        if threshold is not None:
            self._check_threshold(threshold)
        return PredictRequest(rows, threshold, row_wise)

    def answer(self, request: PredictRequest) -> Reply:
        """The answer to all rows of one request."""
        if len(request.rows) == 1 and not request.row_wise:
            reply = self.answer_together([request])[0]
            if isinstance(reply, HttpProblem):
                raise reply
            return reply
        return self._answer_many(*request)

    def answer_together(self, requests: Sequence[PredictRequest]) -> list[Reply | HttpProblem]:
        """The answers to several requests of one row each, scored as one batch; a row's answer does not depend on the other rows."""
        checked = self._from_rows([request.rows[0] for request in requests])
        if checked.errors:
            return self._answer_valid(requests, checked)
        scores = self.scorer.scores(checked.frame)
        if not finite(scores):
            if len(requests) == 1:
                return [invalid_input(self._no_answers(checked.frame, [0], [0]))]
            return [self.answer_together([request])[0] for request in requests]
        warnings: dict[int, list[dict[str, str]]] = {}
        for issue in self._limited(checked.warnings) if checked.warnings else ():
            warnings.setdefault(issue.row or 0, []).append(warning_entry(issue))
        chosen = self._decide(scores, None)
        intervals = self.scorer.intervals(checked.frame)
        predictions = self._answers.predictions(scores, chosen, None, warnings, intervals)
        for i, request in enumerate(requests):
            if request.threshold is not None:
                one, own = scores[i : i + 1], {0: warnings[i]} if i in warnings else {}
                chosen[i : i + 1] = self._decide(one, request.threshold)
                predictions[i : i + 1] = self._answers.predictions(
                    one, chosen[i : i + 1], request.threshold, own, None if intervals is None else intervals[i : i + 1]
                )
        self.model_metrics.predicted(checked.frame, scores, chosen, 0)
        return [Reply(self._answers.document((text,))) for text in predictions]

    def _answer_valid(self, requests: Sequence[PredictRequest], checked: ValidationResult) -> list[Reply | HttpProblem]:
        """An HttpProblem for each request whose row has errors, answers for the others."""
        self.model_metrics.rejected(checked.errors)
        errors: dict[int, list[ValidationIssue]] = {}
        for issue in checked.errors:
            errors.setdefault(issue.row or 0, []).append(replace(issue, row=0))
        valid = [request for i, request in enumerate(requests) if i not in errors]
        answered = iter(self.answer_together(valid) if valid else ())
        return [invalid_input(error_entries(errors[i], "rows")) if i in errors else next(answered) for i in range(len(requests))]

    def _answer_many(self, rows: list[Any], threshold: float | None, row_wise: bool) -> Reply:
        chunks: list[tuple[int, ValidationResult]] = []
        errors: list[dict[str, Any]] = []
        total = 0
        for start in range(0, len(rows), CHUNK):
            check_deadline()
            checked = self._from_rows(rows[start : start + CHUNK])
            if checked.errors:
                self.model_metrics.rejected(checked.errors)
            if checked.errors and not row_wise:
                total += len(checked.errors)
                errors += error_entries(checked.errors[: MAX_LISTED_ERRORS - len(errors)], "rows", first=start)
            elif not errors:
                chunks.append((start, ValidationResult(checked.frame, checked.errors, self._limited(checked.warnings))))
        if errors:
            raise invalid_input(errors, total)
        predictions: list[str] = []
        for start, checked in chunks:
            check_deadline()
            predictions += self._answer_chunk(start, checked, threshold, row_wise)
        return Reply(self._answers.document(predictions))

    def _answer_chunk(self, start: int, checked: ValidationResult, threshold: float | None, row_wise: bool) -> list[str]:
        issues: dict[int, list[ValidationIssue]] = {}
        for issue in checked.errors:
            issues.setdefault(issue.row or 0, []).append(issue)
        refused = {row: error_entries(some, "rows", first=start) for row, some in issues.items()}
        valid = [i for i in range(checked.frame.rows) if i not in refused]
        frame = checked.frame if not refused else checked.frame.take(_positions(valid))
        scores = self.scorer.scores(frame)
        if not finite(scores):
            without = unanswered(scores)
            errors = self._no_answers(frame, without, [start + valid[i] for i in without])
            if not row_wise:
                raise invalid_input(errors)
            for error in errors:
                refused.setdefault(error["row"] - start, []).append(error)
            kept = [i for i in range(frame.rows) if valid[i] not in refused]
            valid, frame, scores = [valid[i] for i in kept], frame.take(_positions(kept)), scores[kept]
        positions = {row: i for i, row in enumerate(valid)}
        warnings: dict[int, list[dict[str, str]]] = {}
        for issue in checked.warnings:
            position = positions.get(issue.row or 0)
            if position is not None:
                warnings.setdefault(position, []).append(warning_entry(issue))
        chosen = self._decide(scores, threshold)
        self.model_metrics.predicted(frame, scores, chosen, len(refused))
        predictions = self._answers.predictions(scores, chosen, threshold, warnings, self.scorer.intervals(frame))
        if not refused:
            return predictions
        every = dict(zip(valid, predictions, strict=True))
        return [every[i] if i in every else refused_row(refused[i]) for i in range(checked.frame.rows)]

    def _no_answers(self, frame: Frame, rows: Sequence[int], numbers: Sequence[int]) -> list[dict[str, Any]]:
        """The errors of rows without a finite answer, each under its number; of the first ones by column."""
        errors: list[dict[str, Any]] = []
        for row, number in zip(rows, numbers, strict=True):
            for field in blocking_columns(self.scorer, frame.take(_positions([row]))) if len(errors) < MAX_TRACED_ROWS else ():
                detail = msg("The model has no finite answer with this value of “{field}”.", field=field)
                errors.append(error_entry("no_finite_answer", detail, "rows", number, field, row=number, field=field))
            if not errors or errors[-1]["row"] != number:
                errors.append(error_entry("no_finite_answer", NO_ANSWER, "rows", number, row=number))
        return errors

    def _limited(self, warnings: Sequence[ValidationIssue]) -> list[ValidationIssue]:
        """The first warnings of each row, up to MAX_WARNINGS_PER_ROW; all of them are counted."""
        if warnings:
            self.model_metrics.warned(warnings)
        seen: dict[int | None, int] = {}
        kept = []
        for issue in warnings:
            seen[issue.row] = seen.get(issue.row, 0) + 1
            if seen[issue.row] <= MAX_WARNINGS_PER_ROW:
                kept.append(issue)
        return kept

    def _decide(self, scores: Floats, threshold: float | None) -> list[int]:
        """The positions of the answered classes; 0 for values."""
        decided: list[int] = self.scorer.decide(scores, threshold).tolist()
        return decided

    def predict_csv(self, body: bytes, query: bytes = b"") -> Reply:
        """`POST /v1/predict/csv`."""
        try:
            text, notes = decoded(io.BytesIO(body), self.bundle.schema)
        except UserError as error:
            raise HttpProblem(400, "invalid_encoding", error.message, error.remedy) from None
        out = [header_line(self.scorer)]
        warned = len(notes)
        try:
            table = CsvInput(text, self.bundle.schema, most=self.limits.csv_rows)
            unusual = BatchNotes(table.schema, table.absent, table.unknown, examples=False)
            for chunk in table.chunks():
                check_deadline()
                self.model_metrics.rejected(chunk.checked.errors)
                self.model_metrics.warned(chunk.checked.warnings)
                warned += len(chunk.checked.warnings)
                unusual.add(chunk.checked, chunk.ragged)
                cells, scores, valid = answer_chunk(self.scorer, chunk)
                out.append(as_csv(cells))
                frame = chunk.checked.frame.take(_positions(valid))
                self.model_metrics.predicted(frame, scores, self._decide(scores, None), chunk.rows - len(valid))
        except TooManyRows:
            raise too_large(msg("At most {most:,} rows are taken at once; send the file in parts.", most=self.limits.csv_rows)) from None
        except UserError as error:
            raise HttpProblem(422, "invalid_csv", error.message, error.remedy) from None
        headers = [(b"x-model-warnings", str(warned).encode())]
        if notes := (*notes, *table.line_counts(), *table.notes, *unusual.messages(), *formula_notes(self.scorer)):
            headers.append((b"x-model-notes", header_text(notes)))
        return Reply("".join(out).encode("utf-8", "replace"), CSV, tuple(headers))

    def explain(self, body: bytes, query: bytes = b"") -> Reply:
        """`POST /v1/explain`."""
        rows = self._rows(self._document(body, ("rows",)), self.limits.explain_rows)
        checked = self._accepted(rows, "rows")
        if without := unanswered(self.scorer.scores(checked.frame)):
            raise invalid_input(self._no_answers(checked.frame, without, without))
        warnings: dict[int | None, list[dict[str, str]]] = {}
        for issue in self._limited(checked.warnings):
            warnings.setdefault(issue.row, []).append(warning_entry(issue))
        explanations = []
        for i, one in enumerate(explain(self.scorer, checked.frame)):
            contributions = [{"field": part.field, "contribution": part.contribution} for part in one.contributions]
            values = {"about": self._class(one.about), "base": one.base, "answer": one.answer, "contributions": contributions}
            explanations.append({**values, "warnings": warnings.get(i, [])})
        return Reply(_finite_json({"model": self._model, "explanations": explanations}))

    def what_if(self, body: bytes, query: bytes = b"") -> Reply:
        """`POST /v1/what-if`."""
        document = self._document(body, ("row", "field"), ("points",))
        field, points = document["field"], document.get("points", 41)
        errors = []
        if not isinstance(field, str) or field not in {column.name for column in self.bundle.schema.columns}:
            errors.append(error_entry("unknown_field", "field must be the name of one of the model's columns.", "field"))
        if type(points) is not int or not 2 <= points <= self.limits.points:
            errors.append(error_entry("wrong_type", f"points must be a whole number from 2 to {self.limits.points}.", "points"))
        if errors:
            raise invalid_input(errors)
        checked = self._accepted([document["row"]], "row", listed=False)
        try:
            curve = what_if(self.scorer, checked.frame, field, points)
        except UserError as error:
            raise invalid_input([error_entry("no_range", error.message, "field")]) from None
        values = [{"value": value, "score": score} for value, score in zip(curve.values, curve.scores, strict=True)]
        answer = {"model": self._model, "field": field, "kind": curve.kind, "about": self._class(curve.about), "points": values}
        return Reply(_finite_json(answer))

    def _class(self, position: int | None) -> str | int | float | bool | None:
        return None if position is None else self.scorer.classes[position]

    def _document(self, body: bytes, needed: tuple[str, ...], allowed: tuple[str, ...] = ()) -> dict[str, Any]:
        """The members of a body that is one JSON object."""
        try:
            document = parse(body)
        except InvalidJson as error:
            raise HttpProblem(400, error.code, "The body cannot be read.", error.message) from None
        if type(document) is not dict:
            raise invalid_input([error_entry("not_an_object", f"The body must be an object with {' and '.join(needed)}.")])
        if len(document) != len(needed) or any(name not in document for name in needed):
            errors = [error_entry("missing", msg("“{name}” is needed.", name=name), name) for name in needed if name not in document]
            known = {*needed, *allowed}
            errors += [
                error_entry("unknown_member", "This member is not known here.", name[:100]) for name in document if name not in known
            ]
            if errors:
                raise invalid_input(errors)
        return document

    def _rows(self, document: dict[str, Any], most: int) -> list[Any]:
        rows = document["rows"]
        if type(rows) is not list:
            raise invalid_input([error_entry("not_a_list", "rows must be a list of objects.", "rows")])
        if len(rows) > most:
            raise too_large(msg("At most {most:,} rows are taken at once; there are {rows:,}.", most=most, rows=len(rows)))
        return rows

    def _accepted(self, rows: list[Any], *base: str, listed: bool = True) -> ValidationResult:
        checked = self._from_rows(rows)
        if checked.errors:
            self.model_metrics.rejected(checked.errors)
            raise invalid_input(error_entries(checked.errors[:MAX_LISTED_ERRORS], *base, rows=listed), len(checked.errors))
        return checked

    def _check_threshold(self, threshold: Any) -> None:
        if self.scorer.positive is None:
            raise invalid_input([error_entry("not_applicable", "Only a model of two classes has a threshold.", "threshold")])
        if type(threshold) not in (int, float) or not 0 <= threshold <= 1:
            raise invalid_input([error_entry("out_of_range", "threshold must be a number from 0 to 1.", "threshold")])


def _positions(rows: Sequence[int]) -> Ints:
    return np.array(rows, dtype=np.intp)


def _on_error(query: bytes) -> bool:
    """Whether `on_error=row` was asked for."""
    parameters: Mapping[str, list[str]] = parse_qs(query.decode("latin-1"), keep_blank_values=True)
    chosen = parameters.get("on_error", ["request"])
    if chosen not in (["request"], ["row"]):
        raise HttpProblem(400, "invalid_parameter", "The query is not valid.", "on_error must be “request” or “row”.")
    return chosen == ["row"]


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _finite_json(document: Any) -> bytes:
    """JSON of scores; HttpProblem (422) when a score is no finite number."""
    try:
        return _json(document)
    except ValueError:
        raise invalid_input([error_entry("no_finite_answer", "The model has no finite prediction for this input.")]) from None
