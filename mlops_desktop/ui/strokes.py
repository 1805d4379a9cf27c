"""Renders the icons of `resources/icons`: strokes on a grid of 24, in any colour."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from mlops_desktop.base.resources import resource_folder


@cache
def _drawn(name: str) -> str:
    return (resource_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def svg(name: str, color: str, width: float = 1.7) -> bytes:
    """The icon `resources/icons/NAME.svg` in a colour and with strokes of a width."""
    return _drawn(name).replace("currentColor", color).replace('stroke-width="1.7"', f'stroke-width="{width}"').encode()


def svg_file(folder: Path, name: str, color: str) -> str:
    """The icon as a file that a style sheet can name; made anew only when it is not there."""
    path = folder / f"{name}_{color[1:]}.svg"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(svg(name, color, 2.2))
    return path.as_posix()
