"""Example requests to a running service: a shell command and a Python program that run unchanged."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping

KEY = "YOUR_KEY"  # stands where a client puts its API key


def curl(url: str, row: Mapping[str, object], platform: str = sys.platform, *, with_key: bool = False) -> str:
    """A command for the shell of this system. ASCII alone: a console's own encoding cannot harm it. `with_key`: clients need an API key."""
    if platform == "win32":
        # cmd replaces %NAME% and !NAME! within quotes too, and its quotes end at those of the body.
        body = re.sub(r'(\\*)"', r'\1\1\\"', _escaped({"rows": [row]}, "%!^&|<>'"))
        key = f' -H "X-API-Key: {KEY}"' if with_key else ""
        return f'curl.exe "{url}v1/predict" -H "Content-Type: application/json"{key} -d "{body}"'
    body = _escaped({"rows": [row]}, "'")
    key = f" -H 'X-API-Key: {KEY}'" if with_key else ""
    return f"curl '{url}v1/predict' -H 'Content-Type: application/json'{key} -d '{body}'"


def _escaped(document: object, marks: str) -> str:
    """JSON in which some characters, which are in its strings alone, are escaped."""
    text = json.dumps(document)
    for mark in marks:
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def python(url: str, row: Mapping[str, object], *, with_key: bool = False) -> str:
    """A program for Python alone, without further packages. `with_key`: clients need an API key."""
    key = f', "X-API-Key": "{KEY}"' if with_key else ""
    return (
        "import json\n"
        "import urllib.request\n"
        "\n"
        f"row = {_literal(dict(row))}\n"
        "request = urllib.request.Request(\n"
        f'    "{url}v1/predict",\n'
        '    data=json.dumps({"rows": [row]}).encode(),\n'
        f'    headers={{"Content-Type": "application/json"{key}}},\n'
        ")\n"
        "with urllib.request.urlopen(request) as answer:\n"
        '    print(json.load(answer)["predictions"][0])\n'
    )


def _literal(row: dict[str, object]) -> str:
    if not row:
        return "{}"
    lines = "".join(f"    {name!r}: {value!r},\n" for name, value in row.items())
    return "{\n" + lines + "}"
