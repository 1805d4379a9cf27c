"""The routes of the service: the one table that the router, the OpenAPI document, `/docs` and the tables of the documents follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from .protocol import protocols
from .route import CSV_TYPE, JSON_TYPE, LINES_TYPES, TABLE_TYPES, Limits, Pool, Route

__all__ = ["ROUTES", "Limits", "Route", "by_path", "routes_table", "summary"]


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
        consumes=(JSON_TYPE,),
        parameters=parameters,
        pool=pool,
    )


_OWN = (
    Route(
        "GET",
        "/",
        "form_page",
        "Form page: answers with reasons, what-if curves, CSV in and out",
        produces=("text/html",),
        file="index.html",
    ),
    _post("/v1/predict", "predict", "Predict {target} for up to {rows:,} rows", "Predict", parameters=("on_error",)),
    Route(
        "POST",
        "/v1/predict/csv",
        "predict_csv",
        "Predict {target} for a CSV of up to {csv_rows:,} rows",
        "prediction, a probability_… for each class, lower and upper of an interval, warnings, error; every row of the input in its order",
        consumes=(CSV_TYPE,),
        produces=(CSV_TYPE,),
        pool="model",
    ),
    Route(
        "POST",
        "/v1/predict/lines",
        "predict_lines",
        "Predict {target} for rows of JSON, one a line, while they arrive; without a limit of rows",
        "One line for each row, in their order: its prediction or its errors",
        consumes=LINES_TYPES,
        produces=LINES_TYPES[:1],
        streams=True,
    ),
    Route(
        "POST",
        "/v1/predict/table",
        "predict_table",
        "Predict {target} for a table of Arrow or Parquet of up to {csv_rows:,} rows, where pyarrow is installed",
        "A table of the same kind: prediction, a probability_… for each class, lower and upper of an interval, warnings, error",
        consumes=TABLE_TYPES,
        produces=TABLE_TYPES,
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
        parameters=("window",),
        pool="store",
        scope="monitor",
    ),
    Route(
        "GET",
        "/v1/monitor/windows",
        "monitor_windows",
        "Drift, errors and times by hours or days, where the service keeps its counts in a folder",
        parameters=("by", "last"),
        pool="store",
        scope="monitor",
        stored=True,
    ),
    Route(
        "POST",
        "/v1/feedback",
        "feedback",
        "Late labels for up to {rows:,} rows of the prediction log, by request id",
        "How many labels were stored, and why the others were not",
        request="FeedbackRequest",
        response="FeedbackResponse",
        consumes=(JSON_TYPE,),
        pool="store",
        scope="feedback",
        stored=True,
    ),
    Route(
        "GET",
        "/v1/monitor/performance",
        "monitor_performance",
        "Accuracy, area under the curve, errors and the like by days, from late labels, each with its interval",
        parameters=("by_window", "last"),
        pool="store",
        scope="monitor",
        stored=True,
    ),
    Route(
        "GET",
        "/v1/alerts",
        "alerts",
        "The rules of alerts with their state, since when, value and limit",
        pool="store",
        scope="monitor",
        stored=True,
    ),
    Route("GET", "/health/live", "live", "The process answers", scope="open"),
    Route("GET", "/health/startup", "startup", "The model is loaded", scope="open"),
    Route(
        "GET", "/health/ready", "ready", "The self-test passed and the service is not stopping", scope="open", refused_while_draining=True
    ),
    Route(
        "GET", "/metrics", "metrics", "Metrics in the text format of Prometheus", produces=("text/plain",), pool="status", scope="monitor"
    ),
    Route("GET", "/openapi.json", "openapi", "This interface as an OpenAPI 3.1 document"),
    Route("GET", "/docs", "docs_page", "This interface as a page", produces=("text/html",), file="docs.html"),
    Route("GET", "/favicon.ico", "icon", "Icon of the pages", produces=("image/svg+xml",), file="icon.svg", scope="open", public=False),
)
ROUTES = (*_OWN, *(route for one in protocols().values() for route in one.routes))


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
