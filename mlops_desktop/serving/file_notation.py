"""How a new file writes its numbers, dates, booleans and categories, found in its cells and mapped to the schema of a model.

What the file proves is used and noted; what it does not prove, and what contradicts the schema, is refused in one sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from .cells import BOOLEAN_PAIRS, Grammar, boolean_texts, level_of
from .column import Column
from .date_notation import DateNotation, dates_text
from .dates import is_time_of_day
from .errors import UserError
from .level_notation import LevelNotation
from .message import Message, as_message, joined, msg
from .number_notation import DECIMAL_NAMES, OTHER, NumberNotation
from .numbers import NOTATIONS
from .plural import listed, quoted_columns, quoted_names
from .schema import Schema

# Words that workbooks of other languages write are too rare in training data to be sought there.
_PAIRS = (
    *BOOLEAN_PAIRS,
    *(
        ("verdadero", "falso"),
        ("vero", "falso"),
        ("verdadeiro", "falso"),
        ("waar", "onwaar"),
        ("prawda", "fałsz"),
        ("j", "n"),
        ("sì", "no"),
    ),
)
_MEANINGS = {text: value for pair in _PAIRS for text, value in zip(pair, (True, False), strict=True)}
_MOST_TEXTS = 20
_SHOWN = 12
NOTATION = "notation"  # the code of warnings that say what a file writes otherwise than the training data


def likely_decimal(delimiter: str) -> str:
    """The decimal mark that a delimiter suggests: a comma beside semicolons, a point beside commas; else ""."""
    return {";": ",", ",": "."}.get(delimiter, "")


@dataclass(frozen=True)
class FileNotation:
    """The schema with the grammars that read a file, and what is different from the training data in sentences.

    `open_dates` are columns read day or month first as the training data is, though nothing in the file says so.
    """

    schema: Schema
    notes: tuple[str, ...] = ()
    open_dates: tuple[str, ...] = ()


class BooleanNotation:
    """The texts of one boolean column that its grammar does not know."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self._known = boolean_texts(column.grammar).keys() | {level_of(text).casefold() for text in (*column.grammar.missing, "")}
        self._texts: set[str] = set()

    def add(self, texts: Iterable[str]) -> None:
        """Take note of some cells."""
        for text in texts:
            level = level_of(text).casefold()
            if level not in self._known and len(self._texts) <= _MOST_TEXTS:
                self._texts.add(level)

    def grammar(self) -> Grammar:
        """The grammar with these texts, when all of them mean yes or no."""
        own, texts = self.column.grammar, sorted(self._texts)
        if not texts or not _MEANINGS.keys() >= self._texts:
            return own
        true = tuple(text for text in texts if _MEANINGS[text])
        return replace(own, true=own.true + true, false=own.false + tuple(text for text in texts if not _MEANINGS[text]))


class NotationFinder:
    """Takes the cells of a file, column by column and in any number of parts, and finds how they are written.

    `likely` is the decimal mark that the mark between the cells suggests, `decimal` the one that a person gave; each may be "".
    `day_first` is the order of days and months that a person gave; None: none was given.
    """

    def __init__(self, schema: Schema, likely: str = "", decimal: str = "", day_first: bool | None = None) -> None:
        self._schema, self._likely, self._given, self._day_first = schema, likely, decimal, day_first
        self._numbers = {c.name: NumberNotation(c) for c in schema.columns if c.is_measured}
        self._dates = {c.name: DateNotation(c) for c in schema.columns if c.is_date and not is_time_of_day(c.grammar.date)}
        self._levels: dict[str, BooleanNotation | LevelNotation] = {
            c.name: BooleanNotation(c) for c in schema.columns if c.type == "boolean"
        }
        self._levels.update({c.name: LevelNotation(c) for c in schema.columns if c.has_levels and c.levels})

    def wants(self, name: str) -> bool:
        """Whether the cells of a column can be written in several ways."""
        return name in self._numbers or name in self._dates or name in self._levels

    def add(self, columns: Mapping[str, Iterable[str]]) -> None:
        """Take note of cells, by column; each text counts once however often it comes."""
        for name, texts in columns.items():
            finder = self._numbers.get(name) or self._dates.get(name) or self._levels.get(name)
            if finder is not None:
                finder.add(texts if isinstance(texts, (set, frozenset)) else dict.fromkeys(texts))

    def add_values(self, name: str, values: NDArray[Any]) -> None:
        """Take note of cells of a column that are no texts: float64 or, in a column of dates, int64 microseconds."""
        if name in self._numbers:
            self._numbers[name].add_values(values)
        elif name in self._dates:
            self._dates[name].add_moments(values)

    def found(self) -> FileNotation:
        """The schema that reads the file.

        UserError, which names the columns, when numbers or dates read both ways and nothing settles it, and when percentages have lost
        their “%”.
        """
        numbers = self._number_grammars()
        fractions = self._fractions(numbers)
        orders = self._orders()
        grammars = {**numbers, **self._date_grammars(orders)}
        open_dates = () if orders else tuple(name for name, one in self._dates.items() if one.is_open)
        grammars.update({name: one.grammar() for name, one in self._levels.items()})
        changed = [c for c in self._schema.columns if grammars.get(c.name, c.grammar) != c.grammar]
        unknown = (*fractions, *self._unmarked(), *self._unknown_marks(grammars))
        if not changed:
            return FileNotation(self._schema, unknown, open_dates)
        columns = tuple(replace(c, grammar=grammars.get(c.name, c.grammar)) for c in self._schema.columns)
        return FileNotation(Schema(columns), (*_notes(changed, grammars), *unknown), open_dates)

    def _fractions(self, grammars: Mapping[str, Grammar]) -> tuple[str, ...]:
        """A sentence about columns of percentages whose numbers without “%” are taken as fractions.

        UserError when such numbers lie outside the range of the training data: “7.7” may be 7.7 % then.
        """
        found = {name: are_fractions for name, one in self._numbers.items() if (are_fractions := one.unmarked(grammars[name])) is not None}
        if refused := [name for name, are_fractions in found.items() if not are_fractions]:
            raise UserError(
                msg(
                    "Numbers of {names} stand without “%” in this file, but the training data was written with it: they may be "
                    "fractions or percentages.",
                    names=quoted_columns(refused, _SHOWN),
                ),
                "Write them with “%”.",
            )
        template = "Numbers of {names} stand without “%” in this file; they were read as fractions, so that 0.12 is 12 %."
        return (msg(template, names=quoted_columns([*found], _SHOWN)),) if found else ()

    def _unmarked(self) -> Iterator[str]:
        """A sentence for each unit that the numbers of columns lack in this file."""
        by_unit: dict[str, list[str]] = {}
        for name, one in self._numbers.items():
            if one.lacks_mark():
                by_unit.setdefault(one.column.unit, []).append(name)
        for unit, names in by_unit.items():
            template = "Numbers of {names} stand without “{unit}” in this file; they were taken to be in it, as the training data is."
            yield msg(template, names=quoted_columns(names, _SHOWN), unit=unit)

    def _unknown_marks(self, grammars: Mapping[str, Grammar]) -> Iterator[str]:
        """The units and currencies that nothing settles, one sentence for each column."""
        for name, one in self._numbers.items():
            if marks := one.unknown_marks(grammars[name]):
                template = "Numbers of “{column}” stand with {marks} in this file, but {own}: rows with them are refused. {remedy}"
                if unit := one.column.unit or ", ".join(one.column.grammar.affixes[:1]):
                    own = msg("the training data is in {unit}", unit=unit)
                    remedy = msg("Convert the values to {unit}.", unit=unit)
                else:
                    own = msg("the training data says no unit")
                    remedy = msg("Convert the values to the unit of the training data and leave the mark off.")
                yield msg(template, column=name, marks=quoted_names(marks, _SHOWN), own=own, remedy=remedy)

    def _number_grammars(self) -> dict[str, Grammar]:
        proven = {self._given} if self._given else {mark for one in self._numbers.values() for mark in one.proven}
        found = {name: one.grammar(proven, self._likely) for name, one in self._numbers.items()}
        undecided = [name for name, grammar in found.items() if grammar is None]
        if undecided:
            own = self._numbers[undecided[0]].column.grammar.decimal
            template = (
                "The numbers of {names} read both ways: the training data has a decimal {own}, and this file has marks before three digits "
                "that may be a decimal {other} as well."
            )
            raise UserError(
                msg(template, names=quoted_columns(undecided, _SHOWN), own=DECIMAL_NAMES[own], other=DECIMAL_NAMES[OTHER[own]]),
                "Write the numbers as in the training data, or some of them with one or two decimals.",
            )
        return {name: grammar for name, grammar in found.items() if grammar is not None}

    def _orders(self) -> set[bool]:
        """The orders of day and month that a person gave or the columns prove."""
        proven = {order for one in self._dates.values() if (order := one.order()) is not None}
        return proven if self._day_first is None else {self._day_first}

    def _date_grammars(self, orders: set[bool]) -> dict[str, Grammar]:
        found = {name: one.grammar(orders) for name, one in self._dates.items()}
        undecided = [name for name, grammar in found.items() if grammar is None]
        if undecided:
            raise UserError(
                msg(
                    "The dates of {names} read both ways: nothing in this file says whether the day or the month stands first.",
                    names=quoted_columns(undecided, _SHOWN),
                ),
                "Write them as in the training data, or as year-month-day.",
            )
        return {name: grammar for name, grammar in found.items() if grammar is not None}


def _notes(changed: list[Column], grammars: Mapping[str, Grammar]) -> Iterator[str]:
    """What is written otherwise than in the training data, one sentence for each difference."""
    by_difference: dict[Message, list[str]] = {}
    for column in changed:
        for difference in _differences(column, grammars[column.name]):
            by_difference.setdefault(difference, []).append(column.name)
    for one, names in by_difference.items():
        yield Message(one.template, {**one.args, "names": quoted_columns(names, _SHOWN)})


def _differences(column: Column, new: Grammar) -> Iterator[Message]:
    """What is written otherwise in a column, in sentences whose `names` are still empty: those of several columns may be equal."""
    own, names = column.grammar, ""
    if new.decimal != own.decimal:
        mark = DECIMAL_NAMES[new.decimal]
        yield msg("The numbers of {names} have a decimal {value} in this file; they were read so.", names=names, value=mark)
    elif new.thousands != own.thousands or ("lakh" in own.notations and "lakh" not in new.notations):
        text = "The numbers of {names} have “{value}” between thousands in this file; they were read so."
        yield msg(text, names=names, value=new.thousands)
    if new.date != own.date:
        yield msg("The dates of {names} are written {value} in this file; they were read so.", names=names, value=dates_text(new))
    if days := new.missing_dates[len(own.missing_dates) :]:
        yield msg("{value} means “no date” in {names} and counts as missing.", names=names, value=", ".join(days))
    if new.percent != own.percent:
        yield msg("The numbers of {names} are percentages in this file; they were read as shares.", names=names)
    if further := [as_message(NOTATIONS[one].label) for one in new.notations if one not in own.notations]:
        written = joined(further, ", ")
        yield msg("The numbers of {names} are written {value} in this file; they were read so.", names=names, value=written)
    if marks := [mark for mark in new.affixes if mark not in own.affixes]:
        yield msg(
            "The numbers of {names} stand with {value} in this file, which was left off.", names=names, value=quoted_names(marks, _SHOWN)
        )
    if scales := [scale.mark for scale in new.scales if scale not in own.scales and scale.mark != column.unit]:
        converted = "The numbers of {names} stand with {value} in this file; they were converted to {unit}."
        yield msg(converted, names=names, value=quoted_names(scales, _SHOWN), unit=column.unit)
    if spellings := new.recoded[len(own.recoded) :]:
        shown = [msg("“{text}” as “{level}”", text=text, level=level) for text, level in spellings[:_SHOWN]]
        value = listed(shown, len(spellings) - _SHOWN)
        yield msg("{names} is spelled otherwise in this file, and was read so: {value}.", names=names, value=value)
    if texts := [*new.true[len(own.true) :], *new.false[len(own.false) :]]:
        yield msg(
            "Yes and no of {names} are written {value} in this file; they were read so.", names=names, value=quoted_names(texts, _SHOWN)
        )
