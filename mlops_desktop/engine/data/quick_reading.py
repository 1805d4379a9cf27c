"""Reads many distinct texts at once with Arrow: numbers and dates, to the same values that the grammar's own readers give.

Each function says which texts it has read; the others are left to the readers of `serving`. An array is an Arrow array of clean texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np

from mlops_desktop.engine.data.coded_texts import bytes_of, ends_of
from mlops_desktop.serving.cells import MOST_CHARACTERS, Grammar, Scale
from mlops_desktop.serving.compound_numbers import DASHES
from mlops_desktop.serving.dates import DAY, date_pattern, missing_dates
from mlops_desktop.serving.frame import MISSING_DATE, Bools, Floats, Longs
from mlops_desktop.serving.numbers import THOUSANDS, is_plain, number_pattern
from mlops_desktop.serving.units import is_side

FEW = 32  # distinct texts up to which Python reads as quickly as Arrow does
_PLAIN_NUMBER = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
_FIRST_BYTES = 64  # which show most texts that are no numbers
_NUMBER_BYTES = np.isin(np.arange(256), np.frombuffer(b"-.0123456789", np.uint8))
_MOST_DIGITS = 25  # of a number that is converted: decimal arithmetic is exact up to 28
_OTHER_FIELDS = re.compile("%[^YymdHMS]")
_NUMBER_FIELDS = re.compile("<([YymdHMS])>")
_ZEROS = "^0[0T :./-]*$"
_ISO_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_ISO_SECOND = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}$"
_ISO_MOMENT = "(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})(?:[T ](?P<H>[0-9]{2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2}))?)?"


def among(array: Any, texts: Sequence[str]) -> Bools:
    """Which texts of an array are some of these."""
    import pyarrow.compute as pc

    return _bools(pc.is_in(array, value_set=_texts(tuple(texts), array.type)))


@lru_cache(maxsize=64)  # the columns of a table have the same few texts for missing
def _texts(texts: tuple[str, ...], kind: Any) -> Any:
    import pyarrow as pa

    return pa.array(texts, kind)


def quick_numbers(array: Any, grammar: Grammar) -> tuple[Floats, Bools]:
    """The texts that are numbers of a grammar as float64 (NaN where they mean missing), NaN elsewhere, and which were read."""
    if len(array) <= FEW:
        return np.full(len(array), np.nan), np.zeros(len(array), dtype=bool)
    values, good = plain_numbers(array) if is_plain(grammar) else _numbers_by_pattern(array, grammar)
    good &= _are_short(array)
    values[~good] = np.nan
    values[np.isin(values, grammar.missing_numbers) | among(array, grammar.missing)] = np.nan
    return values, good


def plain_numbers(array: Any) -> tuple[Floats, Bools]:
    """The texts that are plain numbers (`Grammar()`) as float64, NaN elsewhere, and where they are."""
    import pyarrow as pa
    import pyarrow.compute as pc

    # Arrow reads the digits with correct rounding, as Python does; the pattern keeps out what it reads beyond the grammar (inf, nan).
    good = pc.match_substring_regex(array, _PLAIN_NUMBER)
    values = pc.if_else(good, pc.ascii_ltrim(array, "+"), "nan").cast(pa.float64()).to_numpy(zero_copy_only=False).copy()
    fine = _bools(good) & np.isfinite(values)
    values[~fine] = np.nan
    return values, fine


def plain_decimals(array: Any) -> Floats | None:
    """All of these different texts as float64, NaN for "", where each other one is a plain number such as -1.25; None where any is not.

    Patterns are not needed for them: no sign or mark but “-” and “.” is there, and digits are around each point.
    """
    import pyarrow as pa

    if len(array) <= FEW:
        return None
    sizes = np.diff(ends_of(array))
    if sizes.max() > MOST_CHARACTERS:
        return None
    data, starts = np.frombuffer(bytes_of(array), np.uint8), np.cumsum(sizes) - sizes
    if not _NUMBER_BYTES[data[:_FIRST_BYTES]].all() or not _NUMBER_BYTES[data].all():
        return None
    begins = np.zeros(len(data) + 1, dtype=bool)
    begins[starts] = begins[-1] = True
    points = np.flatnonzero(data == ord("."))
    if begins[points].any() or begins[points + 1].any() or (data[points - 1] < ord("0")).any() or (data[points + 1] < ord("0")).any():
        return None
    filled = sizes > 0
    try:
        values = (array if filled.all() else array.filter(pa.array(filled))).cast(pa.float64()).to_numpy()
    except pa.ArrowInvalid:  # 1.2.3, 1-2
        return None
    found = np.full(len(array), np.nan)
    found[filled] = values
    return found if np.isfinite(values).all() else None


def _numbers_by_pattern(array: Any, grammar: Grammar) -> tuple[Floats, Bools]:
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.extract_regex(array, f"^(?:{number_pattern(grammar)})$")
    good = _bools(found.is_valid())
    part = {field.name: pc.fill_null(pc.struct_field(found, field.name), "") for field in found.type}
    digits = part["number"]
    if grammar.thousands:
        digits = pc.replace_substring_regex(digits, THOUSANDS.get(grammar.thousands, re.escape(grammar.thousands)), "")
    digits = pc.utf8_rtrim(pc.replace_substring(digits, grammar.decimal, "."), DASHES)
    digits, convertible = _scaled(digits, part, [scale for scale in grammar.scales if not is_side(scale)])
    values = pc.if_else(pa.array(good), digits, "nan").cast(pa.float64()).to_numpy(zero_copy_only=False).copy()
    signs = [_bools(pc.not_equal(part[name], "")) for name in ("sign", "tail_sign", "behind", "last") if name in part]
    plus = [_bools(pc.equal(pc.utf8_trim_whitespace(part[name]), "+")) for name in ("sign", "tail_sign", "behind", "last") if name in part]
    opened = [_bools(pc.not_equal(part[name], "")) for name in ("open", "inner", "close") if name in part]
    closed = opened[-1] if opened else np.zeros(len(array), dtype=bool)
    count = np.sum([*signs, closed], axis=0)
    good &= convertible & np.isfinite(values) & (count <= 1)
    if opened:
        good &= np.sum(opened[:2], axis=0) == closed
    values = np.where((count == 1) & ~np.any(plus, axis=0), -values, values)
    if "side" in part:
        minus = [scale.mark for scale in grammar.scales if is_side(scale) and scale.times < 0]
        values = np.where(among(part["side"], minus), -values, values)
    if "percent" in part:
        values = np.where(_bools(pc.not_equal(part["percent"], "")), values / 100, values)
    return np.where(good, values, np.nan), good


def _scaled(digits: Any, part: Mapping[str, Any], scales: Sequence[Scale]) -> tuple[Any, Bools]:
    """The digits with the power of ten of their scale behind them, and which could be converted so."""
    import pyarrow.compute as pc

    fine = np.ones(len(digits), dtype=bool)
    if not scales:
        return digits, fine
    marked = _bools(pc.not_equal(part["scale"], ""))
    fine &= ~marked | ~_bools(pc.match_substring_regex(digits, "[eE]")) & _bools(pc.less_equal(pc.utf8_length(digits), _MOST_DIGITS))
    for scale in scales:
        power, here = _power_of_ten(scale), pc.equal(part["scale"], scale.mark)
        if power is None:
            fine &= ~_bools(here)
        elif power:
            digits = pc.if_else(here, pc.binary_join_element_wise(digits, f"e{power}", ""), digits)
    return digits, fine


def _power_of_ten(scale: Scale) -> int | None:
    times, over = Decimal(repr(scale.times)), Decimal(repr(scale.over))
    power = (times / over).adjusted()
    return power if not scale.shift and times == over.scaleb(power) else None


def number_dates(array: Any, grammar: Grammar) -> tuple[Longs, Bools, Bools]:
    """The texts that have the shape of a format of numbers: as microseconds (MISSING_DATE where missing or impossible), which they are, and
    which of them no calendar or clock has.
    """
    import pyarrow.compute as pc

    format_, size = grammar.date, len(array)
    nothing, zeros = np.zeros(size, dtype=bool), np.zeros(size, dtype=np.int64)
    by_name = _OTHER_FIELDS.search(format_) or (format_ and not re.search("%[Yy]", format_))
    if size <= FEW or by_name or grammar.zone:
        return np.full(size, MISSING_DATE, dtype=np.int64), nothing, nothing
    pattern = date_pattern(format_) if format_ else _ISO_MOMENT
    found = pc.extract_regex(array, f"^(?:{pattern})$")
    shaped = _bools(found.is_valid()) & ~among(array, grammar.missing) & _are_short(array)
    part = {name: _whole(pc.struct_field(found, name), shaped) for name in _NUMBER_FIELDS.findall(pattern)}
    short = part.get("y", zeros)
    year = part.get("Y", np.where(short >= grammar.pivot, short + 1900, short + 2000))
    month, day = part.get("m", zeros + 1), part.get("d", zeros + 1)
    fits = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1)
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    length = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
    hour, minute, second = (part.get(name, zeros) for name in "HMS")
    clock = (hour * 60 + minute) * 60 + second
    good = shaped & fits & (day <= length) & (minute < 60) & (second < 60) & ((hour < 24) | (clock == 24 * 3600))
    values = (months.astype("datetime64[D]").astype(np.int64) + day - 1) * DAY + clock * 1_000_000
    values = np.where(good & ~missing_dates(values, grammar), values, MISSING_DATE)
    unclear = shaped & ~good & _bools(pc.match_substring_regex(array, _ZEROS))  # a date of zeros means missing
    return values, shaped & ~unclear, shaped & ~good & ~unclear


def _whole(texts: Any, good: Bools) -> Longs:
    import pyarrow as pa
    import pyarrow.compute as pc

    filled = pc.if_else(pc.and_kleene(pa.array(good), pc.not_equal(texts, "")), texts, "0")
    return np.asarray(filled.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def iso_dates(array: Any) -> Longs | None:
    """All texts as microseconds when each is a plain ISO 8601 day or second, None when any is not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(array) <= FEW:
        return None
    for pattern in (_ISO_DAY, _ISO_SECOND):
        if pc.all(pc.match_substring_regex(array, pattern)).as_py():
            try:
                return np.asarray(array.cast(pa.timestamp("us")).cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)
            except pa.ArrowInvalid:  # a day that no calendar has: the grammar names it
                return None
    return None


def _are_short(array: Any) -> Bools:
    import pyarrow.compute as pc

    return _bools(pc.less_equal(pc.utf8_length(array), MOST_CHARACTERS))


def _bools(array: Any) -> Bools:
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=bool)
