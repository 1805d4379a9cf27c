"""The one door: training tables and every request become frames by the same schema."""

from __future__ import annotations

from dataclasses import dataclass

from .frame import Layout
from .plain import Plain

TYPES = ("number", "integer", "boolean", "category", "ordered", "text", "id", "date")


@dataclass(frozen=True)
class Grammar(Plain):
    """How the texts of one column are read. Everything is decided once for the whole column."""

    decimal: str = "."
    thousands: str = ""
    affixes: tuple[str, ...] = ()  # marks such as "$", "€", "%" that stand before or after a number and are left off
    percent: bool = False  # "12 %" is 0.12
    missing: tuple[str, ...] = ("",)  # words that mean missing, as they stand after stripping blanks
    missing_numbers: tuple[float, ...] = ()  # numbers that mean missing, such as -200
    true: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    date: str = ""  # strptime-like format of dates; "" for ISO 8601


@dataclass(frozen=True)
class Column(Plain):
    """One input column: what it holds, and what training saw of it.

    `low` and `high` are the range of numbers (dates: int64 microseconds), `levels` the frequent levels in order (ordered categories: from low to high;
    booleans: none), `typical` a synthetic usual value (median, most frequent level; None when unknown), `nullable` whether missing values may be sent.
    """

    name: str
    type: str
    grammar: Grammar = Grammar()
    unit: str = ""
    description: str = ""
    nullable: bool = True
    low: float | int | None = None
    high: float | int | None = None
    levels: tuple[str, ...] = ()
    typical: str | float | int | bool | None = None
    missing_share: float = 0.0


@dataclass(frozen=True)
class Schema(Plain):
    """The input columns of a model, in the order of the training table."""

    columns: tuple[Column, ...]

    def layout(self) -> Layout:
        """The frame layout of these columns: number, integer and boolean are numbers; category, ordered, text and id are words; date is a date."""
        return Layout(
            numbers=tuple(c.name for c in self.columns if c.type in ("number", "integer", "boolean")),
            words=tuple(c.name for c in self.columns if c.type in ("category", "ordered", "text", "id")),
            dates=tuple(c.name for c in self.columns if c.type == "date"),
        )
