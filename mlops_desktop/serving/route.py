"""One route of the service: what it takes, what answers, and who may ask. The table of all routes is `routes`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Pool = Literal["model", "explain", "status", "store"]
Scope = Literal["open", "predict", "monitor", "feedback"]
JSON_TYPE, CSV_TYPE = "application/json", "text/csv"
# One JSON value a line: the usual type, SageMaker's, and the other names in use.
LINES_TYPES = ("application/x-ndjson", "application/jsonlines", "application/jsonl", "application/ndjson")
ARROW_TYPE, PARQUET_TYPE = TABLE_TYPES = ("application/vnd.apache.arrow.stream", "application/vnd.apache.parquet")
_PARAMETER = re.compile(r"\{(\w+)\}")


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
    """One method of one path; `{name}` in the path stands for any text without a slash.

    `operation` is the operationId of OpenAPI and the name of what answers: a method of `Service`, a handler of `protocol` (the name of a
    module of `protocols`), or the `file` of `web/`. `request` and `response` name schemas of the OpenAPI document. `summary` may hold
    `{target}` and the names of `Limits`. `consumes` and `produces` are content types, the usual one first. `pool`: the threads in which it
    always runs; other routes run in those of the model, for much work only. `scope`: what a client's key must allow; `open` needs none.
    `stored`: the answer is from the store of monitoring, and 404 where the service has none.
    `streams`: rows are answered while they arrive, one JSON object a line. `public`: part of the interface, so it is in OpenAPI and in the
    documents.
    """

    method: str
    path: str
    operation: str
    summary: str
    answer: str = ""
    request: str = ""
    response: str = ""
    consumes: tuple[str, ...] = ()
    produces: tuple[str, ...] = (JSON_TYPE,)
    parameters: tuple[str, ...] = ()
    file: str = ""
    pool: Pool | None = None
    scope: Scope = "predict"
    protocol: str = ""
    streams: bool = False
    refused_while_draining: bool = False
    stored: bool = False
    public: bool = True

    @property
    def path_parameters(self) -> tuple[str, ...]:
        """The names of the parts of the path that stand for any text."""
        return tuple(_PARAMETER.findall(self.path))

    def pattern(self) -> re.Pattern[str]:
        """What a path must match as a whole, with a group for each parameter."""
        pieces = _PARAMETER.split(self.path)
        return re.compile("".join(f"(?P<{piece}>[^/]+)" if i % 2 else re.escape(piece) for i, piece in enumerate(pieces)))
