"""A count with its noun, in the singular or the plural, and lists of names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from .message import Message, joined, msg, number_msg


def pluralize(count: int, one: str, many: str) -> str:
    """`one` for exactly one, else `many` with the count, thousands set apart, in place of its {n}."""
    return one if count == 1 else many.replace("{n}", f"{count:,}")


def plural_msg(count: int, one: str, many: str, **args: object) -> Message:
    """The message of the template `one` for exactly one, else of `many`; {n} is the count, thousands set apart. KeyError as for `msg`."""
    return Message(one if count == 1 else many, {"n": number_msg(int(count), ","), **args})


def first_few(items: Iterable[str], most: int) -> str:
    """The first `most` of the texts with commas between, and “ …” where there are more."""
    texts = list(islice(items, most + 1))
    return ", ".join(texts[:most]) + (" …" if len(texts) > most else "")


def quoted_names(names: Sequence[object], most: int = 12) -> Message:
    """The first `most` names, each in quotation marks, with commas between, and how many more there are. A translation has the quotation
    marks of its language.
    """
    return listed([msg("“{name}”", name=name) for name in names[:most]], len(names) - most)


def quoted_columns(names: Sequence[str], most: int = 12) -> Message:
    """As `quoted_names`, of columns: the window shows a column by the label that a person gave it."""
    return listed([msg("“{column}”", column=name) for name in names[:most]], len(names) - most)


def listed(parts: Sequence[str], more: int = 0, separator: str = ", ") -> Message:
    """Parts of a sentence, each translated by itself, and how many more there are where `more` is above 0."""
    first = joined(parts, separator)
    return msg("{parts} and {more} more", parts=first, more=more) if more > 0 else first
