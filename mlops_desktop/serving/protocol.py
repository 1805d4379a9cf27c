"""A protocol of another serving system, in which this service answers too: one file of `protocols/` each, with its `PROTOCOL`.

A protocol is a thin adapter. It turns the request into rows, asks the `Predictor` as `/v1/predict` does, and writes the same predictions in
its own form.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from .http_messages import Reply
from .http_problems import HttpProblem
from .http_request import Request
from .predictor import Predictor
from .route import Route
from .scorer import Scorer

Handler = Callable[[Predictor, Request], Reply]
_FOLDER = f"{__package__}.protocols"


def _no_routes(environment: Mapping[str, str]) -> tuple[Route, ...]:
    return ()


@dataclass(frozen=True)
class Protocol:
    """`handlers` answer `routes` by their operation. `problem` writes the body of an error response, JSON, for a request id. `schemas` are
    those of the OpenAPI document, by name, for a scorer and an example row. `from_environment` gives routes that the platform names.
    """

    routes: tuple[Route, ...]
    handlers: Mapping[str, Handler]
    problem: Callable[[HttpProblem, str], bytes]
    schemas: Callable[[Scorer, dict[str, Any]], dict[str, Any]]
    from_environment: Callable[[Mapping[str, str]], tuple[Route, ...]] = _no_routes


@cache
def protocols() -> Mapping[str, Protocol]:
    """Every protocol by the name of its module, sorted."""
    modules = pkgutil.iter_modules(importlib.import_module(_FOLDER).__path__)
    names = sorted(module.name for module in modules if not module.name.startswith("_"))
    found = {name: importlib.import_module(f"{_FOLDER}.{name}").PROTOCOL for name in names}
    assert all(isinstance(one, Protocol) for one in found.values())
    return found
