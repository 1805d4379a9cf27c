"""What the protocols share: the shapes in which they send rows, and the forms in which they get predictions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..answers import bound_cells, guarded, joined_details, table_header
from ..csv_io import as_csv
from ..http_problems import HttpProblem, error_entry, invalid_input, read_json
from ..prediction_spec import class_text
from ..predictor import Predictor

Json = dict[str, Any]
MAX_DETAILS = 5  # errors that an error message in one text lists


def parsed(body: bytes) -> Json:
    """A body that is one JSON object. HttpProblem (400, 422) when it is none."""
    document = read_json(body)
    if type(document) is not dict:
        raise invalid("not_an_object", "The body must be an object.")
    return document


def invalid(code: str, detail: str, *pointer: str | int) -> HttpProblem:
    """422 with one error."""
    return invalid_input([error_entry(code, detail, *pointer)])


def listed(value: Any, *pointer: str | int) -> list[Any]:
    """A value that must be a list. HttpProblem (422) when it is none."""
    if type(value) is not list:
        raise invalid("not_a_list", "This must be a list.", *pointer)
    return value


def instances(predictor: Predictor, values: Any, pointer: str) -> list[Any]:
    """Rows as objects, or as lists with a value for each column of the schema, in its order; of one column also as bare values."""
    rows = listed(values, pointer)
    predictor.check_count(len(rows))
    names = [column.name for column in predictor.scorer.schema.columns]
    found: list[Any] = []
    for at, row in enumerate(rows):
        if type(row) is not list and type(row) is not dict and len(names) == 1:
            row = [row]
        found.append(_named(names, row, pointer, at) if type(row) is list else row)
    return found


def split(predictor: Predictor, value: Any, pointer: str) -> list[Json]:
    """Rows of an object with `columns` and `data`, a list for each row, as pandas writes a table with `orient="split"`."""
    if type(value) is not dict or not {"columns", "data"} <= value.keys() <= {"columns", "data", "index"}:
        raise invalid("wrong_members", "This must be an object with columns and data (and perhaps index).", pointer)
    names, rows = listed(value["columns"], pointer, "columns"), listed(value["data"], pointer, "data")
    if not all(type(name) is str for name in names) or len(set(names)) != len(names):
        raise invalid("wrong_names", "columns must be texts, each of them once.", pointer, "columns")
    predictor.check_count(len(rows))
    return [_named(names, row, pointer, "data", at) for at, row in enumerate(rows)]


def columns(predictor: Predictor, value: Mapping[str, Any], pointer: str) -> list[Json]:
    """Rows of an object with a list for each column, all of the same length."""
    lengths = {len(listed(cells, pointer, name)) for name, cells in value.items()}
    if len(lengths) != 1:
        raise invalid("wrong_length", "All columns must have the same number of values.", pointer)
    predictor.check_count(next(iter(lengths)))
    return [dict(zip(value, cells, strict=True)) for cells in zip(*value.values(), strict=True)]


def _named(names: Sequence[str], row: Any, *pointer: str | int) -> Json:
    if type(row) is not list or len(row) != len(names):
        raise invalid("wrong_length", f"Each row must be a list of {len(names)} values.", *pointer)
    return dict(zip(names, row, strict=True))


def threshold(predictor: Predictor, parameters: Any, pointer: str) -> float | None:
    """The threshold among the parameters of a request, the only one there is; HttpProblem (422) for any other."""
    if parameters is None:
        return None
    if type(parameters) is not dict:
        raise invalid("not_an_object", "This must be an object.", pointer)
    for name in parameters:
        if name != "threshold":
            raise invalid("unknown_member", "This parameter is not known here.", pointer, name[:100])
    if (value := parameters.get("threshold")) is None:
        return None
    predictor.check_threshold(value, pointer, "threshold")
    return float(value)


def as_list(predictions: Sequence[str]) -> bytes:
    """A JSON list of predictions."""
    return f"[{','.join(predictions)}]".encode()


def as_table(predictor: Predictor, predictions: Sequence[str]) -> bytes:
    """Predictions as CSV, under the header of `/v1/predict/csv`."""
    header = table_header(predictor.scorer)
    rows = [header]
    for one in map(json.loads, predictions):
        if one["prediction"] is None:
            rows.append([*[""] * (len(header) - 1), joined_details(one["errors"])])
            continue
        bounds = bound_cells(one["interval"]) if predictor.scorer.has_intervals else ()
        scores = map(repr, one.get("probabilities", {}).values())
        rows.append([guarded(class_text(one["prediction"])), *scores, *bounds, joined_details(one["warnings"]), ""])
    return as_csv(rows).encode("utf-8", "replace")


def message(problem: HttpProblem) -> str:
    """A problem as one text, with its first errors by their place in the request."""
    errors = [f"{error['pointer']}: {error['detail']}" for error in problem.errors[:MAX_DETAILS]]
    more = [f"and {problem.total - len(errors)} more."] if errors and problem.total > len(errors) else []
    return " ".join([problem.title, *([problem.detail] if problem.detail and not errors else []), *errors, *more])


def row_list(row: Json) -> Json:
    """A JSON schema of a list of rows, with an example row."""
    return {"type": "array", "items": {"$ref": "#/components/schemas/Row"}, "examples": [[row]]}


def predictions_list() -> Json:
    """A JSON schema of a list of predictions."""
    return {"type": "array", "items": {"$ref": "#/components/schemas/Prediction"}}
