from __future__ import annotations

import asyncio
import threading
import time

import pytest

from mlops_desktop.serving.app import App
from mlops_desktop.serving.deadline import OverdueError, check_deadline
from mlops_desktop.serving.http_problems import HttpProblem
from mlops_desktop.serving.model_slot import ModelSlot
from mlops_desktop.serving.request_limits import RequestLimits
from mlops_desktop.serving.server_limits import ServerLimits
from mlops_desktop.serving.work_pool import WorkPool

ROW = {"age": 40, "income": 2000.5, "city": "Rome", "member": True}


def endless(ended):
    """Work that ends only where it is asked to."""
    try:
        while True:
            time.sleep(0.001)
            check_deadline()
    except OverdueError:
        ended.set()
        raise


def refused(*works, limits):
    """The statuses with which pieces of work end that are asked for at once; None for one that is done."""

    async def one(held, pool, work):
        try:
            await held.run(pool, work)
        except HttpProblem as problem:
            return problem.status, problem.code
        return None

    async def all_of_them():
        held, pool = RequestLimits(limits), WorkPool("test", 1)
        return await asyncio.gather(*(one(held, pool, work) for work in works))

    return asyncio.run(all_of_them())


def test_work_that_takes_too_long_is_answered_and_ends():
    ended = threading.Event()
    started = time.monotonic()
    assert refused(lambda: endless(ended), limits=ServerLimits(timeout=0.1)) == [(503, "timeout")]
    assert time.monotonic() - started < 5
    assert ended.wait(5)


def test_work_that_waits_too_long_is_never_begun():
    begun = []
    found = refused(lambda: time.sleep(0.3), lambda: begun.append(1), limits=ServerLimits(timeout=0.1))
    assert found == [(503, "timeout")] * 2
    time.sleep(0.4)
    assert not begun


def test_requests_beyond_the_limit_are_refused_at_once():
    found = refused(*[lambda: time.sleep(0.05)] * 4, limits=ServerLimits(max_requests=2))
    assert found == [None, None, (503, "busy"), (503, "busy")]


def test_errors_of_the_work_are_those_of_the_request():
    async def run():
        await RequestLimits(ServerLimits()).run(WorkPool("test", 1), lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(run())


def test_a_stop_in_the_instant_of_a_timeout():
    async def run():
        held, loop = RequestLimits(ServerLimits(body_timeout=0.01)), asyncio.get_running_loop()
        stopped = loop.create_future()

        async def body():
            async with held.body_time():
                loop.call_later(0.02, lambda: stopped.set_result(held.stop()))
                time.sleep(0.03)  # both are due in the next iteration of the loop
                await asyncio.sleep(10)

        with pytest.raises(HttpProblem):
            await body()
        await asyncio.wait_for(stopped, 1)

    asyncio.run(run())


def test_metrics_and_health_are_answered_while_every_other_thread_is_busy(bundles, monkeypatch, asked):
    """An explanation, and a large request, that never end by themselves."""
    app, ended = App(ModelSlot(bundles["binary"]), ServerLimits(timeout=1.0)), threading.Event()
    monkeypatch.setattr("mlops_desktop.serving.service.explain", lambda *_: endless(ended))

    async def post(path):
        messages = [{"type": "http.request", "body": b'{"rows":[{"age":40}]}'}]
        scope = {"type": "http", "method": "POST" if path == "/v1/explain" else "GET", "path": path, "query_string": b""}
        scope["headers"] = [(b"content-type", b"application/json")]
        answer = []

        async def receive():
            return messages.pop()

        async def send(message):
            answer.append((message, time.monotonic()))

        started = time.monotonic()
        await app(scope, receive, send)
        return answer[0][0]["status"], answer[0][1] - started

    async def all_of_them():
        explained = [asyncio.create_task(post("/v1/explain")) for _ in range(20)]
        await asyncio.sleep(0.05)
        quick = [await post(path) for path in ("/metrics", "/v1/drift", "/health/ready")]
        return quick, [await one for one in explained]

    quick, explained = asyncio.run(all_of_them())
    assert [status for status, _ in quick] == [200] * 3
    assert max(seconds for _, seconds in quick) < 0.5
    assert {status for status, _ in explained} == {503}
