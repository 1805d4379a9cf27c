"""The routes of the service: the one table that the router, the OpenAPI document, `/docs` and the tables of the documents follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Pool = Literal["model", "explain", "status"]


@dataclass(frozen=True)
class Limits:
    """The most that one request may ask for."""

    body: int = 10_000_000  # bytes
    rows: int = 10_000
    csv_rows: int = 100_000
    explain_rows: int = 100
    points: int = 201


@dataclass(frozen=True)
class Route:
    """One method of one path.

    `operation` is the operationId of OpenAPI and the name of the method of `Service` that answers; a route with a `file` answers with that
    file of `web/` instead. `request` and `response` name schemas of the OpenAPI document. `summary` may hold `{target}` and the names of
    `Limits`. `pool`: the threads in which it always runs; other routes run in those of the model, for large bodies only. `public`: part of
    the interface, so it is in OpenAPI and in the documents.
    """

    method: str
    path: str
    operation: str
    summary: str
    answer: str = ""
    request: str = ""
    response: str = ""
    consumes: str = ""
    produces: str = "application/json"
    parameters: tuple[str, ...] = ()
    file: str = ""
    pool: Pool | None = None
    refused_while_draining: bool = False
    public: bool = True


def _post(path: str, operation: str, summary: str, schema: str, *, pool: Pool | None = None, parameters: tuple[str, ...] = ()) -> Route:
    """A route that takes JSON and answers with JSON."""
    return Route(
        "POST",
        path,
        operation,
        summary,
        "The answers",
        request=f"{schema}Request",
        response=f"{schema}Response",
        consumes="application/json",
        parameters=parameters,
        pool=pool,
    )


ROUTES = (
    Route(
        "GET", "/", "form_page", "Form page: answers with reasons, what-if curves, CSV in and out", produces="text/html", file="index.html"
    ),
    _post("/v1/predict", "predict", "Predict {target} for up to {rows:,} rows", "Predict", parameters=("on_error",)),
    Route(
        "POST",
        "/v1/predict/csv",
        "predict_csv",
        "Predict {target} for a CSV of up to {csv_rows:,} rows",
        "prediction, a probability_… for each class, warnings, error; every row of the input in its order",
        consumes="text/csv",
        produces="text/csv",
        pool="model",
    ),
    _post(
        "/v1/explain",
        "explain",
        "Contributions of each column for up to {explain_rows:,} rows, adding up to the answer",
        "Explain",
        pool="explain",
    ),
    _post("/v1/what-if", "what_if", "How the answer moves when one column changes", "WhatIf", pool="explain"),
    Route("GET", "/v1/schema", "schema", "Columns with types, ranges, levels, units and an example"),
    Route("GET", "/v1/model", "model", "Identity, metrics, hashes and limits"),
    Route(
        "GET",
        "/v1/drift",
        "drift",
        "Whether the data has moved away from training, from counts that can be added up over processes; no row is kept",
        pool="status",
    ),
    Route("GET", "/health/live", "live", "The process answers"),
    Route("GET", "/health/startup", "startup", "The model is loaded"),
    Route("GET", "/health/ready", "ready", "The self-test passed and the service is not stopping", refused_while_draining=True),
    Route("GET", "/metrics", "metrics", "Metrics in the text format of Prometheus", produces="text/plain", pool="status"),
    Route("GET", "/openapi.json", "openapi", "This interface as an OpenAPI 3.1 document"),
    Route("GET", "/docs", "docs_page", "This interface as a page", produces="text/html", file="docs.html"),
    Route("GET", "/favicon.ico", "icon", "Icon of the pages", produces="image/svg+xml", file="icon.svg", public=False),
)


def by_path(routes: Iterable[Route]) -> dict[str, dict[str, Route]]:
    """The routes of each path by method, in the order of the table. HEAD is answered wherever GET is."""
    paths: dict[str, dict[str, Route]] = {}
    for route in routes:
        methods = paths.setdefault(route.path, {})
        methods[route.method] = route
        if route.method == "GET":
            methods["HEAD"] = route
    return paths


def summary(route: Route, target: str, limits: Limits) -> str:
    """What a route does, for a model that predicts `target`."""
    return route.summary.format(target=target, **asdict(limits))


def routes_table(target: str, limits: Limits | None = None) -> str:
    """The public routes as a table in Markdown."""
    cells = [(f"`{route.method} {route.path}`", summary(route, target, limits or Limits())) for route in ROUTES if route.public]
    rows = [f"| {name} | {' '.join(text.split()).replace('|', chr(92) + '|')} |" for name, text in cells]
    return "\n".join(["| route | what |", "|---|---|", *rows]) + "\n"
