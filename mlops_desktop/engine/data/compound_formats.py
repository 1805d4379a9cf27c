"""Decides which columns hold numbers in several parts: durations, feet and inches, units one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.engine.data.cell_evidence import MOST_UNREADABLE, example_evidence
from mlops_desktop.engine.data.durations import duration_evidence, duration_grammar, duration_notation
from mlops_desktop.engine.data.number_formats import NumberFormat
from mlops_desktop.engine.data.raw_column import RawColumn
from mlops_desktop.serving.cells import Grammar, Scale
from mlops_desktop.serving.compound_numbers import BETWEEN, FEET, ISO_DURATION, ISO_MONTHS, PART, marks_pattern
from mlops_desktop.serving.frame import Bools
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.month_names import month_number
from mlops_desktop.serving.schema import Column
from mlops_desktop.serving.units import SEVERAL_PARTS, ratio

_SIGN = "[+−–-]?"


def compound_format(raw: RawColumn, present: Bools, chosen: bool = False) -> NumberFormat | None:
    """The format of a column of which nearly all cells are numbers in several parts or such as may be among these, else None.

    `chosen`: a person says that the column holds numbers, so clock times are durations.
    """
    sample = raw.sample(present, 50)
    clocks = any(re.search("[0-9][:h][0-9]", text) for text in sample)
    if clocks and (notation := duration_notation(raw, present, chosen)):
        grammar, unit = duration_grammar(notation)
        return NumberFormat(grammar, 1.0, unit=unit)
    if any("P" in text for text in sample):
        for notation, pattern, unit in (("iso_hours", ISO_DURATION, "h"), ("iso_months", ISO_MONTHS, "months")):
            if _nearly_all(raw, present, pattern):
                return NumberFormat(Grammar(notations=(notation,)), 1.0, unit=unit)
    if any(re.search(r"[0-9]\s*(?:['’′]|(?:ft|feet|foot).*[0-9])", text) for text in sample) and _nearly_all(raw, present, FEET):
        return NumberFormat(Grammar(notations=("feet",)), 1.0, unit="in")
    if not any(re.search(r"[0-9]\s*[A-Za-z]", text) for text in sample):
        return None
    return next(filter(None, (_of_dimension(raw, present, sample, name) for name in SEVERAL_PARTS)), None)


def _nearly_all(raw: RawColumn, present: Bools, pattern: str) -> bool:
    return raw.count(raw.matching(pattern) & present) >= (1 - MOST_UNREADABLE) * raw.count(present)


def _of_dimension(raw: RawColumn, present: Bools, sample: list[str], name: str) -> NumberFormat | None:
    """The format for parts of one dimension; None unless a cell has several of them, or several units of time are in the column."""
    sizes = SEVERAL_PARTS[name]
    part = rf"{PART}\s*(?:{marks_pattern(sizes)})"
    fitting = re.compile(rf"{_SIGN}\s*(?:{part}{BETWEEN}){{1,7}}|0").fullmatch
    if sum(fitting(text) is not None for text in sample) < 0.9 * len(sample):
        return None
    if not _nearly_all(raw, present, rf"{_SIGN}\s*(?:{part}{BETWEEN}){{1,7}}|0"):
        return None
    several = raw.matching(rf"{_SIGN}\s*(?:{part}{BETWEEN}){{2,7}}") & present
    used = [mark for mark in sizes if (raw.matching(rf".*[0-9]\s*{re.escape(mark)}(?:[^A-Za-z.].*)?") & present).any()]
    if not several.any() and (name not in ("time", "calendar") or len({sizes[mark] for mark in used}) < 2):
        return None
    least = min(sizes[mark] for mark in used)
    scales = tuple(Scale(mark, *ratio(sizes[mark], least)) for mark in sorted(used))
    return NumberFormat(
        Grammar(notations=("compound",), scales=scales), 1.0, unit=next(mark for mark, size in sizes.items() if size == least)
    )


def compound_evidence(raw: RawColumn, column: Column, good: Bools) -> Iterator[Evidence]:
    """What numbers in several parts were read as."""
    notations = column.grammar.notations
    yield from duration_evidence(raw, column, good)
    for notation, template in _READ_AS.items():
        if notation in notations and good.any():
            yield example_evidence(raw, "converted", template, good & ~raw.among(["0"]))


_READ_AS = {
    "feet": "Feet and inches were read as inches (5'11\" is 71): {shown}.",
    "iso_hours": "Durations were read as hours (PT1H30M is 1.5): {shown}.",
    "iso_months": "Durations were read as months (P1Y6M is 18): {shown}.",
}


def same_mark(raw: RawColumn, present: Bools) -> str:
    """The mark that is behind the number of every cell, such as “people”; "" when there is none, or when it may be part of a name."""
    texts = raw.sample(present, 20)
    found = [_MARKED.fullmatch(text) for text in texts]
    marks = {one["mark"] or one["tight"] for one in found if one}
    if len(texts) < 2 or not all(found) or len(marks) != 1:
        return ""
    mark = marks.pop()
    if mark in _ORDINALS or month_number(mark) or any(char in _OF_DATES for char in mark):
        return ""
    pattern = rf"[+−–-]?\s*[0-9][0-9.,'’ ]*\s*{re.escape(mark)}"
    return mark if bool(np.all(raw.matching(pattern)[present])) else ""


_OF_DATES = "年月日時时分秒期周週号號番年년월일시분초"  # behind a number they make a date, a time or a name
_ORDINALS = frozenset(("st", "nd", "rd", "th", "er", "re"))
_MARKED = re.compile(
    r"[+−–-]?\s*[0-9](?:[0-9.,'’ ]*[0-9])?"
    r"(?:\s+(?P<mark>[^\W\d_][^\d\s()#-]{1,11})|(?P<tight>[a-z]{2,6}|[一-鿿가-힣ぁ-ヿ]{1,4}))"
)


_N = r"[+−–-]?[0-9]+(?:[.,][0-9]+)?"
_SCORES = "scores, or days with a month"
# Forms of amounts that no grammar reads, each with the rule of its evidence and what it is.
_FORMS = (
    ("pairs", r"[0-9]{2,3} ?/ ?[0-9]{2,3}", "pairs of numbers"),
    ("amounts", rf"{_N} ?(?:±|\+/-|\+-) ?{_N}.*", "numbers with their error"),
    ("amounts", rf"{_N} ?[x×·*] ?10(?:\^|\*\*)?[-+−⁻⁺0-9⁰¹²³⁴⁵⁶⁷⁸⁹()]+", "powers of ten"),
    ("amounts", rf"{_N}\([0-9]+\)", "numbers with their error"),
    ("amounts", rf"{_N} \({_N} ?%?\)", "numbers with a second one in parentheses"),
    ("amounts", rf"{_N} ?[\[(]{_N} ?(?:[-–,;]|to|bis) ?{_N}[\])]", "numbers with an interval"),
    ("amounts", r"[0-9]* ?[½¼¾⅓⅔⅛⅜⅝⅞]", "fractions"),
    ("amounts", rf"(?i:~|≈|ca\.?|circa|about|approx\.?) ?{_N}.{{0,8}}", "rounded numbers"),
    ("amounts", r"\((?:1[6-9]|20)[0-9]{2}\)", "years in parentheses"),
    ("amounts", rf"{_N} ?[x×] ?{_N}(?: ?[x×] ?{_N})? ?[a-zA-Z\"]{{0,4}}", "lengths of several sides"),
    ("amounts", r"[0-9]{1,3}\s*[°'′’]\s*[0-9]{1,2}.*", "degrees, minutes and seconds"),
    ("amounts", r"P(?:[0-9.,]+[YMWD])+(?:T(?:[0-9.,]+[HMS])+)?", "durations of months and days, which do not convert"),
    ("amounts", rf"{_N} ?(?:of|out of|von|sur|de) ?{_N}(?: [a-zA-Z]+)?|{_N} ?/ ?(?:5|10|20|100)", "parts of a whole"),
    ("pairs", r"[0-9]{1,3} ?/ ?[0-9]{1,3}", "fractions, scores, or days with a month"),
    ("pairs", r"[0-9]{1,3} ?: ?[0-9]{1,3}", "scores or ratios"),
    ("pairs", r"[0-9]{1,2} ?[-–] ?[0-9]{1,2}", _SCORES),
    ("amounts", r"(?:[0-9]+ )?[0-9]{1,3}/[0-9]{1,2}", "fractions"),
    ("amounts", r"(?i:kw|cw|calendar week|kalenderwoche) ?(?:[1-9]|[0-4][0-9]|5[0-3])\.?", "calendar weeks without a year"),
    ("amounts", r"(?:[NS](?:[NS]?[EOW])?|[EOW](?:[NS][EOW])?) (?:[0-9]|1[0-2])", "wind directions with a force"),
    ("amounts", rf"[$€£] ?{_N} ?[-–] ?[$€£]? ?{_N}.{{0,8}}|{_N} ?[-–] ?{_N} ?[$€£]", "ranges of amounts"),
    ("amounts", r"[+-]?[0-9]{1,3}[.][0-9]{2,}°? ?[,; ] ?[+-]?[0-9]{1,3}[.][0-9]{2,}°?", "two coordinates"),
    ("amounts", r"\([0-9]{2,}(?:[.,][0-9]+)*\)", "numbers in parentheses"),
    ("amounts", rf"(?:[$€£¥₹] ?{_N}|{_N} ?[$€£¥₹]) ?(?:/|per|pro|je) ?.{{1,12}}", "prices of a unit"),
)


_PAIRS = 200  # distinct pairs that are compared


def unread_amounts(raw: RawColumn, present: Bools) -> Iterator[Evidence]:
    """That the texts of a column are amounts in a form that is not read, so they were left as texts."""
    sample = raw.sample(present, 50)
    if raw.count(present) < 2 or sum(any(char.isdigit() for char in text) for text in sample) < 2:
        return
    plain = raw.matching(_N)
    for rule, pattern, what in _FORMS:
        if sum(re.fullmatch(pattern, text[:80]) is not None for text in sample) < 0.4 * len(sample):
            continue
        cells = raw.matching(pattern) & present
        if what == _SCORES and _are_ranges(raw, cells):
            continue
        if raw.count(cells) >= 0.5 * raw.count(present) and raw.count((cells | plain) & present) >= 0.9 * raw.count(present):
            template = "The cells seem to be {what}, which are not read as numbers, so the column was read as texts: {shown}."
            found = example_evidence(raw, rule, template, cells, what=msg(what))
            marks = re.findall("[/:–-]", sample[0])[:1] if rule == "pairs" else ()
            yield replace(found, values=tuple(marks))
            return


def _are_ranges(raw: RawColumn, cells: Bools) -> bool:
    """Whether all pairs are ranges such as ages, 20-29: none falls, and some begin beyond the ends of others."""
    pairs = [[int(part) for part in re.split(r" ?[-–] ?", text)] for text in raw.sample(cells, _PAIRS)]
    starts = [first for first, _ in pairs]
    return all(first < last for first, last in pairs) and any(start > last for start in starts for _, last in pairs)
