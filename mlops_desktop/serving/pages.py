"""The pages of the service: the files of `web/`, read once. No page loads anything from another host."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from .http_messages import Reply
from .routes import ROUTES, Route

_FOLDER = Path(__file__).resolve().parent / "web"
_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}


def static_routes() -> list[Route]:
    """A route for each file that the pages load."""
    files = sorted(path for path in _FOLDER.iterdir() if path.suffix in _TYPES and path.suffix != ".html")
    return [
        Route("GET", f"/static/{path.name}", "", "A file of the pages", produces=_TYPES[path.suffix], file=path.name, public=False)
        for path in files
    ]


def all_routes() -> tuple[Route, ...]:
    """Every route that is served: the table and the files of the pages."""
    return (*ROUTES, *static_routes())


@cache
def page(route: Route) -> Reply:
    """The file of a route as a response."""
    charset = "; charset=utf-8" if route.produces.startswith("text/") else ""
    return Reply((_FOLDER / route.file).read_bytes(), f"{route.produces}{charset}".encode())
