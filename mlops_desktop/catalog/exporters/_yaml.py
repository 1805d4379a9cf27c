"""Writes plain values as YAML in block style, the same bytes each time; no YAML package is needed.

Texts are quoted as in JSON, which YAML reads too, unless they are plain words that no version of YAML takes for something else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_OTHER_TYPES = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"})
# JSON leaves these as they are, and YAML does not allow them in a document or takes them for line ends.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def to_yaml(*documents: Any) -> str:
    """The documents as a YAML stream. Values are mappings with text keys, sequences, texts, numbers, booleans and None."""
    return "---\n".join("\n".join(_block(document, 0)) + "\n" for document in documents)


def scalar(value: Any) -> str:
    """One value on one line. Surrogates, which UTF-8 cannot hold, become “?”."""
    if isinstance(value, str):
        if _PLAIN.fullmatch(value) and value.lower() not in _OTHER_TYPES:
            return value
        value = value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float):  # a number of YAML 1.1 has a point
        return re.sub(r"^(-?[0-9]+)e", r"\1.0e", json.dumps(value, allow_nan=False))
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False, allow_nan=False))


def _block(value: Any, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _entry(f"{indent}{scalar(key)}:", item, depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for item in value:
            first, *rest = _block(item, depth + 1)
            yield f"{indent}- {first.lstrip(' ')}"
            yield from rest
    else:
        yield indent + scalar(value)


def _entry(head: str, item: Any, depth: int) -> Iterator[str]:
    if isinstance(item, str) and "\n" in item and re.fullmatch(r"[^\s\x00-\x1f\x7f-\x9f][\t\n\x20-\x7e]*\n", item):
        yield f"{head} |"
        for line in item.removesuffix("\n").split("\n"):
            yield f"{'  ' * depth}{line}" if line else ""
    elif item and isinstance(item, Mapping | Sequence) and not isinstance(item, str):
        yield head
        yield from _block(item, depth)
    else:
        yield f"{head} {scalar(list(item) if isinstance(item, tuple) else item)}"
