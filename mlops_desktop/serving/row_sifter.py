"""Decides row by row, below the names of a table, what is no row of it: repeated names, comments, totals, notices at the end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from operator import itemgetter
from typing import Any, Literal

from .cell_kind import cell_text, count_kinds
from .missing_texts import all_missing
from .table_finder import (
    ASCII_BLANKS,
    RULES,
    LeftOut,
    Reason,
    Row,
    TableLayout,
    Wanted,
    begins_with,
    is_blank,
    is_rule,
    row_text,
)

_TOTALS = (
    *("total", "totals", "grand total", "subtotal", "sub-total", "sum", "summe", "gesamt", "gesamtsumme", "insgesamt", "zwischensumme"),
    *("endsumme", "totale", "totales", "total general", "total général", "somme", "suma", "razem", "totaal", "subtotaal", "sous-total"),
    *("subtotale", "soma", "ogółem", "overall total", "column total", "gesamtergebnis"),
)
TOTALS = frozenset(text + end for word in _TOTALS for text in (word, word.capitalize(), word.title(), word.upper()) for end in ("", ":"))
# The text for a total with a group's name is a total only where the row lacks the texts of other columns: “North Total”, “Summe Süd”.
NAMED_TOTAL = (
    r"(?i)(?:sub-?total|sous-total|subtotaa?le?|zwischensumme|teilsumme|summe|gesamt|total|totaal|suma|razem)\s+\S.*"
    r"|.*\S\s+(?:total|subtotal|totals|gesamt|summe|zwischensumme|ergebnis|totaal|somme)\s*:?"
)
_NAMED_TOTAL = re.compile(NAMED_TOTAL)
_MEANS = (
    *("mean", "average", "avg", "avg.", "durchschnitt", "mittelwert", "ø", "moyenne"),
    *("media", "promedio", "média", "średnia", "gemiddelde"),
    *("std dev", "std. dev.", "st. dev.", "stdev", "stddev", "std", "stabw", "stabw.", "stdabw"),
    *("standard deviation", "standardabweichung", "écart-type"),
    *("desviación estándar", "median", "minimum", "maximum", "variance", "varianz"),
)
_EXTREMES = {"min": "max", "min.": "max.", "max": "min", "max.": "min."}  # each may be a name; both together are a summary
_WITH_MEANS = frozenset(("n", "count", "anzahl", "sd", "s.d.", "se", "sem", "cv", "cv%", "var", "min", "max"))  # names too, but for means
# At the end also with more behind it: “Total (n=140)”, “Sum of amounts”.
_SUMMARY = re.compile(rf"(?:{'|'.join(map(re.escape, (*_TOTALS, *_MEANS)))})(?:\s*[:(\[].*|\s+(?:of|von|de|di|in|[0-9]).*)?", re.IGNORECASE)
_PAGE = re.compile(r"(?i)(?:page|seite|p[aá]gina|strona|sida|side|blatt)\s*[:#]?\s*[0-9]+(?:\s*(?:of|von|de|di|z|av|/)\s*[0-9]+)?")
_FOOTNOTE = re.compile(
    r"(?i)(?:data )?(?:quellen?|sources?|fuente|fonte|bron|źródło)\s?:.*"
    r"|(?:stand|note|notes|notiz|nota|anmerkung(?:en)?|hinweise?|remarks?|legende?)\s?:.*"
    r"|(?:erstellt|gedruckt|exportiert|created|generated|printed|exported|downloaded) (?:am|von|mit|on|by|at|with|from|:).*"
    r"|(?:stand|as of|last updated:?) [0-9].*|©.*|\(c\) [0-9].*|copyright .*|\*+\)? \S.*"
)
_ROW_COUNT = re.compile(
    r"(?i)\(?[0-9][0-9.,]*\s+(?:rows?|records?|lines?|zeilen?|datens[aä]tze?)"
    r"(?:\)|\s+(?:selected|affected|in set|fetched|returned|exported)\b.*)?\.?"
)
_VALUELESS = re.compile(r"(?i)(?!true$|false$|nan|inf)[a-z_]")  # names that are the text of no number, date or boolean
STARS = frozenset("*" * count for count in range(1, 6))  # how SAP marks totals, in a row that leaves cells empty
MARKED = 3  # columns from the left in which the text for a total may stand
TAIL = 200  # rows at the end, at most, that may be notices
_REPEATED = 0.25  # share of the rows below which those like the names repeat them, where all columns hold texts
_MOST_TRIED = 6  # columns, of which two that every row fills are sought
_FEW = 3  # texts, below which they say nothing of what is usual
_USUAL = 1.5  # a text in the first column is a notice when it is so many times longer than the others there


@dataclass(frozen=True)
class RowSifter:
    """The rules for one table. `headers` are the texts of the rows that name its columns or hold units."""

    layout: TableLayout
    wanted: Wanted
    headers: tuple[tuple[str, ...], ...]
    padded: bool = False  # whether every row has as many cells as the widest one, as in a sheet
    body: Sequence[Row] = ()  # rows of the table, by which usual texts are found
    empty: frozenset[int] = frozenset()  # columns without any text in the rows of the table
    above: frozenset[str] = frozenset()  # texts above the names, without digits: pages of a report repeat them
    heads: bool = False  # whether rows with nothing but a first cell head those below them

    @classmethod
    def over(cls, layout: TableLayout, wanted: Wanted, rows: Sequence[Row], *, padded: bool = False) -> RowSifter:
        """The rules by the rows in which the layout was found."""
        units = [one.at for one in layout.left_out if one.reason in ("units", "names")]
        headers = tuple(tuple(map(cell_text, rows[at])) for at in (*layout.header, *units) if at < len(rows))
        body = rows[layout.body :]
        half = body[: len(body) // 2]
        empty = _empty_columns(half, len(layout.kinds)) if len(body) >= 2 * _FEW else frozenset[int]()
        above = frozenset(_without_digits(one.text) for one in layout.left_out if one.reason == "above" and _WORD.search(one.text))
        return cls(layout, wanted, headers, padded, body, empty, above)

    @cached_property
    def longest(self) -> int:
        """The characters of the longest usual text in the first column."""
        half = self.body[: max(1, len(self.body) // 2)]
        return max((len(cell_text(row[0])) for row in half if row), default=0)

    @cached_property
    def usual_first(self) -> str:
        """A regular expression of the texts in the first column."""
        return _common_pattern([cell_text(row[0]) for row in self.body if len(row) > 1 and _fills_further(row)])

    def inside(self, row: Row, width: int) -> Reason | Literal[""]:
        """Why a row anywhere in a table of so many columns is none of its rows; "" when it is one."""
        if self.wanted.keep_all or is_blank(row):
            return ""
        if any(self._repeats(row, header) for header in self.headers):
            return "repeated"
        if begins_with(row, self.wanted.comment) and not self._fits(row, width):
            return "comment"
        if width > 1 and is_rule(row):
            return "rule"
        if (self.is_total(row) or self._is_named_total(row)) and self._lacks_texts(row):
            return "total"
        if self.heads and self._is_heading(row, width):
            return "head"
        return "inside" if self._is_apart(row, width) else ""

    def candidates(self, rows: Sequence[Row], width: int) -> Sequence[int]:
        """The positions of rows that may be totals or that `inside` may refuse; found by the distinct cells of columns, as they are few."""
        usual = rows[len(rows) // 2] if rows else ()
        there = [j for j, cell in enumerate(usual) if cell_text(cell)]
        names = {next((j for j, name in enumerate(header) if name), 0): header for header in self.headers}
        if len(there) < 2 or len(names) < len(self.headers) or {*map(len, rows)} != {width}:
            return range(len(rows))
        full = list(islice((j for j in there[:_MOST_TRIED] if None not in map(itemgetter(j), rows)), 2))
        filled = list(dict.fromkeys((*full, *there)))[:2]  # a row that fills both is not apart
        found: set[int] = set()
        for j in {*range(min(MARKED, width)), *filled, *(j for j in names if j < width)}:
            cells = [row[j] for row in rows]
            kinds = set(map(type, cells))
            if bool in kinds and kinds & {int, float}:  # True equals 1
                return range(len(rows))
            distinct = set(cells)
            texts = [cell for cell in distinct if type(cell) is str]
            odd: set[Any] = {cell for cell in texts if self._is_marked(cell)}
            if j in names:
                named = names[j][j]
                odd.update(cell for cell in (texts if _VALUELESS.match(named) else distinct) if cell_text(cell) == named)
            if j in filled:
                odd.update((None, *(cell for cell in texts if not cell.strip())))
            if not odd.isdisjoint(distinct):
                found.update(at for at, cell in enumerate(cells) if cell in odd)
        return sorted(found)

    def _is_marked(self, cell: str) -> bool:
        """Whether a text begins a total, a comment or a drawn line where it is in the first columns."""
        text = cell.strip(ASCII_BLANKS)
        mark = self.wanted.comment
        return (
            text in TOTALS
            or text in STARS
            or _NAMED_TOTAL.fullmatch(text) is not None
            or (bool(mark) and text.startswith(mark))
            or cell.strip()[:3] in RULES
        )

    def below(self, rows: Sequence[Row], width: int, marked: int) -> list[Reason | None]:
        """Why rows at the end are none of the table, the last one last; None for empty ones between them.

        `rows` are the last rows of the table, `marked` says how many rows of the whole table are marked as totals.
        """
        reasons: list[Reason | None] = []
        if self.wanted.keep_all:
            return reasons
        held = 0  # empty rows are left out only with what is below them
        for row in reversed(rows):
            if is_blank(row):
                held += 1
                continue
            inside = self.inside(row, width)
            reason = "below" if inside == "inside" else inside or self._ending(row, rows, width, marked)
            if not reason:
                break
            reasons += [*[None] * held, reason]
            held = 0
        return reasons[::-1]

    def on_top(self, row: Row, width: int, marked: int) -> Reason | Literal[""]:
        """Why the first row below the names is none of the table; `marked` as for `below`."""
        if self.wanted.keep_all or width < 2 or marked > 2 or not self.is_total(row):
            return ""
        return "total" if count_kinds(row, self.layout.kinds)[0] > 0 else ""

    def _ending(self, row: Row, rows: Sequence[Row], width: int, marked: int) -> Reason | Literal[""]:
        if width > 1 and marked <= 2 and (self.is_total(row) or self._is_summary(row, rows)):
            return "total"
        return "below" if self._is_notice(row, width) else ""

    def _is_summary(self, row: Row, rows: Sequence[Row]) -> bool:
        """Whether a row near the end begins with a text for a total or a statistic that no other row there begins with."""
        at = next((j for j, cell in enumerate(row) if cell_text(cell)), None)
        if at is None or count_kinds(row, self.layout.kinds)[0] == 0:
            return False
        text = cell_text(row[at]).casefold()
        beginnings = [cell_text(other[at]).casefold() for other in rows if at < len(other)]
        of_mean = text in _WITH_MEANS and any(_SUMMARY.fullmatch(other) for other in beginnings)
        if not _SUMMARY.fullmatch(text) and _EXTREMES.get(text) not in beginnings and not of_mean:
            return False
        return beginnings.count(text) == 1

    def _fits(self, row: Row, width: int) -> bool:
        """Whether a row has as many cells as the table has columns, and none that its column cannot hold."""
        good, bad = count_kinds(row, self.layout.kinds)
        return len(row) == width > 1 and not bad and (good > 0 or not any(self.layout.kinds))

    def _repeats(self, row: Row, header: Sequence[str]) -> bool:
        at = next((j for j, name in enumerate(header) if name), 0)
        if at >= len(row) or cell_text(row[at]) != header[at]:
            return False  # most rows, at once
        texts = [cell_text(cell) for cell in row]
        names = list(header)
        while names and not names[-1]:
            names.pop()
        distinct = sum(map(bool, names)) > 1 or (len(names) == 1 and any(self.layout.kinds))
        return distinct and texts[: len(names)] == names and not any(texts[len(names) :])

    def is_total(self, row: Row) -> bool:
        """Whether a row begins with a text for a total; cells before it are empty."""
        for cell in row[:MARKED]:
            text = cell.strip(ASCII_BLANKS) if isinstance(cell, str) else ""
            if text or not isinstance(cell, (str, type(None))):
                return text in TOTALS or (text in STARS and sum(bool(cell_text(cell)) for cell in row) < self.layout.fill)
        return False

    def _is_named_total(self, row: Row) -> bool:
        """Whether a row begins with a text for a total and the name of what it sums."""
        text = next((text for cell in row[:MARKED] if (text := cell_text(cell))), "")
        return _NAMED_TOTAL.fullmatch(text) is not None

    def _lacks_texts(self, row: Row) -> bool:
        """Whether a row of values holds nothing in the columns of texts and dates but the text for a total."""
        others = [j for j, kind in enumerate(self.layout.kinds) if kind in ("", "date") and j < len(row)]
        return len(others) > 1 and sum(bool(cell_text(row[j])) for j in others) <= 1 and count_kinds(row, self.layout.kinds)[0] > 0

    def _is_heading(self, row: Row, width: int) -> bool:
        """Whether a row holds nothing but its first cell, where others hold more, and that is not the number of a page."""
        text = cell_text(row[0]) if row else ""
        return width > 1 < self.layout.fill and bool(text) and not any(map(cell_text, row[1:])) and not is_page(text)

    def _is_apart(self, row: Row, width: int) -> bool:
        """Whether a row is a single text that its column cannot hold, the head of a group of rows, or the number of a page; in texts only
        where it is short.
        """
        filled = list(islice((text for cell in row if cell is not None and (text := cell_text(cell))), 2))
        if len(filled) != 1 or width < 2:
            return False
        if is_page(filled[0]) or _without_digits(filled[0]) in self.above:
            return True
        if all_missing(filled) or self.layout.fill < (3 if self.usual_first else 2):
            return False
        whole, first = len(row) == width, bool(cell_text(row[0]))
        if count_kinds(row, self.layout.kinds) == (0, 1) and (first or not whole or self.padded):
            return True
        may_be_head = whole and first and any(self.layout.kinds[1:]) and not self.layout.kinds[0]
        return may_be_head and re.fullmatch(self.usual_first, filled[0]) is None

    def _is_notice(self, row: Row, width: int) -> bool:
        """Whether a row at the end does not fit the columns: texts where they hold values, or a single text in a short or unusual row."""
        good, bad = count_kinds(row, self.layout.kinds)
        filled = sum(bool(cell_text(cell)) for cell in row)
        if width > 1 and _ROW_COUNT.fullmatch(" ".join(text for cell in row if (text := cell_text(cell)))):
            return True
        if width > 1 and filled == 1 and any(self.layout.kinds) and any(cell_text(row[j]) for j in self.empty if j < len(row)):
            return True
        if width < 2 or good > bad or (len(row) == width and (good or all_missing(map(cell_text, row)))):
            return False
        if bad:
            return bad > 1 or filled < self.layout.fill or len(row) != width
        first = cell_text(row[0]) if row else ""
        if filled != 1 or not first:
            return False
        if _FOOTNOTE.fullmatch(first) and re.fullmatch(self.usual_first, first) is None:
            return True
        return len(row) < width or (self.layout.fill > 2 and len(first) > max(_USUAL * self.longest, 8))

    def left_out(
        self, width: int, rows: int, *, marked: int, first: Row, tail: Sequence[Row], candidates: Iterable[tuple[int, Row]]
    ) -> dict[int, Reason | None]:
        """Why rows below the names are none of the table, by their position among all `rows`; None for empty ones left out with others.

        `first` is the first row, `tail` are the last `TAIL` ones, `marked` as for `below`; `candidates` are the rows that `inside` may
        refuse, with their positions.
        """
        if self.wanted.keep_all or not rows:
            return {}
        below = self.below(tail, width, marked)
        start = rows - len(below)
        reasons = dict(enumerate(below, start))
        for at, row in candidates:
            if at < start and (reason := self.inside(row, width)):
                reasons[at] = reason
        if start and (reason := self.on_top(first, width, marked)):
            reasons[0] = reason
        repeated = sum(reason == "repeated" for reason in reasons.values())
        if not any(self.layout.kinds) and repeated >= _REPEATED * rows:  # texts may be names and cells alike
            return {at: reason for at, reason in reasons.items() if reason != "repeated"}
        return reasons


def is_page(text: str) -> bool:
    """Whether a text is the number of a page."""
    return _PAGE.fullmatch(text) is not None


_WORD = re.compile(r"[^\W\d_]{3}")


def _without_digits(text: str) -> str:
    return " ".join(re.sub("[0-9]+", "", text).split())


def _empty_columns(rows: Sequence[Row], width: int) -> frozenset[int]:
    """Which of so many columns hold no text in any of the rows; most are ruled out by the first ones."""
    left = set(range(width))
    for row in rows:
        left = {j for j in left if j >= len(row) or not cell_text(row[j])}
        if not left:
            break
    return frozenset(left)


def _fills_further(row: Row) -> bool:
    """Whether any cell but the first one holds something."""
    second = row[1]
    return (second is not None and type(second) is not str) or not is_blank(row[1:])  # at once, for most rows of sheets


def _common_pattern(firsts: Sequence[str]) -> str:
    """A regular expression of what the texts in a column have in common: no blank, a digit in each, both, or neither. It is empty when all
    are, and of only a few nothing is taken to be common.
    """
    texts = {text for text in firsts if text}
    if len(texts or firsts) < _FEW:
        return ".*"
    if not texts:
        return ""
    digits = all(text[0].isdigit() or any(map(str.isdigit, text)) for text in texts)
    if re.search(r"\s", "".join(texts)):
        return r".*\d.*" if digits else ".*"
    return r"\S*\d\S*" if digits else r"\S+"


def named_rows(reasons: Mapping[int, Reason | None], row: Callable[[int], Row]) -> list[LeftOut]:
    """The rows that were left out, but empty ones, in their order; `row` gives the one at a position."""
    return [LeftOut(at, reason, row_text(row(at))) for at, reason in sorted(reasons.items()) if reason is not None]


def sift(sifter: RowSifter, rows: Sequence[Row], width: int) -> tuple[list[int], list[LeftOut]]:
    """The positions of the rows that are rows of the table, below its names, and what else is among them and below."""
    candidates = sifter.candidates(rows, width) if not sifter.wanted.keep_all else ()
    marked = sum(sifter.is_total(rows[at]) for at in candidates)
    odd = ((at, rows[at]) for at in candidates)
    reasons = sifter.left_out(width, len(rows), marked=marked, first=rows[0] if rows else (), tail=rows[-TAIL:], candidates=odd)
    return [at for at in range(len(rows)) if at not in reasons], named_rows(reasons, rows.__getitem__)
