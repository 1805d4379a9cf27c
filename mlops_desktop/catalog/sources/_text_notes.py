"""Notes on a delimited text: how else its lines might be cut, damaged bytes, and numbers that commas cut in two."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.catalog.sources._text_file import encoding_rivals
from mlops_desktop.serving.cell_kind import cell_kind
from mlops_desktop.serving.dialect import DELIMITERS, FIXED, ONE_COLUMN, Dialect
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import listed, plural_msg, quoted_names
from mlops_desktop.serving.split_decimals import MAY_BE_SPLIT, SPLIT, SplitDecimals

_COLUMNS = re.compile(r"\S(?: {2,}|\t+)-?[0-9].*\S(?: {2,}|\t+)\S")  # cells with a number among them, between runs of blanks
_LEAST_ROWS = 3  # rows that agree on a delimiter by more than chance
_USUAL = 0.9  # share of the lines that agree on a seldom delimiter
_MOST_MARKS = 3
_NO_MARKS = "\"'\\\0"
_USUAL_MARKS = frozenset(".,;:!?()[]{}<>/\\|-+*=_~^#%&@$€£¥°µ×±–—’‘“”„«»…²³®©™\t" + DELIMITERS)  # that texts and values hold too


def split_notes(split: SplitDecimals) -> Sequence[Evidence]:
    """That numbers with a decimal comma were put together, or that names may be above the wrong columns."""
    if not split.places and not split.doubtful:
        return ()
    return (Evidence("", "split_decimals", SPLIT if split.places else MAY_BE_SPLIT, parameter="header", values=("none",)),)


def encoding_notes(path: Path, encoding: str) -> Sequence[Evidence]:
    """That the words of a text fit other encodings as well."""
    found = encoding_rivals(path, encoding)
    if not found.rivals:
        return ()
    shown = [msg("“{word}” ({name})", word=word, name=name) for word, name in zip(found.words, (encoding, *found.rivals), strict=False)]
    message = msg("Its characters may be in another encoding: {shown}.", shown=listed(shown) if shown else ", ".join(found.rivals))
    return (Evidence("", "encodings", message, parameter="encoding", values=found.rivals),)


def damaged_cells(table: Any) -> Sequence[Evidence]:
    """The cells in which bytes were no UTF-8."""
    import pyarrow.compute as pc

    notes = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        column = column.cast("string")
        rows = pc.indices_nonzero(pc.match_substring(column, "\ufffd")).to_pylist()
        if rows:
            cells = listed([msg("row {n:,}: “{text}”", n=at + 1, text=column[at].as_py()[:40]) for at in rows[:3]], separator="; ")
            message = plural_msg(
                len(rows),
                "1 cell holds bytes that are not UTF-8, unlike the rest of the file ({cells}).",
                "{n} cells hold bytes that are not UTF-8, unlike the rest of the file ({cells}).",
                cells=cells,
            )
            notes.append(Evidence(name, "encoding", message, tuple(at + 1 for at in rows[:10])))
    return notes or [Evidence("", "encoding", msg("Some bytes in or around the names are not UTF-8."))]


def undivided(dialect: Dialect, rows: Sequence[Sequence[str]]) -> Sequence[Evidence]:
    """That no mark is between the cells, where none does though one might."""
    if dialect.delimiter == FIXED:
        places = ", ".join(str(at + 1) for at in dialect.cuts)
        return [Evidence("", "fixed", msg("No delimiter is between the cells; they were cut at fixed places: {places}.", places=places))]
    if dialect.delimiter == ONE_COLUMN and any("," in cell for row in rows for cell in row):
        message = msg("Each line was read as one cell, although lines hold commas: their numbers of cells differ.")
        return [Evidence("", "delimiter", message, parameter="delimiter", values=("comma",))]
    lines = [row[0] for row in rows if row and row[0].strip()]
    if len(lines) < _LEAST_ROWS or max(map(len, rows)) > 1:
        return []
    if all(map(_COLUMNS.search, lines[1:])):
        message = msg("Each line was read as one cell, although several blanks seem to be the delimiter.")
        return [Evidence("", "delimiter", message, parameter="delimiter", values=("fixed", "blank"))]
    values = sum(cell_kind(line) not in ("", "text") for line in lines[1:])
    found = _parting(lines, also_usual=True) if values < _USUAL * (len(lines) - 1) else []
    if not found:
        return []
    message = msg("Each line was read as one cell, although {marks} occurs equally often in nearly all of them.", marks=quoted_names(found))
    return [Evidence("", "delimiter", message, parameter="mark", values=tuple(found))]


def _parting(lines: Sequence[str], *, also_usual: bool) -> list[str]:
    """The marks that are in nearly all of some lines, equally often, with something on two sides at least; the most frequent first.

    One that texts and values usually hold has to part the names, in the first line, too.
    """
    usual = [char for char in lines[0] if char in _USUAL_MARKS] if also_usual else []
    seldom = [char for line in lines[:_LEAST_ROWS] for char in line if char not in _USUAL_MARKS]
    marks = dict.fromkeys(char for char in (*usual, *seldom) if not char.isalnum() and not char.isspace() and char not in _NO_MARKS)
    found = {}
    for mark in marks:
        is_invisible = unicodedata.category(mark) == "Cf"
        if is_invisible or (mark in _USUAL_MARKS and _is_of_codes(lines, mark)):
            continue
        count, agreeing = Counter(line.count(mark) for line in lines).most_common(1)[0]
        parted = sum(sum(bool(part.strip()) for part in line.split(mark)) > 1 for line in lines)
        if count and min(agreeing, parted) >= _USUAL * len(lines):
            found[mark] = count
    return sorted(found, key=lambda mark: -found[mark])[:_MOST_MARKS]


def _is_of_codes(lines: Sequence[str], mark: str) -> bool:
    """Whether a mark is within codes, such as 00:1a:2b:3c, whose parts all have one length."""
    lengths = {len(part) for line in lines for part in line.split(mark)}
    return len(lengths) == 1 and lengths != {1}


def rivals(dialect: Dialect, rows: Sequence[Sequence[str]], marks: Mapping[str, str]) -> Sequence[Evidence]:
    """The delimiters that would part every row of a table, its names too, into equally many cells as well; `marks` are all delimiters by
    the name of their choice. A mark that is seldom in texts may part a few rows otherwise.
    """
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if len(filled) < _LEAST_ROWS or dialect.delimiter in (FIXED, ONE_COLUMN):
        return []
    found = []
    for name, mark in marks.items():
        counts = (
            {sum(cell.count(mark) for cell in row) for row in filled} if mark and mark in DELIMITERS and mark != dialect.delimiter else {0}
        )
        if len(counts) == 1 and counts != {0}:
            found.append(name)
    if found:
        others = quoted_names([marks[one] for one in found])
        message = msg("Each row could be split at another delimiter as well: {marks}.", marks=others)
        return [Evidence("", "delimiter", message, parameter="delimiter", values=tuple(found))]
    seldom = _parting(["\0".join(row) for row in filled], also_usual=False) if max(map(len, filled)) > 1 else []
    if not seldom:
        return []
    message = msg("Nearly each row could be split at another mark as well: {marks}.", marks=quoted_names(seldom))
    return [Evidence("", "delimiter", message, parameter="mark", values=tuple(seldom))]
