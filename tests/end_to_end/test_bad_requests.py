"""Wrong requests to a real server: a 4xx problem document that names every fault, never a 5xx, and the service goes on."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.commands import Service, as_json, done, labels_of, read_table, serving, write_table
from tests.end_to_end.tables import mixed_table

JSON, CSV = "application/json", "text/csv"
POSTS = ("/v1/predict", "/v1/explain", "/v1/what-if")
ROUNDS = 300


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with every kind of column."""
    folder = tmp_path_factory.mktemp("requests")
    file = write_table(folder / "mixed.csv", mixed_table(120, 21))
    done("new", folder / "p", "--data", file, "--target", "bought")
    done("set", folder / "p", "roles.kind=ignore", "roles.amount=ignore", 'candidates=["decision_tree"]', "split.folds=2")
    done("run", folder / "p", "--trials", 1)
    done("export", folder / "p", "rest_bundle", folder / "bundle")
    return folder / "bundle"


@pytest.fixture(scope="module")
def service(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(sys.executable, bundle, tmp_path_factory.mktemp("elsewhere")) as found:
        yield found


@pytest.fixture
def row(bundle: Path) -> dict[str, Any]:
    golden = json.loads((bundle / "golden.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = golden["rows"][0]
    return {**found, "size": 20.5, "count": 3, "member": True, "town": "Oslo", "seen": "2020-02-29", "note": "soft red"}


def problem(service: Service, path: str, body: bytes, kind: str = JSON) -> dict[str, Any]:
    """The problem document of a request that is refused."""
    status, reply, headers = service.ask("POST", path, body, kind)
    assert 400 <= status < 500, (status, body[:200], reply[:500])
    return document(status, reply, headers)


def document(status: int, reply: bytes, headers: dict[str, str]) -> dict[str, Any]:
    """A problem document of RFC 9457 without data, paths or tracebacks in it."""
    assert headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = json.loads(reply)
    assert {"type", "title", "status", "instance"} <= set(found)
    assert found["status"] == status
    for word in (b"Traceback", b"File \\", b"/serving/", b"site-packages", b"0x7f"):
        assert word not in reply
    return found


def test_every_fault_of_a_request_is_named(service, row):
    wrong = [
        {**row, "size": "gigantic", "count": 2.5, "seen": "someday", "member": "perhaps"},
        row,
        {**row, "size": True, "note": ["a"], "town": {"a": 1}, "count": 10**30},
        [1, 2],
        {**row, "size": None, "weight": "12,5 €", "seen": 20200229},
    ]
    found = problem(service, "/v1/predict", json.dumps({"rows": wrong}).encode())
    named = {(one.get("row"), one.get("field")) for one in found["errors"]}
    expected = {
        (0, "size"),
        (0, "count"),
        (0, "seen"),
        (0, "member"),
        (2, "size"),
        (2, "note"),
        (2, "town"),
        (2, "count"),
        (3, ""),
        (4, "weight"),
        (4, "seen"),
    }
    assert named == expected
    assert found["errors_total"] == len(expected) == len(found["errors"])
    for one in found["errors"]:
        assert one["pointer"].startswith(f"#/rows/{one['row']}")
        assert one["detail"]
    message = json.dumps(found)
    for data in ("gigantic", "someday", "perhaps", "12,5"):
        assert data not in message  # nothing that was sent comes back


@pytest.mark.parametrize("path", POSTS)
def test_bodies_that_are_no_request(service, path):
    bodies = (
        b"", b"{", b"null", b"[]", b"3", b'"rows"', b"{}", b'{"rows": null}', b'{"rows": 3}', b'{"rows": {}}', b'{"rows": [null]}',
        b'{"rows": [[]]}', b'{"rows": [3]}', b'{"rows": [{}], "rows": [{}]}', b'{"rows": [{}], "more": 1}', b'{"rows": [{"size": NaN}]}',
        b'{"rows": [{"size": Infinity}]}', b'{"rows": [{"size": 1e999}]}', b"\xff\xfe{\x00}\x00", b'{"rows": ["\xc3\x28"]}',
        b'{"rows": [' + b"[" * 50_000, b"[" * 200_000, b'{"a":' * 5000 + b"1" + b"}" * 5000, b'{"rows": [{"size": ' + b"9" * 9999 + b"}]}",
        b'{"rows": [{"size": "\\ud800"}], "row": {}}', b"\x00" * 100, b"rows=1&size=2",
    )  # fmt: skip
    for body in bodies:
        problem(service, path, body)
    for kind in ("text/plain", "application/xml", "", "application/json; charset=utf-16", "multipart/form-data"):
        assert problem(service, path, b'{"rows": []}', kind)["status"] == 415


def test_files_that_are_no_request(service):
    header = b"size,weight,count,member,town,grade,code,seen,note\n"
    for body in (b"", b"\n\n", b"a,b\n1,2\n", b"size,size\n1,2\n", b"\xff\xfe", b"\x00" * 500, header + b'"never closed\n' + b"1,2\n" * 5):
        status, reply, headers = service.ask("POST", "/v1/predict/csv", body, CSV)
        assert status < 500, reply
        if status >= 400:
            document(status, reply, headers)
    status, reply, _ = service.ask(
        "POST", "/v1/predict/csv", header + b"x,1,2,yes,Oslo,low,A,2020-01-01,note\n1,1\n2,1,2,yes,Oslo,low,A,2020-01-01,n\n", CSV
    )
    assert status == 200
    lines = reply.decode().splitlines()
    assert len(lines) == 4  # every row has its place; the first two are refused with their reason
    assert "size" in lines[1]
    assert "cells" in lines[2]
    assert lines[3].endswith(",")


def test_addresses_and_methods(service):
    gone = ("/nothing", "/../../etc/passwd", "/%2e%2e/model/scorer.json", "/model/scorer.json", "/" + "a" * 5000)
    wrong = (("POST", "/v1/schema"), ("GET", "/v1/predict"), ("DELETE", "/v1/model"), ("PUT", "/"))
    for method, path in (*(("GET", path) for path in gone), *wrong):
        status, reply, headers = service.ask(method, path)
        assert status in (404, 405), (path, status)
        document(status, reply, headers)
    for query in ("?on_error=never", "?on_error=row&on_error=request", "?on_error="):
        problem(service, "/v1/predict" + query, b'{"rows": []}')


def test_too_much_at_once(service, row):
    assert problem(service, "/v1/predict", json.dumps({"rows": [{}] * 10_001}).encode())["status"] == 413
    assert problem(service, "/v1/explain", json.dumps({"rows": [row] * 101}).encode())["status"] == 413
    service.connection.close()
    assert problem(service, "/v1/predict", b" " * 10_000_001)["status"] == 413
    service.connection.close()


def test_wrong_content_length_and_broken_http(service):
    """Requests below HTTP's own rules are answered 4xx or hung up on; the service goes on."""
    lines = (
        b"GET / HTTP/9.9\r\n\r\n",
        b"NONSENSE\r\n\r\n",
        b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5, 6\r\n\r\n{}",
        b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50),
        bytes(random.Random(1).randrange(256) for _ in range(2000)),
    )
    for line in lines:
        with contextlib.closing(socket.create_connection(("127.0.0.1", service.port), timeout=5)) as connection:
            connection.sendall(line)
            connection.shutdown(socket.SHUT_WR)
            reply = b""
            with contextlib.suppress(OSError):
                while piece := connection.recv(65536):
                    reply += piece
            assert not reply or reply.split(b" ", 2)[1][:1] in b"24", reply[:200]
    service.connection.close()
    assert service.get("/health/ready") == {"status": "ready"}


STRANGE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2.5, 1e308, -1e308, 5e-324, 2**53, 2**63, 10**40, [], [1], {}, {"a": []}, [[[]]]),
    *("", " ", "NA", "x" * 2000, "\u0000", "\u202e", "İ", "😀", "1,5", "1e5", "2020-13-45", "0000-00-00", "9999-12-31", "<b>", "'; DROP"),
)


def mutated(luck: random.Random, row: dict[str, Any]) -> Any:
    """A row with some of its cells strange, some gone, some foreign; now and then no row at all."""
    if luck.random() < 0.05:
        return luck.choice(STRANGE)
    made = dict(row)
    for name in row:
        chance = luck.random()
        if chance < 0.15:
            made[name] = luck.choice(STRANGE)
        elif chance < 0.2:
            del made[name]
    if luck.random() < 0.1:
        made[luck.choice(("", "__proto__", "size ", "\ud83d", "a" * 500))] = luck.choice(STRANGE)
    return made


def assert_reply(path: str, status: int, reply: bytes, headers: dict[str, str], body: bytes) -> int:
    assert status == 200 or 400 <= status < 500, (path, body[:1000], status, reply[:500])
    if status == 200:
        json.loads(reply, parse_constant=lambda name: pytest.fail(f"{name} in an answer"))
        return 0
    found = document(status, reply, headers)
    if status == 422:
        assert found["errors"], (path, body[:1000])
    return 1


def test_requests_by_chance(service, row):
    """A quick fuzz with a fixed seed: rows with strange cells, and bytes of a good request changed by chance."""
    luck = random.Random(5)
    refused = 0
    for number in range(ROUNDS):
        path = POSTS[number % 3]
        rows = [mutated(luck, row) for _ in range(luck.choice((1, 1, 2, 5)))]
        made: Any = (
            {"row": rows[0], "field": luck.choice([*row, "?"]), "points": luck.choice((5, 5, 1, "3"))}
            if path.endswith("what-if")
            else {"rows": rows}
        )
        body = json.dumps(made).encode()
        if number % 4 == 3:
            data = bytearray(body)
            for _ in range(luck.randrange(1, 4)):
                data[luck.randrange(len(data))] = luck.randrange(256)
            body = bytes(data)
        status, reply, headers = service.ask(
            "POST", path + ("?on_error=row" if path.endswith("predict") and number % 2 else ""), body, JSON
        )
        refused += assert_reply(path, status, reply, headers, body)
    assert ROUNDS * 0.3 < refused < ROUNDS * 0.98
    assert service.process.poll() is None


def test_the_service_is_as_it_was(service, bundle, tmp_path):
    """After all of this its answers are still the golden ones, and no request counts as a fault of its own."""
    from mlops_desktop.serving.bundle import open_bundle

    opened = open_bundle(bundle)
    rows = [as_json(opened.scorer, one) for one in read_table(write_table(tmp_path / "again.csv", mixed_table(60, 22)))]
    found = service.predict(rows)
    assert [one["prediction"] for one in found] == labels_of(opened.scorer, opened.scorer.scores(opened.schema.from_rows(rows).frame))
    status, page, _ = service.ask("GET", "/metrics")
    assert status == 200
    assert b'status="5' not in page
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)) as other:
        other.request("GET", "/health/ready")
        assert other.getresponse().status == 200
