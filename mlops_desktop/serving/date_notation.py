"""How a new file writes the dates of one column: the format and the order of day and month that its cells prove."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date

import numpy as np

from .cells import MOST_CHARACTERS, Grammar, clean_text
from .column import Column
from .date_formats import DAYS, day_first, day_formats, exchanged, format_match, whole_formats
from .dates import DAY, OffsetError, date_reader, without_clock
from .frame import MISSING_DATE, Longs
from .message import msg

_NUMBERS = {"%Y%m%d": "yyyymmdd", "%E": "as the numbers of days that Excel counts", "%s": "as seconds since 1970"}
_NEAR = 5 * 366 * 86_400_000_000  # microseconds from the training data, at least, in which a number may be a date
# Behind a day; each may be absent, and so may seconds.
_CLOCKS = (
    *(" %H:%M:%S.%f", " %I:%M:%S %p", "T%H:%M:%S.%f", ", %H:%M:%S.%f", ", %I:%M:%S %p"),
    *(" %H:%M:%S Uhr", ", %H:%M:%S Uhr", " %H.%M Uhr", " %Hh%M", " %H.%M.%S"),
)
_MOST_KNOWN = 50_000
# Days that stand for “no date”: those that nothing real lies near, and those that count when all other dates are far from them.
NEVER = (
    *("0001-01-01", "0001-01-02", "1111-11-11", "1677-09-21", "2262-04-11", "2999-01-01", "2999-12-31", "3000-01-01", "3000-12-31"),
    *("4712-12-31", "8888-12-31", "9998-12-31", "9999-01-01", "9999-12-30", "9999-12-31"),
)
PERHAPS_NEVER = (
    *("1600-01-01", "1601-01-01", "1753-01-01", "1800-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1901-01-01", "1970-01-01"),
    *("2099-12-31", "2100-01-01", "2100-12-31", "2199-12-31", "2200-01-01", "2222-12-22"),
)
FAR = 20 * 365.25 * DAY  # microseconds from all other dates
NO_DAYS: Mapping[int, str] = {date.fromisoformat(day).toordinal() - date(1970, 1, 1).toordinal(): day for day in (*NEVER, *PERHAPS_NEVER)}
_PARTS = {"%d": "day", "%o": "day", "%m": "month", "%b": "month", "%Y": "year", "%N": "year", "%y": "year", "%a": "weekday"}
_PERIODS = {"%G": "2024", "%Y": "2024", "%y": "24", "%V": "13", "%u": "4", "%q": "1"}  # of 2024-03-28, for weeks and quarters


class DateNotation:
    """What the cells of one column of dates show, text by text; `column` is the model's."""

    def __init__(self, column: Column) -> None:
        grammar = column.grammar
        self.column = column
        self._own = date_reader(grammar)
        self._other = grammar if has_short_year(grammar.date) else replace(grammar, pivot=_nearest_pivot(column))  # for other formats
        self._own_reads_all = True
        self._numbers = _number_readers(column)
        self._readers: dict[str, Callable[[str], int]] = {}  # of the formats that read every cell so far
        self._clocked: dict[str, Callable[[str], int]] = {}  # the same with a clock, once they are needed
        self._known: set[str] = set()  # cells that were seen: dates come again and again
        self._is_ambiguous = False
        self._seen = False
        self._never: set[str] = set()  # days that mean “no date”

    def add(self, texts: Iterable[str]) -> None:
        """Take note of some cells."""
        missing = frozenset(self.column.grammar.missing) | {""}
        for text in texts:
            if text in self._known:
                continue
            if len(self._known) < _MOST_KNOWN:
                self._known.add(text)
            clean = clean_text(text)
            if clean not in missing and len(clean) <= MOST_CHARACTERS:
                self._add(clean)

    def _add(self, text: str) -> None:
        own = _moment(self._own, text)
        if own is not None:
            self._note_never(own)
        if text[4:5] == "-" and own is not None:
            return  # ISO 8601, which every format reads
        readers = self._readers if self._seen else self._readers_of(text)
        values = _values(readers, text)
        if self._seen and not values:
            readers = self._clocked = self._clocked or self._with_clocks(readers)
            values = _values(readers, text)
        if own == MISSING_DATE or (own is None and not values and not (self._seen and _values(self._readers_of(text), text))):
            return  # no date: its row is refused by the column's grammar
        self._seen = True
        if own is None:
            for value in values.values():
                self._note_never(value)
        self._own_reads_all &= own is not None
        if len(values) < len(self._readers) or readers is not self._readers:
            self._readers, self._clocked = {one: readers[one] for one in values}, {}
        self._is_ambiguous |= len(set(values.values())) > 1

    def add_moments(self, values: Longs) -> None:
        """Take note of moments that are no texts, in microseconds."""
        for day in np.unique(values[np.isin(values // DAY, [*NO_DAYS])] // DAY).tolist():
            self._note_never(day * DAY)

    def _note_never(self, value: int) -> None:
        """Note a day that means “no date”."""
        if day := _far_day(self.column, value):
            self._never.add(day)

    def _readers_of(self, text: str) -> dict[str, Callable[[str], int]]:
        """The readers of the formats that a text has, in a fixed order."""
        days = dict.fromkeys(day_formats(text))
        alone = {one: date_reader(replace(self._other, date=one)) for one in days if format_match(one).fullmatch(text)}
        wholes = [one for one in whole_formats(text) if self.column.grammar.zone or "%z" not in one]
        further = {one: date_reader(replace(self._other, date=one)) for one in wholes}
        return {**(alone or self._with_clocks(days)), **further, **self._numbers}

    def _with_clocks(self, days: Iterable[str]) -> dict[str, Callable[[str], int]]:
        """The readers of days with a clock, which read the days alone as well."""
        ends = ("", "%z") if self.column.grammar.zone else ("",)
        formats = [f"{day}{clock}{end}" for day in days if day in DAYS for clock in _CLOCKS for end in ends]
        return {one: date_reader(replace(self._other, date=one)) for one in formats}

    def order(self) -> bool | None:
        """Whether the cells prove that the day is first (True) or the month (False); None when they prove neither."""
        orders = {_order(one) for one in self._readers}
        return orders.pop() if self._seen and len(orders) == 1 else None

    @property
    def is_open(self) -> bool:
        """Whether the own format reads every cell, but the other order of day and month does so too."""
        return self._seen and self._own_reads_all and self._is_ambiguous

    def grammar(self, orders: Collection[bool]) -> Grammar | None:
        """The grammar for the cells of this file; None when they read both ways and nothing settles it.

        `orders` are those of day and month that the columns of the file prove.
        """
        found = self._in_order(orders)
        new = sorted(self._never - {*found.missing_dates}) if found is not None else []
        return replace(found, missing_dates=(*found.missing_dates, *new)) if found is not None and new else found

    def _in_order(self, orders: Collection[bool]) -> Grammar | None:
        own = self.column.grammar
        if not self._seen or not self._readers:
            return own
        proven = next(iter(orders)) if len(orders) == 1 else None
        if self._own_reads_all:
            if not self._is_ambiguous or proven in (None, _order(own.date)):
                return own
        elif self._is_ambiguous and proven is None:
            if "." not in without_clock(next(iter(self._readers))):
                return None
            proven = True  # with points between, the day is first wherever dates are written so
        chosen = next((one for one in self._readers if not self._is_ambiguous or _order(one) == proven), "")
        if not chosen:
            return own
        return replace(self._other if has_short_year(chosen) else own, date=chosen)


def no_day(column: Column, moment: int) -> str:
    """The day of a moment (microseconds) as ISO 8601, where it means “no date” in a column: one of `NO_DAYS`, far from the training data;
    otherwise "".
    """
    return _far_day(column, moment) if column.has_no_days else ""


def _far_day(column: Column, moment: int) -> str:
    day, low, high = NO_DAYS.get(moment // DAY), column.low, column.high
    if day is None or low is None or high is None or low <= moment <= high:
        return ""
    return day if min(abs(moment - low), abs(moment - high)) > FAR else ""


def has_short_year(format_: str) -> bool:
    """Whether years are written with two digits."""
    return "%y" in format_


def _nearest_pivot(column: Column) -> int:
    """The pivot by which two-digit years are as near to the training data as they can be; the grammar's where its range is unknown."""
    if column.low is None or column.high is None:
        return column.grammar.pivot
    middle = 1970 + (column.low + column.high) / 2 / (365.2425 * DAY)
    return min(max(round(middle) - 50 - 1900, 0), 100)


def _values(readers: Mapping[str, Callable[[str], int]], text: str) -> dict[str, int]:
    """What a text is by each of the formats that read it."""
    return {one: value for one, read in readers.items() if (value := _moment(read, text)) is not None}


def _moment(read: Callable[[str], int], text: str) -> int | None:
    try:
        return read(text)
    except OffsetError:
        return MISSING_DATE  # named as the fault by the column's own grammar
    except ValueError:
        return None


def _number_readers(column: Column) -> dict[str, Callable[[str], int]]:
    """Readers of dates that are written as numbers. Such a number is a date where it lies near the training data, and only there.

    Seconds since 1970 are moments, so they are none in a column of local times.
    """
    low, high = column.low, column.high
    if low is None or high is None:
        return {}
    near = max(2 * (high - low), _NEAR)

    def reader(format_: str) -> Callable[[str], int]:
        read = date_reader(replace(column.grammar, date=format_))

        def near_moment(text: str) -> int:
            if not text.replace(".", "", 1).isdecimal():
                raise ValueError("not a number")
            moment = read(text)
            if not low - near <= moment <= high + near:
                raise ValueError("far from the training data")
            return moment

        return near_moment

    return {one: reader(one) for one in _NUMBERS if one != "%s" or column.grammar.zone}


def _order(format_: str) -> bool | None:
    """Whether the day is first, where the month might as well; None for formats whose order is beyond doubt."""
    day = without_clock(format_)
    return day_first(day) if exchanged(day) else None


def dates_text(grammar: Grammar) -> str:
    """As `order_text` of a grammar's format, with the century of two-digit years."""
    text = order_text(grammar.date)
    if not has_short_year(grammar.date):
        return text
    return msg("{text} with years from {first} to {last}", text=text, first=1900 + grammar.pivot, last=1999 + grammar.pivot)


def order_text(format_: str) -> str:
    """A format as a person names it, such as "day.month.year"."""
    if format_ in _NUMBERS:
        return _NUMBERS[format_]
    text = without_clock(format_)
    if "%V" in text or "%q" in text:
        for field, value in _PERIODS.items():
            text = text.replace(field, value)
        return msg("as in “{text}”", text=text)
    for field, name in _PARTS.items():
        text = text.replace(field, name)
    return text
