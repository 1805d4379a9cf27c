"""The service of one model: what each route of `routes` answers, without HTTP. Every error response is an `HttpProblem`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from .answers import unanswered
from .bundle import Bundle
from .csv_predictions import CsvRequest
from .errors import UserError
from .explain import explain, what_if
from .http_messages import CommonHeaders, Reply
from .http_problems import HttpProblem, error_entry, invalid_input, read_json, too_many_rows, warning_entry
from .http_request import Request, media_type
from .input_policy import FittedPolicy
from .manifest import CHECKSUMS
from .message import msg
from .metrics import CONTENT_TYPE, Metrics, ModelMetrics
from .openapi import openapi_document, schema_document
from .predictor import Predictor, PredictRequest
from .query import query_parameters
from .route import Limits
from .scorer import Scorer
from .service_settings import ServiceSettings
from .table_bodies import predict_table, written_table

if TYPE_CHECKING:  # SQLite is imported where something is kept
    from .monitoring.recorder import Recorder
    from .monitoring.store import Store

__all__ = ["PredictRequest", "Service"]

SINCE_START = "start"  # the window of /v1/drift that needs no store: since the processes were started


class Service:
    """The routes of one bundle. It does not change once it is made; methods that take a body may run in any thread.

    `metrics` are the counters of the process, which outlive a model, `recorder` stores them where they are kept. UserError when `settings`
    do not fit the model's columns.
    """

    def __init__(
        self,
        bundle: Bundle,
        limits: Limits | None = None,
        metrics: Metrics | None = None,
        settings: ServiceSettings | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        settings = settings or ServiceSettings()
        self.bundle, self.limits = bundle, limits or Limits()
        self.process_metrics, self._recorder = metrics or Metrics(), recorder
        self._rules = recorder.rules if recorder is not None else ()
        chosen, bounds = settings.policy(bundle.info), settings.threshold_limits(bundle.info)
        policy = chosen.fit(bundle.scorer.schema)
        scorer = self.scorer = served_scorer(bundle, policy)
        self.digest = hashlib.sha256((bundle.folder / CHECKSUMS).read_bytes()).hexdigest()
        self.model_metrics = self.process_metrics.model(scorer, bundle.reference, self.digest)
        self.headers = CommonHeaders(scorer.version)
        self.predictor = Predictor(scorer, self.model_metrics, policy, self.limits, bounds)
        self._model = {"name": scorer.name, "version": scorer.version}
        stored = bundle.info.get("importance")
        importance = {str(k): float(v) for k, v in stored.items() if isinstance(v, (int, float))} if isinstance(stored, dict) else {}
        self._schema = Reply(_json(schema_document(scorer, importance)))
        effective = {"input_policy": chosen.record(), "threshold_limits": list(bounds)}
        self._identity = Reply(_json({**bundle.info, **effective, "bundle_sha256": self.digest, "limits": asdict(self.limits)}))
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
        name = query_parameters(query, window=SINCE_START)["window"]
        if name != SINCE_START:
            stored = self._stored()
            from .monitoring.windows import drift_in_window

            return Reply(_json({"model": self._model, **drift_in_window(*stored, name)}))
        counts = self.process_metrics.total()["models"][self.model_metrics.key]["drift"]
        return Reply(_json({"model": self._model, "window": {"name": name}, **self.model_metrics.drift.report(counts)}))

    def monitor_windows(self, body: bytes = b"", query: bytes = b"") -> Reply:
        """`GET /v1/monitor/windows`."""
        stored = self._stored()
        from .monitoring.windows import windows

        return Reply(_json({"model": self._model, **windows(*stored, query)}))

    def monitor_performance(self, body: bytes = b"", query: bytes = b"") -> Reply:
        """`GET /v1/monitor/performance`."""
        store, _, _ = self._stored()
        from .monitoring.performance import performance

        return Reply(_json(performance(store, query)))

    def alerts(self, body: bytes = b"", query: bytes = b"") -> Reply:
        """`GET /v1/alerts`."""
        stored = self._stored()
        from .monitoring.alerts import alerts

        return Reply(_json({"model": self._model, **alerts(*stored, self._rules)}))

    def feedback(self, body: bytes, query: bytes = b"") -> Reply:
        """`POST /v1/feedback`."""
        (store, _, _), document = self._stored(), self._document(body, ("labels",), ("replace",))
        labels, replaces = document["labels"], document.get("replace", False)
        if type(labels) is not list or type(replaces) is not bool:
            wrong = "labels" if type(labels) is not list else "replace"
            raise invalid_input([error_entry("wrong_type", "labels must be a list of objects, and replace true or false.", wrong)])
        if len(labels) > self.limits.rows:
            raise too_many_rows(self.limits.rows, len(labels))
        from .monitoring.feedback import take_feedback

        return Reply(_json(take_feedback(store, labels, replaces)))

    def _stored(self) -> tuple[Store, str, ModelMetrics]:
        """The store with everything that was counted, and the model in it by its key. HttpProblem (404) where the service keeps nothing."""
        if self._recorder is None:
            remedy = "Start it with --monitor-folder DIR."
            raise HttpProblem(404, "not_kept", "This service keeps no counts of the past.", remedy)
        self._recorder.flush(for_query=True)
        return self._recorder.store, self._recorder.stored(self.model_metrics), self.model_metrics

    def metrics(self, body: bytes = b"", query: bytes = b"") -> Reply:
        """`GET /metrics`."""
        return Reply(self.process_metrics.text(self.model_metrics), CONTENT_TYPE)

    def predict(self, body: bytes, query: bytes = b"") -> Reply:
        """`POST /v1/predict`."""
        return self.answer(self.read(body, query))

    def read(self, body: bytes, query: bytes = b"", request_id: str = "") -> PredictRequest:
        """A request to `/v1/predict`, parsed; HttpProblem when it is malformed."""
        row_wise = bool(query) and _on_error(query)
        document = self._document(body, ("rows",), ("threshold",))
        rows = self._rows(document, self.limits.rows)
        threshold = document.get("threshold")
        if threshold is not None:
            self.predictor.check_threshold(threshold, "threshold")
        return PredictRequest(rows, threshold, row_wise, request_id)

    def answer(self, request: PredictRequest) -> Reply:
        """The answer to all rows of one request."""
        return self.predictor.answer(request)

    def answer_together(self, requests: Sequence[PredictRequest]) -> list[Reply | HttpProblem]:
        """The answers to several requests of one row each, scored as one batch; a row's answer does not depend on the other rows."""
        return self.predictor.answer_together(requests)

    def predict_csv(self, body: bytes, query: bytes = b"") -> Reply:
        """`POST /v1/predict/csv`."""
        return CsvRequest(body, self.predictor, self.limits.csv_rows).as_csv()

    def predict_table(self, request: Request) -> Reply:
        """`POST /v1/predict/table`."""
        kind = media_type(request.content_type)
        found = predict_table(self.predictor, request.body, kind)
        return Reply(written_table(self.scorer, found, kind), kind.encode())

    def explain(self, body: bytes, query: bytes = b"") -> Reply:
        """`POST /v1/explain`."""
        rows = self._rows(self._document(body, ("rows",)), self.limits.explain_rows)
        checked = self.predictor.accepted(rows, "rows")
        if without := unanswered(self.scorer.scores(checked.frame)):
            raise invalid_input(self.predictor.no_answers(checked.frame, without, without))
        warnings: dict[int | None, list[dict[str, str]]] = {}
        for issue in self.predictor.limited(checked.warnings):
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
        checked = self.predictor.accepted([document["row"]], "row", listed=False)
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
        document = read_json(body)
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
            raise too_many_rows(most, len(rows))
        return rows


def served_scorer(bundle: Bundle, policy: FittedPolicy) -> Scorer:
    """The scorer of a bundle with the schema of a policy, and with the prediction intervals that `bundle.json` holds."""
    scorer = bundle.scorer
    if policy.schema is not scorer.schema:
        scorer = replace(scorer, schema=policy.schema)
    return scorer.with_intervals(bundle.info["interval"])


def _on_error(query: bytes) -> bool:
    """Whether `on_error=row` was asked for."""
    chosen = query_parameters(query, on_error="request")["on_error"]
    if chosen not in ("request", "row"):
        raise HttpProblem(400, "invalid_parameter", "The query is not valid.", "on_error must be “request” or “row”.")
    return chosen == "row"


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _finite_json(document: Any) -> bytes:
    """JSON of scores; HttpProblem (422) when a score is no finite number."""
    try:
        return _json(document)
    except ValueError:
        raise invalid_input([error_entry("no_finite_answer", "The model has no finite prediction for this input.")]) from None
