"""Decides whether the first row of a table names its columns or is one of its rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .cell_kind import cell_kind

_YEAR = re.compile("(?:1[89]|20)[0-9]{2}")
_FEW = 0.2  # levels for each row, at most, in a column of few levels
_SHORTEST_CODE = 4
_REPEATED = 0.25  # share of the rows, at most, that repeat the names
_BODY = 100  # rows that decide whether the first one is a header


def generated_names(count: int) -> list[str]:
    """Names for a table without a header: column_1, column_2 …"""
    return [f"column_{i}" for i in range(1, count + 1)]


def is_header(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns of the rows below rather than being one of them.

    It is data when most columns of numbers or dates have such a value in the first row too. Without any it is data when, of the columns
    with few levels or of codes, more have in the first row one of their levels or a code like theirs than a text of its own.
    """
    if not body or not any(cell.strip() for cell in first):
        return bool(not body)
    body = _without_repeated(first, body)
    like_data = like_name = repeats = fresh = 0
    for j, cell in enumerate(first):
        column = [row[j].strip() for row in body[:_BODY] if j < len(row) and cell_kind(row[j])]
        if not column:
            continue
        if sum(_valued(value) for value in column) >= 0.9 * len(column):
            if not cell.strip() or (_YEAR.fullmatch(cell.strip()) and not all(map(_YEAR.fullmatch, column))):
                continue  # a year names a column of other numbers
            data = _is_value_of(cell, column)
            like_data, like_name = like_data + data, like_name + (not data)
        elif (like := _is_code_like(cell.strip(), column)) is not None:
            repeats, fresh = repeats + like, fresh + (not like)
        elif column.count(cell.strip()) >= max(2, 0.02 * len(column)):
            repeats += 1
        elif cell.strip() and cell.strip() not in column and len(set(column)) <= _FEW * len(column):
            fresh += 1
    if like_data or like_name:
        return like_name >= like_data
    return repeats <= fresh


def _without_repeated(first: Sequence[str], body: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    """The rows without those like the first one, where its texts are in no other: it names the columns and is repeated."""
    others = [row for row in body if list(row) != list(first)]
    if len(others) == len(body) or len(others) < (1 - _REPEATED) * len(body):
        return body
    apart = all(cell not in (row[j] for row in others if j < len(row)) for j, cell in enumerate(first) if cell.strip())
    return others if apart else body


def _valued(text: str) -> bool:
    return cell_kind(text) in ("number", "date")


def _is_value_of(cell: str, column: Sequence[str]) -> bool:
    """Whether a cell is a number or a date, but no period that names a column of numbers: “Q1 2024”, “Mar 2024”."""
    return cell_kind(cell) == "number" or (cell_kind(cell) == "date" and any(cell_kind(value) == "date" for value in column))


def _is_code_like(text: str, column: Sequence[str]) -> bool | None:
    """Whether a text has letters and digits at the same places as the codes of a column (A-0017, 00:1a:2b); None without codes."""
    shapes = {_shape(value) for value in column}
    if len(shapes) > 1 or len(column[0]) < _SHORTEST_CODE or len(set(column)) < 2 or "0" not in _shape(column[0]):
        return None
    return _shape(text) in shapes


def _shape(text: str) -> str:
    return re.sub("[0-9]", "0", re.sub("[^\\W\\d_]", "a", text))
