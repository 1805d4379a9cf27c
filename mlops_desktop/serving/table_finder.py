"""Finds the table in rows of cells: which rows name the columns, and which rows above it are not rows of the table, and why.

One pass for text files and workbooks. The table is where the longest run of equally filled, equally typed rows begins: its typed columns
(numbers, dates) are taken from the rows further down, and the names are where cells of these columns are still texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

from .cell_kind import CellKind, cell_kind, cell_text, column_kind, count_kinds, usual_fill
from .header import is_header
from .missing_texts import means_missing
from .name_rows import (
    are_import_ids,
    are_pairs,
    are_type_names,
    are_units,
    best_names,
    ends_header,
    joined_names,
    names_further,
    names_or_years,
    reaches,
    types_and_flags,
    unit_of,
)

Row = Sequence[Any]
Reason = Literal["above", "comment", "rule", "names", "units", "empty", "repeated", "total", "inside", "head", "below", "end"]
SAMPLE_ROWS = 300
ASCII_BLANKS = " \t\n\r\v\f"  # what Arrow trims quickest
RULES = ("---", "===", "___", "***", "+--", "+==", ":--", "~~~")  # how a drawn line begins
_REMARKS = ("%", "//", "!", "*", "--")  # how remarks begin in files of programs; only above the names
_DRAWN = "-=_*+:~| "
_ERROR = re.compile(r"#(?:N/A(?: N/A)?|NA|NV|[A-Z/0-9]{2,9}[!?])")  # also in other languages: #WERT!, #NOM?
_NUMBERED = re.compile("#[0-9]+")  # the number of a ticket or a rank in a row of several cells
_SAMPLE_CELLS = 60_000
_FULL = 0.5  # share of the usual number of filled cells that a row of the table has more than
_MOST_HEADERS = 5
_MOST_CELLS = 100  # of a column that decide its kind
_MOST_PAIRS = 20  # rows from the first pair to the names


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a person decided about the place of the table; by default everything is found."""

    header: Literal["auto", "first", "none"] = "auto"
    header_rows: int = 0  # how many rows name the columns; 0: found
    names: Literal["auto", "joined", "first", "last"] = "auto"  # which of several such rows is taken
    units: Literal["auto", "row", "none"] = "auto"
    from_first: bool = False  # the table begins at the first row that holds anything
    comment: str = "#"
    keep_all: bool = False  # every row below the names is a row of the table


@dataclass(frozen=True)
class LeftOut:
    """A row of the file that is no row of the table: its position (among all rows, or among those below the names), why, and its text."""

    at: int
    reason: Reason
    text: str


@dataclass(frozen=True)
class TableLayout:
    """Where the table is among rows. `header` are positions of the rows that name the columns, `taken` which of these were taken; `body` is
    the position of the first row of the table, `left_out` what else is before it. `heading` counts the rows from the first row of names
    to the body without the row of units. `kinds` are the kinds of the columns ("" for texts), `fill` is the usual fill.
    """

    header: tuple[int, ...]
    names: tuple[str, ...] | None
    taken: Literal["", "joined", "first", "last"]
    units: tuple[str, ...]
    body: int
    kinds: tuple[CellKind | Literal["value"], ...]
    fill: int
    left_out: tuple[LeftOut, ...]
    heading: int


def row_text(row: Row) -> str:
    """A row as a person recognises it: its filled cells, not too many of them."""
    shown = ", ".join(text for cell in row if (text := cell_text(cell)))
    return shown if len(shown) <= 80 else shown[:77] + "…"


def is_blank(row: Row) -> bool:
    """Whether no cell of a row holds anything."""
    if row and row[0] is not None and not isinstance(row[0], str):
        return False  # at once, as most rows of sheets
    return not any(cell is not None and (not isinstance(cell, str) or cell.strip()) for cell in row)


def begins_with(row: Row, mark: str) -> bool:
    """Whether the first cell of a row begins with a mark and is no number or error of a spreadsheet (#1, #N/A); False without a mark."""
    if not (mark and row and isinstance(row[0], str)):
        return False
    text = row[0].strip(ASCII_BLANKS)
    if not text.startswith(mark) or _ERROR.fullmatch(text) or (len(row) > 1 and _NUMBERED.fullmatch(text)):
        return False
    return len(text) < 2 or text.strip("#") != "" or not any(map(cell_text, row[1:]))  # #### is a value wider than its column


def is_rule(row: Row) -> bool:
    """Whether a row is a line that is drawn: its cells hold dashes and the like alone."""
    texts = [text for cell in row[:2] if (text := cell_text(cell))]
    if not texts or texts[0][:3] not in RULES:
        return False
    return all(len(text) > 2 and not text.strip(_DRAWN) for cell in row if (text := cell_text(cell)))


def find_table(rows: Sequence[Row], wanted: Wanted = Wanted()) -> TableLayout:
    """Where the table is in rows from the beginning of a file; rows that hold nothing may be among them."""
    return _Finder(rows, wanted).layout()


@dataclass
class _Finder:
    rows: Sequence[Row]
    wanted: Wanted
    left: list[LeftOut] = field(default_factory=list)

    def __post_init__(self) -> None:
        widest = max(map(len, self.rows), default=1)
        self.rows = self.rows[: max(20, min(SAMPLE_ROWS, _SAMPLE_CELLS // max(widest, 1)))]
        self.blank = [is_blank(row) for row in self.rows]
        self.comment = [not blank and begins_with(row, self.wanted.comment) for row, blank in zip(self.rows, self.blank, strict=True)]
        self.rule = [is_rule(row) for row in self.rows]
        self.plain = [not any(other) for other in zip(self.blank, self.comment, self.rule, strict=True)]
        self.filled = [sum(bool(cell_text(cell)) for cell in row) for row in self.rows]
        if sum(self.plain) < 0.5 * sum(fill > 0 for fill in self.filled):  # such texts begin most rows: they are no comments
            self.comment = [False] * len(self.rows)
            self.plain = [not blank and not rule for blank, rule in zip(self.blank, self.rule, strict=True)]
        described = max((i for i, row in enumerate(self.rows) if row and ends_header(cell_text(row[0]))), default=-1)
        self.plain = [plain and i > described for i, plain in enumerate(self.plain)]
        self.fill = usual_fill([fill for fill, plain in zip(self.filled, self.plain, strict=True) if plain])

    def full(self, at: int) -> bool:
        """Whether a row has about as many filled cells as the rows of the table."""
        return self.plain[at] and self.filled[at] >= min(2, self.fill) and self.filled[at] > _FULL * self.fill

    @cached_property
    def first(self) -> int:
        """The first row that is as full as the rows of the table."""
        if self.wanted.from_first:
            return next((i for i, plain in enumerate(self.plain) if plain), len(self.rows))
        return next((i for i in range(len(self.rows)) if self.full(i)), len(self.rows))

    @cached_property
    def kinds(self) -> tuple[CellKind | Literal["value"], ...]:
        """The kind of each column in the rows further down; "" for texts."""
        full = [i for i in range(self.first, len(self.rows)) if self.full(i)]
        lengths = [len(self.rows[i]) for i in full]
        full = [i for i in full if lengths.count(len(self.rows[i])) > 1] or full  # not those of a length of their own
        body = full[len(full) // 2 if len(full) <= 8 else 4 :]
        heads = [[cell_text(cell) for cell in self.rows[i]] for i in full[:3]]  # they may be repeated further down
        body = [i for i in body if i in full[:3] or [cell_text(cell) for cell in self.rows[i]] not in heads] or body
        width = max((len(self.rows[i]) for i in body), default=0)
        columns = ([cell_kind(self.rows[i][j]) for i in body if j < len(self.rows[i])] for j in range(width))
        return tuple(column_kind([kind for kind in column if kind]) for column in columns)

    def layout(self) -> TableLayout:
        header = self._header()
        body = next((i for i in range(header[-1] + 1 if header else self.first, len(self.rows)) if self.plain[i]), len(self.rows))
        units: tuple[str, ...] = ()
        names, taken = self._names(header)
        heading = len(header)
        if header:
            names_rows, units = self._split_units(header)
            if units:
                names, taken = self._names(names_rows)
                heading -= 1
            header = names_rows
        for at in header[1:] if taken == "first" else header[:-1] if taken == "last" else ():
            self._leave(at, "names")
        start = header[0] if header else body
        for i in range(min(start, len(self.rows))):
            if not self.blank[i]:
                self._leave(i, "comment" if self.comment[i] else "above")
        for i in range(start, body):
            if i not in header and (self.comment[i] or self.rule[i] or (self.blank[i] and "" in self.rows[i][1:])):
                self._leave(i, "comment" if self.comment[i] else "rule" if self.rule[i] else "empty")
        left_out = tuple(sorted(self.left, key=lambda one: one.at))
        return TableLayout(header, names, taken, units, body, self.kinds, self.fill, left_out, heading)

    def _leave(self, at: int, reason: Reason) -> None:
        self.left.append(LeftOut(at, reason, row_text(self.rows[at])))

    # names

    def _header(self) -> tuple[int, ...]:
        """The rows from the names down to the last row above the body: names, further names, units."""
        first = self.first if self.wanted.from_first else self._below_pairs(self.first)
        if self.wanted.header == "none" or first >= len(self.rows):
            return ()
        if self.wanted.header_rows:
            start = self._with_groups([first])[0] if self.wanted.header_rows > 1 else first
            there = [i for i in range(start, len(self.rows)) if self.plain[i]]
            more = self.wanted.header_rows + (self.wanted.units == "row")
            return tuple(there[:more])
        if more := types_and_flags(self.rows[first + 1 : first + 3]):
            return tuple(range(first, first + 1 + more))
        if self._is_data(first):
            above = self._commented(first) or self._sparse_names(first)
            if above or self.wanted.header == "auto":
                return above
        return tuple(self._with_groups(self._block(first)))

    def _below_pairs(self, first: int) -> int:
        """The row of names below pairs such as “Site: Kiel”, or the first row.

        Pairs without a colon have fewer cells than the names, a line of a single text below them, or differ from rows (`are_pairs`).
        """
        lengths = [len(self.rows[i]) for i in range(len(self.rows) // 2, len(self.rows)) if self.full(i)]
        usual = max(set(lengths), key=lengths.count, default=0)
        width = usual if lengths.count(usual) > 2 else len(self.kinds)
        for at in range(first + 1, min(first + _MOST_PAIRS, len(self.rows))):
            (good, bad), above = count_kinds(self.rows[at], self.kinds), [self.rows[i] for i in range(first, at) if self.plain[i]]
            short = (bad > 0 or len(above) > 1) and all(len(row) < width for row in above)
            single = any(len(row) == 1 for row in above[1:])
            pairs = all(sum(map(bool, map(cell_text, row))) < 3 for row in above)
            below = next((self.rows[i] for i in range(at + 1, len(self.rows)) if self.plain[i]), ())
            colons = all(cell_text(row[0]).endswith(":") or not any(map(cell_text, row[1:])) for row in above)
            years = colons and names_or_years(self.rows[at], self.kinds)
            names = self.full(at) and (bad > good or not any(self.kinds) or years) and len(self.rows[at]) == width > 1
            lone = self.blank[at - 1] and not any(self.blank[at + 1 : at + 2])
            apart = bad > 0 and bool(below) and not count_kinds(below, self.kinds)[1] and are_pairs(above, self.kinds, lone)
            if pairs and names and (years or not self._is_pair(at)) and (short or single or colons or apart):
                return at
        return first

    def _is_data(self, at: int) -> bool:
        row = self.rows[at]
        good, bad = count_kinds(row, self.kinds)
        if good and self._are_numeric_names(row):
            return False
        if good or bad:
            return good > bad
        body = [[cell_text(cell) for cell in self.rows[i]] for i in range(at + 1, len(self.rows)) if self.full(i)]
        return not is_header([cell_text(cell) for cell in row], body)

    def _are_numeric_names(self, row: Row) -> bool:
        """Whether the numbers of a row are names: years, whole numbers in rising order far above the values of their columns, or 0, 1, 2 …
        behind an empty cell.
        """
        typed = [(j, text) for j, cell in enumerate(row) if (text := cell_text(cell)) and j < len(self.kinds) and self.kinds[j]]
        numbers = [(j, text) for j, text in typed if cell_kind(text) != "text"]
        if any(means_missing(text) for _, text in typed) or not all(re.fullmatch("0|[1-9][0-9]*", text) for _, text in numbers):
            return False
        values, places = [int(text) for _, text in numbers], [cell_text(cell) for cell in row[1:]]
        if not cell_text(row[0]) and len(places) > 1 and places in ([str(i + start) for i in range(len(places))] for start in (0, 1)):
            return True
        years = all(1800 <= value < 2100 for value in values)
        if any(a >= b for a, b in pairwise(values)) and not years:
            return False
        below = [self._column(j) for j, _ in numbers]
        if years:
            return not any(column and all(re.fullmatch("(?:18|19|20)[0-9]{2}", text) for text in column) for column in below)
        return all(not reaches(column, value) for column, value in zip(below, values, strict=True))

    def _column(self, j: int, most: int = _MOST_CELLS) -> list[str]:
        """The filled texts of a column below the first row."""
        texts = (cell_text(row[j]) for i, row in enumerate(self.rows) if i > self.first and self.full(i) and j < len(row))
        return [text for text in texts if text][:most]

    def _commented(self, first: int) -> tuple[int, ...]:
        """The row of names that is behind the mark of comments, directly above rows without names."""
        above = next((i for i in range(first - 1, -1, -1) if not self.blank[i]), -1)
        if above < 0 or not self.comment[above] or self.filled[above] < 2:
            return ()
        width = len(self.rows[first])
        return (above,) if abs(len(self.rows[above]) - width) <= 1 and self.filled[above] >= _FULL * self.fill else ()

    def _sparse_names(self, first: int) -> tuple[int, ...]:
        """The row directly above rows without names that names half of their columns."""
        above = first - 1
        if above < 0 or not self.plain[above] or self.filled[above] < max(2, _FULL * self.fill) or self._is_pair(above):
            return ()
        return (above,) if not count_kinds(self.rows[above], self.kinds)[0] else ()

    def _block(self, first: int) -> list[int]:
        """The rows above the body that hold texts where the body has numbers or dates: names, further names, units."""
        last = self._last_above_body(first)
        if self.wanted.from_first:
            return [i for i in range(first, last + 1) if self.plain[i]][:_MOST_HEADERS]
        start = last
        while start > first and self._belongs_above(start - 1, last):
            start -= 1
        if self.fill == 2 and start < last and not any(are_units(self.rows[i]) for i in range(start + 1, last + 1)):
            start = last - (self.wanted.units == "row")  # of two columns, rows above the names are pairs more often than names
        return list(range(max(start, last - _MOST_HEADERS + 1), last + 1))

    def _last_above_body(self, first: int) -> int:
        """The last row with nothing but texts in typed columns before the rows of the body begin."""
        last, after_units, apart = first, False, False
        for i in range(first + 1, len(self.rows)):
            if not self.plain[i]:
                apart = apart or self.blank[i]
                continue
            row = self.rows[i]
            good, bad = count_kinds(row, self.kinds)
            if last == first and i == first + 1 and self._names_gaps(i):
                last = i
                continue
            if not are_import_ids(row) and (good > bad or not bad):
                return last
            if not good and (after_units or (apart and self.full(i)) or self._names_more(i)):
                last, after_units = i, after_units or are_units(row)
            apart = False
        return first

    def _names_more(self, at: int) -> bool:
        """Whether a row without a value in a typed column holds names, units or types rather than texts for “missing”."""
        row = self.rows[at]
        if are_import_ids(row) or are_type_names(row) or are_units(row):
            return self.wanted.units != "none" or not are_units(row)
        typed = [text for cell, kind in zip(row, self.kinds, strict=False) if kind and (text := cell_text(cell))]
        gaps = any(not cell_text(cell) for cell in self.rows[at - 1][1:])
        if not self.full(at) or len(typed) < 2 or len(set(typed)) < (2 if gaps else max(2, 2 / 3 * len(typed))):
            return False
        heads = [[cell_text(cell) for cell in self.rows[i]] for i in range(self.first, at)]
        below = [[cell_text(cell) for cell in self.rows[i]] for i in range(at + 1, len(self.rows)) if self.full(i)]
        return names_further([cell_text(cell) for cell in row], self.kinds, heads, below)

    def _names_gaps(self, at: int) -> bool:
        """Whether a row of years or of answers is below groups, each over several columns: “Sales, –” above “2023, 2024”, or
        “Date, Contact by, –” above “–, Mail, Phone” where the typed columns hold nothing.
        """
        above, row = self.rows[at - 1], self.rows[at]
        gaps = [j for j, cell in enumerate(above) if not cell_text(cell) and j < len(row) and cell_text(row[j])]
        if gaps and gaps[0] > 1 and sum(count_kinds(row, self.kinds)) == 0 < sum(map(bool, self.kinds)):
            typed = next(j for j, kind in enumerate(self.kinds) if kind)
            return len(self._column(typed)) >= 0.9 * min(_MOST_CELLS, sum(map(self.full, range(at + 1, len(self.rows)))))
        texts = [j for j, kind in enumerate(self.kinds) if not kind and j < len(row) and cell_text(row[j])]
        return bool(gaps) and not texts and count_kinds(row, self.kinds)[0] > 1 and self._are_numeric_names(row)

    def _belongs_above(self, at: int, last: int) -> bool:
        """Whether a row is one more row of names: not empty, no pair such as “Period: 2024”, about as long as the last one."""
        if not self.plain[at] or self._is_pair(at) or cell_text(self.rows[at][0]).startswith(_REMARKS):
            return False
        return len(self.rows[at]) + 1 >= len(self.rows[last]) and self.full(at)

    def _is_pair(self, at: int) -> bool:
        """Whether a row above the names says something about the table: a word with a colon, or a word and a value."""
        texts = [text for cell in self.rows[at] if (text := cell_text(cell))]
        if not texts or (max(3, self.fill) <= len(texts) and len(self.rows[at]) == len(self.kinds)):
            return False
        return texts[0].endswith(":") or any(cell_kind(text) in ("number", "date") for text in texts[1:])

    def _with_groups(self, block: list[int]) -> list[int]:
        """The rows of names with a row of groups directly above them, each over several columns."""
        above = block[0] - 1 if block else -1
        if self.wanted.from_first or above < 0 or not self.plain[above] or self.fill < 4:
            return block
        name, first = cell_text(self.rows[block[0]][0]), cell_text(self.rows[above][0])
        one_name = name in ("", first) and self.filled[above] > 2  # “Region, 2023, –, 2024” above “–, plan, actual, plan”
        if first and self._is_pair(above) and not one_name:
            return block
        at = [j for j, cell in enumerate(self.rows[above]) if cell_text(cell)]
        return [above, *block] if len(at) >= 2 and at != list(range(len(at))) else block

    def _split_units(self, header: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """The rows of names, and the units of the columns when one of the rows holds them; what is below the units is left out."""
        if types_and_flags(self.rows[header[0] + 1 : header[0] + 3]):
            return header, ()
        for place in range(len(header) - 1, 0, -1):
            row = self.rows[header[place]]
            if self.wanted.units != "none" and are_units(row) and not are_type_names(row):
                return self._with_units(header, place)
        return self._with_units(header, len(header) - 1) if self.wanted.units == "row" and len(header) > 1 else (header, ())

    def _with_units(self, header: tuple[int, ...], place: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
        self._leave(header[place], "units")
        for at in header[place + 1 :]:
            self._leave(at, "names")
        return header[:place], tuple(unit_of(cell) for cell in self.rows[header[place]])

    def _names(self, header: tuple[int, ...]) -> tuple[tuple[str, ...] | None, Literal["", "joined", "first", "last"]]:
        """The names of the columns from one row or several."""
        if not header:
            return None, ""
        rows = [[cell_text(cell) for cell in self.rows[at]] for at in header]
        if self.comment[header[0]]:
            bare = rows[0][0].removeprefix(self.wanted.comment).strip()
            rows[0] = [bare or rows[0][0], *rows[0][1:]] if bare or len(rows[0]) <= len(self.kinds) else rows[0][1:]
        if len(rows) == 1:
            return tuple(rows[0]), ""
        taken = self.wanted.names if self.wanted.names != "auto" else best_names(rows)
        if taken == "joined":
            return tuple(joined_names(rows)), taken
        return tuple(rows[0] if taken == "first" else rows[-1]), taken
