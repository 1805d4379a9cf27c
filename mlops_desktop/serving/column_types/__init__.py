"""The types of columns, each with a class of what depends on it (see `column_type`)."""

from __future__ import annotations

from ..column import Column
from ..column_type import ColumnType, members
from .boolean import Boolean
from .date import Date
from .levels import Category, Identifier, Ordered, Text
from .number import Integer, Number

COLUMN_TYPES = members(Number, Integer, Boolean, Category, Ordered, Text, Identifier, Date)


def type_of(column: Column) -> ColumnType:
    """What depends on the type of a column."""
    return COLUMN_TYPES[column.type]
