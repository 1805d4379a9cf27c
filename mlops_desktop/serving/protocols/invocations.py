"""`/invocations` and `/ping`, as MLflow's scoring server and Amazon SageMaker have them.

The four JSON shapes and the errors are those of MLflow's `pyfunc/scoring_server`; content types, `Accept` and CSV without a header are
those of SageMaker (docs.aws.amazon.com, “Use your own inference code”). Each prediction is the object that `/v1/predict` gives.
"""

from __future__ import annotations

import json
from typing import Any

from ..csv_predictions import CsvRequest
from ..http_messages import CSV, Headers, Reply
from ..http_problems import HttpProblem, read_json
from ..http_request import Request, accepted_type, media_type
from ..predictor import Predictor
from ..protocol import Protocol
from ..route import CSV_TYPE, JSON_TYPE, LINES_TYPES, PARQUET_TYPE, Route
from ..scorer import Scorer
from ..strict_json import count_lines, filled_lines
from ..table_bodies import predict_table
from ._rows import (
    Json,
    as_list,
    as_table,
    columns,
    instances,
    invalid,
    message,
    parsed,
    predictions_list,
    row_list,
    split,
    threshold,
)

SHAPES = ("dataframe_split", "dataframe_records", "instances", "inputs")
_CODES = {400: "BAD_REQUEST", 404: "RESOURCE_DOES_NOT_EXIST", 422: "INVALID_PARAMETER_VALUE", 429: "REQUEST_LIMIT_EXCEEDED"}
_CODES |= {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 500: "INTERNAL_ERROR", 503: "TEMPORARILY_UNAVAILABLE"}
_FORMS = (JSON_TYPE, CSV_TYPE, *LINES_TYPES)


def ping(predictor: Predictor, request: Request) -> Reply:
    """`GET /ping`."""
    return Reply(b"{}\n", JSON_TYPE.encode())


def invocations(predictor: Predictor, request: Request) -> Reply:
    """`POST /invocations`: rows in any of its forms, predictions in the form that `Accept` names."""
    headers: Headers = []
    kind, form = media_type(request.content_type), accepted_type(request.accept, _FORMS)
    if kind == CSV_TYPE:
        table = CsvRequest(request.body, predictor, predictor.limits.csv_rows, by_position=True)
        if form == CSV_TYPE:
            return table.as_csv()
        found, headers = table.predictions()
    elif kind == PARQUET_TYPE:
        found = predict_table(predictor, request.body, kind)
    elif kind in LINES_TYPES:
        found = predictor.predictions(_lines(predictor, request.body))
    else:
        found = predictor.predictions(*_rows(predictor, request.body))
    if form == CSV_TYPE:
        return Reply(as_table(predictor, found), CSV, tuple(headers))
    if form in LINES_TYPES:
        return Reply("".join(f"{one}\n" for one in found).encode(), form.encode(), tuple(headers))
    return Reply(b'{"predictions":' + as_list(found) + b"}", headers=tuple(headers))


def _rows(predictor: Predictor, body: bytes) -> tuple[list[Any], float | None]:
    """The rows of a JSON body in one of the four shapes, and the threshold among its params."""
    document = parsed(body)
    shapes = [name for name in document if name in SHAPES]
    for name in document:
        if name not in SHAPES and name != "params":
            raise invalid("unknown_member", "This member is not known here.", name[:100])
    if len(shapes) != 1:
        raise invalid("wrong_members", f"The body must have exactly one of {', '.join(SHAPES)}.")
    name, value, limit = shapes[0], document[shapes[0]], threshold(predictor, document.get("params"), "params")
    if name == "dataframe_split":
        return split(predictor, value, name), limit
    if name == "inputs" and type(value) is dict:
        return columns(predictor, value, name) if value else [], limit
    return instances(predictor, value, name), limit


def _lines(predictor: Predictor, body: bytes) -> list[Any]:
    """The rows of a body with one JSON object a line."""
    predictor.check_count(count_lines(body))
    return [*map(read_json, filled_lines(body))]


def _problem(problem: HttpProblem, request_id: str) -> bytes:
    code = _CODES.get(problem.status, "BAD_REQUEST")
    return json.dumps({"error_code": code, "message": message(problem)}).encode()


def _schemas(scorer: Scorer, row: Json) -> Json:
    frame = {"type": "object", "properties": {"columns": {"type": "array", "items": {"type": "string"}}, "data": {"type": "array"}}}
    shapes = {"dataframe_split": frame, "dataframe_records": row_list(row), "instances": {"type": "array"}, "inputs": {}}
    members = {**shapes, "params": {"type": "object"}}
    request = {"type": "object", "properties": members, "additionalProperties": False, "examples": [{"dataframe_records": [row]}]}
    answer = {"type": "object", "properties": {"predictions": predictions_list()}, "required": ["predictions"]}
    return {"InvocationsRequest": request, "InvocationsResponse": answer}


def _healthy(path: str, operation: str, summary: str) -> Route:
    return Route("GET", path, operation, summary, protocol="invocations", scope="open", refused_while_draining=True)


PROTOCOL = Protocol(
    routes=(
        Route(
            "POST",
            "/invocations",
            "invocations",
            "Predict {target}, in the forms of MLflow and SageMaker",
            "The predictions",
            request="InvocationsRequest",
            response="InvocationsResponse",
            consumes=(JSON_TYPE, CSV_TYPE, PARQUET_TYPE, *LINES_TYPES),
            produces=_FORMS,
            pool="model",
            protocol="invocations",
        ),
        _healthy("/ping", "ping", "The service is ready (MLflow, SageMaker)"),
        _healthy("/health", "mlflow_health", "The service is ready (MLflow)"),
    ),
    handlers={"invocations": invocations, "ping": ping, "mlflow_health": ping},
    problem=_problem,
    schemas=_schemas,
)
