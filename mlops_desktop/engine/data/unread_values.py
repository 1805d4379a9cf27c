"""Finds texts that look like numbers or dates in a notation that is not read: the reason why their column is one of texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.engine.data.cell_evidence import example_evidence
from mlops_desktop.engine.data.raw_column import RawColumn
from mlops_desktop.serving.cells import DIGITS
from mlops_desktop.serving.frame import Bools

_MOST = 0.9  # share of the cells, at least, that look so
_FEWEST, _FEWEST_WHOLE = 2, 4  # different numbers from which texts are amounts; more where they are whole, as in “4 doors”
_MOST_MARKS = 6
_SAMPLE = 300
_NUMBER = r"[+\-−]?(?:[0-9]{1,3}(?:[.,'’ ][0-9]{3})+(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+)"
_FRACTION = r".*[0-9][.,][0-9].*"
# One number with little around it; letters directly in front make a code (A00.1, v1.2), and so do further digits.
_ABOUT = r"(?:ca|approx|about|circa|env|etwa|from|ab|bis|up to|less than|more than)\.? ?"
_MARKED = rf"(?:[^0-9\pL]{{0,3}}|{_ABOUT}){_NUMBER}[^0-9]{{0,16}}(?:\[[0-9]+\])?"
_TOLERANCE = rf"{_NUMBER} ?(?:±|\+/-|\+-) ?{_NUMBER}.*"
_SYMBOLS = "~≈∼*†‡^‰¢′″±§"
_OTHER_DIGITS = rf"[\p{{Nd}}\p{{No}}.,٫٬/ +\-]*[{DIGITS}×²³¹⁰-⁹½¼¾⅓⅔⅛⅜⅝⅞][\p{{Nd}}\p{{No}}.,٫٬/ ]*"
_CODES = re.compile(r"[()\[\]{}#\\:;_-]|^\.$")
_YEAR, _CLOCK = "(?:1[6-9]|20)[0-9]{2}", "[0-9]{1,2}[:.h][0-9]{2}.*"
_DATES = "|".join(
    (
        rf".*\b{_YEAR}\b.*\b[0-9]{{1,2}}\b.*\b[0-9]{{1,2}}\b.*",
        rf".*\b[0-9]{{1,2}}\b.*\b[0-9]{{1,2}}\b.*\b{_YEAR}\b.*",
        rf"{_YEAR}[^0-9A-Za-z ][ ]?[0-9]{{1,2}}[^0-9A-Za-z ][ ]?[0-9]{{1,2}}[^0-9]?.*",  # 2024年1月5日
        rf"(?:\pL{{2,}}[.,]? )?[0-9]{{1,2}}[.]?[ /-]\pL{{3,}}[.]?[ /-]{_YEAR}(?:\b.*)?",
        rf"(?:\pL{{2,}}[.,]? )?\pL{{3,}}[.]? [0-9]{{1,2}},? (?:{_YEAR}\b.*|{_CLOCK})",
        rf"[0-9]{{1,2}}-?\pL{{3}}-?[0-9]{{2,4}}[ :]{_CLOCK}",
        r"(?:19|20)[0-9]{6}[T _-][0-9]{4}.*",
        r"[0-9]{1,2}[.][0-9]{1,2}[.]",  # 31.12., without a year
        r"(?:\pL{2,}[.,]? )?(?:\pL{3,}[.]? [0-9]{1,2}|[0-9]{1,2} \pL{3,}[.]?),? ['’][0-9]{2}.*",
        r"(?:令和|平成|昭和|R|H)(?:[0-9]{1,2}|元)[年.][0-9]{1,2}[月.][0-9]{1,2}日?",
        r"\[(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}[ T][^\]]*\]",
        r"/?Date\([0-9]+[^)]*\)/?",
    )
)
_ASCII_DATES = _DATES.replace(r"\pL", "[A-Za-z]")  # the same for texts of ASCII: compiled and matched in a thirtieth of the time
_LONGEST_DATE = 48
_NO_DATE = re.compile(r"[0-9]+(?:\.[0-9]+){3}|[+(][0-9][0-9 ()/-]{6,}")  # addresses of the network, telephone numbers


def unread_evidence(raw: RawColumn, present: Bools) -> Iterator[Evidence]:
    """The evidence where nearly all cells of a column of texts look like dates or like numbers; `present` marks those that are not missing.

    A column of ordinary texts or codes has none.
    """
    sample = raw.sample(present, _SAMPLE)
    if sum(any(char.isnumeric() for char in text) for text in sample) < _MOST * len(sample):
        return
    if _like_dates(raw, present, sample):
        message = "The cells look like dates in a notation that is not known, so the column was read as texts: {shown}."
        yield example_evidence(raw, "unread_dates", message, raw.matching(_dates(raw)) & present)
    elif (cells := _like_numbers(raw, present)).any():
        message = "The cells hold numbers with something beside them that is not known, so the column was read as texts: {shown}."
        yield example_evidence(raw, "unread_numbers", message, cells)


def _like_dates(raw: RawColumn, present: Bools, sample: list[str]) -> bool:
    if max(map(len, sample)) > _LONGEST_DATE or sum(_NO_DATE.fullmatch(text) is not None for text in sample) > 0.1 * len(sample):
        return False
    return raw.count(raw.matching(_dates(raw)) & present) >= _MOST * raw.count(present)


def _dates(raw: RawColumn) -> str:
    return _ASCII_DATES if raw.is_ascii else _DATES


def _like_numbers(raw: RawColumn, present: Bools) -> Bools:
    """The distinct texts that are numbers in an unknown notation; none unless most cells are some."""
    none = np.zeros(len(present), dtype=bool)
    others = raw.matching(_OTHER_DIGITS) & present
    if raw.count(others) >= _MOST * raw.count(present):
        return others
    marked = raw.matching(f"{_MARKED}|{_TOLERANCE}") & present
    if raw.count(marked) < _MOST * raw.count(present):
        return none
    at = np.flatnonzero(marked)
    if len(at) > _SAMPLE:
        at = at[np.linspace(0, len(at) - 1, _SAMPLE).astype(np.intp)]
    texts = raw.texts_at(at.tolist())
    numbers = {found[0] for text in texts if (found := re.search(_NUMBER, text))}
    marks = {re.sub(_NUMBER, "", text, count=1).strip() for text in texts if not re.fullmatch(_TOLERANCE, text)} - {""}
    marks |= {"±" for text in texts if re.fullmatch(_TOLERANCE, text)}
    if not 0 < len(marks) <= _MOST_MARKS or len(numbers) < _FEWEST or any(_CODES.search(mark) for mark in marks - {"[a]"}):
        return none
    fractions = raw.count(raw.matching(_FRACTION) & marked) >= 0.5 * raw.count(marked)
    symbols = all(mark[0] in _SYMBOLS for mark in marks)
    worded = all(re.fullmatch(rf"{_NUMBER} \D+", text) for text in texts)
    return marked if fractions or symbols or (worded and len(numbers) >= max(_FEWEST_WHOLE, 2 * len(marks))) else none
