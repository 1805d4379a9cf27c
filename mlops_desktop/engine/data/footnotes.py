"""Marks of footnotes and flags beside numbers (“12.5*”, “12.5 1)”, “6.2 e”): the numbers are read, the marks left off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.engine.data.cell_evidence import Hints, example_evidence
from mlops_desktop.engine.data.number_formats import NumberFormat, fit_format
from mlops_desktop.engine.data.raw_column import RawColumn
from mlops_desktop.serving.compound_numbers import marks_pattern
from mlops_desktop.serving.frame import Bools
from mlops_desktop.serving.numbers import number_pattern
from mlops_desktop.serving.plural import quoted_names
from mlops_desktop.serving.schema import Column
from mlops_desktop.serving.units import CURRENCIES, FLAGS, UNITS, is_footnote

_SYMBOLS = r"[*†‡§¶^#]{1,4}"
_RAISED = "[¹²³⁰⁴-⁹ᵃ-ᵛ]{1,3}"
_NOTE = r"[0-9a-z]{1,2}"
_BEHIND = rf"\s*\([A-Za-z*]{{1,2}}\)|\s*{_SYMBOLS}|\s*{_RAISED}|\s+{_NOTE}\)|\s*[a-z]\)|\s*\[{_NOTE}\]|\s+(?:{FLAGS})"
_UNIT = marks_pattern((*CURRENCIES, *UNITS))
_MARKED = re.compile(rf"(?P<number>.*[0-9][.,]?(?:\s?%)?)(?P<mark>{_BEHIND})")
_BEHIND_UNIT = re.compile(rf"(?P<number>.*[0-9][.,]?)\s?(?P<unit>{_UNIT})(?P<mark>\s?(?:{_SYMBOLS}|{_RAISED}))")
_LETTERS = re.compile("[A-Za-z]+")
_PRECISE = ".*[0-9][.,][0-9].*|[^0-9]*[0-9]{4,}[^0-9]*"  # house numbers, such as 12a, have neither decimals nor four digits
_MOST_MARKS = 12


def footnote_format(raw: RawColumn, present: Bools, hints: Hints, found: NumberFormat | None) -> NumberFormat | None:
    """The format of numbers with marks of footnotes behind some of them, where it reads more cells than the one `found` without; else None.

    Letters are flags where the numbers have decimals or four digits.
    """
    import pyarrow as pa

    reads = raw.matching(number_pattern(found.grammar)) & present if found is not None else np.zeros(len(present), dtype=bool)
    at = np.flatnonzero(present & ~reads).tolist()
    if not at or not any(map(_split, raw.texts_at(at[:50]) + raw.texts_at(at[-50:]))):
        return None
    marked = {i: one for i, text in zip(at, raw.texts_at(at), strict=True) if (one := _split(text))}
    if any(_LETTERS.fullmatch(mark) for _, mark in marked.values()):  # then a letter that could be a unit is a flag as well
        at = np.flatnonzero(present & raw.matching(rf".*[0-9]\s+(?:{FLAGS})")).tolist()
        marked |= {i: one for i, text in zip(at, raw.texts_at(at), strict=True) if (one := _split(text))}
    marks = sorted({mark for _, mark in marked.values()}, key=lambda mark: (-len(mark), mark))
    letters = {mark for mark in marks if _LETTERS.fullmatch(mark)}
    if len(marks) > _MOST_MARKS or (letters and not _may_be_flags(raw, present, letters)):
        return None
    texts = list(raw.texts)
    for i, (number, _) in marked.items():
        texts[i] = number
    bare = replace(raw, distinct=pa.array(texts, pa.string()), given=None, _readings={})
    form = fit_format(bare, present, hints)
    if form is None or form.conflict or form.grammar.scales:
        return None
    grammar = replace(form.grammar, affixes=(*form.grammar.affixes, *marks))
    more = raw.count(raw.matching(number_pattern(grammar)) & present) > raw.count(reads)
    return replace(form, grammar=grammar) if more else None


def _split(text: str) -> tuple[str, str] | None:
    """A number, perhaps with its unit, and the mark of a footnote behind it with this unit; None for other texts."""
    if found := _MARKED.fullmatch(text):
        return found["number"].strip(), found["mark"].strip()
    found = _BEHIND_UNIT.fullmatch(text)
    return (text[: found.end("unit")], text[found.start("unit") :]) if found else None


def footnote_marks(column: Column) -> tuple[str, ...]:
    """The marks of a column that are those of footnotes and flags; in a column without a unit letters that could be units are flags."""
    return tuple(mark for mark in column.grammar.affixes if is_footnote(mark, unit=column.unit))


def _may_be_flags(raw: RawColumn, present: Bools, letters: set[str]) -> bool:
    """Whether single letters behind numbers may be flags: the numbers are no small whole ones; “H” and “L” say high and low together."""
    if letters & {"H", "L"} and not letters >= {"H", "L"}:
        return False
    return raw.count(raw.matching(_PRECISE) & present) >= 0.5 * raw.count(present)


def footnote_evidence(raw: RawColumn, column: Column, good: Bools) -> Iterator[Evidence]:
    """That marks of footnotes were left off."""
    marks = footnote_marks(column)
    if not marks:
        return
    cells = raw.matching(rf".*[0-9.,%\s](?:{'|'.join(map(re.escape, marks))})") & good
    if cells.any():
        shown = quoted_names(marks)
        message = "Marks of footnotes or flags behind numbers were left off ({marks}): {shown}."
        yield example_evidence(raw, "footnotes", message, cells, marks=shown)
