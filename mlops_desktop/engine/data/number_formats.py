"""How a column writes its numbers, decided once on its distinct texts: decimal mark, grouping, marks, negatives, limits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlops_desktop.base.source import UNKNOWN_DECIMAL
from mlops_desktop.engine.data.cell_evidence import Hints
from mlops_desktop.engine.data.raw_column import RawColumn
from mlops_desktop.serving.cells import Grammar, Scale
from mlops_desktop.serving.frame import Bools
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.numbers import FREE, number_pattern
from mlops_desktop.serving.units import CLEAR_MAGNITUDES, CURRENCIES, MAGNITUDES, RATIOS, SIDE_PAIRS, UNITS, magnitude_scales, unit_scales

_MINUS = "−–-"
_DASH = "−–—-"


def _any(marks: Sequence[str]) -> str:
    return "|".join(re.escape(mark) for mark in sorted(marks, key=len, reverse=True))


_CURRENCY, _BEHIND = _any([*CURRENCIES]), _any([*CURRENCIES, *UNITS, "%", "‰"])
_SHAPE = re.compile(
    rf"(?P<limit>[<>≤≥]=?)?\s*(?P<apostrophe>['’])?(?P<open>\()?\s*(?P<sign>[+{_MINUS}])?\s*(?P<before>{_CURRENCY})?\s*"
    rf"(?P<inner>\()?\s*(?P<tail>[+{_MINUS}])?\s*"
    rf"(?P<body>(?:[0-9](?:[0-9.,'’ ]*[0-9])?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?)(?:(?P<dash>[.,][{_DASH}]{{1,2}})|[.,])?\s*"
    rf"(?:(?P<minus1>[+{_MINUS}])?\s*(?P<after>{_BEHIND})?|(?P<magnitude>{_any([*MAGNITUDES])})(?P<minus2>\s*[+{_MINUS}])?\s*(?:{_CURRENCY})?)"
    rf"\s*(?P<close>\))?\s*(?P<last>{_BEHIND})?\s*(?P<minus3>[+{_MINUS}])?"
)
_ZERO = re.compile(rf"(?P<before>{_CURRENCY})\s*[{_DASH}]{{1,2}}|[{_DASH}]{{1,2}}\s*(?P<after>{_CURRENCY})")
# Decimal mark, mark between thousands, and whether lakhs are grouped (12,34,567).
_CANDIDATES = (
    *((".", "", False), (",", "", False), (".", ",", False), (",", ".", False), (".", " ", False), (",", " ", False)),
    *((".", "'", False), (",", "'", False), (".", ",", True), (".", " ", True)),
)
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
POINT_BEFORE_THREE = r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}"  # a decimal number, or thousands
_BEFORE_THREE = re.compile(POINT_BEFORE_THREE)
GROUPED = "thousands"  # what other columns suggest of the decimal mark: points part thousands there, as far as one can see
_SAMPLE, _HEAVY = 1000, 50  # distinct texts that a format is sought in: spread over the column, and the most frequent ones
_ROUNDS = 4  # so often cells that a format refuses join the sample
_MANY_MARKED = 10  # numbers with a point before three digits, some ending with 0, beside bare ones: these are thousands
_LEAST_MARKED, _LEAST_BARE = 3, 2  # numbers with a point before three digits and without any from which these are no decimals
_FREE = re.compile(FREE)
_MANY_FIRST = re.compile(r"[0-9]{2,3}\.")
_MIN_ZEROS = 2
_ZERO_FIRST = re.compile(r"[+\-−]?0[.,]")


_Shape = tuple[re.Match[str], int]  # of a cell, and how many cells hold the same text


@dataclass(frozen=True)
class NumberFormat:
    """A grammar with the share of the cells that it reads, whether another reading was as good (`doubt` names it), and the unit.

    `conflict` is "currencies", "units" or "marks" where `marks` stand for different things: then the cells are no numbers, and the grammar
    reads those with the most frequent mark only.
    """

    grammar: Grammar
    share: float
    doubt: str = ""
    unit: str = ""
    conflict: str = ""
    marks: tuple[str, ...] = ()


def find_format(
    sample: Sequence[str],
    decimal: str = "",
    least: float = 0.5,
    counts: Sequence[int] | None = None,
    likely: str = "",
    thousands: str | None = None,
) -> NumberFormat | None:
    """The grammar that reads most cells of these distinct texts (clean, none missing), or None when it would be less than `least` of them.

    `counts` is how many cells hold each text (one each when None). `decimal` is the mark that the file's other columns use, `likely` the
    one that its delimiter suggests (`UNKNOWN_DECIMAL`: neither; `GROUPED`: points may part thousands), for texts such as "1.234" that read
    both ways. `thousands` is the mark that a person chose ("": none); another one is taken only where hardly a cell reads with it.
    """
    if not sample:
        return None
    plain = all(map(_PLAIN.fullmatch, sample)) and "," not in (decimal, likely) and thousands != "."
    if plain and not points_may_group(sample, decimal, likely):
        return NumberFormat(Grammar(), 1.0)
    sizes = [1] * len(sample) if counts is None else list(counts)
    if sides := sides_of(sample):
        found = find_format(_without_sides(sample, sides), decimal, least, sizes, likely)
        signs = tuple(Scale(mark, sign) for mark, sign in sides.items())
        return found and replace(found, grammar=replace(found.grammar, scales=(*found.grammar.scales, *signs)))
    shapes = [(found, size) for found, size in zip(map(_SHAPE.fullmatch, sample), sizes, strict=True) if found is not None]
    shapes = _clear(shapes)
    if sum(size for _, size in shapes) < least * sum(sizes):
        return None
    conflict = _conflict(shapes)
    if conflict is not None:
        kind, marks, kept = conflict
        main = find_format([shape.string for shape, _ in kept], decimal, 0.0, [size for _, size in kept], likely, thousands)
        return replace(main, conflict=kind, marks=marks) if main is not None else None
    base = _with_marks(shapes)
    grammar = replace(base.grammar, notations=(*_notations(shapes), *_zero_notations(sample, base.grammar)))
    shares = {}
    for candidate in _CANDIDATES:
        match = re.compile(number_pattern(_written(grammar, candidate))).fullmatch
        readable = sum(size for (found, size) in shapes if match(found.string) is not None)
        shares[candidate] = readable / sum(sizes)
    chosen_ones = [one for one in _CANDIDATES if thousands is not None and one[0] != thousands and one[1] in ("", thousands)]
    if max((shares[one] for one in chosen_ones), default=0.0) < max(least, 0.5):
        chosen_ones = [*_CANDIDATES]
    best = max(shares[one] for one in chosen_ones)
    if best < least:
        return None
    ties = [candidate for candidate in chosen_ones if shares[candidate] == best]
    bodies = [shape["body"] for shape, _ in shapes]
    chosen, doubt = _settle(ties, bodies, decimal, likely, money=bool(grammar.affixes) and base.unit in CURRENCIES)
    return replace(base, grammar=_written(grammar, chosen), share=best, doubt=doubt)


def fit_format(raw: RawColumn, present: Bools, hints: Hints, least: float = 0.5) -> NumberFormat | None:
    """The format that reads most cells of a column, None when less than `least` of them.

    It is found on a sample of the distinct texts and held against all of them: what it refuses joins the sample, so that no notation or
    mark is overlooked because it is rare.
    """
    at = np.flatnonzero(present)
    if len(at) > _SAMPLE + _HEAVY:
        heavy = at[np.argsort(-raw.counts[at], kind="stable")[:_HEAVY]]
        at = np.union1d(heavy, at[np.linspace(0, len(at) - 1, _SAMPLE).astype(np.intp)])
    found: NumberFormat | None = None
    for _ in range(_ROUNDS):
        sizes = raw.counts[at].tolist()
        found = find_format(raw.texts_at(at.tolist()), hints.decimal, least, sizes, hints.likely_decimal, hints.thousands)
        if found is None:
            return None
        more = np.setdiff1d(np.flatnonzero(present & ~raw.matching(number_pattern(found.grammar))), at)
        if not len(more):
            break
        at = np.union1d(at, more[np.linspace(0, len(more) - 1, min(len(more), _SAMPLE)).astype(np.intp)])
    return found


def sides_of(sample: Sequence[str]) -> dict[str, float]:
    """The marks of debit and credit behind these amounts, with the sign of each; empty when they have none.

    In “S” and “H” (Soll, Haben) debit is the plus, as SAP writes it. Where one mark is beside amounts without any, it is a minus.
    """
    if all(map(_ends_in_digit, sample)):
        return {}
    for plus, minus, alone in SIDE_PAIRS:
        found = [_side_behind(text, plus, minus) for text in sample]
        used = set(found) - {""}
        plain = [text for text, mark in zip(sample, found, strict=True) if not mark]
        if len(used) == 1 and used <= MAGNITUDES.keys() and not plain and any(map(_LAKHS.search, sample)):
            return {plus: 1.0} if used == {plus} else {minus: -1.0}  # no crores, of which nobody has as many
        if len(used) == 2 or (alone and len(used) == 1 and plain and sum(map(_ends_in_digit, plain)) >= 0.9 * len(plain)):
            positive = plus if len(used) == 2 else ""
            return {mark: 1.0 if mark == positive else -1.0 for mark in sorted(used)}
    return {}


_LAKHS = re.compile("[0-9],[0-9]{2,3},[0-9]{3}")


def _side_behind(text: str, *marks: str) -> str:
    """The one of these marks that is behind a number; "" when none does."""
    mark = next((mark for mark in marks if text.endswith(mark)), "")
    before = text[: len(text) - len(mark)]
    return mark if mark and before and not before[-1].isalpha() and any(map(str.isdecimal, before[:64])) else ""


def _without_sides(sample: Sequence[str], sides: Mapping[str, float]) -> list[str]:
    """The texts without the marks of debit and credit behind them."""
    marks = _any([*sides])
    behind = re.compile(rf"(?<=[^A-Za-z])\s*(?:{marks})$|(?<=[A-Z€])\s+(?:{marks})$")
    return [behind.sub("", text) for text in sample]


def _ends_in_digit(text: str) -> bool:
    return text[-1:].isdigit()


def _written(grammar: Grammar, candidate: tuple[str, str, bool]) -> Grammar:
    decimal, thousands, lakh = candidate
    return replace(grammar, decimal=decimal, thousands=thousands, notations=(*grammar.notations, *(("lakh",) if lakh else ())))


def _marks_of(shape: re.Match[str]) -> list[str]:
    """The marks of one cell, a magnitude not counted."""
    return [mark for mark in (shape["before"], shape["after"], shape["last"], _money_behind(shape)) if mark]


def _with_marks(shapes: Sequence[_Shape]) -> NumberFormat:
    """The marks, conversions and unit of cells whose marks go together; the share is not decided yet."""
    money, units, magnitudes = _count_marks(shapes)
    ratios = _ratios(units)
    percent = units.pop("%", 0) > 0 or bool(ratios)
    for mark in ratios:
        del units[mark]
    affixes = tuple(sorted(money, key=lambda mark: (-len(mark), mark)))
    unit = max(sorted(money), key=lambda mark: money[mark], default="")
    scales = magnitude_scales(magnitudes)
    found = unit_scales(units) if units else None
    if found is not None:
        unit, scales = found
        affixes = () if scales else tuple(sorted(units, key=lambda mark: (-len(mark), mark)))
    scales = (*scales, *(Scale(mark, 1.0, RATIOS[mark]) for mark in ratios))
    return NumberFormat(Grammar(affixes=affixes, scales=scales, percent=percent), 0.0, unit=unit)


def _ratios(units: Mapping[str, int]) -> list[str]:
    """The marks of ratios beside per cent among these: “‰” always, basis points where “%” or “‰” is beside them."""
    return [mark for mark in RATIOS if mark in units and (mark == "‰" or "%" in units or "‰" in units)]


def _count_marks(shapes: Sequence[_Shape]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """How many cells have each currency, unit and magnitude; “m” is a million where money or other magnitudes are beside it."""
    money: Counter[str] = Counter()
    units: Counter[str] = Counter()
    magnitudes: Counter[str] = Counter()
    for shape, size in shapes:
        for mark in _marks_of(shape):
            (money if mark in CURRENCIES else units)[mark] += size
        if shape["magnitude"]:
            magnitudes[shape["magnitude"]] += size
    if "m" in units and (money or magnitudes) and units.keys() <= {"m"}:
        magnitudes["m"] = units.pop("m")
    return money, units, magnitudes


def _clear(shapes: Sequence[_Shape]) -> list[_Shape]:
    """The cells without those whose magnitude is none for certain: "5B" is a number beside money or a "5M" only."""
    money, _, magnitudes = _count_marks(shapes)
    return list(shapes) if money or magnitudes.keys() & CLEAR_MAGNITUDES else [one for one in shapes if not one[0]["magnitude"]]


def _conflict(shapes: Sequence[_Shape]) -> tuple[str, tuple[str, ...], list[_Shape]] | None:
    """The kind of conflict between the marks of some cells, the marks, and the cells with the most frequent kind of mark or none."""
    money, units, magnitudes = _count_marks(shapes)
    ratios = _ratios(units)
    dimensions = {mark: "%" if mark in ratios else UNITS[mark][0] if mark in UNITS else mark for mark in units}
    meanings = {**{mark: CURRENCIES[mark] for mark in money}, **dimensions, **(dict.fromkeys(magnitudes, "magnitude") if units else {})}
    if len(set(meanings.values())) < 2:
        return None
    sizes: Counter[str] = Counter()
    for mark, size in (money + units + magnitudes).items():
        sizes[meanings.get(mark, "")] += size
    main = max(sorted(set(meanings.values())), key=lambda meaning: sizes[meaning])
    kept = [one for one in shapes if all(meanings.get(mark, main) == main for mark in (*_marks_of(one[0]), one[0]["magnitude"]))]
    kind = "currencies" if not units else "units" if not (money or magnitudes or "%" in units) else "marks"
    return kind, tuple(sorted(meanings)), kept


def _money_behind(shape: re.Match[str]) -> str:
    """The currency behind a magnitude, as in "1,5 Mio. €"."""
    if not shape["magnitude"]:
        return ""
    behind = shape.string[shape.end("magnitude") :].strip(" )" + _MINUS)
    return behind if behind in CURRENCIES else ""


def _zero_notations(sample: Sequence[str], grammar: Grammar) -> Iterator[str]:
    """The further notations for zero that these cells need."""
    if grammar.affixes and any(map(_ZERO.fullmatch, sample)):
        yield "dash_zero"
    if any(map(_FREE.fullmatch, sample)):
        yield "free_zero"


def _notations(shapes: Sequence[_Shape]) -> tuple[str, ...]:
    """The further notations that these numbers need."""
    found = []
    plain = {shape["body"] for shape, _ in shapes if not shape["close"] and not shape["limit"]}
    bracketed = [shape for shape, _ in shapes if shape["close"] and (shape["open"] or shape["inner"])]
    if bracketed and (plain or any(re.search("[.,$]", shape.string) for shape in bracketed)):
        found.append("parentheses")
    if any((shape[name] or "+").strip() != "+" for shape, _ in shapes for name in ("minus1", "minus2", "minus3")):
        found.append("trailing_minus")
    if any(shape["apostrophe"] for shape, _ in shapes):
        found.append("apostrophe")
    if plain and any(shape["limit"] for shape, _ in shapes):
        found.append("limits")
    if any(shape["dash"] for shape, _ in shapes):
        found.append("dash_decimals")
    return tuple(found)


def _settle(
    ties: list[tuple[str, str, bool]], bodies: list[str], decimal: str, likely: str, money: bool
) -> tuple[tuple[str, str, bool], str]:
    """One of the readings that are equally good, and what was in doubt. `money`: the numbers are amounts of a currency."""
    commas, points = any("," in body for body in bodies), any("." in body for body in bodies)
    zero_first = any(_ZERO_FIRST.match(body) or "e" in body.casefold() for body in bodies)  # powers of ten have no thousands
    comma, by_comma, point, by_point = (",", "", False), (".", ",", False), (".", "", False), (",", ".", False)
    if comma in ties and by_comma in ties and commas and not points:
        # Every comma is before three digits: "1,234" is a thousand, unless the file's other columns or a "0,123" say otherwise.
        if decimal == "," or zero_first:
            return comma, ""
        if not decimal and likely != "," and _are_grouped(bodies, ","):
            return by_comma, ""
        if not decimal and likely == ",":
            return comma, msg("1,234 was read as a decimal number below 2, because semicolons stand between the cells")
        return by_comma, "" if decimal == "." else msg("1,234 was read as 1234")
    if point in ties and by_point in ties and points and not commas:
        if zero_first:
            return point, ""
        if decimal == ",":
            return by_point, ""
        if not decimal and likely == "," and _are_grouped(bodies, "."):
            return by_point, ""
        if not decimal and are_thousands(bodies):
            return by_point, msg("1.234 was read as 1234, because some end with 0 and others, below 1000, have no mark")
        if not decimal and likely == GROUPED:
            return by_point, msg("1.234 was read as 1234, as in other columns")
        if (not decimal and _are_grouped(bodies, ".")) or _some_are_bare(bodies, _LEAST_MARKED if decimal else 1):
            return point, msg("1.234 was read as a decimal number below 2, although others have no decimals")
        if decimal or not (money or likely in (",", UNKNOWN_DECIMAL)):
            return point, ""
        if money and any(_MANY_FIRST.match(body) for body in bodies):
            return by_point, msg("1.234 was read as 1234, because amounts of money seldom have three decimals")
        return point, msg("1.234 was read as a decimal number below 2")
    return ties[0], ""


def are_thousands(texts: Sequence[str]) -> bool:
    """Whether many points before three digits part thousands, as `_are_grouped` says, with the others below 1000."""
    bodies = [text.lstrip("+-") for text in texts]
    return _are_grouped(bodies, ".") and _some_are_bare(bodies, _MANY_MARKED)


def _are_grouped(bodies: Sequence[str], mark: str) -> bool:
    """Whether marks before three digits part thousands: some of the numbers end with 0 and others have no mark.

    Decimals are written alike, all with their zeros (7.000 beside 1.250) or all without (7 beside 1.25).
    """
    marked = [body for body in bodies if mark in body]
    return len(marked) < len(bodies) and sum(body.endswith("0") for body in marked) >= _MIN_ZEROS


def _some_are_bare(bodies: Sequence[str], least: int) -> bool:
    """Whether several numbers have a point before three digits and others, below 1000, have none: decimals seldom end so evenly."""
    bare = [body for body in bodies if "." not in body]
    return len(bodies) - len(bare) >= least and len(bare) >= min(least, _LEAST_BARE) and max(map(len, bare)) <= 3


def points_may_group(texts: Sequence[str], decimal: str, likely: str) -> bool:
    """Whether points in plain numbers may part thousands: each is before three digits, and the file leaves it open or some have none."""
    marked = [text for text in texts if "." in text]
    if not marked or not all(map(_BEFORE_THREE.fullmatch, marked)):
        return False
    return (not decimal and likely in (UNKNOWN_DECIMAL, GROUPED)) or _some_are_bare(
        [text.lstrip("+-") for text in texts], _LEAST_MARKED if decimal else 1
    )


def decimal_vote(sample: Sequence[str], likely: str = "") -> str:
    """The decimal mark that these texts show beyond doubt, or ""; `likely` as for `find_format`."""
    found = find_format(sample, least=0.95, likely=likely)
    if found is None or found.doubt:
        return ""
    mark = found.grammar.decimal
    if found.grammar.thousands in (",", "."):
        return mark
    fraction = re.compile(rf"{re.escape(mark)}(?:[0-9]{{1,2}}|[0-9]{{4,}})(?![0-9])")
    return mark if any(fraction.search(text) for text in sample) else ""
