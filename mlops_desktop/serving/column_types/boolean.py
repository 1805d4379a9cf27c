"""Yes or no."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from ..cells import boolean_reader, boolean_texts, recoded_level
from ..column import Column, Issues
from ..frame import Floats
from ..message import msg
from .number import Number, read_each


class Boolean(Number):
    """1.0 and 0.0; texts that stand for them are those of the column."""

    id = "boolean"

    def cell_check(self, column: Column) -> Callable[[Any, int, Issues], float]:
        """See the base class."""
        texts, missing, recoded = boolean_texts(column.grammar), frozenset(column.grammar.missing), dict(column.grammar.recoded)

        def cell(value: Any, row: int, issues: Issues) -> float:
            if hasattr(value, "item"):
                value = value.item()
            if value is None or isinstance(value, str):
                level = recoded_level(value, recoded)
                if not level or level in missing:
                    self.note_missing(column, row, issues)
                    return math.nan
                read = texts.get(level.casefold())
                if read is not None:
                    return read
                self.refuse(column, row, "unreadable", value, issues)
                return math.nan
            if isinstance(value, (bool, int, float)) and value in (0, 1):
                return float(value)
            self.refuse(column, row, "wrong_type", value, issues)
            return math.nan

        return cell

    def fast_check(self, column: Column) -> tuple[frozenset[type], float, float]:
        """See the base class."""
        return (frozenset(), 0, 1) if column.grammar.missing_numbers else (frozenset((bool,)), 0, 1)

    def read_texts(self, column: Column, texts: Sequence[str]) -> tuple[Floats, dict[int, str]]:
        """See the base class."""
        return read_each(boolean_reader(column.grammar), texts)

    def accepted(self, column: Column) -> str:
        """See the base class."""
        texts = [text for pair in zip(column.grammar.true[:1], column.grammar.false[:1], strict=False) for text in pair]
        return msg("true or false (or “{true}” and “{false}”)", true=texts[0], false=texts[1]) if texts else msg("true or false")

    def json_schema(self, column: Column) -> dict[str, Any]:
        """See the base class."""
        return {"enum": [True, False, 0, 1, *column.grammar.true, *column.grammar.false]}

    def of_float(self, value: float) -> Any:
        """See the base class."""
        return bool(value)

    def made_up(self, column: Column) -> Any:
        """See the base class."""
        return False
