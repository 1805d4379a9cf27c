"""How the cells of a text table are divided and quoted: the dialect is found by the rows that it makes, and makes rows of a text."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from .cell_kind import cell_kind
from .units import CURRENCIES, UNITS

SAMPLE_BYTES = 2**18
DELIMITERS = "\t;|,"
FURTHER_DELIMITERS = "^~¦\x01:"  # sought where none of the usual ones parts the cells, and taken when all rows agree
_SURE = "¦\x01"  # of these those that texts hold for nothing else: a few rows may have another number of cells
ONE_COLUMN = "\x1f"  # a control character that parts units in a file of data: in no text of a person
BLANKS = " "
FIXED = ""
_MOMENT = re.compile(r"[0-9]{1,4}[-./][0-9]{1,4}[T ]+[0-9]{1,2}:[0-9]{2}")  # a date and its clock time
_ROWS = 200
_LEAST = 0.6
_PARTED = 0.9
_MANY = 20
_DRAWN = "-=_*+:~| \t"  # what lines that are drawn consist of
_SEP_LINE = re.compile(r'"?sep=(.)"?[;,\t|]*\s*', re.IGNORECASE)
_PRIVATE = 0xE001  # characters for private use from this one on, behind `_LEAD`, stand for escaped ones while a text is cut
_LEAD = "\ue000"
_CODED = re.compile(f"{_LEAD}(.)")
_ENTITY = re.compile("(&(?:[A-Za-z]{2,8}|#[0-9]{1,6}|#x[0-9A-Fa-f]{1,5}));")
_END_BLANKS = re.compile(r"(?<![ \t])[ \t]+(?=\r?$)")


@dataclass(frozen=True)
class Dialect:
    """How a table is written: one delimiter (`BLANKS`: runs of blanks, `FIXED`: cells at the places `cuts`, `ONE_COLUMN`: none) and one
    quote ("" when nothing is quoted). `escape`: a backslash takes delimiters, quotes and line ends their meaning; `blanks`: blanks behind
    a delimiter belong to no cell, so that a quote may follow them; `entities`: a semicolon that ends an entity of HTML (&amp;) ends no
    cell; `parted`: those of the cuts before which a blank is.
    """

    delimiter: str
    quote: str
    escape: bool = False
    blanks: bool = False
    entities: bool = False
    cuts: tuple[int, ...] = ()
    parted: tuple[int, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether Arrow's parser cuts it."""
        return self.delimiter not in (BLANKS, FIXED) and self.delimiter.isascii() and not (self.escape or self.blanks or self.entities)


def sep_line(text: str) -> str:
    """The delimiter that a first line such as `sep=;` names, else ""."""
    found = _SEP_LINE.fullmatch(re.split("[\r\n]", text[:200], maxsplit=1)[0])
    return found[1] if found else ""


def find_dialect(text: str, delimiters: str = DELIMITERS, quotes: str = "\"'", escape: bool | None = None) -> Dialect:
    """The dialect of a sample that ends with a whole line, among the given delimiters and quotes.

    A delimiter is as good as its rows agree in their number of cells, from the first row of the usual number on, and as its cells are
    values.
    When none is any good and all may be: runs of blanks, then fixed places, then one column. Single quotes count only where cells stand
    wholly between them: an apostrophe is no quote.
    """
    sample = text[:SAMPLE_BYTES]
    best = (-1.0, Dialect(delimiters[0] if len(delimiters) == 1 else ",", quotes[0] if quotes else ""))
    plain: list[tuple[float, Dialect]] = []
    for delimiter in delimiters:
        dialect = Dialect(delimiter, _quote(sample, delimiter, quotes))
        scored = [(_score(sample, one), one) for one in _variants(sample, dialect, escape)]
        plain.append(scored[0])
        found = max(scored, key=lambda one: one[0])  # the plain one is first and is taken unless an escape makes more rows agree
        if found[0] > best[0] + 0.02:
            best = found
    covered = {one: _even_rows(sample, one[1]) for one in plain}
    most = max(covered.values(), default=(0, False))
    widest = [one for one, rows in covered.items() if rows == most]
    other = len(widest) == 1 and widest[0][1].delimiter != best[1].delimiter
    if other and most[0] + most[1] > _usual_rows(sample, best[1]):
        best = widest[0]  # “1,5;x” below “a;b”: the decimal commas part fewer rows
    if len(delimiters) == 1 or best[0] >= _LEAST:
        blanks = _by_blanks(sample, quotes) if best[1].delimiter == "," and len(delimiters) > 1 else None
        is_rival = blanks is not None and (blanks.delimiter == BLANKS or "," not in next(filter(str.strip, sample.splitlines()), ","))
        rival = blanks if is_rival else None  # commas below names at fixed places part thousands
        if best[1].delimiter == "," and len(delimiters) > 1:
            rival = rival or _by_further(sample, quotes, FURTHER_DELIMITERS.replace(":", ""))
        return rival if rival is not None and _score(sample, rival) > best[0] + 0.02 else best[1]  # “1,5 2,5” holds decimal commas
    quote = _quote(sample, ",", quotes)
    if len(delimiters) < len(DELIMITERS):
        return Dialect(",", quote)
    return _by_further(sample, quotes) or _by_blanks(sample, quotes) or Dialect(ONE_COLUMN if "," in sample else ",", quote)


def _variants(text: str, dialect: Dialect, escape: bool | None) -> Iterator[Dialect]:
    """The dialect, with a backslash as escape where it may be one, and with blanks before quotes where these are."""
    mark = re.escape(dialect.delimiter)
    if dialect.quote and dialect.delimiter != BLANKS:
        quote = re.escape(dialect.quote)
        if re.search(rf"(?:^|{mark}) +{quote}[^{quote}\n]*{quote} *(?={mark}|$)", text, re.MULTILINE):
            dialect = replace(dialect, blanks=True)
    may_escape = re.search(r"\\[\"']", text) is not None or (f"\\{dialect.delimiter}" in text and not _all_agree(text, dialect))
    if escape is not True:
        yield dialect
    if escape or (escape is None and may_escape):
        yield replace(dialect, escape=True)
    if dialect.delimiter == ";" and _ENTITY.search(text) is not None and not _all_agree(text, dialect):
        yield replace(dialect, entities=True, escape=escape is True)


def _all_agree(text: str, dialect: Dialect) -> bool:
    """Whether all rows, the names too, have one number of cells: then a backslash before a delimiter ends a cell, such as a folder."""
    lengths = {len(row) for row in read_rows(text, dialect, _ROWS)}
    return len(lengths) == 1 and lengths != {1}


def _even_rows(text: str, dialect: Dialect) -> tuple[int, bool]:
    """How many rows have one number of cells, more than one, when all others are single cells above or below them (else 0).

    The second value says whether the first row is one of them.
    """
    lengths = [len(row) for row in read_rows(text, dialect, _ROWS)]
    parted = [at for at, length in enumerate(lengths) if length > 1]
    if len(parted) < 3 or len(set(lengths[parted[0] : parted[-1] + 1])) > 1:
        return 0, False
    return len(parted), parted[0] == 0


def _usual_rows(text: str, dialect: Dialect) -> int:
    """How many rows have the most frequent number of cells above one."""
    counts = Counter(len(row) for row in read_rows(text, dialect, _ROWS) if len(row) > 1)
    return max(counts.values(), default=0)


def _score(text: str, dialect: Dialect) -> float:
    rows = [row for row in read_rows(text, dialect, _ROWS) if any(cell.strip() for cell in row) and not row[0].lstrip().startswith("#")]
    counts = Counter(len(row) for row in rows)
    if not counts:
        return -1.0
    several = [one for one, count in counts.items() if one > 1 and (count > 1 or len(rows) < 3)]
    return max((_score_of(text, dialect, rows, width) for width in several), default=-1.0)


def _score_of(text: str, dialect: Dialect, rows: list[list[str]], width: int) -> float:
    """How well rows agree on so many cells, from the first one that has them, and how much of them are values."""
    start = next(i for i, row in enumerate(rows) if len(row) == width)
    agreeing = [row for row in rows if len(row) == width]
    consistent = len(agreeing) / (len(rows) - start)
    cells = [cell for row in agreeing[: max(20, 4000 // width)] for cell in row]
    typed = sum(cell_kind(cell) not in ("", "text") for cell in cells) / max(1, sum(bool(cell.strip()) for cell in cells))
    broken = _broken(text, dialect, cells)
    share = len(agreeing) / len(rows)
    return consistent * min(1.0, 0.5 + share) + 0.2 * typed + 0.2 * share - 0.5 * broken


def _broken(text: str, dialect: Dialect, cells: Sequence[str]) -> float:
    """The share of cells in which something should have meant the end of one, and of lines that cells swallow."""
    if not dialect.quote:
        return 0.0
    ends = dialect.quote + dialect.delimiter
    odd = sum((ends in cell) + cell.count('"') % 2 + (cell.endswith("\\") and not dialect.escape) for cell in cells)
    return odd / len(cells) + sum(cell.count("\n") for cell in cells) / max(1, text.count("\n"))


def _quote(text: str, delimiter: str, quotes: str) -> str:
    if len(quotes) < 2:
        return quotes
    mark = re.escape(delimiter)
    start = "\n".join(text.splitlines()[:_ROWS])
    marks = start.count(delimiter)
    if delimiter == " ":
        start = re.sub(" {2,}", " ", start)  # a search from each blank of a long run would go through the rest of the run
    single = len(re.findall(rf"(?:^|{mark})[ ]*'(?:[^'\n\\]|\\.)*'[ ]*(?={mark}|$)", start, re.MULTILINE))
    double = len(re.findall(rf'(?:^|{mark})[ ]*"|"[ ]*(?={mark}|$)', start, re.MULTILINE))
    other = start.count("'") - start.count("\\'") - 2 * single
    cells = start.count("\n") + 1 + marks
    return "'" if single and not double and single >= 0.05 * cells and other <= 0.1 * single else '"'


def _by_further(text: str, quotes: str, delimiters: str = FURTHER_DELIMITERS) -> Dialect | None:
    """A seldom delimiter that parts every row into the same number of cells; times and pairs with a colon are no rows of cells."""
    for delimiter in delimiters:
        dialect = Dialect(delimiter, _quote(text, delimiter, quotes))
        rows = read_rows(text, dialect, _ROWS)
        width = len(rows[0]) if rows else 0
        if delimiter in _SURE and rows:
            width, agreeing = Counter(map(len, rows)).most_common(1)[0]
        else:
            agreeing = sum(len(row) == width for row in rows)
        if len(rows) < 2 or width < (3 if delimiter == ":" else 2) or agreeing < (_PARTED if delimiter in _SURE else 1) * len(rows):
            continue
        if delimiter == ":" and all(re.fullmatch("(?:.*[ T])?[0-9A-Fa-f]{0,4}(?:[.,].*)?", cell) for row in rows[1:] for cell in row):
            continue  # digits on both sides of every colon: clock times, addresses of devices
        if delimiter == ":" and all(_MOMENT.search(":".join(row)) for row in rows[1:]):
            continue
        if any(all(row) for row in rows):
            return dialect
    return None


def _by_blanks(text: str, quotes: str) -> Dialect | None:
    """Runs of blanks, or fixed places, when all lines agree on them and numbers or aligned columns say that they are more than words."""
    lines = [line for line in text.splitlines()[:_ROWS] if line.strip(_DRAWN) and not line.lstrip().startswith("#")]
    if len(lines) < 2 or not any(" " in line.strip() for line in lines):
        return None
    dialect = Dialect(BLANKS, _quote(text, " ", quotes))
    rows = [row for row in read_rows("\n".join(lines), dialect) if row]
    if len(rows) < 2:
        return None  # line ends in quotes made one row of all lines
    width, agreeing = Counter(len(row) for row in rows[1:]).most_common(1)[0]
    head = len(rows[0])
    cuts = fixed_cuts(lines)
    if _are_aligned(lines) and len(cuts) == len(re.split(" {2,}", lines[0].strip())) < width:
        return fixed_dialect(lines, cuts)  # cells hold single blanks
    typed = _typed_share([row for row in rows[1:] if len(row) == width])
    if width > 1 and agreeing >= 0.95 * (len(rows) - 1) and typed and (head == width or (head == width - 1 > 1)):
        alike = head == width or all(cell_kind(cell) == "text" for cell in rows[0])
        numbers = typed >= (0.75 if width < 3 else 0.3) or _are_aligned(lines)
        if alike and numbers and not (width == 2 and _are_times(rows[1:])):
            return dialect
    return fixed_dialect(lines, cuts) if len(cuts) > 1 and _typed_share([cut(line, cuts) for line in lines[1:]]) else None


def _typed_share(rows: Sequence[Sequence[str]]) -> float:
    """The share of columns in which nine of ten filled cells are numbers or dates."""
    typed = []
    for column in zip(*rows, strict=False):
        kinds = [kind for cell in column if (kind := cell_kind(cell))]
        typed.append(bool(kinds) and kinds.count("text") <= 0.1 * len(kinds))
    return sum(typed) / len(typed) if typed else 0.0


def _are_aligned(lines: Sequence[str]) -> bool:
    return sum("  " in line.strip() for line in lines) >= 0.9 * len(lines)


def _are_times(rows: Sequence[Sequence[str]]) -> bool:
    """Whether two cells are the day and the clock of one time."""
    return all(cell_kind(row[0]) == "date" and ":" in row[-1] for row in rows)


def fixed_cuts(lines: Sequence[str]) -> tuple[int, ...]:
    """Where columns begin when blanks part them in every line, or in every line below the first: two at least, or one in many lines.

    () when nothing parts them.
    """
    for among in (lines, lines[1:]):
        width = max(map(len, among), default=0)
        if not among or width > 10_000:
            return ()
        taken = [False] * width
        for line in among:
            for i, char in enumerate(line):
                taken[i] = taken[i] or not char.isspace()
        least = 1 if len(among) >= _MANY else 2  # blanks between columns: one in all of many lines is no chance
        starts = [i for i in range(width) if taken[i] and not any(taken[max(0, i - least) : i])]
        columns = zip(*(cut(line, (0, *starts[1:])) for line in among), strict=True)
        # What few lines hold is no column but the end of a longer text, and behind a single blank a word of it.
        often = [max(3, 0.2 * len(among)) if at > 1 and taken[at - 2] else max(2, 0.05 * len(among)) for at in starts]
        kept = [at for at, column, least in zip(starts, columns, often, strict=False) if sum(map(bool, column)) >= least]
        if len(kept) > 1:
            return _below_names(among, kept)
    return ()


def _below_names(lines: Sequence[str], starts: Sequence[int]) -> tuple[int, ...]:
    """Where columns begin, by the names in the first line too: a name may begin left of all its cells, and no name is above a blank
    within cells, as in a day and its clock.
    """
    names, body = lines[0].rstrip(), lines[1:]
    cuts = [0]
    for at, after in zip(starts[1:], (*starts[2:], None), strict=True):
        before = max((len(line[:at].rstrip()) for line in body), default=0)
        end = at + max((len(line[at:after].rstrip()) for line in body), default=0)
        unnamed = names[:at].strip() and not names[at:end].strip()
        if before == at - 1 and (unnamed or _are_marks([line[at:end] for line in body])):
            continue
        runs = [*re.finditer(" +", names[before:at])] if at < len(names) else []
        parting = [run for run in runs if len(run[0]) > 1] or runs
        cuts.append(before + parting[-1].end() if parting else at)
    return tuple(cuts)


def _are_marks(texts: Sequence[str]) -> bool:
    """Whether all texts that hold anything are one currency or unit, which belongs to the number before it."""
    marks = {text.strip() for text in texts} - {""}
    return len(marks) == 1 and (marks <= CURRENCIES.keys() or marks <= UNITS.keys() or marks == {"%"})


def cut(line: str, cuts: Sequence[int], parted: Collection[int] = ()) -> list[str]:
    """A line cut at fixed places. A word across one of those where blanks part the columns is wider than its own, and stays whole."""
    places = [cuts[0], *(_around_word(line, at, before) if at in parted else at for before, at in pairwise(cuts))] if parted else cuts
    return [line[a:b].strip() for a, b in zip(places, (*places[1:], None), strict=True)]


def fixed_dialect(lines: Sequence[str], cuts: tuple[int, ...]) -> Dialect:
    """The dialect of cells at fixed places, by the first lines of a table."""
    first = lines[:_ROWS]
    return Dialect(FIXED, "", cuts=cuts, parted=tuple(at for at in cuts if _is_parted(first, at)))


def _is_parted(lines: Sequence[str], at: int) -> bool:
    """Whether a blank is before a place in nearly all lines."""
    there = [line[at - 1].isspace() for line in lines if 0 < at < len(line) and not line[at].isspace()]
    return sum(there) >= _PARTED * len(there) > 0


def _around_word(line: str, at: int, before: int) -> int:
    """Where a column of a line begins: behind a word that begins the column before and reaches into it, else in front of the word."""
    if at >= len(line) or line[at - 1].isspace() or line[at].isspace():
        return at
    start = at - len(line[:at].split()[-1])
    return at + len(line[at:].split(None, 1)[0]) if start <= before else start


def read_rows(text: str, dialect: Dialect, most: int | None = None) -> list[list[str]]:
    """The rows of a text that hold anything, at most `most` of them."""
    rows = []
    for _, row in numbered_rows(text, dialect):
        if row:
            rows.append(row)
            if most is not None and len(rows) >= most:
                break
    return rows


def numbered_rows(text: str, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """As `numbered_lines`, for a whole text."""
    return numbered_lines(io.StringIO(text, newline=""), dialect)


def numbered_lines(lines: Iterable[str], dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Every row of the lines of a text, which may come one by one, with the number of lines up to its end; a row without any character has
    no cells. Lines that an escaped line end joins count as one.
    """
    if dialect.delimiter == FIXED:
        parted = frozenset(dialect.parted)
        for number, line in enumerate(lines, 1):
            yield number, cut(line.rstrip("\r\n"), dialect.cuts, parted) if line.strip() else []
        return
    csv.field_size_limit(2**31 - 1)
    marks = ("\\", '"', "'", "\n", dialect.delimiter, _LEAD)
    if dialect.escape or dialect.entities:
        lines = _without_escapes(lines, marks, dialect)
    if dialect.delimiter == BLANKS:
        lines = (_END_BLANKS.sub("", line.replace("\t", " ")) for line in lines)
    skip = dialect.blanks or dialect.delimiter == BLANKS
    if dialect.quote:
        reader = csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote, skipinitialspace=skip)
    else:
        reader = csv.reader(lines, delimiter=dialect.delimiter, quoting=csv.QUOTE_NONE, skipinitialspace=skip)
    for row in reader:
        yield reader.line_num, [_with_marks(cell, marks) for cell in row] if dialect.escape or dialect.entities else row


def _without_escapes(lines: Iterable[str], marks: Sequence[str], dialect: Dialect) -> Iterator[str]:
    r"""The lines with two characters for private use in place of each escaped mark, by its position among the marks, and of each `_LEAD`,
    the last one. Other pairs (\N, \t) stay. A line whose end is escaped is joined with the next one.
    """
    codes = {mark: _LEAD + chr(_PRIVATE + at) for at, mark in enumerate(marks)}
    escaped = r"\\([" + "".join(map(re.escape, marks[:-1])) + "])|" + _LEAD
    pattern = re.compile(escaped if dialect.escape else f"{_LEAD}()")
    held: list[str] = []
    for line in lines:
        clean = pattern.sub(lambda found: codes[found[1] or _LEAD], line) if "\\" in line or _LEAD in line else line
        if dialect.entities and "&" in clean:
            clean = _ENTITY.sub(lambda found: found[1] + codes[";"], clean)
        held.append(clean)
        if clean.endswith("\n") or not line.endswith("\n"):
            yield "".join(held)
            held.clear()
    if held:
        yield "".join(held)


def _with_marks(cell: str, marks: Sequence[str]) -> str:
    """A cell with the marks that `_without_escapes` replaced."""
    return _CODED.sub(lambda found: marks[ord(found[1]) - _PRIVATE], cell) if _LEAD in cell else cell
