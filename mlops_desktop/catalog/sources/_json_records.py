"""The records in a JSON document: where they are, and each as cells by the path of its keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from mlops_desktop.catalog.sources._json_text import JsonText, Object
from mlops_desktop.serving.message import joined, msg
from mlops_desktop.serving.plural import quoted_names

_DEEPEST = 4  # levels of objects in which a list of records is looked for
Path = tuple[str, ...]


@dataclass
class Records:
    """The records of a document. `names` name the cells of records that are lists and have no row of names (None: nothing does)."""

    values: Iterator[Any]
    names: list[str] | None = None
    messages: list[str] = field(default_factory=list)


def find_records(text: JsonText, where: str) -> Records:
    """The records in a JSON text: of a list, of one object a line, or those that lie inside one object.

    `where` is the path of keys to them, with dots; empty: it is found. ValueError (`json.JSONDecodeError`) when the text is no JSON,
    KeyError when nothing lies under the path.
    """
    if text.mark() == "[" and not where:
        return Records(text.elements())
    first = text.value()
    if text.mark():
        return Records(chain([first], text.values()))
    if where:
        return _inside(first, where)
    if not isinstance(first, dict):
        return Records(iter([first]))
    return _of_object(first)


def _inside(document: Any, where: str) -> Records:
    """The records under a path of keys."""
    value = document
    for key in where.split("."):
        if not isinstance(value, dict) or key not in value:
            raise KeyError(key)
        value = value[key]
    if isinstance(value, list):
        return Records(iter(value))
    return _of_object(value) if isinstance(value, dict) else Records(iter([value]))


def _of_object(document: dict[str, Any]) -> Records:
    """The records of one object: columns by name, records by key, or the longest list of records inside; else the object is the record."""
    if "columns" in document and _rows_of(document.get("data"), document["columns"]):  # as pandas writes it with orient="split"
        return Records(iter(document["data"]), [str(name) for name in document["columns"]])
    values = list(document.values())
    if _are_columns(values):
        return Records(Object(zip(document, row, strict=True)) for row in zip(*values, strict=True))
    if len(values) > 1 and all(isinstance(value, dict) for value in values):
        return _keyed(document)
    found = list(_lists(document, ()))
    if not found:
        return Records(iter([document]))
    path, longest = max(found, key=lambda one: (isinstance(one[1][0], dict), len(one[1])))
    others = [".".join(other) for other, _ in found if other != path]
    messages: list[str] = [msg("The records under “{path}” were read; what stands beside them was left out.", path=".".join(path))]
    if others:
        messages.append(msg("There are also {others}.", others=quoted_names(others, 5)))
    return Records(iter(longest), messages=[joined(messages, " ")])


def _rows_of(data: Any, columns: Any) -> bool:
    rows = isinstance(data, list) and isinstance(columns, list) and bool(data)
    return rows and all(isinstance(row, list) and len(row) == len(columns) for row in data)


def _are_columns(values: list[Any]) -> bool:
    """Whether these are columns: lists of one length that hold plain values."""
    equal = bool(values) and all(isinstance(value, list) for value in values) and len({len(value) for value in values}) == 1
    return equal and not any(isinstance(cell, (dict, list)) for value in values for cell in value)


def _keyed(document: dict[str, Any]) -> Records:
    """Objects by key: columns whose cells are numbered "0", "1" … (as pandas writes a table), or records each under its own key."""
    first = next(iter(document.values()))
    numbers = [str(number) for number in range(len(first))]
    if first and all(list(value) == numbers for value in document.values()):
        return Records(Object(zip(document, row, strict=True)) for row in zip(*(one.values() for one in document.values()), strict=True))
    name = "key"
    while any(name in value for value in document.values()):
        name += "_"
    message = msg("Each record stands under a key of its own; the keys were read as the column “{name}”.", name=name)
    return Records((Object({name: key, **value}) for key, value in document.items()), messages=[message])


def _lists(value: Any, path: Path) -> Iterator[tuple[Path, list[Any]]]:
    """Every list of objects or of lists inside an object, with its path."""
    if isinstance(value, dict) and len(path) < _DEEPEST:
        for key, one in value.items():
            yield from _lists(one, (*path, key))
    elif isinstance(value, list) and value and all(isinstance(one, (dict, list)) for one in value):
        yield path, value


def flatten(record: dict[str, Any]) -> dict[Path, Any]:
    """The cells of a record by path: nested objects are opened, lists stay lists."""
    cells: dict[Path, Any] = {}
    _flatten(record, (), cells)
    return cells


def _flatten(record: dict[str, Any], path: Path, cells: dict[Path, Any]) -> None:
    for key, value in record.items():
        if isinstance(value, dict):
            _flatten(value, (*path, key), cells)
        else:
            cells[(*path, key)] = value


def as_cell(value: Any) -> Any:
    """A value as a cell: a list or an object as JSON text."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else value


def doubled_keys(record: Any) -> tuple[str, ...]:
    """The keys that stand more than once in a record or an object inside it."""
    if not isinstance(record, Object):
        return ()
    return (*record.doubled, *(key for value in record.values() for key in doubled_keys(value)))
