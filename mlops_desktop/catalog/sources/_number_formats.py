"""Reads the number formats of a workbook, which add to a value a currency, a unit, per cent or leading zeros."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from mlops_desktop.serving.units import CURRENCIES, MAGNITUDES, UNITS

_NUMBER_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\b([^<>]*)>")
_CELL_STYLES = b"cellXfs"  # the element that holds the styles of cells
_STYLE = re.compile(rb'<(?:\w+:)?xf\b[^<>]*?\snumFmtId="([0-9]+)"|<(?:\w+:)?xf\b')
_ID, _CODE = re.compile(r'\bnumFmtId="([0-9]+)"'), re.compile(r'\bformatCode="([^"]*)"')
_BUILT_IN = {9: "0%", 10: "0.00%"}  # those that mean the same in every language; currencies do not
# A quoted text, an escaped letter, a blank as wide as a letter, a filling letter, a currency, a color or condition, digits, marks, others.
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[[^\]]*\]|(?P<digits>[0#?]+)|(?P<mark>[.,%])|(?P<other>.)',
    re.DOTALL,
)
_NO_NUMBER = re.compile(r"[dmyhsDMYHS@E/]")  # dates, texts, powers, fractions
_SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;"\\])*', re.DOTALL)
_AROUND = " \u00a0\u202f+-−()':"
_MOST_DIGITS = 15
_MOST_CHARACTERS = 1_000  # of a format; Excel allows a quarter of them


@dataclass(frozen=True)
class NumberFormat:
    """What a number format adds to the value of a cell.

    `mark` is the text behind or in front of the number, `percent` is whether 0.12 is shown as 12 %. `digits` are the groups of digits that
    are always shown, each with the text before it and its number of digits: ("D-", 5) for postcodes, ("", 3) and ("-", 4) for telephone
    numbers.
    """

    mark: str = ""
    percent: bool = False
    digits: tuple[tuple[str, int], ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether it changes what the number means, whatever the other cells of the column have: an unknown mark may be but a label."""
        return self.percent or bool(self.digits) or self.mark in CURRENCIES or self.mark in UNITS or self.mark == "%"

    def text(self, value: float) -> str | None:
        """A number as a text with what its format adds; None where the number cannot be shown so.

        The text reads one way only: its decimal mark is a point that is never before three digits.
        """
        if self.digits:
            return self._with_zeros(value)
        shown = repr(value).removesuffix(".0")
        if self.percent or "e" in shown:
            shown = format((Decimal(shown) * (100 if self.percent else 1)).normalize(), "f")
        if shown[-4:-3] == ".":
            shown += "0"
        return f"{shown} {'%' if self.percent else self.mark}".rstrip()

    def _with_zeros(self, value: float) -> str | None:
        if value < 0 or value != int(value):
            return None
        count = sum(size for _, size in self.digits)
        rest = str(int(value)).zfill(count)
        first, *further = self.digits
        at = len(rest) - count + first[1]
        shown = first[0] + rest[:at]
        for text, size in further:
            shown += text + rest[at : at + size]
            at += size
        return shown


def number_formats(styles: bytes) -> dict[int, NumberFormat]:
    """The formats of `styles.xml` that add something to a number, by the position of the cell style that has it."""
    codes: dict[int, str] = dict(_BUILT_IN)
    for found in _NUMBER_FORMAT.finditer(styles):
        text = found[1].decode("utf-8", "replace")
        id_, code = _ID.search(text), _CODE.search(text)
        if id_ and code and len(code[1]) <= _MOST_CHARACTERS:
            codes[int(id_[1])] = html.unescape(code[1])
    start = styles.find(_CELL_STYLES)
    cell_styles = styles[start : styles.find(_CELL_STYLES, start + 1)] if start >= 0 else b""
    ids = [int(one[1] or 0) for one in _STYLE.finditer(cell_styles)]
    formats = {id_: parse_format(codes[id_]) for id_ in set(ids) & codes.keys()}
    return {at: one for at, id_ in enumerate(ids) if (one := formats.get(id_)) is not None}


def parse_format(code: str) -> NumberFormat | None:
    """What a number format adds to positive numbers; None when it adds nothing, or is one of dates or texts."""
    section = _SECTION.match(re.sub(r"(?i)\bgeneral\b", "0", code))
    tokens = [(one.lastgroup or "", one[one.lastgroup] if one.lastgroup else "") for one in _TOKEN.finditer(section[0] if section else "")]
    if any(kind == "other" and _NO_NUMBER.match(text) for kind, text in tokens):
        return None
    places = [at for at, (kind, _) in enumerate(tokens) if kind == "digits"]
    if not places:
        return None
    first, last = places[0], places[-1]
    if any(text == "%" and kind == "mark" for kind, text in tokens):
        return NumberFormat(percent=True)
    inner, behind = tokens[first : last + 1], tokens[last + 1 :]
    scaled = bool(behind) and behind[0] == ("mark", ",")
    if not scaled and (digits := _always_shown(tokens[:first], inner)):
        return NumberFormat(digits=digits)
    if any(kind not in ("digits", "mark") for kind, _ in inner):
        return None
    mark = _plain_mark("".join(text for kind, text in (*tokens[:first], *behind) if kind != "mark"), scaled=scaled)
    return NumberFormat(mark=mark) if mark else None


def _always_shown(before: list[tuple[str, str]], inner: list[tuple[str, str]]) -> tuple[tuple[str, int], ...]:
    """The groups of digits of a format that shows zeros in front, with the texts before them; empty for any other."""
    if any(kind == "mark" or (kind == "digits" and text.strip("0")) for kind, text in inner):
        return ()
    if not 1 < sum(len(text) for kind, text in inner if kind == "digits") <= _MOST_DIGITS:
        return ()
    groups, between = [], "".join(text for _, text in before).strip()
    for kind, text in inner:
        if kind == "digits":
            groups.append((between, len(text)))
            between = ""
        else:
            between += text
    return tuple(groups)


def _plain_mark(text: str, *, scaled: bool) -> str:
    """The mark in the texts around a number; of one that is shown in thousands or millions without the name of these."""
    mark = text.strip(_AROUND)
    if not scaled or mark in CURRENCIES:
        return mark
    words = [word for word in mark.split() if word not in MAGNITUDES]
    if len(words) == 1 and words[0] not in CURRENCIES:
        word = words[0]
        cut = next((rest for rest in (word[1:], word[:-1]) if rest in CURRENCIES), "")
        return cut or word
    return " ".join(words)


def worth_showing(formats: Mapping[int, NumberFormat], used: set[int]) -> bool:
    """Whether the formats of the numbers in one column (0: none) change what they mean: a mark that is known, or several that differ."""
    found = [formats[one] for one in used if one in formats]
    return any(one.is_known for one in found) or len({one.mark for one in found}) > 1
