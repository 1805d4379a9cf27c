from __future__ import annotations

import asyncio
import io
import json
from datetime import datetime

from mlops_desktop.serving.access_log import AccessLog
from mlops_desktop.serving.app import App
from mlops_desktop.serving.model_slot import ModelSlot

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_line_of_json_for_each_request_without_its_data(bundles, asked):
    out = io.StringIO()
    app = App(ModelSlot(bundles["binary"]), log=AccessLog(out))
    headers = {"x-request-id": "r.1", "traceparent": TRACE}
    answer = asked(app, "POST", "/v1/predict", {"rows": [{"age": 40}]}, headers=headers)
    assert answer.headers["traceparent"] == TRACE
    asked(app, "GET", "/secret?x=1", headers={"traceparent": TRACE.replace("4", "G")})
    app.log.flush()
    first, second = map(json.loads, out.getvalue().splitlines())
    assert datetime.fromisoformat(first.pop("time")).tzinfo is not None
    assert 0 < first.pop("duration_ms") < 60_000
    trace = {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}
    assert first == {"method": "POST", "route": "/v1/predict", "status": 200, "request_id": "r.1", **trace}
    assert (second["route"], second["status"], "trace_id" in second) == ("(unknown)", 404, False)


def test_lines_as_text(bundles, asked):
    out = io.StringIO()
    app = App(ModelSlot(bundles["binary"]), log=AccessLog(out, "text"))
    asked(app, "GET", "/health/live")
    app.log.flush()
    assert " GET /health/live 200 " in out.getvalue()


def test_a_stream_that_is_gone_ends_the_log(bundles, asked):
    out = io.StringIO()
    app = App(ModelSlot(bundles["binary"]), log=AccessLog(out))
    out.close()
    assert [asked(app, "GET", "/health/live").status for _ in range(2)] == [200, 200]


def test_a_name_that_the_console_cannot_show_does_not_end_the_log():
    async def logged(form):
        held = io.BytesIO()
        log = AccessLog(io.TextIOWrapper(held, encoding="ascii"), form)
        for key in ("schlüssel", "shop"):
            log.write("GET", "/", 200, 0.1, "id", key)
            log.flush()
        return held.getvalue().decode("ascii").splitlines()

    first, second = map(json.loads, asyncio.run(logged("json")))
    assert (first["key"], second["key"]) == ("schlüssel", "shop")
    assert [line.split()[-1] for line in asyncio.run(logged("text"))] == ["schl\\xfcssel", "shop"]
