"""Tracebacks without data: they are copied into bug reports, and cells of a table must not be in them.

Libraries put values into their messages ("could not convert string to float: 'Smith'"). So every message loses what is in quotes, in
brackets or after a colon, and every number that has more than three digits or a fraction; the stack of files, lines and functions stays
whole.
"""

from __future__ import annotations

import re
import traceback

_QUOTED = re.compile(r"(?<!\w)'.*?'(?!\w)|\"[^\"]*\"|“[^”]*”|‘[^’]*’|`[^`]*`")  # an apostrophe inside a word is no quote
_BRACKETS = re.compile(r"\[[^\[\]]*\]|\{[^{}]*\}|\([^()]*\)|<[^<>]*>")
_NUMBER = re.compile(r"[-+]?\b(?:\d+(?:[.,]\d+)+(?:[eE][-+]?\d+)?|\d{4,}|\d+[eE][-+]?\d+)\b")
_REST = re.compile(r"(?<!\w)['\"“`].*$|(?<=: ).*$")
_MOST = 300


def summary(error: BaseException) -> str:
    """The kind of an exception and its message without values, in one line."""
    name = type(error).__name__
    try:
        message = str(error)
    except Exception as failure:  # an exception that cannot say what it is still has a name
        return f"{name} (its message failed with {type(failure).__name__})"
    message = without_values(message.strip().splitlines()[0] if message.strip() else "")
    return f"{name}: {message}" if message else name


def without_values(message: str) -> str:
    """A message without quoted texts, bracketed values, long numbers, and what follows a colon or an open quote."""
    for quoted in _QUOTED.findall(message):
        message = message.replace(quoted, "‘…’")
        if len(quoted) > 3:
            message = message.replace(quoted[1:-1], "…")  # the same value again, without quotes
    before = None
    while before != message:  # from the innermost pair outward
        before, message = message, _BRACKETS.sub("…", message)
    message = _REST.sub("…", message)
    message = _NUMBER.sub("…", message)
    return message if len(message) <= _MOST else message[: _MOST - 1] + "…"


def details(error: BaseException) -> str:
    """The traceback with its causes, oldest first, without values: files, lines, functions, kinds of exceptions."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        stack = "".join(traceback.format_list(traceback.extract_tb(current.__traceback__)))
        parts.append(f"Traceback (most recent call last):\n{stack}{summary(current)}\n")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\nwhich led to:\n\n".join(reversed(parts))
