"""The schema document of a model, and the OpenAPI 3.1 document of its service: typed per column, with examples that are answered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .column import Column
from .column_types import type_of
from .dates import date_example
from .prediction_spec import class_text
from .protocol import protocols
from .protocols.v2 import model_id
from .route import CSV_TYPE, JSON_TYPE, LINES_TYPES, TABLE_TYPES, Limits, Route
from .routes import ROUTES, summary
from .scorer import Scorer

Json = dict[str, Any]
ROW_COUNT = {"type": "integer", "minimum": 0}


def example_row(scorer: Scorer) -> Json:
    """The schema's synthetic typical row; a column without a typical value is null, or has a made-up value where null is refused."""
    return {column.name: type_of(column).example(column) for column in scorer.schema.columns}


def schema_document(scorer: Scorer, importance: Mapping[str, float]) -> Json:
    """The content of `/v1/schema`: columns with types, ranges, levels, units and examples, and what the model answers."""
    return {
        "model": {"name": scorer.name, "version": scorer.version},
        "task": scorer.task,
        "target": scorer.target,
        "classes": list(scorer.classes),
        "positive": None if scorer.positive is None else scorer.classes[scorer.positive],
        "threshold": scorer.threshold,
        "columns": [_column(column, column.name in scorer.used_sources, importance.get(column.name)) for column in scorer.schema.columns],
        "example": example_row(scorer),
    }


def _column(column: Column, used: bool, importance: float | None) -> Json:
    dated = column.is_date
    return {
        "name": column.name,
        "label": column.shown_name,
        "type": column.type,
        "required": not column.nullable,
        "unit": column.unit,
        "description": column.description,
        "low": type_of(column).bound_text(column, column.low) or None if dated else column.low,
        "high": type_of(column).bound_text(column, column.high) or None if dated else column.high,
        "levels": list(column.levels),
        "words": [list(column.grammar.true[:1]), list(column.grammar.false[:1])] if column.type == "boolean" else None,
        "format": date_example(column.grammar) if dated else None,
        "typical": column.typical,
        "missing_share": column.missing_share,
        "used": used,
        "importance": importance,
    }


def openapi_document(scorer: Scorer, limits: Limits, version: str) -> Json:
    """The OpenAPI 3.1 document of the service, with every public route of `routes`; `version` is that of the application."""
    row = example_row(scorer)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{scorer.name or 'Model'}: predicts {scorer.target}",
            "version": scorer.version,
            "description": f"Answers with {scorer.prediction_spec.label} for each row. Written by MLOps Desktop {version}.".strip(),
        },
        "servers": [{"url": "."}],
        "paths": _paths(scorer, row, limits),
        "components": {
            "schemas": {**_inputs(scorer, row, limits), **_outputs(scorer), **_protocol_schemas(scorer, row)},
            "responses": _problem_responses(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, where the service has keys."},
                "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
    }


def _protocol_schemas(scorer: Scorer, row: Json) -> Json:
    found: Json = {}
    for protocol in protocols().values():
        found |= protocol.schemas(scorer, row)
    return found


def _inputs(scorer: Scorer, row: Json, limits: Limits) -> Json:
    columns = scorer.schema.columns
    threshold = {"type": "number", "minimum": 0, "maximum": 1, "description": "Replaces the model's own threshold in this request."}

    def rows(most: int) -> Json:
        return {"type": "array", "maxItems": most, "items": {"$ref": "#/components/schemas/Row"}}

    request: Json = {"rows": rows(limits.rows)}
    if scorer.positive is not None:
        request["threshold"] = threshold
    what_if = {
        "row": {"$ref": "#/components/schemas/Row"},
        "field": {"type": "string", "enum": [column.name for column in columns]},
        "points": {"type": "integer", "minimum": 2, "maximum": limits.points, "default": 41},
    }
    return {
        "Row": {
            "type": "object",
            "properties": {column.name: feature(column) for column in columns},
            "required": [column.name for column in columns if not column.nullable],
            "examples": [row],
        },
        "PredictRequest": _object(request, ["rows"], {"rows": [row]}),
        "ExplainRequest": _object({"rows": rows(limits.explain_rows)}, ["rows"], {"rows": [row]}),
        "FeedbackRequest": _feedback(scorer, limits.rows),
        "WhatIfRequest": _object(what_if, ["row", "field"], {"row": row, "field": columns[0].name if columns else ""}),
    }


def _feedback(scorer: Scorer, most: int) -> Json:
    label: Json = {"enum": list(scorer.classes)} if scorer.classes else {"type": "number"}
    example = {"request_id": "5f2c1a90-1", "row": 0, "label": scorer.classes[0] if scorer.classes else 1.5}
    properties = {"request_id": {"type": "string", "minLength": 1, "maxLength": 200}, "row": ROW_COUNT, "label": label}
    labels = {"type": "array", "maxItems": most, "items": _object(properties, ["request_id", "label"])}
    return _object({"labels": labels, "replace": {"type": "boolean", "default": False}}, ["labels"], {"labels": [example]})


def _object(properties: Json, required: list[str], example: Any = None) -> Json:
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return schema if example is None else {**schema, "examples": [example]}


def feature(column: Column) -> Json:
    """One column as a JSON schema (2020-12), with its statistics at training under `x-`."""
    kind = type_of(column)
    schema = kind.json_schema(column)
    if column.nullable:
        allowed = "type" if "type" in schema else "enum"
        schema[allowed] = [*schema[allowed], "null" if allowed == "type" else None]
    description = " ".join(part for part in (column.description, f"Unit: {column.unit}." if column.unit else "") if part)
    if column.label:
        schema["title"] = column.label
    if description:
        schema["description"] = description
    extensions = {
        "x-training-range": [kind.bound_text(column, end) for end in (column.low, column.high)] if column.low is not None else None,
        "x-levels": list(column.levels) or None,
        "x-missing-share": column.missing_share or None,
        "x-unit": column.unit or None,
    }
    return {**schema, **{key: value for key, value in extensions.items() if value is not None}, "examples": [kind.example(column)]}


def _outputs(scorer: Scorer) -> Json:
    text, number = {"type": "string"}, {"type": "number"}
    warning = _object({"field": text, "code": text, "detail": text}, ["field", "code", "detail"])
    error = {"type": "object", "properties": {"pointer": text, "code": text, "detail": text, "row": ROW_COUNT, "field": text}}
    answer = scorer.prediction_spec.answer_schema(scorer.classes)
    if scorer.positive is not None:
        answer["threshold"] = number
    if scorer.has_intervals:
        answer["interval"] = {"type": ["array", "null"], "items": number, "minItems": 2, "maxItems": 2}
    answer["warnings"] = {"type": "array", "items": warning}
    answer["errors"] = {"type": "array", "items": error, "description": "Why the row is refused (only with on_error=row)."}
    model = _object({"name": text, "version": text}, ["name", "version"])
    contribution = _object({"field": text, "contribution": number}, ["field", "contribution"])
    about = {"enum": [*scorer.classes, None]}
    explanation = {"about": about, "base": number, "answer": number, "contributions": {"type": "array", "items": contribution}}
    point = _object({"value": {}, "score": number}, ["value", "score"])
    curve = {"model": model, "field": text, "kind": text, "about": about, "points": {"type": "array", "items": point}}
    explanation["warnings"] = answer["warnings"]
    counts = dict.fromkeys(("accepted", "replaced", "unchanged", "refused"), ROW_COUNT)
    refused = {"type": "object", "properties": {"pointer": text, "code": text, "detail": text, "entry": ROW_COUNT}}
    problem = {"type": text, "title": text, "status": {"type": "integer"}, "detail": text, "instance": text, "errors_total": ROW_COUNT}
    return {
        "Prediction": {"type": "object", "properties": answer, "required": ["prediction", "warnings"]},
        "PredictResponse": _object({"model": model, "predictions": _list_of("Prediction")}, ["model", "predictions"]),
        "Explanation": _object(explanation, list(explanation)),
        "ExplainResponse": _object({"model": model, "explanations": _list_of("Explanation")}, ["model", "explanations"]),
        "FeedbackResponse": _object({**counts, "errors": {"type": "array", "items": refused}}, [*counts, "errors"]),
        "WhatIfResponse": _object(curve, list(curve)),
        "Problem": {
            "type": "object",
            "properties": {**problem, "errors": {"type": "array", "items": error}},
            "required": ["type", "title", "status"],
        },
    }


def _list_of(name: str) -> Json:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


def _problem_responses() -> Json:
    return {
        f"Problem{status}": {"description": text, "content": _PROBLEM_CONTENT}
        for status, text in (_OF_ALL | _OF_BODIES | _OF_STORE).items()
    }


# What any request may be answered with, and what one with parameters in its path and one with a body may be answered with beside it.
_OF_ALL = {
    "400": "The request cannot be read.",
    "401": "A valid API key is needed.",
    "403": "The API key is not for this address.",
    "421": "The service does not answer to this name.",
    "429": "There are too many requests.",
    "431": "The head of the request is too large.",
    "500": "The service failed at this request.",
    "503": "The service is stopping or has too much to do, or the answer took too long.",
}
_OF_BODIES = {
    "408": "The body did not arrive in time.",
    "413": "The request is too large.",
    "415": "The type or the encoding of the content is not the one of this route.",
    "422": "The input is not valid; every error is named by row and field.",
}
_OF_PATHS = {"404": "There is no such model or version."}  # of protocols
# What a route may be answered with beside it that shows what is kept over restarts.
_OF_STORE = {"404": "The service keeps nothing over restarts."}
_PROBLEM_CONTENT: Json = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_PARAMETERS: dict[str, Json] = {
    "on_error": {
        "name": "on_error",
        "in": "query",
        "schema": {"type": "string", "enum": ["request", "row"], "default": "request"},
        "description": "“row”: a refused row is null with its errors, and the others are answered.",
    },
    "window": {
        "name": "window",
        "in": "query",
        "schema": {"type": "string", "pattern": "^(start|hour|day|all|last:[1-9][0-9]{0,11})$", "default": "start"},
        "description": "“start”: since the service was started. The others need a folder of monitoring: the last hour, the last day, "
        "everything that is kept, at least the last N rows.",
    },
    "by": {
        "name": "by",
        "in": "query",
        "schema": {"type": "string", "enum": ["hour", "day"], "default": "hour"},
        "description": "The length of the windows.",
    },
    "by_window": {
        "name": "by",
        "in": "query",
        "schema": {"type": "string", "enum": ["hour", "day", "week", "all"], "default": "day"},
        "description": "The length of the windows; “all” is one for everything.",
    },
    "last": {
        "name": "last",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": 1000},
        "description": "The last so many hours (48), days (30) or weeks; those in which nothing came are left out.",
    },
}


def _paths(scorer: Scorer, row: Json, limits: Limits) -> Json:
    paths: Json = {}
    for route in ROUTES:
        if route.public:
            paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, scorer, row, limits)
    return paths


def _operation(route: Route, scorer: Scorer, row: Json, limits: Limits) -> Json:
    text = summary(route, scorer.target, limits)
    answer = {"description": route.answer or text, "content": _content(route.produces, route.response)}
    operation: Json = {"operationId": route.operation, "summary": text, "responses": {"200": answer}}
    of_path = {"model": model_id(scorer), "version": scorer.version}
    parameters = [_PARAMETERS[name] for name in route.parameters]
    parameters += [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "enum": [of_path[name]]}}
        for name in route.path_parameters
    ]
    if parameters:
        operation["parameters"] = parameters
    if route.scope != "open":
        operation["security"] = [{}, {"bearer": []}, {"header": []}]
    if route.consumes:
        content = _content(route.consumes, route.request)
        if CSV_TYPE in content:
            lines = (",".join(map(_cell, row)), ",".join(map(_cell, row.values())))
            content[CSV_TYPE]["examples"] = {"typical": {"value": "".join(f"{line}\n" for line in lines)}}
        if route.streams:
            content[LINES_TYPES[0]]["examples"] = {"typical": {"value": json.dumps(row, ensure_ascii=False) + "\n"}}
        operation["requestBody"] = {"required": True, "content": content}
    of_route = _OF_ALL | (_OF_BODIES if route.consumes else {}) | (_OF_STORE if "window" in route.parameters or route.stored else {})
    for status in sorted(of_route | (_OF_PATHS if route.path_parameters else {})):
        operation["responses"][status] = (
            _protocol_problem(status) if route.protocol else {"$ref": f"#/components/responses/Problem{status}"}
        )
    return operation


def _protocol_problem(status: str) -> Json:
    """A problem in the form of a protocol; a request that is refused before its route is known gets one of this service."""
    content = {JSON_TYPE: {"schema": {"type": "object"}}, **_PROBLEM_CONTENT}
    return {"description": (_OF_ALL | _OF_BODIES | _OF_PATHS)[status], "content": content}


def _content(content_types: Sequence[str], schema: str) -> Json:
    """The schema is of JSON; a body of lines has one row or one prediction in each."""
    found: Json = {}
    for kind in content_types:
        named = schema and kind not in (CSV_TYPE, *LINES_TYPES, *TABLE_TYPES)
        plain = {"contentMediaType": kind} if kind in TABLE_TYPES else {"type": "object" if kind == JSON_TYPE else "string"}
        found[kind] = {"schema": {"$ref": f"#/components/schemas/{schema}"} if named else plain}
    return found


def _cell(value: Any) -> str:
    text = "" if value is None else class_text(value)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',;\t|"\n\r') else text
