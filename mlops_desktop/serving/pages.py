"""The pages of the service: plain files of `web/`, read once. No page needs anything from another host."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from .service import Reply

_FOLDER = Path(__file__).resolve().parent / "web"
_TYPES = {
    ".html": b"text/html; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".svg": b"image/svg+xml",
}
_NAMED = {"/": "index.html", "/docs": "docs.html", "/favicon.ico": "icon.svg"}


def page_paths() -> list[str]:
    """Every path that is a page or a part of one."""
    return [*_NAMED, *(f"/static/{path.name}" for path in sorted(_FOLDER.iterdir()) if path.suffix in _TYPES and path.suffix != ".html")]


@cache
def page_of(path: str) -> Reply:
    """The file behind one of `page_paths`."""
    file = _FOLDER / _NAMED.get(path, path.removeprefix("/static/"))
    return Reply(file.read_bytes(), _TYPES[file.suffix])
