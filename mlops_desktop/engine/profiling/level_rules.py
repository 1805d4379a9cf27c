"""Findings about the levels of categories: spellings of one level, cells that are ticked or empty, cells with several answers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from mlops_desktop.engine.data import Table, snake_name
from mlops_desktop.engine.profiling.finding import Finding, FindingKind, Seen
from mlops_desktop.engine.project import Changes
from mlops_desktop.serving.frame import Frame
from mlops_desktop.serving.message import msg, number_msg
from mlops_desktop.serving.plural import listed, pluralize, quoted_names
from mlops_desktop.serving.schema import Column

_MOST_LEVELS = 1000
_GRADE = re.compile("[a-z]{1,4}[+−–-]{1,3}")  # A- is no spelling of A
_LEAST_EMPTY = 0.05  # the share of empty cells from which they may be an answer
_TICKS = frozenset(
    (
        *("x", "✓", "✔", "☑", "☒", "√", "•", "*", "+", "1", "yes", "y", "ja", "j", "oui", "si", "sí", "sim", "tak", "true", "wahr", "vrai"),
        *("on", "checked", "selected", "ticked", "marked", "angekreuzt", "chosen"),
    )
)

SPELLINGS = FindingKind("spellings", "Spellings of one level in {column}")


def spellings(seen: Seen) -> Iterator[Finding]:
    """Levels that differ in case, blanks and punctuation alone, or rare ones that differ from a frequent one by one letter."""
    for column in _columns(seen):
        if not column.has_levels:
            continue
        counts = _counts(seen.frame, column.name)
        if not 2 <= len(counts) <= _MOST_LEVELS:
            continue
        recode = _same_key(counts)
        recode.update(_near({level: count for level, count in counts.items() if level not in recode}))
        if not recode:
            continue
        cells = sum(counts[level] for level in recode)
        pairs = [msg("“{text}” as “{level}”", text=level, level=usual) for level, usual in sorted(recode.items())[:3]]
        message = msg(
            "“{column}” seems to spell a level in several ways: {shown} ({cells}).",
            column=column.name,
            shown=listed(pairs, len(recode) - 3),
            cells=pluralize(cells, "1 cell", "{n} cells"),
        )
        why = "A model takes each spelling for a level of its own, and learns from fewer rows of each."
        yield SPELLINGS.finding("warning", column.name, message, why, {"recode": {column.name: recode}})


def _same_key(counts: Mapping[str, int]) -> dict[str, str]:
    """The spellings that differ from the most frequent one in case, blanks and punctuation alone, with it."""
    groups: dict[str, list[str]] = defaultdict(list)
    for level in counts:
        groups[_key(level)].append(level)
    recode = {}
    for key, levels in groups.items():
        if key and len(levels) > 1:
            usual = max(levels, key=lambda level: (counts[level], level))
            recode.update({level: usual for level in levels if level != usual})
    return recode


def _key(level: str) -> str:
    """A level without what people write differently: case and runs of blanks; where no digit is in it, punctuation as well."""
    folded = " ".join(level.casefold().split())
    if any(char.isdigit() for char in folded):
        return folded
    if _GRADE.fullmatch(folded):
        return folded
    plain = folded.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return "".join(char for char in plain if char.isalnum())


def _near(counts: Mapping[str, int]) -> dict[str, str]:
    """Rare levels that differ in one letter of a long word from a frequent one, with it."""
    usual = [level for level, count in counts.items() if count >= 10]
    found = {}
    for level, count in counts.items():
        near = [other for other in usual if count <= 0.1 * counts[other] and _one_letter_apart(level, other)]
        if len(near) == 1:
            found[level] = near[0]
    return found


def _one_letter_apart(one: str, other: str) -> bool:
    """Whether two texts differ by one letter more, less, changed or swapped, in one word of five letters or more, not in its first."""
    words, others = one.casefold().split(), other.casefold().split()
    if len(words) != len(others):
        return False
    differ = [(a, b) for a, b in zip(words, others, strict=True) if a != b]
    if len(differ) != 1:
        return False
    a, b = sorted(differ[0], key=len)
    if not (a.isalpha() and b.isalpha()) or len(a) < 5 or len(b) - len(a) > 1 or a[0] != b[0]:
        return False
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if at >= (len(a) if len(a) < len(b) else len(a) - 1):
        return False  # the last letter makes another word: Chile and Chilen, FuseA and FuseP
    if len(a) < len(b):
        return a[at:] == b[at + 1 :]
    changed = len(a) >= 7 and a[at + 1 :] == b[at + 1 :]  # inland and island are two words
    return changed or (a[at + 2 :] == b[at + 2 :] and a[at : at + 2] == b[at : at + 2][::-1])


TICKS = FindingKind("ticks", "{column} is ticked or empty")


def ticks(seen: Seen) -> Iterator[Finding]:
    """Columns of cells that are ticked or empty, where an empty cell probably means “no”."""
    for column in _columns(seen):
        levels = tick_levels(seen.table, column.name)
        if not levels:
            continue
        missing, shown = int(seen.frame.missing(column.name).sum()), next(iter(levels))
        message = msg(
            "“{column}” holds “{shown}” or nothing: {missing} of {rows} cells are empty.",
            column=column.name,
            shown=shown,
            missing=number_msg(missing, ","),
            rows=number_msg(seen.frame.rows, ","),
        )
        why = "In a tick box an empty cell means “no”, not that nothing is known."
        yield TICKS.finding("warning", column.name, message, why, {"recode": {column.name: levels}})


def tick_levels(table: Table, name: str) -> dict[str, str]:
    """The texts of a column of cells that are ticked or empty with what each stands for, empty ones among them (`ColumnNote.recode`).

    A tick is a mark, a word for yes, or the column's own name, as exports of forms write. Empty for any other column.
    """
    column, empty = table.schema.column(name), table.missing(name)
    if empty in (0, table.rows) or empty < _LEAST_EMPTY * table.rows or column.type in ("date", "id", "ordered"):
        return {}
    missing = table.frame.missing(name)
    if column.is_number:
        values = table.frame.number(name)
        if not (values[~missing] == 1).all():
            return {}
        levels = ["1"] if column.type != "boolean" else list(dict.fromkeys((*column.grammar.true, "true", "True", "TRUE")))
    else:
        counts = _counts(table.frame, name)
        levels = sorted(counts, key=lambda level: (-counts[level], level))
        low = {level.casefold() for level in levels}
        named = len(low) == 1 and len(levels[0]) >= 3 and snake_name(levels[0]) in snake_name(name)
        if len(low) > 2 or not (low <= _TICKS or named):
            return {}
    spelt = dict.fromkeys((*levels, *(level.lower() for level in levels), *(level.upper() for level in levels)))
    return {**dict.fromkeys(spelt, "yes"), "": "no"}


ANSWERS = FindingKind("several_answers", "Several answers in a cell of {column}")


def several_answers(seen: Seen) -> Iterator[Finding]:
    """Columns of cells that hold several answers of a small vocabulary, with a separator between them."""
    for column in seen.features():
        if column.type not in ("category", "text"):
            continue
        counts = _counts(seen.frame, column.name)
        total = sum(counts.values())
        for separator in (";", "|", ",", " + "):
            parts = Counter[str]()
            several = 0
            for level, count in counts.items():
                pieces = [piece.strip() for piece in level.split(separator) if piece.strip()]
                several += count if len(pieces) > 1 and len(set(pieces)) == len(pieces) else 0
                parts.update(dict.fromkeys(pieces, count))
            if several < 0.2 * total or not _is_vocabulary(parts, counts, total, separator):
                continue
            message = msg(
                "{several} of {total} cells of “{column}” hold several answers with “{separator}” between them, such as {shown}.",
                several=number_msg(several, ","),
                total=number_msg(total, ","),
                column=column.name,
                separator=separator.strip(),
                shown=quoted_names([part for part, _ in parts.most_common(3)]),
            )
            why = "As one category each combination stands alone. As yes / no columns each answer is a feature, and an empty cell has none."
            fix: Changes = {"step": {"id": "answer_columns", "params": {"columns": [column.name], "separator": separator.strip()}}}
            yield ANSWERS.finding("warning", column.name, message, why, fix)
            break


def _is_vocabulary(parts: Counter[str], counts: Mapping[str, int], total: int, separator: str) -> bool:
    """Whether the parts are answers to choose from: few and short, fewer than their combinations, each in several cells."""
    few = 3 <= len(parts) <= 40 and len(parts) < len(counts) and max(map(len, parts)) <= 40
    codes = separator in ";|" and all(re.fullmatch("[0-9]{1,2}", part) for part in parts)
    textual = not all(re.fullmatch(r"[-+\d.:/%\s]+", part) for part in parts)
    return few and min(parts.values()) >= max(2, 0.005 * total) and (textual or codes)


def _columns(seen: Seen) -> Sequence[Column]:
    """The feature columns, and the target."""
    columns = list(seen.features())
    if seen.target is not None:
        columns.append(seen.table.schema.column(seen.target))
    return columns


def _counts(frame: Frame, name: str) -> dict[str, int]:
    """The levels of a column of categories or texts with the number of their rows."""
    codes, levels = frame.categorical(name)
    counts = np.bincount(codes[codes >= 0], minlength=len(levels))
    return {level: int(count) for level, count in zip(levels, counts.tolist(), strict=True) if count}
