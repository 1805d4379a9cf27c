"""The pages of the service: the files of `web/`, read once. No page loads anything from another host."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from .errors import UserError
from .http_messages import Reply
from .message import msg
from .protocol import protocols
from .route import Route
from .routes import ROUTES

_FOLDER = Path(__file__).resolve().parent / "web"
_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}


def static_routes() -> list[Route]:
    """A route for each file that the pages load."""
    files = sorted(path for path in _FOLDER.iterdir() if path.suffix in _TYPES and path.suffix != ".html")
    return [
        Route(
            "GET",
            f"/static/{path.name}",
            "",
            "A file of the pages",
            produces=(_TYPES[path.suffix],),
            file=path.name,
            scope="open",
            public=False,
        )
        for path in files
    ]


def all_routes(environment: Mapping[str, str] = os.environ) -> tuple[Route, ...]:
    """Every route that is served: the table, the files of the pages, and those that the platform names in the environment.

    UserError when the platform names a route that takes another form.
    """
    routes = [*ROUTES, *static_routes()]
    known = {(route.method, route.path): route for route in routes}
    for protocol in protocols().values():
        for route in protocol.from_environment(environment):
            other = known.setdefault((route.method, route.path), route)
            if other is route:
                routes.append(route)
            elif route.method == "POST":
                raise UserError(
                    msg("The platform asks for “{path}”, which takes another form in this service.", path=route.path),
                    "Name another path, such as /vertex/predict.",
                )
    return tuple(routes)


@cache
def page(route: Route) -> Reply:
    """The file of a route as a response."""
    kind = route.produces[0]
    charset = "; charset=utf-8" if kind.startswith("text/") else ""
    return Reply((_FOLDER / route.file).read_bytes(), f"{kind}{charset}".encode())
