"""`/score` of Azure Machine Learning: rows as `input_data` (MLflow models there), as `data` (scoring scripts), or as `rows`.

By learn.microsoft.com/azure/machine-learning, “Deploy MLflow models to online endpoints”. The answer is the list of the predictions, each
the object that `/v1/predict` gives.
"""

from __future__ import annotations

import json
from typing import Any

from ..http_messages import Reply
from ..http_problems import HttpProblem
from ..http_request import Request
from ..predictor import Predictor
from ..protocol import Protocol
from ..route import JSON_TYPE, Route
from ..scorer import Scorer
from ._rows import Json, as_list, columns, instances, invalid, message, parsed, predictions_list, row_list, split, threshold

SHAPES = ("input_data", "data", "rows")


def score(predictor: Predictor, request: Request) -> Reply:
    """`POST /score`."""
    document = parsed(request.body)
    shapes = [name for name in document if name in SHAPES]
    for name in document:
        if name not in (*SHAPES, "params"):
            raise invalid("unknown_member", "This member is not known here.", name[:100])
    if len(shapes) != 1:
        raise invalid("wrong_members", f"The body must have exactly one of {', '.join(SHAPES)}.")
    limit = threshold(predictor, document.get("params"), "params")
    return Reply(as_list(predictor.predictions(_rows(predictor, shapes[0], document[shapes[0]]), limit)))


def _rows(predictor: Predictor, name: str, value: Any) -> list[Any]:
    if type(value) is not dict:
        return instances(predictor, value, name)
    if {"columns", "data"} <= value.keys():
        return split(predictor, value, name)
    return columns(predictor, value, name) if value else []


def _problem(problem: HttpProblem, request_id: str) -> bytes:
    return json.dumps({"error": {"code": problem.code, "message": message(problem)}}).encode()


def _schemas(scorer: Scorer, row: Json) -> Json:
    shapes = {"input_data": {}, "data": row_list(row), "rows": row_list(row), "params": {"type": "object"}}
    request = {"type": "object", "properties": shapes, "additionalProperties": False, "examples": [{"data": [row]}]}
    return {"ScoreRequest": request, "ScoreResponse": predictions_list()}


PROTOCOL = Protocol(
    routes=(
        Route(
            "POST",
            "/score",
            "score",
            "Predict {target}, in the forms of Azure Machine Learning",
            "The predictions",
            request="ScoreRequest",
            response="ScoreResponse",
            consumes=(JSON_TYPE,),
            pool="model",
            protocol="azure_ml",
        ),
    ),
    handlers={"score": score},
    problem=_problem,
    schemas=_schemas,
)
