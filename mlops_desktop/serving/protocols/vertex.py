"""Custom containers of Vertex AI: the routes that the platform names in `AIP_PREDICT_ROUTE` and `AIP_HEALTH_ROUTE`.

By cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements. Each prediction is the object that `/v1/predict` gives.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..errors import UserError
from ..http_messages import Reply
from ..http_problems import HttpProblem
from ..http_request import Request
from ..message import msg
from ..predictor import Predictor
from ..protocol import Protocol
from ..route import JSON_TYPE, Route
from ..scorer import Scorer
from ._rows import Json, as_list, instances, invalid, message, parsed, threshold

PREDICT, HEALTH = "AIP_PREDICT_ROUTE", "AIP_HEALTH_ROUTE"


def predict(predictor: Predictor, request: Request) -> Reply:
    """`{"instances": […], "parameters"?}` to `{"predictions": […]}`."""
    document = parsed(request.body)
    for name in document:
        if name not in ("instances", "parameters"):
            raise invalid("unknown_member", "This member is not known here.", name[:100])
    rows = instances(predictor, document.get("instances"), "instances")
    found = predictor.predictions(rows, threshold(predictor, document.get("parameters"), "parameters"))
    return Reply(b'{"predictions":' + as_list(found) + b"}")


def health(predictor: Predictor, request: Request) -> Reply:
    """200 when the service is ready."""
    return Reply(b'{"status":"ready"}')


def _problem(problem: HttpProblem, request_id: str) -> bytes:
    return json.dumps({"error": {"code": problem.status, "message": message(problem)}}).encode()


def _schemas(scorer: Scorer, row: Json) -> Json:
    return {}


def _from_environment(environment: Mapping[str, str]) -> tuple[Route, ...]:
    found = []
    if path := _path(environment, PREDICT):
        text = "Predict {target}, in the form of Vertex AI"
        found.append(Route("POST", path, "vertex_predict", text, consumes=(JSON_TYPE,), pool="model", protocol="vertex", public=False))
    if path := _path(environment, HEALTH):
        text = "The service is ready (Vertex AI)"
        one = Route("GET", path, "vertex_health", text, scope="open", protocol="vertex", refused_while_draining=True, public=False)
        found.append(one)
    return tuple(found)


def _path(environment: Mapping[str, str], variable: str) -> str:
    path = environment.get(variable, "").strip()
    if path and (not path.startswith("/") or "{" in path):
        raise UserError(msg("{variable} must be a path that begins with “/”.", variable=variable))
    return path


PROTOCOL = Protocol(
    routes=(),
    handlers={"vertex_predict": predict, "vertex_health": health},
    problem=_problem,
    schemas=_schemas,
    from_environment=_from_environment,
)
