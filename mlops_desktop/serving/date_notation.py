"""How a new file writes the dates of one column: the format and the order of day and month that its cells prove."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from .cells import Grammar, clean_text
from .column import Column
from .dates import OffsetError, date_reader
from .frame import MISSING_DATE

_DAY_FIRST = tuple(f"%d{mark}%m{mark}%{year}" for mark in "./-" for year in "Yy")
_MONTH_FIRST = tuple(f"%m{mark}%d{mark}%{year}" for mark in "./-" for year in "Yy")
_OTHERS = (
    *("%Y/%m/%d", "%Y.%m.%d", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %b %y", "%d. %b %Y", "%d.%b.%Y"),
    *("%b %d, %Y", "%b %d %Y", "%d/%b/%Y"),
)
_NUMBERS = {"%Y%m%d": "yyyymmdd", "%E": "as the numbers of days that Excel counts", "%s": "as seconds since 1970"}
_NEAR = 5 * 366 * 86_400_000_000  # microseconds from the training data, at least, in which a number may be a date
_CLOCKS = (" %H:%M:%S.%f", " %I:%M:%S %p")  # each may be absent
_MOST_KNOWN = 50_000
_PARTS = {"%d": "day", "%m": "month", "%b": "month", "%Y": "year", "%y": "year"}


class DateNotation:
    """What the cells of one column of dates show, text by text; `column` is the model's."""

    def __init__(self, column: Column) -> None:
        grammar = column.grammar
        self.column = column
        self._own = date_reader(grammar)
        self._own_reads_all = True
        ends = ("", "%z") if grammar.zone else ("",)
        formats = [f"{day}{clock}{end}" for day in (*_DAY_FIRST, *_MONTH_FIRST, *_OTHERS) for clock in _CLOCKS for end in ends]
        self._formats = {one: date_reader(replace(grammar, date=one)) for one in formats}
        self._formats.update(_number_readers(column))
        self._readers = self._formats  # of the formats that read every cell so far
        self._known: set[str] = set()  # cells that were seen: dates come again and again
        self._reads_both_ways = False
        self._seen = self._clock = False

    def add(self, texts: Iterable[str]) -> None:
        """Take note of some cells."""
        missing = frozenset(self.column.grammar.missing) | {""}
        for text in texts:
            if text in self._known:
                continue
            if len(self._known) < _MOST_KNOWN:
                self._known.add(text)
            clean = clean_text(text)
            if clean not in missing:
                self._add(clean)

    def _add(self, text: str) -> None:
        own = _moment(self._own, text)
        if text[4:5] == "-" and own is not None:
            return  # ISO 8601, which every format reads
        values = {one: value for one, read in self._readers.items() if (value := _moment(read, text)) is not None}
        if own == MISSING_DATE or (
            own is None and not values and not any(_moment(read, text) is not None for read in self._formats.values())
        ):
            return  # no date: its row is refused by the column's grammar
        self._seen = True
        self._clock |= ":" in text
        self._own_reads_all &= own is not None
        self._readers = {one: self._readers[one] for one in values}
        self._reads_both_ways |= len(set(values.values())) > 1

    def order(self) -> bool | None:
        """Whether the cells prove that the day stands first (True) or the month (False); None when they prove neither."""
        orders = {_day_first(one) for one in self._readers}
        return orders.pop() if self._seen and len(orders) == 1 else None

    def grammar(self, orders: Collection[bool]) -> Grammar | None:
        """The grammar for the cells of this file; None when they read both ways and nothing settles it.

        `orders` are those of day and month that the columns of the file prove.
        """
        own = self.column.grammar
        if not self._seen or not self._readers:
            return own
        proven = next(iter(orders)) if len(orders) == 1 else None
        if self._own_reads_all:
            if not self._reads_both_ways or proven in (None, _day_first(own.date)):
                return own
        elif self._reads_both_ways and proven is None:
            if "." not in _without_clock(next(iter(self._readers))):
                return None
            proven = True  # with points between, the day stands first wherever dates are written so
        chosen = next((one for one in self._readers if not self._reads_both_ways or _day_first(one) == proven), "")
        if not chosen:
            return own
        return replace(own, date=chosen if self._clock else _without_clock(chosen))


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


def _day_first(format_: str) -> bool | None:
    day = _without_clock(format_)
    return True if day in _DAY_FIRST else False if day in _MONTH_FIRST else None


def _without_clock(format_: str) -> str:
    return format_.partition(" %H")[0].partition(" %I")[0]


def order_text(format_: str) -> str:
    """A format as a person names it, such as "day.month.year"."""
    if format_ in _NUMBERS:
        return _NUMBERS[format_]
    text = _without_clock(format_)
    for field, name in _PARTS.items():
        text = text.replace(field, name)
    return text
