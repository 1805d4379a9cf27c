"""The Open Inference Protocol (V2) of KServe, Triton and MLServer: one tensor for each column.

Written by https://github.com/kserve/open-inference-protocol: names, members and datatypes are those of the specification. A tensor has the
shape [n] or [n, 1], its data is a flat or a nested list of values of its datatype, and a missing value is null.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ..http_messages import Reply
from ..http_problems import HttpProblem
from ..http_request import Request
from ..prediction_spec import class_text
from ..predictor import Predictor
from ..protocol import Protocol
from ..route import JSON_TYPE, Route
from ..scorer import Scorer
from ._datatypes import DATATYPES, FLAG, NUMBER, TEXT
from ._rows import columns, invalid, listed, message, parsed

Json = dict[str, Any]
_OF_COLUMNS: Mapping[str, str] = MappingProxyType({"number": NUMBER, "integer": "INT64", "boolean": FLAG})


def model_id(scorer: Scorer) -> str:
    """The name of the model in paths."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", scorer.name).strip("-") or "model"


def _check_model(predictor: Predictor, request: Request) -> None:
    """HttpProblem (404) when the path names another model, or another version of it."""
    scorer, parameters = predictor.scorer, request.parameters
    if parameters.get("model") not in (scorer.name, model_id(scorer)) or parameters.get("version", scorer.version) != scorer.version:
        raise HttpProblem(404, "unknown_model", "There is no such model or version.", "GET /v2/models lists them.")


def _reply(document: Json) -> Reply:
    return Reply(json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace"))


def server(predictor: Predictor, request: Request) -> Reply:
    """`GET /v2`."""
    return _reply({"name": "mlops-desktop", "version": predictor.scorer.version, "extensions": []})


def live(predictor: Predictor, request: Request) -> Reply:
    """`GET /v2/health/live`."""
    return _reply({"live": True})


def ready(predictor: Predictor, request: Request) -> Reply:
    """`GET /v2/health/ready`."""
    return _reply({"live": True, "ready": True})


def models(predictor: Predictor, request: Request) -> Reply:
    """`GET /v2/models`."""
    return _reply({"models": [model_id(predictor.scorer)]})


def model_ready(predictor: Predictor, request: Request) -> Reply:
    """`GET /v2/models/{model}/ready`."""
    _check_model(predictor, request)
    return _reply({"name": request.parameters["model"], "ready": True})


def metadata(predictor: Predictor, request: Request) -> Reply:
    """`GET /v2/models/{model}`."""
    _check_model(predictor, request)
    scorer = predictor.scorer
    inputs = [{"name": column.name, "datatype": _OF_COLUMNS.get(column.type, TEXT), "shape": [-1, 1]} for column in scorer.schema.columns]
    outputs: list[Json] = [{"name": "prediction", "datatype": _prediction_type(scorer), "shape": [-1, 1]}]
    if scorer.classes:
        outputs.append({"name": "probabilities", "datatype": NUMBER, "shape": [-1, len(scorer.classes)], **_class_names(scorer)})
    if scorer.has_intervals:
        outputs.append({"name": "interval", "datatype": NUMBER, "shape": [-1, 2]})
    identity = {"name": request.parameters["model"], "versions": [scorer.version], "platform": "mlops-desktop_bundle"}
    return _reply({**identity, "inputs": inputs, "outputs": outputs})


def infer(predictor: Predictor, request: Request) -> Reply:
    """`POST /v2/models/{model}/infer`."""
    _check_model(predictor, request)
    document = parsed(request.body)
    tensors = listed(document.get("inputs"), "inputs")
    cells: dict[str, list[Any]] = {}
    for at, tensor in enumerate(tensors):
        name, values = _tensor(tensor, at)
        if name in cells:
            raise invalid("duplicate_input", "The name comes twice.", "inputs", at, "name")
        cells[name] = values
    if not cells:
        raise invalid("missing", "One tensor for each column is needed.", "inputs")
    parameters = document.get("parameters")
    limit = parameters.get("threshold") if type(parameters) is dict else None
    if limit is not None:
        predictor.check_threshold(limit, "parameters", "threshold")
    found = [json.loads(one) for one in predictor.predictions(columns(predictor, cells, "inputs"), limit)]
    outputs = _outputs(predictor.scorer, found)
    if document.get("outputs") is not None:
        outputs = _chosen(listed(document["outputs"], "outputs"), outputs)
    answer: Json = {"model_name": request.parameters["model"], "model_version": predictor.scorer.version}
    if document.get("id") is not None:
        answer["id"] = str(document["id"])
    warnings = sum(len(one["warnings"]) for one in found)
    return _reply({**answer, "parameters": {"warnings": warnings}, "outputs": outputs})


def _tensor(tensor: Any, at: int) -> tuple[str, list[Any]]:
    """The name and the values of an input, of which each row has one."""
    if type(tensor) is not dict or type(tensor.get("name")) is not str:
        raise invalid("not_a_tensor", "A tensor is an object with name, shape, datatype and data.", "inputs", at)
    if type(tensor.get("datatype")) is not str or tensor["datatype"] not in DATATYPES:
        raise invalid("unknown_datatype", f"datatype must be one of {', '.join(sorted(DATATYPES))}.", "inputs", at, "datatype")
    shape, data = tensor.get("shape"), listed(tensor.get("data"), "inputs", at, "data")
    nested = bool(data) and all(type(one) is list and len(one) == 1 for one in data)
    values = [one[0] for one in data] if nested else data
    if type(shape) is not list or shape not in ([len(values)], [len(values), 1]) or any(type(size) is not int for size in shape):
        raise invalid("wrong_shape", "shape must be [n] or [n, 1], for n values of data: a tensor is one column.", "inputs", at, "shape")
    datatype = DATATYPES[tensor["datatype"]]
    if (wrong := datatype.first_other(values)) is not None:
        place = ("inputs", at, "data", wrong, *((0,) if nested else ()))
        named = json.dumps(tensor["name"][:100])
        raise invalid("wrong_datatype", f"The tensor {named} is of {tensor['datatype']}: each value must be {datatype.text}.", *place)
    return tensor["name"], values


def _chosen(entries: Sequence[Any], outputs: Sequence[Json]) -> list[Json]:
    """The outputs that a request names, each of them once."""
    left = {one["name"]: one for one in outputs}
    found = []
    for at, entry in enumerate(entries):
        name = entry.get("name") if type(entry) is dict else None
        if not isinstance(name, str) or name not in left:
            twice = any(one["name"] == name for one in outputs)
            text = "The name comes twice." if twice else "There is no output of this name."
            raise invalid("duplicate_output" if twice else "unknown_output", text, "outputs", at, "name")
        found.append(left.pop(name))
    return found


def _prediction_type(scorer: Scorer) -> str:
    kinds = {type(one) for one in scorer.classes} or {float}
    return {str: TEXT, bool: FLAG, int: "INT64", float: NUMBER}[kinds.pop()] if len(kinds) == 1 else TEXT


def _class_names(scorer: Scorer) -> Json:
    """The order of the probabilities; a parameter is one text, number or boolean, so the list is JSON."""
    return {"parameters": {"classes": json.dumps([class_text(one) for one in scorer.classes], ensure_ascii=False)}}


def _outputs(scorer: Scorer, found: Sequence[Json]) -> list[Json]:
    rows, kind = len(found), _prediction_type(scorer)
    predicted = [class_text(one["prediction"]) if kind == TEXT else one["prediction"] for one in found]
    outputs: list[Json] = [{"name": "prediction", "shape": [rows, 1], "datatype": kind, "data": predicted}]
    if scorer.classes:
        data = [value for one in found for value in one["probabilities"].values()]
        shape = [rows, len(scorer.classes)]
        outputs.append({"name": "probabilities", "shape": shape, "datatype": NUMBER, **_class_names(scorer), "data": data})
    if scorer.has_intervals:
        bounds = [bound for one in found for bound in one["interval"] or (None, None)]
        outputs.append({"name": "interval", "shape": [rows, 2], "datatype": NUMBER, "data": bounds})
    return outputs


def _problem(problem: HttpProblem, request_id: str) -> bytes:
    return json.dumps({"error": message(problem)}).encode()


def _schemas(scorer: Scorer, row: Json) -> Json:
    text = {"type": "string"}
    shape = {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 2}
    tensor = {"name": text, "shape": shape, "datatype": {"enum": sorted(DATATYPES)}, "data": {"type": "array"}}
    tensors = {"type": "array", "items": {"type": "object", "properties": tensor, "required": list(tensor)}}
    example = [
        {"name": column.name, "shape": [1, 1], "datatype": _OF_COLUMNS.get(column.type, TEXT), "data": [row[column.name]]}
        for column in scorer.schema.columns
    ]
    members = {"id": text, "parameters": {"type": "object"}, "inputs": tensors}
    wanted = {"type": "array", "items": {"type": "object", "properties": {"name": text}, "required": ["name"]}}
    request = {"type": "object", "properties": {**members, "outputs": wanted}, "required": ["inputs"], "examples": [{"inputs": example}]}
    answer = {"model_name": text, "model_version": text, "id": text, "parameters": {"type": "object"}, "outputs": tensors}
    return {"InferRequest": request, "InferResponse": {"type": "object", "properties": answer, "required": ["model_name", "outputs"]}}


_MODEL = "/v2/models/{model}"
_VERSION = _MODEL + "/versions/{version}"


def _get(path: str, operation: str, summary: str, **more: Any) -> Route:
    return Route("GET", path, operation, summary, protocol="v2", **more)


def _infer(path: str, operation: str) -> Route:
    text = "Predict {target}, by the Open Inference Protocol (V2)"
    return Route(
        "POST", path, operation, text, "Tensors", "InferRequest", "InferResponse", consumes=(JSON_TYPE,), pool="model", protocol="v2"
    )


PROTOCOL = Protocol(
    routes=(
        _get("/v2", "v2_server", "The server, by the Open Inference Protocol (V2)"),
        _get("/v2/health/live", "v2_live", "The process answers (V2)", scope="open"),
        _get("/v2/health/ready", "v2_ready", "The service is ready (V2)", scope="open", refused_while_draining=True),
        _get("/v2/models", "v2_models", "The names of the models (V2)"),
        _get(_MODEL, "v2_model", "The tensors of the model (V2)"),
        _get(_VERSION, "v2_version", "The tensors of a version (V2)"),
        _get(_MODEL + "/ready", "v2_model_ready", "The model is ready (V2)", scope="open", refused_while_draining=True),
        _get(_VERSION + "/ready", "v2_version_ready", "The version is ready (V2)", scope="open", refused_while_draining=True),
        _infer(_MODEL + "/infer", "v2_infer"),
        _infer(_VERSION + "/infer", "v2_infer_version"),
    ),
    handlers={
        "v2_server": server,
        "v2_live": live,
        "v2_ready": ready,
        "v2_models": models,
        "v2_model": metadata,
        "v2_version": metadata,
        "v2_model_ready": model_ready,
        "v2_version_ready": model_ready,
        "v2_infer": infer,
        "v2_infer_version": infer,
    },
    problem=_problem,
    schemas=_schemas,
)
