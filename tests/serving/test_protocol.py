"""The same rows have the same answers in every protocol, over a real server in the environment of its platforms."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_desktop.serving.app import App
from mlops_desktop.serving.model_slot import ModelSlot
from mlops_desktop.serving.protocol import protocols
from mlops_desktop.serving.route import Route

ROWS = 50
CELLS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(["Rome", "INT64", "BYTES", [1], [2, 1]])
NAMES = st.sampled_from(["age", "city", "name", "shape", "datatype", "data", "columns", "index", "threshold", "rows"])
VALUES = st.recursive(CELLS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=10)
SHAPES = ("inputs", "instances", "dataframe_split", "dataframe_records", "input_data", "data", "rows")
MEMBERS = st.sampled_from([*SHAPES, "outputs", "parameters", "params", "id"])


@pytest.fixture(scope="module")
def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def numbers_of(predictions):
    return [(one["prediction"], list(one["probabilities"].values())) for one in predictions]


def test_the_same_rows_have_the_same_answers_in_every_protocol(folders, rows_of, running_command, free_port):
    platform = {"AIP_HTTP_PORT": str(free_port), "AIP_PREDICT_ROUTE": "/vertex/predict", "AIP_HEALTH_ROUTE": "/vertex/health"}
    command = [sys.executable, "-m", "mlops_desktop.serving", str(folders["binary"]), "serve", "--drain", "0"]
    service = running_command(command, platform)
    assert service.port == free_port
    rows = rows_of(ROWS, 4)
    names = list(rows[0])
    lists = [[row[name] for name in names] for row in rows]
    cells = {name: [row[name] for row in rows] for name in names}
    _, reply = service.ask("POST", "/v1/predict", {"rows": rows})
    wanted = numbers_of(json.loads(reply)["predictions"])
    assert len(wanted) == ROWS

    split = {"columns": names, "data": lists}
    for path, body in (
        ("/invocations", {"dataframe_split": split}),
        ("/invocations", {"dataframe_records": rows}),
        ("/invocations", {"instances": lists}),
        ("/invocations", {"inputs": cells}),
        ("/vertex/predict", {"instances": rows, "parameters": {}}),
        ("/score", {"input_data": {**split, "index": list(range(ROWS))}}),
        ("/score", {"data": rows}),
    ):
        status, reply = service.ask("POST", path, body)
        found = json.loads(reply)
        assert status == 200, (path, reply)
        assert numbers_of(found["predictions"] if isinstance(found, dict) else found) == wanted, (path, body.keys())

    kinds = {"age": "INT64", "income": "FP64", "member": "BOOL"}
    tensors = [{"name": name, "shape": [ROWS, 1], "datatype": kinds.get(name, "BYTES"), "data": cells[name]} for name in names]
    status, reply = service.ask("POST", "/v2/models/leavers/infer", {"id": "7", "inputs": tensors})
    answer = json.loads(reply)
    predicted, probabilities = answer["outputs"]
    assert (status, answer["id"], answer["model_name"], probabilities["shape"]) == (200, "7", "leavers", [ROWS, 2])
    pairs = [probabilities["data"][i : i + 2] for i in range(0, 2 * ROWS, 2)]
    assert list(zip(predicted["data"], pairs, strict=True)) == wanted

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["" if cell is None else str(cell) for cell in row] for row in lists])
    values = text.getvalue().replace("True", "yes").replace("False", "no").encode()
    status, reply = service.ask("POST", "/invocations", values, {"Content-Type": "text/csv", "Accept": "text/csv"})
    table = list(csv.DictReader(io.StringIO(reply.decode())))
    assert status == 200
    assert [(row["prediction"], [float(row["probability_no"]), float(row["probability_yes"])]) for row in table] == wanted

    assert [service.ask("GET", path)[0] for path in ("/ping", "/vertex/health", "/v2/health/ready")] == [200, 200, 200]


def test_every_protocol_has_a_handler_for_each_route():
    for name, one in protocols().items():
        platform = {"AIP_PREDICT_ROUTE": "/p", "AIP_HEALTH_ROUTE": "/h"}
        routes = [*one.routes, *one.from_environment(platform)]
        assert {route.operation for route in routes} == set(one.handlers)
        assert {route.protocol for route in routes} == {name}


def test_a_path_with_parameters():
    route = Route("GET", "/v2/models/{model}/versions/{version}", "x", "X")
    assert route.path_parameters == ("model", "version")
    assert route.pattern().fullmatch("/v2/models/a.b c/versions/1").groupdict() == {"model": "a.b c", "version": "1"}
    assert not any(re.fullmatch(route.pattern(), path) for path in ("/v2/models/a/b/versions/1", "/v2/models//versions/1", "/v2.models/a"))


@pytest.fixture(scope="module")
def fuzzed(bundles):
    return App(ModelSlot(bundles["binary"]))


@settings(max_examples=200)
@given(body=st.dictionaries(MEMBERS, VALUES, max_size=3), path=st.sampled_from(["/invocations", "/score", "/v2/models/leavers/infer"]))
def test_no_body_makes_an_internal_error(body, path, fuzzed, asked):
    answer = asked(fuzzed, "POST", path, body)
    assert answer.status in (200, 400, 422), answer.body
    assert isinstance(answer.json, (dict, list))
