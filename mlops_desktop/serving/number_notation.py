"""How a new file writes the numbers of one column: marks that its cells prove, and numbers that read both ways."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from .cells import MOST_CHARACTERS, Grammar, Scale, clean_text
from .column import Column
from .frame import Floats
from .message import msg
from .numbers import NOTATIONS, number_reader
from .units import CURRENCIES, RATIOS, UNITS, ratio

# The lines that are no whole numbers and no fractions whose mark cannot be before a group of thousands.
_OTHERS = {mark: re.compile(rf"^(?![+-]?[0-9]+(?:{re.escape(mark)}(?:[0-9]{{1,2}}|[0-9]{{4,}}))?$).*$", re.MULTILINE) for mark in ".,"}
# The lines that are not one to three digits, a mark and three more digits, which read both ways.
_NOT_BOTH_WAYS = {mark: re.compile(rf"^(?!-?[1-9][0-9]{{0,2}}{re.escape(mark)}[0-9]{{3}}$).*$", re.MULTILINE) for mark in ".,"}
_FEW = 50  # texts that are looked at one by one
_BARE = re.compile(r"[+−–-]?[0-9.,'’\s]+")
_NOT_ZERO = re.compile("[1-9]")
_DIGITS = re.compile(r"[+-]?[0-9]+")
# A mark that cannot be before a group of thousands: "4,5", "0.125", "1234.500".
_FRACTION = re.compile(r"[+-]?(?:[0-9]+[.,](?:[0-9]{0,2}|[0-9]{4,})|[.,][0-9]+|(?:0[0-9]*|[0-9]{4,})[.,][0-9]{3})")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:(?:\.[0-9]{3})+(,)|(?:,[0-9]{3})+(\.))[0-9]+")
# Commas between groups of two digits before the last three, and between groups of three that cannot be such.
_LAKH = re.compile(r"[+-]?[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]*)?")
_THREES = re.compile(r"[+-]?(?:[0-9]{3},[0-9]{3}|[0-9]{1,3}(?:,[0-9]{3}){2,})(?:\.[0-9]*)?")
# The same before a group of three, with marks around it.
_NO_GROUP = re.compile(r"(?<![\d.,])(?:0\d*|\d{4,})([.,])\d{3}(?![\d.,])")
_MARKED = re.compile(r"(?P<sign>[+−–-]?)\s*(?P<before>[^\d\s+−–.,-]*)\s*(?P<number>[+−–-]?[0-9](?:.*[0-9])?)\s*(?P<after>[^\d\s.,]*)")
_GROUPS: Mapping[str, tuple[str, ...]] = {".": ("", ",", " ", "'"), ",": ("", ".", " ", "'")}  # marks between thousands by decimal mark
_OF_A_HUNDRED = re.compile(rf".*(?:{'|'.join(map(re.escape, ('%', *RATIOS)))}).*", re.DOTALL)
_AROUND = {one.id: re.compile(one.around) for one in NOTATIONS.values() if one.around}
OTHER = {".": ",", ",": "."}
DECIMAL_NAMES = {".": msg("point"), ",": msg("comma")}


class NumberNotation:
    """What the cells of one number or integer column show, text by text; `column` is the model's."""

    def __init__(self, column: Column) -> None:
        grammar = replace(column.grammar, notations=tuple(one for one in column.grammar.notations if one != "lakh"))
        self.column = column
        self.proven: set[str] = set()  # decimal marks
        self._own = number_reader(column.grammar)
        self._readers = {
            mark: [(group, number_reader(replace(grammar, decimal=mark, thousands=group))) for group in groups]
            for mark, groups in _GROUPS.items()
        }
        self._groups: dict[str, set[str]] = {mark: set() for mark in _GROUPS}  # by decimal mark: what is between thousands then
        self._fits = dict.fromkeys(_GROUPS, True)  # whether every number that reads both ways is one of the column's type
        self._outside = dict.fromkeys(_GROUPS, 1.0)  # how many times beyond the training data the farthest of them lies
        self._is_ambiguous = False
        self._own_reads_both = True  # whether the own grammar reads every number that reads both ways
        self._marks: Counter[str] = Counter()  # units and currencies that the column's grammar does not know
        self._further: set[str] = set()  # notations that it does not know
        self._lakh: set[bool] = set()  # whether commas are between groups of two digits, where that is seen
        self._bare = False
        self._plain = False  # whether a number but 0 is without any mark
        self._largest = 0.0  # of the numbers before a percent sign
        self._unmarked: dict[str, list[float]] = {mark: [] for mark in _GROUPS}  # by decimal mark: least and greatest number without “%”

    def add(self, texts: Iterable[str]) -> None:
        """Take note of some cells."""
        texts = list(texts)
        if self.column.grammar.percent:
            self._add_unmarked(texts)
        for text in self._extremes(self._without_plain(texts)):
            self._plain = self._plain or (_BARE.fullmatch(text) is not None and _NOT_ZERO.search(text) is not None)
            if _DIGITS.fullmatch(text):
                self._bare = True
            elif _FRACTION.fullmatch(text):
                self._bare = True
                self.proven.add("," if "," in text else ".")
            elif found := _GROUPED.fullmatch(text):
                self._bare = True
                self._prove(found[1] or found[2])
                if found[2] and _THREES.fullmatch(text):
                    self._lakh.add(False)
            elif len(text := clean_text(text)) <= MOST_CHARACTERS:
                self._add_other(text)

    def _without_plain(self, texts: Sequence[str]) -> Sequence[str]:
        """Take note of the cells that are plain numbers, which most are, by one search in all of them; the others."""
        for decimal, others in _OTHERS.items():
            lines = "\n".join(texts)
            if not texts or lines.count("\n") >= len(texts):  # a cell has line breaks of its own
                return texts
            rest = others.findall(lines)
            if len(rest) < len(texts):
                self._bare = True
                if not self._plain or decimal not in self.proven:
                    odd = set(rest)
                    plain = "\n".join(text for text in texts if text not in odd)
                    self._plain |= _NOT_ZERO.search(plain) is not None
                    self.proven |= {decimal} if decimal in plain else set()
            texts = rest
        return texts

    def _extremes(self, texts: Sequence[str]) -> Sequence[str]:
        """The cells without most of the numbers such as 1.234, which read both ways: of those with the same sign and number of digits the
        least and the greatest prove as much as all, for they lie farthest from the training data; of whole numbers also one with decimals.
        """
        grammar = self.column.grammar
        if len(texts) < _FEW or grammar.notations or grammar.missing_numbers:
            return texts
        kept: list[str] = []
        for mark, others in _NOT_BOTH_WAYS.items():
            lines = "\n".join(texts)
            if not texts or lines.count("\n") >= len(texts):
                return [*kept, *texts]
            rest = others.findall(lines)
            if len(rest) < len(texts):
                odd = {*rest, *grammar.missing}
                both = [text for text in texts if text not in odd]
                pointed = both if mark == "." else [text.replace(mark, ".") for text in both]
                kept += [both[at] for at in _deciding(np.array([*map(float, pointed)]))] if both else []
            texts = rest
        return [*kept, *texts]

    def add_values(self, values: Floats) -> None:
        """Take note of cells that are numbers and no texts."""
        there = values[np.isfinite(values) & (values != 0)]
        self._plain |= bool(len(there))
        if self.column.grammar.percent and len(there):
            seen = (float(there.min()), float(there.max()), *self._unmarked[self.column.grammar.decimal])
            self._unmarked[self.column.grammar.decimal] = [min(seen), max(seen)]

    def lacks_mark(self) -> bool:
        """Whether numbers are without the unit that the training data has beside them."""
        own = self.column.grammar
        has_marks = not {*own.affixes, *(scale.mark for scale in own.scales)}.isdisjoint((*CURRENCIES, *UNITS))
        return self._plain and has_marks and bool(self.column.unit) and not own.percent

    def _add_unmarked(self, texts: Iterable[str]) -> None:
        """Note the range of the numbers without “%” in a column that has it; 0 is the same with and without."""
        for text in texts:
            if _OF_A_HUNDRED.fullmatch(text):
                continue
            for mark, readers in self._readers.items():
                value = next((value for _, read in readers if (value := _value(read, text)) is not None), 0.0)
                if value and not math.isnan(value):
                    seen = (value, *self._unmarked[mark])
                    self._unmarked[mark] = [min(seen), max(seen)]

    def _prove(self, decimal: str) -> None:
        self.proven.add(decimal)
        self._groups[decimal].add(OTHER[decimal])

    def _add_other(self, text: str) -> bool:
        """Note what a text with anything around its digits proves; False when it is no number in any notation."""
        if not text or text in self.column.grammar.missing:
            return True
        if self._classify(text):
            self._bare = True
            return True
        for name, around in _AROUND.items():
            if name not in self.column.grammar.notations and (inner := around.fullmatch(text)) and self._add_other(inner[1]):
                self._further.add(name)
                return True
        found = _MARKED.fullmatch(text)
        mark = found["before"] or found["after"] if found else ""
        if found is None or (found["before"] and found["after"]) or not (mark in CURRENCIES or mark in UNITS or mark == "%"):
            return False  # no number: its row is refused by the column's grammar
        if not self._classify(found["sign"] + found["number"]):
            return False
        self._marks[mark] += 1
        return True

    def _classify(self, text: str) -> bool:
        """Note what a number proves; False when it is none in any notation."""
        if _LAKH.fullmatch(text):
            self._lakh.add(True)
            self._prove(".")
            return True
        if _THREES.fullmatch(text):
            self._lakh.add(False)
        values, groups = {}, {}
        for mark, readers in self._readers.items():
            for group, read in readers:
                value = _value(read, text)
                if value is not None:
                    values[mark], groups[mark] = value, group
                    break
        if not values:
            return False
        if any(map(math.isnan, values.values())):
            return True  # a number that means missing
        self._largest = max(self._largest, *map(abs, values.values()))
        for mark, group in groups.items():
            if group:
                self._groups[mark].add(group)
        no_group = _NO_GROUP.search(text)
        if len(values) == 1 or no_group:
            self.proven.add(no_group[1] if no_group and len(values) > 1 else next(iter(values)))
        elif values["."] != values[","]:
            self._is_ambiguous = True
            self._own_reads_both &= _value(self._own, text) is not None
            for mark, value in values.items():
                self._fits[mark] &= self.column.type != "integer" or value.is_integer()
                self._outside[mark] = max(self._outside[mark], self._times_outside(value))
        return True

    def _times_outside(self, value: float) -> float:
        """How many times a number is larger than the largest one of the training data, or smaller than the smallest; 1.0 within these."""
        low, high = self.column.low, self.column.high
        if low is None or high is None or low <= value <= high:
            return 1.0
        size, largest = abs(value), max(abs(low), abs(high))
        smallest = min(abs(low), abs(high)) if low * high > 0 else 0.0
        if size > largest:
            return size / largest if largest else math.inf
        return max(smallest / size if size else math.inf, math.nextafter(1.0, 2.0))

    def grammar(self, proven: Collection[str], likely: str) -> Grammar | None:
        """The grammar for the cells of this file: the column's own unless the file proves another.

        `proven` are the decimal marks that the columns of the file prove, `likely` is the one that the mark between its cells suggests.
        None when numbers read both ways and nothing settles it.
        """
        own = self.column.grammar
        mark = self._decimal(proven, likely)
        if not mark:
            return None
        groups = self._groups[mark]
        if len(self.proven) > 1 or len(groups) > 1 or (len(self._lakh) > 1 and mark == "."):
            return own  # the cells contradict each other: those that the own grammar does not read are refused
        if mark != own.decimal or groups - {own.thousands}:
            kept = own.thousands if mark == own.decimal or own.thousands in ("'", " ") else ""
            own = replace(own, decimal=mark, thousands=next(iter(groups), kept))
        return self._with_marks(self._with_notations(own))

    def _with_notations(self, grammar: Grammar) -> Grammar:
        """The grammar with the further notations of this file, and its way to group digits by commas."""
        lakh = grammar.thousands == "," and (True in self._lakh or ("lakh" in grammar.notations and not self._lakh))
        kept = tuple(one for one in grammar.notations if one != "lakh" or lakh)
        new = [*sorted(self._further), *(["lakh"] if lakh and "lakh" not in kept else [])]
        return replace(grammar, notations=(*kept, *new))

    def unknown_marks(self, grammar: Grammar) -> list[str]:
        """Units and currencies beside numbers that a grammar does not read."""
        read = {*grammar.affixes, *(scale.mark for scale in grammar.scales), *(["%"] if grammar.percent else [])}
        return sorted(self._marks.keys() - read)

    def unmarked(self, grammar: Grammar) -> bool | None:
        """Whether the numbers without “%” in a column of percentages are fractions, as far as the range of the training data shows.

        True when all of them lie within this range as they stand, False when one does not. None when there is none.
        """
        found, low, high = self._unmarked[grammar.decimal], self.column.low, self.column.high
        if not found:
            return None
        return low is not None and high is not None and low <= found[0] and found[-1] <= high

    def _decimal(self, proven: Collection[str], likely: str) -> str:
        """The decimal mark of the cells, "" when nothing settles it."""
        own = self.column.grammar.decimal
        if self.proven:
            return own if own in self.proven else next(iter(self.proven))
        if not self._is_ambiguous:
            return own
        if len(proven) == 1:
            return next(iter(proven))
        fitting = [mark for mark in _GROUPS if self._fits[mark]]
        if len(fitting) == 1:
            return fitting[0]
        return own if self._supports_own(likely) else ""

    def _supports_own(self, likely: str) -> bool:
        """Whether the own reading of numbers that read both ways is no guess: neither the delimiter nor the range speaks for another."""
        own = self.column.grammar.decimal
        other = OTHER[own]
        only_own = self._outside[own] == 1.0 < self._outside[other]
        if likely == own:
            return self._outside[own] <= self._outside[other]
        if not self._own_reads_both:
            return False
        if own == ".":
            return only_own or (not likely and not self.column.grammar.thousands)
        return only_own and not likely

    def _with_marks(self, grammar: Grammar) -> Grammar:
        """The grammar with units and currencies whose meaning the schema settles."""
        marks, unit = set(self._marks), self.column.unit
        if not marks:
            return grammar
        if marks == {"%"} and not self._bare:
            return self._with_percent(grammar)
        if marks <= CURRENCIES.keys() and len({CURRENCIES[mark] for mark in marks}) == 1:
            known = {CURRENCIES[mark] for mark in (unit, *grammar.affixes) if mark in CURRENCIES}
            if known <= {CURRENCIES[mark] for mark in marks} and (known or not (unit or grammar.affixes or grammar.scales)):
                return replace(grammar, affixes=(*grammar.affixes, *sorted(marks)))
        if unit in UNITS and all(mark in UNITS and UNITS[mark][0] == UNITS[unit][0] for mark in marks):
            same = [mark for mark in sorted(marks) if UNITS[mark][1] == UNITS[unit][1]]
            others = [mark for mark in sorted(marks) if mark not in same]
            if others and UNITS[unit][0] == "temperature":
                return grammar
            scales = tuple(Scale(mark, *ratio(UNITS[mark][1], UNITS[unit][1])) for mark in (*same, *others)) if others else ()
            return replace(grammar, scales=(*grammar.scales, *scales)) if others else replace(grammar, affixes=(*grammar.affixes, *same))
        return grammar

    def _with_percent(self, grammar: Grammar) -> Grammar:
        """Percentages as fractions where the range of the training data shows that it holds fractions, else the grammar as it is."""
        if self.column.unit == "%":
            return replace(grammar, affixes=(*grammar.affixes, "%"))
        low, high = self.column.low, self.column.high
        if low is None or high is None or self.column.type != "number":
            return grammar
        highest, share = max(abs(low), abs(high)), self._largest / 100
        are_fractions = highest <= 1 and low <= share and (self._largest > 1 or (share <= highest < self._largest))
        return replace(grammar, percent=True) if are_fractions else grammar


def _deciding(values: Floats) -> list[int]:
    """The positions of the least and the greatest of each sign and number of digits before the mark, and one that is no whole number."""
    found: set[int] = set(np.flatnonzero(values != np.floor(values))[:1].tolist())
    sizes = np.abs(values)
    for sign in (values < 0, values > 0):
        for least in (1.0, 10.0, 100.0):
            if len(here := np.flatnonzero(sign & (sizes >= least) & (sizes < 10 * least))):
                found |= {int(here[sizes[here].argmin()]), int(here[sizes[here].argmax()])}
    return sorted(found)


def _value(read: Callable[[str], float], text: str) -> float | None:
    try:
        return read(text)
    except ValueError:
        return None
