"""Reads the query of a request."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from .http_problems import HttpProblem


def query_parameters(query: bytes, **defaults: str) -> dict[str, str]:
    """The values of the parameters that `defaults` names. HttpProblem (400) when one comes twice; others are passed over."""
    found: Mapping[str, list[str]] = parse_qs(query.decode("latin-1"), keep_blank_values=True)
    chosen = {}
    for name, default in defaults.items():
        values = found.get(name, [default])
        if len(values) != 1:
            raise HttpProblem(400, "invalid_parameter", "The query is not valid.", f"{name} comes twice.")
        chosen[name] = values[0]
    return chosen
