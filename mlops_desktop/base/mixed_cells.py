"""Cells of several types as texts: one canonical text for each value."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from mlops_desktop.serving.cells import level_of


def canonical_texts(cells: Sequence[Any], kinds: dict[str, set[str]] | None = None) -> tuple[list[str], tuple[str, ...]]:
    """The canonical text of each cell ("" for None and NaN), and those texts that stand for values of more than one type, sorted.

    `kinds` keeps the types of each text from one part of a column to the next.
    """
    kinds = {} if kinds is None else kinds
    texts = []
    for cell in cells:
        text, kind = _text_of(cell)
        if text and kinds.setdefault(text, {kind}) != {kind}:
            kinds[text].add(kind)
        texts.append(text)
    return texts, tuple(sorted(text for text, found in kinds.items() if len(found) > 1))


def _text_of(cell: Any) -> tuple[str, str]:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return "", ""
    if isinstance(cell, str):
        return cell.strip(), "text"
    if isinstance(cell, (bool, np.bool_)):
        return level_of(cell), "boolean"
    if isinstance(cell, (int, float, np.number)):
        return level_of(cell), "number"
    if isinstance(cell, datetime.datetime):
        whole_day = cell.time() == datetime.time() and cell.tzinfo is None
        return (cell.date() if whole_day else cell).isoformat(), "date"
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat(), "date"
    if isinstance(cell, datetime.timedelta):
        return _duration_text(cell), "duration"
    return str(cell).strip(), "other"


def _duration_text(duration: datetime.timedelta) -> str:
    """A duration as hours, minutes and seconds: "25:30:00"."""
    seconds = abs(duration) // datetime.timedelta(seconds=1)
    part = abs(duration).microseconds
    text = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}" + (f".{part:06}" if part else "")
    return f"-{text}" if duration < datetime.timedelta() else text
