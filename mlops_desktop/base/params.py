"""Parameters, declared once: from a field come the form, the JSON, the check, the tuning range and the tests.

A component is a frozen dataclass; each field is made by one of the functions below, which return a dataclass field with a `Param`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.number_format import format_number
from mlops_desktop.serving.message import as_message, msg, translatable
from mlops_desktop.serving.plural import plural_msg
from mlops_desktop.serving.value_text import value_text

_LARGEST = 1.7e308  # a whole number beyond it is no float, an infinite one is no value


@dataclass(frozen=True, kw_only=True)
class Param:
    """The declaration of a parameter: `default`, `label` (a few words), `help` (one plain sentence).

    Its texts are messages, so that they are translated where they are shown.
    """

    default: Any
    label: str
    help: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", translatable(self.label))
        object.__setattr__(self, "help", translatable(self.help))

    def check(self, value: Any) -> Any:
        """The value in its canonical form; UserError says what is allowed."""
        raise NotImplementedError

    def _refuse(self, value: Any, wanted: str) -> UserError:
        return UserError(
            msg("“{label}” cannot be {shown}.", label=self.label, shown=shown(value)), msg("It must be {wanted}.", wanted=wanted)
        )


@dataclass(frozen=True, kw_only=True)
class Number(Param):
    """A number within bounds. `tune` is the range that a search draws from (None: not tuned); `log`: spaced by its logarithm; `percent`: a
    share that a person reads in percent.
    """

    low: float
    high: float
    whole: bool = False
    log: bool = False
    tune: tuple[float, float] | None = None
    optional: bool = False
    percent: bool = False

    @property
    def bounded(self) -> bool:
        """Whether there are bounds to name."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    def check(self, value: Any) -> int | float | None:
        """A finite number (int when `whole`) within the bounds; None only when optional."""
        wanted = as_message("a whole number" if self.whole else "a number")
        if self.bounded:
            wanted = msg("{kind} from {low} to {high}", kind=wanted, low=format_number(self.low, 10), high=format_number(self.high, 10))
        if self.optional:
            wanted = msg("{wanted}, or nothing", wanted=wanted)
        if value is None and self.optional:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._refuse(value, wanted)
        if not max(self.low, -_LARGEST) <= value <= min(self.high, _LARGEST) or (self.whole and value != int(value)):
            raise self._refuse(value, wanted)
        return int(value) if self.whole else float(value)


@dataclass(frozen=True, kw_only=True)
class Choice(Param):
    """One of several ids; `options` maps id to label. `tune`: a search may try all of them."""

    options: Mapping[str, str]
    tune: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "options", {id_: translatable(label) for id_, label in self.options.items()})

    def check(self, value: Any) -> str:
        """An id among the options."""
        if not isinstance(value, str) or value not in self.options:
            raise self._refuse(value, msg("one of: {options}", options=", ".join(self.options)))
        return value


@dataclass(frozen=True, kw_only=True)
class Flag(Param):
    """Yes or no."""

    tune: bool = False

    def check(self, value: Any) -> bool:
        """True or False."""
        if not isinstance(value, bool):
            raise self._refuse(value, as_message("true or false"))
        return value


@dataclass(frozen=True, kw_only=True)
class Text(Param):
    """A line of text. `grammar` names how it is read: "" (as it is), "formula", "pattern" (a regular expression), "query" (SQL, which is
    whole only once a person is done) or "file" (the path of a file).
    """

    grammar: str = ""
    required: bool = False

    def check(self, value: Any) -> str:
        """A text, not blank when required."""
        if not isinstance(value, str) or (self.required and not value.strip()):
            raise self._refuse(value, as_message("a text that is not empty" if self.required else "a text"))
        return value


@dataclass(frozen=True, kw_only=True)
class Listed(Text):
    """The name of a part of a location, such as a sheet or a table; a form offers those that there are. Empty: found."""


@dataclass(frozen=True, kw_only=True)
class Texts(Param):
    """A list of texts, such as levels in their order."""

    def check(self, value: Any) -> tuple[str, ...]:
        """A tuple of texts."""
        if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(item, str) for item in value):
            raise self._refuse(value, as_message("a list of texts"))
        return tuple(value)


@dataclass(frozen=True, kw_only=True)
class Counts(Param):
    """A list of whole numbers from 1, such as how often each of several models counts."""

    def check(self, value: Any) -> tuple[int, ...]:
        """A tuple of whole numbers."""
        whole = isinstance(value, Sequence) and all(isinstance(item, int) and not isinstance(item, bool) and item >= 1 for item in value)
        if not whole:
            raise self._refuse(value, as_message("a list of whole numbers from 1"))
        return tuple(value)


@dataclass(frozen=True, kw_only=True)
class Columns(Texts):
    """Names of columns of certain kinds (`number`, `categorical`, `date`, `sparse`). None chosen means all that fit when
    `all_when_empty`, so that the step also holds for tomorrow's file.
    """

    kinds: tuple[str, ...]
    all_when_empty: bool = True
    most: int | None = None
    nothing: str = ""  # what a form shows while none is chosen; empty: a sentence for all such fields

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "nothing", translatable(self.nothing))

    def check(self, value: Any) -> tuple[str, ...]:
        """A tuple of distinct names, at most `most`."""
        names = super().check(value)
        if len(set(names)) != len(names):
            raise self._refuse(value, as_message("a list of different columns"))
        if self.most is not None and len(names) > self.most:
            raise self._refuse(value, plural_msg(self.most, "at most 1 column", "at most {n} columns"))
        return names


def shown(value: Any) -> str:
    """A value as a refusal shows it: a text in quotes, cut to a readable length."""
    text = value_text(value)
    text = text if len(text) <= 58 else text[:55] + "..."
    return msg("“{name}”", name=text) if isinstance(value, str) else text


def _field(param: Param) -> Any:
    return dataclasses.field(default=param.default, metadata={"param": param})


def number(
    default: float | None,
    low: float,
    high: float,
    label: str,
    *,
    help: str = "",
    whole: bool = False,
    log: bool = False,
    tune: tuple[float, float] | None = None,
    percent: bool = False,
    optional: bool = False,
) -> Any:
    """A field for a number; a default of None makes it optional. Infinite bounds are none."""
    return _field(
        Number(
            default=default,
            label=label,
            help=help,
            low=low,
            high=high,
            whole=whole,
            log=log,
            tune=tune,
            optional=optional or default is None,
            percent=percent,
        )
    )


def choice(default: str, options: Mapping[str, str], label: str, *, help: str = "", tune: bool = False) -> Any:
    """A field for one of several ids."""
    return _field(Choice(default=default, label=label, help=help, options=options, tune=tune))


def flag(default: bool, label: str, *, help: str = "", tune: bool = False) -> Any:
    """A field for yes or no."""
    return _field(Flag(default=default, label=label, help=help, tune=tune))


def text(default: str, label: str, *, help: str = "", grammar: str = "", required: bool = False) -> Any:
    """A field for a line of text."""
    return _field(Text(default=default, label=label, help=help, grammar=grammar, required=required))


def listed(label: str, *, help: str = "") -> Any:
    """A field for the name of a part of a location; empty by default."""
    return _field(Listed(default="", label=label, help=help))


def texts(default: tuple[str, ...], label: str, *, help: str = "") -> Any:
    """A field for a list of texts."""
    return _field(Texts(default=default, label=label, help=help))


def counts(default: tuple[int, ...], label: str, *, help: str = "") -> Any:
    """A field for a list of whole numbers from 1."""
    return _field(Counts(default=default, label=label, help=help))


def columns(*kinds: str, label: str = "", help: str = "", all_when_empty: bool = True, most: int | None = None, nothing: str = "") -> Any:
    """A field for names of columns of these kinds."""
    label = label or as_message("Columns")
    return _field(Columns(default=(), label=label, help=help, kinds=kinds, all_when_empty=all_when_empty, most=most, nothing=nothing))
