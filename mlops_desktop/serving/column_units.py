"""Units that a file states for whole columns, in their names or in a row below these, beside those of the training data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .column import Column
from .errors import UserError
from .message import msg
from .units import CURRENCIES, UNITS

_MOST_CHARACTERS = 200
_IN_NAME = re.compile(r"(?P<name>.*\S)\s*[\[(]\s*(?P<unit>[^\[\]()]{1,12}?)\s*[\])]|(?P<before>.*\S)\s+in\s+(?P<behind>\S{1,12})")


def split_unit(name: str) -> tuple[str, str]:
    """The name of a column without the unit at its end, and this unit: “Price (€)” is “Price” in “€”. "" for a name without one."""
    found = _IN_NAME.fullmatch(name) if len(name) <= _MOST_CHARACTERS else None
    if found is None:
        return name, ""
    bare, unit = (found["name"], found["unit"]) if found["unit"] else (found["before"], found["behind"])
    return (bare, unit) if _is_known(unit) else (name, "")


def may_be_same(one: str, other: str) -> bool:
    """Whether two units are the same, or one of them is not known."""
    if not (_is_known(one) and _is_known(other)):
        return True
    return one == other or CURRENCIES.get(one, one) == CURRENCIES.get(other, other) or (one in UNITS and UNITS[one] == UNITS.get(other))


def refuse_other_units(columns: Sequence[Column], units: Mapping[str, str]) -> None:
    """UserError when a file states another unit for a column than the training data has; `units` are those of the file by column."""
    for column in columns:
        unit = column.unit or split_unit(column.name)[1]
        if not may_be_same(unit, units.get(column.name, "")):
            raise UserError(
                msg(
                    "“{column}” is in {other} in this file, but the training data is in {unit}.",
                    column=column.name,
                    other=units[column.name],
                    unit=unit,
                ),
                msg("Convert the values to {unit}.", unit=unit),
            )


def refuse_new_units(columns: Sequence[Column], units: Mapping[str, str]) -> None:
    """UserError when a file states a unit for a column of numbers that the data so far states none for; `units` are those of the file."""
    for column in columns:
        unit = units.get(column.name, "")
        if column.is_measured and _is_known(unit) and not (column.unit or split_unit(column.name)[1]):
            raise UserError(
                msg("“{column}” is in {unit} in this file, but the data so far states no unit.", column=column.name, unit=unit),
                msg("Write down the unit of “{column}” in the project first, or leave the unit out of the file.", column=column.name),
            )


def _is_known(unit: str) -> bool:
    return unit in CURRENCIES or unit in UNITS or unit == "%"
