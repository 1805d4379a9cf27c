"""A count with its noun, in the singular or the plural."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from .message import Message, number_msg


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
