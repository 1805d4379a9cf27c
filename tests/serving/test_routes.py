"""Every route that is served is in the table, in the OpenAPI document and in the README."""

from __future__ import annotations

import json

import pytest

from mlops_desktop.catalog.exporters._service_files import readme
from mlops_desktop.serving.openapi import openapi_document
from mlops_desktop.serving.pages import all_routes
from mlops_desktop.serving.routes import ROUTES, Limits, Route, by_path, routes_table


def served(app):
    """(method, path) of every route that the application answers; HEAD goes with GET."""
    return {(method, path) for path, methods in app._endpoints.items() for method in methods if method != "HEAD"}


def test_what_is_served_is_in_openapi_and_readme(apps, scorers, bundles):
    public = {(route.method, route.path) for route in ROUTES if route.public}
    hidden = {(route.method, route.path) for route in all_routes() if not route.public}
    assert served(apps("binary")) == public | hidden
    assert all(path.startswith("/static/") or path == "/favicon.ico" for _, path in hidden), "only files of the pages may be left out"
    document = openapi_document(scorers["binary"], Limits(), "")
    assert {(method.upper(), path) for path, verbs in document["paths"].items() for method in verbs} == public
    text = readme(bundles["binary"].info, {"age": 1})
    assert [one for one in public if f"| `{one[0]} {one[1]}` | " not in text] == []


@pytest.mark.parametrize("path", sorted({route.path for route in all_routes()}))
def test_other_methods_are_answered_with_those_that_are_allowed(path, apps, asked):
    app = apps("binary")
    allowed = set(by_path(all_routes())[path])
    for method in sorted({"GET", "HEAD", "POST", "PUT", "DELETE"} - allowed):
        answer = asked(app, method, path)
        assert (answer.status, set(answer.headers["allow"].split(", "))) == (405, allowed)


def test_a_draining_service_refuses_the_routes_that_are_marked(apps, asked):
    app = apps("binary")
    app.draining = True
    marked = [route.path for route in ROUTES if route.method == "GET" and asked(app, "GET", route.path).status == 503]
    assert marked == [route.path for route in ROUTES if route.refused_while_draining]
    assert {"/health/ready", "/ping", "/v2/health/ready"} <= {*marked}
    documented = json.loads(app.slot.current.openapi().body)["paths"]
    assert all("503" in operation["responses"] for verbs in documented.values() for operation in verbs.values())  # or has too much to do


def test_a_target_cannot_break_the_table():
    lines = routes_table("a|b\nc {rows}").splitlines()
    assert len(lines) == 2 + sum(route.public for route in ROUTES)
    assert any(r"Predict a\|b c {rows} for up to 10,000 rows" in line for line in lines)


def test_a_path_with_several_methods():
    routes = [Route("GET", "/x", "a", "A"), Route("POST", "/x", "b", "B")]
    assert list(by_path(routes)["/x"]) == ["GET", "HEAD", "POST"]


def test_metrics_wait_for_no_request_to_the_store():
    [metrics] = [route.pool for route in ROUTES if route.path == "/metrics"]
    assert metrics not in {route.pool for route in ROUTES if route.stored or route.path == "/v1/drift"}
