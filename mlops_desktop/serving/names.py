"""Normalizes column names of file headers, in training and prediction alike."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from .cells import clean_text
from .column_units import may_be_same, split_unit
from .errors import UserError
from .message import msg
from .plural import quoted_columns

_SEPARATORS = re.compile(r"[\s_.-]+")


def clean_name(name: Any) -> str:
    """A column's name on one line, as `clean_text` leaves it, with single blanks; "" for None."""
    return " ".join(clean_text(str("" if name is None else name)).split())


def unique_names(names: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Column names as unique non-empty texts, and the names that occurred more than once."""
    out: list[str] = []
    doubled: list[str] = []
    texts = [clean_name(name) for name in names]
    taken = set(texts)
    seen: set[str] = set()
    last: dict[str, int] = {}  # the number given last behind each name
    for i, text in enumerate(texts, 1):
        if not text:
            text = _free(f"column_{i}", taken, last)
        elif text in seen:
            doubled.append(text)
            text = _free(text, taken, last)
        seen.add(text)
        taken.add(text)
        out.append(text)
    return out, list(dict.fromkeys(doubled))


def refuse_repeated(repeated: Iterable[str], known: Collection[str]) -> None:
    """UserError when one of the names that occurred more than once (see `unique_names`) is a known one: which of its columns is meant?

    Where the numbered name is known as well, the training data had both columns.
    """
    if doubtful := [name for name in repeated if name in known and f"{name}_2" not in known]:
        raise UserError(
            msg("The header names a column twice: {names}.", names=quoted_columns(doubtful)), "Give each column a name of its own."
        )


def _free(name: str, taken: set[str], last: dict[str, int]) -> str:
    if name not in taken:
        return name
    number = last.get(name, 1) + 1
    while f"{name}_{number}" in taken:
        number += 1
    last[name] = number
    return f"{name}_{number}"


def known_names(row: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """The row with its names matched to the known ones: an unknown name is replaced by its normalized form when that is known and free."""
    found = {name: value for name, value in row.items() if name in known}
    for name, value in row.items():
        clean = clean_name(name)
        if name not in known:
            found[clean if clean in known and clean not in found else name] = value
    return found


def match_names(names: Sequence[str], known: Collection[str]) -> dict[str, str]:
    """The names that are known ones in another spelling (case, blanks, “_”, “-” or “.”, a unit in brackets behind one of them), each with
    the known name that it stands for.

    Only where exactly one of the names and exactly one of the known ones are alike, and that one is not there itself.
    """
    there = set(names)
    others = _by_key(name for name in names if name not in known)
    wanted = _by_key(name for name in known if name not in there)
    found = {names[0]: wanted[key][0] for key, names in others.items() if len(names) == 1 == len(wanted.get(key, ()))}
    left = [name for name in names if name not in known and name not in found]
    lacking = [name for name in known if name not in there and name not in found.values()]
    units = {name: split_unit(name) for name in (*left, *lacking)}
    if not any(unit for _, unit in units.values()):
        return found
    others, wanted = (_by_key((name for name in some), {name: units[name][0] for name in some}) for some in (left, lacking))
    for key, few in others.items():
        name, fits = few[0], wanted.get(key, [])
        if len(few) == 1 == len(fits) and may_be_same(units[name][1], units[fits[0]][1]):
            found[name] = fits[0]
    return found


def _by_key(names: Iterable[str], bare: Mapping[str, str] = {}) -> dict[str, list[str]]:
    """The names by what they have in common in every spelling; `bare` are names without their units."""
    found: dict[str, list[str]] = {}
    for name in names:
        if key := _SEPARATORS.sub("", bare.get(name, name)).casefold():
            found.setdefault(key, []).append(name)
    return found
