"""What each route does: bytes in, a reply out, without a word of HTTP servers. Every reason to refuse is a `Refusal`."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import numpy as np

from .answers import NO_ANSWER, Answers, class_text, finite, refused_row, unanswered
from .bundle import SUMS, Bundle
from .column import ValidationIssue, ValidationResult
from .csv_io import answer_chunk, as_csv, header_line, read_chunks
from .errors import UserError
from .explain import explain, what_if
from .frame import Floats, Frame, Ints
from .http_problems import MOST_ERRORS, Refusal, fault, faults_of, invalid, remark, too_large
from .metrics import CONTENT_TYPE, Metrics, added
from .monitor import Counters
from .openapi import openapi_document, schema_document
from .required_inputs import blocking_columns
from .strict_json import JsonFault, parse

JSON = b"application/json"
CSV = b"text/csv; charset=utf-8"
CHUNK = 2000  # rows that are checked and scored together
MOST_REMARKS = 20  # warnings listed for one row
MOST_SPOILT = 20  # faults of rows without an answer that are traced to their columns


@dataclass(frozen=True)
class Limits:
    """The most that one request may ask for."""

    body: int = 10_000_000  # bytes
    rows: int = 10_000
    csv_rows: int = 100_000
    explain_rows: int = 100
    points: int = 201


class Reply(NamedTuple):
    """An answer: its body, its content type and further headers."""

    body: bytes
    content_type: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Asked(NamedTuple):
    """A request for predictions."""

    rows: list[Any]
    threshold: float | None
    row_wise: bool


class Service:
    """The routes of one bundle. Methods that take a body may run in any thread."""

    def __init__(self, bundle: Bundle, limits: Limits | None = None) -> None:
        self.bundle, self.limits = bundle, limits or Limits()
        scorer = self.scorer = bundle.scorer
        self.counters = Counters(bundle.reference, scorer.task_spec)
        self.metrics = Metrics(
            scorer.name, scorer.version, scorer.task, (c.name for c in scorer.schema.columns), map(class_text, scorer.classes)
        )
        self.others: Callable[[], dict[str, Any]] | None = None  # what other processes of the same service counted
        self._answers = Answers(scorer)
        self._from_rows = scorer.schema.from_rows
        self._model = {"name": scorer.name, "version": scorer.version}
        found = bundle.info.get("importance")
        importance = {str(k): float(v) for k, v in found.items() if isinstance(v, (int, float))} if isinstance(found, dict) else {}
        sums = hashlib.sha256((bundle.folder / SUMS).read_bytes()).hexdigest()
        limits_said = asdict(self.limits)
        self.schema = Reply(_json(schema_document(scorer, importance)))
        self.model = Reply(_json({**bundle.info, "bundle_sha256": sums, "limits": limits_said}))
        self.openapi = Reply(_json(openapi_document(scorer, limits_said, str(bundle.info.get("application", "")))))

    def predict(self, body: bytes, query: bytes) -> Reply:
        """`POST /v1/predict`."""
        return self.answer(self.read(body, query))

    def read(self, body: bytes, query: bytes) -> Asked:
        """What a request to `/v1/predict` asks for."""
        row_wise = bool(query) and _on_error(query)
        document = self._document(body, ("rows",), ("threshold",))
        rows = self._rows(document, self.limits.rows)
        threshold = document.get("threshold")
        if threshold is not None:
            self._check_threshold(threshold)
        return Asked(rows, threshold, row_wise)

    def answer(self, asked: Asked) -> Reply:
        """The answer to all rows of one request."""
        if len(asked.rows) == 1 and not asked.row_wise:
            reply = self.answer_together([asked])[0]
            if isinstance(reply, Refusal):
                raise reply
            return reply
        return self._answer_many(*asked)

    def answer_together(self, requests: Sequence[Asked]) -> list[Reply | Refusal]:
        """The answers to several requests of one row each, scored as one batch; a row's answer does not depend on its company."""
        checked = self._from_rows([asked.rows[0] for asked in requests])
        if checked.errors:
            return self._sort_out(requests, checked)
        scores = self.scorer.scores(checked.frame)
        if not finite(scores):
            if len(requests) == 1:
                return [invalid(self._no_answers(checked.frame, [0], [0]))]
            return [self.answer_together([asked])[0] for asked in requests]
        warnings: dict[int, list[dict[str, str]]] = {}
        for problem in self._few(checked.warnings) if checked.warnings else ():
            warnings.setdefault(problem.row or 0, []).append(remark(problem))
        chosen = self._decide(scores, None)
        said = self._answers.predictions(scores, chosen, None, warnings)
        for i, asked in enumerate(requests):
            if asked.threshold is not None:
                one, own = scores[i : i + 1], {0: warnings[i]} if i in warnings else {}
                chosen[i : i + 1] = self._decide(one, asked.threshold)
                said[i : i + 1] = self._answers.predictions(one, chosen[i : i + 1], asked.threshold, own)
        self._count(checked.frame, scores, chosen, 0)
        return [Reply(self._answers.document((text,))) for text in said]

    def _sort_out(self, requests: Sequence[Asked], checked: ValidationResult) -> list[Reply | Refusal]:
        """Refusals for the requests whose row has faults, answers for the others."""
        self.metrics.refused(checked.errors)
        faults: dict[int, list[ValidationIssue]] = {}
        for problem in checked.errors:
            faults.setdefault(problem.row or 0, []).append(replace(problem, row=0))
        good = [asked for i, asked in enumerate(requests) if i not in faults]
        answered = iter(self.answer_together(good) if good else ())
        return [invalid(faults_of(faults[i], "rows")) if i in faults else next(answered) for i in range(len(requests))]

    def _answer_many(self, rows: list[Any], threshold: float | None, row_wise: bool) -> Reply:
        chunks: list[tuple[int, ValidationResult]] = []
        errors: list[dict[str, Any]] = []
        total = 0
        for start in range(0, len(rows), CHUNK):
            checked = self._from_rows(rows[start : start + CHUNK])
            if checked.errors:
                self.metrics.refused(checked.errors)
            if checked.errors and not row_wise:
                total += len(checked.errors)
                errors += faults_of(checked.errors[: MOST_ERRORS - len(errors)], "rows", first=start)
            elif not errors:
                chunks.append((start, ValidationResult(checked.frame, checked.errors, self._few(checked.warnings))))
        if errors:
            raise invalid(errors, total)
        said: list[str] = []
        for start, checked in chunks:
            said += self._answer_chunk(start, checked, threshold, row_wise)
        return Reply(self._answers.document(said))

    def _answer_chunk(self, start: int, checked: ValidationResult, threshold: float | None, row_wise: bool) -> list[str]:
        found: dict[int, list[ValidationIssue]] = {}
        for problem in checked.errors:
            found.setdefault(problem.row or 0, []).append(problem)
        refused = {row: faults_of(problems, "rows", first=start) for row, problems in found.items()}
        good = [i for i in range(checked.frame.rows) if i not in refused]
        frame = checked.frame if not refused else checked.frame.take(_positions(good))
        scores = self.scorer.scores(frame)
        if not finite(scores):
            without = unanswered(scores)
            errors = self._no_answers(frame, without, [start + good[i] for i in without])
            if not row_wise:
                raise invalid(errors)
            for error in errors:
                refused.setdefault(error["row"] - start, []).append(error)
            kept = [i for i in range(frame.rows) if good[i] not in refused]
            good, frame, scores = [good[i] for i in kept], frame.take(_positions(kept)), scores[kept]
        place = {row: i for i, row in enumerate(good)}
        warnings: dict[int, list[dict[str, str]]] = {}
        for problem in checked.warnings:
            at = place.get(problem.row or 0)
            if at is not None:
                warnings.setdefault(at, []).append(remark(problem))
        chosen = self._decide(scores, threshold)
        self._count(frame, scores, chosen, len(refused))
        said = self._answers.predictions(scores, chosen, threshold, warnings)
        if not refused:
            return said
        every = dict(zip(good, said, strict=True))
        return [every[i] if i in every else refused_row(refused[i]) for i in range(checked.frame.rows)]

    def _no_answers(self, frame: Frame, rows: Sequence[int], numbers: Sequence[int]) -> list[dict[str, Any]]:
        """The faults of rows without a finite answer, each under its number; of the first ones by column."""
        found: list[dict[str, Any]] = []
        for row, number in zip(rows, numbers, strict=True):
            for field in blocking_columns(self.scorer, frame.take(_positions([row]))) if len(found) < MOST_SPOILT else ():
                detail = f"The model has no finite answer with this value of “{field}”."
                found.append(fault("no_finite_answer", detail, "rows", number, field, row=number, field=field))
            if not found or found[-1]["row"] != number:
                found.append(fault("no_finite_answer", NO_ANSWER, "rows", number, row=number))
        return found

    def _few(self, problems: Sequence[ValidationIssue]) -> list[ValidationIssue]:
        """At most twenty warnings for each row, and all of them counted."""
        if problems:
            self.metrics.remarked(problems)
        seen: dict[int | None, int] = {}
        kept = []
        for problem in problems:
            seen[problem.row] = seen.get(problem.row, 0) + 1
            if seen[problem.row] <= MOST_REMARKS:
                kept.append(problem)
        return kept

    def _decide(self, scores: Floats, threshold: float | None) -> list[int]:
        """The positions of the answered classes; 0 for values."""
        decided: list[int] = self.scorer.decide(scores, threshold).tolist()
        return decided

    def _count(self, frame: Frame, scores: Floats, chosen: list[int], refused: int) -> None:
        self.counters.add(frame, scores)
        self.metrics.predicted(chosen, refused)

    def predict_csv(self, body: bytes, query: bytes) -> Reply:
        """`POST /v1/predict/csv`."""
        try:
            text = body.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Refusal(400, "invalid_encoding", "The body is not UTF-8.", "Save the file as UTF-8 and send it again.") from None
        out = [header_line(self.scorer)]
        rows = warned = 0
        try:
            for chunk in read_chunks(io.StringIO(text, newline=""), self.bundle.schema):
                rows += chunk.rows
                if rows > self.limits.csv_rows:
                    raise too_large(f"At most {self.limits.csv_rows:,} rows are taken at once; send the file in parts.")
                self.metrics.refused(chunk.checked.errors)
                self.metrics.remarked(chunk.checked.warnings)
                warned += len(chunk.checked.warnings)
                cells, scores, good = answer_chunk(self.scorer, chunk)
                out.append(as_csv(cells))
                self._count(chunk.checked.frame.take(_positions(good)), scores, self._decide(scores, None), chunk.rows - len(good))
        except UserError as error:
            raise Refusal(422, "invalid_csv", error.message, error.remedy) from None
        return Reply("".join(out).encode("utf-8", "replace"), CSV, ((b"x-model-warnings", str(warned).encode()),))

    def explain(self, body: bytes, query: bytes) -> Reply:
        """`POST /v1/explain`."""
        rows = self._rows(self._document(body, ("rows",)), self.limits.explain_rows)
        checked = self._accepted(rows, "rows")
        if without := unanswered(self.scorer.scores(checked.frame)):
            raise invalid(self._no_answers(checked.frame, without, without))
        remarks: dict[int | None, list[dict[str, str]]] = {}
        for problem in self._few(checked.warnings):
            remarks.setdefault(problem.row, []).append(remark(problem))
        found = []
        for i, one in enumerate(explain(self.scorer, checked.frame)):
            contributions = [{"field": part.field, "contribution": part.contribution} for part in one.contributions]
            said = {"about": self._class(one.about), "base": one.base, "answer": one.answer, "contributions": contributions}
            found.append({**said, "warnings": remarks.get(i, [])})
        return Reply(_finite_json({"model": self._model, "explanations": found}))

    def what_if(self, body: bytes, query: bytes) -> Reply:
        """`POST /v1/what-if`."""
        document = self._document(body, ("row", "field"), ("points",))
        field, points = document["field"], document.get("points", 41)
        faults = []
        if not isinstance(field, str) or field not in {column.name for column in self.bundle.schema.columns}:
            faults.append(fault("unknown_field", "field must be the name of one of the model's columns.", "field"))
        if type(points) is not int or not 2 <= points <= self.limits.points:
            faults.append(fault("wrong_type", f"points must be a whole number from 2 to {self.limits.points}.", "points"))
        if faults:
            raise invalid(faults)
        checked = self._accepted([document["row"]], "row", listed=False)
        try:
            curve = what_if(self.scorer, checked.frame, field, points)
        except UserError as error:
            raise invalid([fault("no_range", error.message, "field")]) from None
        found = [{"value": value, "score": score} for value, score in zip(curve.values, curve.scores, strict=True)]
        said = {"model": self._model, "field": field, "kind": curve.kind, "about": self._class(curve.about), "points": found}
        return Reply(_finite_json(said))

    def drift(self) -> Reply:
        """`GET /v1/drift`."""
        return Reply(_json({"model": self._model, **self.counters.report(self._counted()["drift"])}))

    def metrics_page(self) -> Reply:
        """`GET /metrics`."""
        counted = self._counted()
        return Reply(self.metrics.text(counted, self.counters.report(counted["drift"])), CONTENT_TYPE)

    def counted_here(self) -> dict[str, Any]:
        """What this process counted, as plain JSON that `added` adds up."""
        return {**self.metrics.counted(), "drift": self.counters.counts()}

    def _counted(self) -> dict[str, Any]:
        here = self.counted_here()
        return here if self.others is None else added(here, self.others())

    def _class(self, position: int | None) -> str | int | float | bool | None:
        return None if position is None else self.scorer.classes[position]

    def _document(self, body: bytes, needed: tuple[str, ...], allowed: tuple[str, ...] = ()) -> dict[str, Any]:
        """The members of a body that is one JSON object."""
        try:
            document = parse(body)
        except JsonFault as error:
            raise Refusal(400, error.code, "The body cannot be read.", error.message) from None
        if type(document) is not dict:
            raise invalid([fault("not_an_object", f"The body must be an object with {' and '.join(needed)}.")])
        if len(document) != len(needed) or any(name not in document for name in needed):
            faults = [fault("missing", f"“{name}” is needed.", name) for name in needed if name not in document]
            known = {*needed, *allowed}
            faults += [fault("unknown_member", "This member is not known here.", name[:100]) for name in document if name not in known]
            if faults:
                raise invalid(faults)
        return document

    def _rows(self, document: dict[str, Any], most: int) -> list[Any]:
        rows = document["rows"]
        if type(rows) is not list:
            raise invalid([fault("not_a_list", "rows must be a list of objects.", "rows")])
        if len(rows) > most:
            raise too_large(f"At most {most:,} rows are taken at once; there are {len(rows):,}.")
        return rows

    def _accepted(self, rows: list[Any], *base: str, listed: bool = True) -> ValidationResult:
        checked = self._from_rows(rows)
        if checked.errors:
            self.metrics.refused(checked.errors)
            raise invalid(faults_of(checked.errors[:MOST_ERRORS], *base, rows=listed), len(checked.errors))
        return checked

    def _check_threshold(self, threshold: Any) -> None:
        if self.scorer.positive is None:
            raise invalid([fault("not_applicable", "Only a model of two classes has a threshold.", "threshold")])
        if type(threshold) not in (int, float) or not 0 <= threshold <= 1:
            raise invalid([fault("out_of_range", "threshold must be a number from 0 to 1.", "threshold")])


def _positions(rows: Sequence[int]) -> Ints:
    return np.array(rows, dtype=np.intp)


def _on_error(query: bytes) -> bool:
    """Whether `on_error=row` was asked for."""
    given: Mapping[str, list[str]] = parse_qs(query.decode("latin-1"), keep_blank_values=True)
    chosen = given.get("on_error", ["request"])
    if chosen not in (["request"], ["row"]):
        raise Refusal(400, "invalid_parameter", "The query is not valid.", "on_error must be “request” or “row”.")
    return chosen == ["row"]


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _finite_json(document: Any) -> bytes:
    """JSON of scores; a score that is no finite number is the input's fault."""
    try:
        return _json(document)
    except ValueError:
        raise invalid([fault("no_finite_answer", "The model has no finite answer for this input.")]) from None
