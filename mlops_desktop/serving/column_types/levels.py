"""Texts: levels that are known, in an order or not, free texts, and identifiers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bins import Bins, level_bins
from ..cells import DAMAGED, level_of, level_reader, recoded_level
from ..column import Column, Issues, ValidationIssue, kind_of_value
from ..column_type import ColumnType, sentence
from ..frame import Bools, Frame, Ints
from ..message import msg

_HALF_PAIR = re.compile(r"[\ud800-\udfff]")  # half of a surrogate pair, which JSON can name though no character is it


class Text(ColumnType):
    """Codes of canonical texts, -1 where missing."""

    id = "text"

    def cell_check(self, column: Column) -> Callable[[Any, int, Issues], str]:
        """See the base class; the function returns the canonical level, "" where missing or refused."""
        missing, recoded = frozenset(column.grammar.missing) | {""}, dict(column.grammar.recoded)
        known = known_levels(column) if column.has_levels else frozenset[str]()

        def cell(value: Any, row: int, issues: Issues) -> str:
            if isinstance(value, float) and not math.isfinite(value):
                issues.errors.append(self.error(column, row, "not_finite", "number"))
                return ""
            try:
                level = recoded_level(value, recoded)
            except TypeError:
                self.refuse(column, row, "wrong_type", value, issues)
                return ""
            if level in missing:
                self.note_missing(column, row, issues)
                return ""
            if not level.isascii() and DAMAGED in (level := _HALF_PAIR.sub(DAMAGED, level)):  # as training data are read
                issues.warnings.append(damaged_text(column, row))
            if known and level not in known:
                issues.warnings.append(unknown_level(column, row, kind_of_value(value)))
            return level

        return cell

    def read_texts(self, column: Column, texts: Sequence[str]) -> tuple[NDArray[Any], dict[int, str]]:
        """See the base class: canonical levels as an array of objects; no text is refused."""
        return np.array(read_levels(column, texts), dtype=object), {}

    def are_there(self, values: NDArray[Any]) -> Bools:
        """See the base class; `values` are codes."""
        there: Bools = np.greater_equal(values, 0)
        return there

    def accepted(self, column: Column) -> str:
        """See the base class."""
        return msg("a text")

    def json_schema(self, column: Column) -> dict[str, Any]:
        """See the base class. Levels may be sent as the numbers or booleans that they resemble; an unknown one gives a warning."""
        return {"type": ["string", "number", "boolean"]}

    def values(self, column: Column, frame: Frame) -> Ints:
        """See the base class."""
        return frame.categorical(column.name)[0]

    def sent(self, column: Column, frame: Frame, row: int) -> Any:
        """See the base class."""
        codes, levels = frame.categorical(column.name)
        code = int(codes[row])
        return None if code < 0 else levels[code]

    def made_up(self, column: Column) -> Any:
        """See the base class."""
        return column.levels[0] if column.levels else "text"

    def bins(self, column: Column, frame: Frame) -> Bins:
        """See the base class."""
        return level_bins(column, *frame.categorical(column.name), known=column.levels if column.has_levels else ())


class Identifier(Text):
    """A text that names its row or a group of rows."""

    id = "id"


class Category(Text):
    """A level of a set; those that training had often are known."""

    id = "category"


class Ordered(Category):
    """A level of a set with an order."""

    id = "ordered"


def known_levels(column: Column) -> frozenset[str]:
    """The levels of a column as they are read."""
    return frozenset(level_of(level) for level in column.levels) - frozenset(column.grammar.missing)


def read_levels(column: Column, texts: Sequence[str]) -> list[str]:
    """Each text as its canonical level, "" where missing."""
    read = level_reader(column.grammar)
    return [read(text or "") for text in texts]


def are_unseen(column: Column, levels: Sequence[str]) -> Bools:
    """Which levels training did not have; none where no level is known. A missing one ("") is not."""
    known = known_levels(column) if column.has_levels else frozenset[str]()
    return np.array([bool(known) and level != "" and level not in known for level in levels], dtype=bool)


def unknown_level(column: Column, row: int | None, got: str) -> ValidationIssue:
    """The warning that a category is not among the levels of the training data."""
    text = "“{column}” has a value that the training data did not have, or only rarely."
    message = sentence(column, "unknown_level", lambda: msg(text, column=column.name))
    return ValidationIssue(row, column.name, "unknown_level", message, "one of the known levels", got)


def damaged_text(column: Column, row: int | None) -> ValidationIssue:
    """The warning that a text holds the mark for a damaged character, or half of a surrogate pair, which is read as this mark."""
    message = msg("“{column}” holds a damaged character, such as half of a surrogate pair; it is read as “\ufffd”.", column=column.name)
    return ValidationIssue(row, column.name, "damaged_text", message, "a text of whole characters", "text")
