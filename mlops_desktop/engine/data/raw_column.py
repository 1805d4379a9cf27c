"""One column of cells as its source gave it, by its distinct values: types are decided and cells are read on these, each once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.mixed_cells import canonical_texts
from mlops_desktop.serving.cells import EXACT, Grammar, level_of
from mlops_desktop.serving.dates import DAY, date_pattern, date_text
from mlops_desktop.serving.frame import MISSING_DATE, Bools, Floats, Ints, Longs, encode
from mlops_desktop.serving.request_validation import read_dates, read_levels, read_numbers
from mlops_desktop.serving.schema import NUMBER_TYPES, Column

Reading = tuple[NDArray[Any], list[str], dict[int, str]]
Kind = Literal["text", "number", "integer", "boolean", "date"]
_PLAIN_NUMBER = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
_FEW = 256  # distinct texts up to which Python reads as quickly as Arrow does


@dataclass(frozen=True, eq=False)
class RawColumn:
    """The cells of one column. Row i holds distinct value `codes[i]`; -1 where a typed file has no value.

    `kind` is what the source holds: for `text`, `distinct` is an Arrow array of its texts, unchanged; else `values` are the typed
    values (float64, or int64 microseconds for dates). `mixed` are texts that stand for values of several types (1 and "1").
    """

    name: str
    kind: Kind
    codes: Ints
    distinct: Any = None
    values: NDArray[Any] | None = None
    mixed: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    zone: bool = False
    _readings: dict[tuple[str, Grammar], Reading] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.codes)

    @cached_property
    def texts(self) -> list[str]:
        """The distinct texts, blanks around them stripped."""
        return [text.strip() for text in self.distinct.to_pylist()]

    def texts_at(self, at: Sequence[int]) -> list[str]:
        """Some of the distinct texts, blanks around them stripped."""
        import pyarrow as pa

        return [text.strip() for text in self.distinct.take(pa.array(at, pa.int64())).to_pylist()]

    @cached_property
    def counts(self) -> Longs:
        """How many rows hold each distinct value."""
        size = len(self.distinct) if self.values is None else len(self.values)
        return np.bincount(self.codes[self.codes >= 0], minlength=size).astype(np.int64)

    def matching(self, pattern: str) -> Bools:
        """Which of the distinct texts match a regular expression (RE2's grammar) as a whole, ASCII blanks around them left off."""
        import pyarrow.compute as pc

        trimmed = pc.ascii_trim_whitespace(self.distinct)
        return np.asarray(pc.match_substring_regex(trimmed, f"^(?:{pattern})$").to_numpy(zero_copy_only=False), dtype=bool)

    def count(self, distinct: Bools) -> int:
        """How many rows hold one of these distinct values."""
        return int(self.counts[distinct].sum())

    def rows_with(self, distinct: Bools, most: int = 10) -> tuple[int, ...]:
        """The numbers of the first rows (from 1) that hold one of these distinct values."""
        hit = np.append(distinct, False)[self.codes]
        return tuple((np.flatnonzero(hit)[:most] + 1).tolist())

    def sample(self, among: Bools, most: int) -> list[str]:
        """Up to `most` of the distinct texts where `among` is true, spread evenly over the column."""
        at = np.flatnonzero(among)
        if len(at) > most:
            at = at[np.linspace(0, len(at) - 1, most).astype(np.intp)]
        return self.texts_at(at.tolist())


def storable(array: Any) -> Any:
    """An Arrow column as a snapshot keeps it: types that `raw_column` has no kind for (nested, times of day, bytes …) as texts."""
    import pyarrow as pa

    kind = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
    tests = ("string", "large_string", "boolean", "integer", "floating", "decimal", "timestamp", "date")
    if any(getattr(pa.types, f"is_{name}")(kind) for name in tests):
        return array
    return pa.array(canonical_texts(array.to_pylist())[0], pa.string())


def raw_column(name: str, array: Any, mixed: Sequence[str] = ()) -> RawColumn:
    """One column of a table by its distinct values. `array` is an Arrow array, chunked or not, of a type that `storable` leaves as it is;
    `mixed` are texts in it known to stand for values of several types.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    ordered: tuple[str, ...] = ()
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    kind = array.type
    if pa.types.is_dictionary(kind):
        if kind.ordered and pa.types.is_string(array.dictionary.cast(pa.string()).type):
            ordered = tuple(level_of(level) for level in array.dictionary.cast(pa.string()).to_pylist())
        array = array.cast(kind.value_type)
        kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _text_column(name, pc.fill_null(array.cast(pa.string()), ""), tuple(mixed), ordered)
    if pa.types.is_boolean(kind):
        return _typed(name, "boolean", array.cast(pa.int8()).cast(pa.float64()))
    if pa.types.is_integer(kind):
        return _integers(name, array)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _typed(name, "number", array.cast(pa.float64()))
    return _dates(name, array.cast(pa.timestamp("us", getattr(kind, "tz", None)), safe=False), bool(getattr(kind, "tz", None)))


def _text_column(name: str, array: Any, mixed: tuple[str, ...], ordered: tuple[str, ...] = ()) -> RawColumn:
    coded = array.dictionary_encode()
    codes = coded.indices.to_numpy(zero_copy_only=False).astype(np.intp)
    return RawColumn(name, "text", codes, coded.dictionary, mixed=mixed, ordered=ordered)


def _integers(name: str, array: Any) -> RawColumn:
    import pyarrow as pa
    import pyarrow.compute as pc

    span = pc.min_max(array).as_py()
    if span["min"] is not None and max(abs(span["min"]), abs(span["max"])) > EXACT:
        return _text_column(name, pc.fill_null(array.cast(pa.string()), ""), ())
    return _typed(name, "integer", array.cast(pa.float64()))


def _typed(name: str, kind: Kind, array: Any) -> RawColumn:
    values = array.to_numpy(zero_copy_only=False).astype(np.float64)
    values = np.where(np.isfinite(values), values, np.nan) + 0.0  # infinities of a file are no values; -0.0 is 0.0
    distinct, codes = np.unique(values, return_inverse=True)
    if len(distinct) and np.isnan(distinct[-1]):
        codes = np.where(codes == len(distinct) - 1, -1, codes)
        distinct = distinct[:-1]
    return RawColumn(name, kind, codes.astype(np.intp), values=distinct)


def _dates(name: str, array: Any, zone: bool) -> RawColumn:
    import pyarrow as pa
    import pyarrow.compute as pc

    there = array.is_valid().to_numpy(zero_copy_only=False)
    values = pc.fill_null(array.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
    distinct, codes = np.unique(values[there], return_inverse=True)
    all_codes = np.full(len(values), -1, dtype=np.intp)
    all_codes[there] = codes
    return RawColumn(name, "date", all_codes, values=distinct.astype(np.int64), zone=zone)


def plain_numbers(raw: RawColumn) -> tuple[Floats, Bools]:
    """The distinct texts that are plain numbers (`Grammar()`) as float64, NaN elsewhere, and where they are.

    Equal to the grammar's own reading.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(raw.distinct) <= _FEW:
        values, _ = read_numbers(Column("", "number"), raw.texts)
        return values, ~np.isnan(values)
    # Arrow reads the digits with correct rounding, as Python does; the pattern keeps out what it reads beyond the grammar (inf, nan).
    trimmed = pc.ascii_trim_whitespace(raw.distinct)
    good = pc.match_substring_regex(trimmed, _PLAIN_NUMBER)
    clean = pc.if_else(good, pc.ascii_ltrim(trimmed, "+"), "nan")
    values = clean.cast(pa.float64()).to_numpy(zero_copy_only=False).copy()
    fine = good.to_numpy(zero_copy_only=False) & np.isfinite(values)
    values[~fine] = np.nan
    return values, fine


def read_raw(raw: RawColumn, column: Column) -> Reading:
    """The distinct values of a column by its schema, read once: (values, levels, refused).

    `values` are float64, int64 microseconds, or codes into `levels`, by the column's type; `refused` maps positions among the distinct
    values to the code of the fault.
    """
    key = (column.type, column.grammar)
    if key not in raw._readings:
        raw._readings[key] = _read(raw, column)
    return raw._readings[key]


def _read(raw: RawColumn, column: Column) -> Reading:
    if column.type == "date":
        return _read_dates(raw, column)
    if column.type in NUMBER_TYPES:
        return _read_numbers(raw, column)
    texts = raw.texts if raw.kind == "text" else typed_texts(raw, column)
    codes, levels = encode(level or None for level in read_levels(column, texts))
    return codes, levels, {}


def typed_texts(raw: RawColumn, column: Column) -> list[str]:
    """The canonical texts of the distinct values of a typed column."""
    assert raw.values is not None
    if raw.kind == "boolean":
        return [level_of(bool(value)) for value in raw.values.tolist()]
    if raw.kind == "date":
        return [date_text(value, column.grammar.date, raw.zone) for value in raw.values.tolist()]
    return [level_of(value) for value in raw.values.tolist()]


def _read_numbers(raw: RawColumn, column: Column) -> tuple[Floats, list[str], dict[int, str]]:
    if raw.kind == "boolean" and column.type != "boolean":
        return np.full(len(raw.counts), np.nan), [], dict.fromkeys(range(len(raw.counts)), "wrong_type")
    if raw.kind in NUMBER_TYPES:
        assert raw.values is not None
        values = np.where(np.isin(raw.values, column.grammar.missing_numbers), np.nan, raw.values)
        return values, [], _unfit(values, column)
    if raw.kind == "date":
        return np.full(len(raw.counts), np.nan), [], dict.fromkeys(range(len(raw.counts)), "wrong_type")
    own = column.grammar
    fast = column.type != "boolean" and (own.decimal, own.thousands, own.affixes, own.percent) == (".", "", (), False)
    if not fast:
        values, refused = read_numbers(column, raw.texts)
        return values, [], refused
    values, good = plain_numbers(raw)
    if own.missing_numbers:
        values[np.isin(values, own.missing_numbers)] = np.nan
    refused = _unfit(values, column)
    rest = np.flatnonzero(~good).tolist()
    slow, wrong = read_numbers(column, raw.texts_at(rest))
    values[rest] = slow
    refused.update({rest[i]: code for i, code in wrong.items()})
    values[list(refused)] = np.nan
    return values, [], refused


def _unfit(values: Floats, column: Column) -> dict[int, str]:
    there = ~np.isnan(values)
    if column.type == "integer":
        found = dict.fromkeys(np.flatnonzero(there & (values != np.floor(values))).tolist(), "not_integer")
        return {**found, **dict.fromkeys(np.flatnonzero(there & (np.abs(values) > EXACT)).tolist(), "too_large")}
    if column.type == "boolean":
        return dict.fromkeys(np.flatnonzero(there & (values != 0) & (values != 1)).tolist(), "wrong_type")
    return {}


def _read_dates(raw: RawColumn, column: Column) -> tuple[Longs, list[str], dict[int, str]]:
    if raw.kind == "date":
        assert raw.values is not None
        return raw.values, [], {}
    if raw.kind != "text":
        return np.full(len(raw.counts), MISSING_DATE), [], dict.fromkeys(range(len(raw.counts)), "wrong_type")
    fast = iso_dates(raw) if not column.grammar.date and not column.grammar.zone else None
    if fast is not None:
        return fast, [], {}
    values, shaped = number_dates(raw, column.grammar.date)
    refused = dict.fromkeys(np.flatnonzero(shaped & np.equal(values, MISSING_DATE)).tolist(), "unreadable")  # the 31st of April
    rest = np.flatnonzero(~shaped).tolist()
    slow, wrong = read_dates(column, raw.texts_at(rest))
    values[rest] = slow
    return values, [], {**refused, **{rest[i]: code for i, code in wrong.items()}}


def number_dates(raw: RawColumn, format_: str) -> tuple[Longs, Bools]:
    """The distinct texts that have the shape of a format of numbers, as microseconds, and where they are.

    MISSING_DATE for days that no calendar has. Equal to the grammar's own reading.
    """
    import pyarrow.compute as pc

    values = np.full(len(raw.distinct), MISSING_DATE, dtype=np.int64)
    nothing = np.zeros(len(raw.distinct), dtype=bool)
    if len(raw.distinct) <= _FEW or not format_ or _OTHER_FIELDS.search(format_) or not re.search("%[Yy]", format_):
        return values, nothing
    found = pc.extract_regex(pc.ascii_trim_whitespace(raw.distinct), f"^(?:{date_pattern(format_)})$")
    shaped = found.is_valid().to_numpy(zero_copy_only=False)
    part = {name: _whole(pc.struct_field(found, name), shaped) for name in _FIELDS.findall(format_)}
    short = part.get("y", nothing)
    year = part.get("Y", np.where(short >= 69, short + 1900, short + 2000))
    month, day = part.get("m", nothing + 1), part.get("d", nothing + 1)
    fits = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1)
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    length = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
    hour, minute, second = (part.get(name, np.zeros(len(values), dtype=np.int64)) for name in "HMS")
    good = shaped & fits & (day <= length) & (hour < 24) & (minute < 60) & (second < 60)
    days = months.astype("datetime64[D]").astype(np.int64) + day - 1
    all_values = days * DAY + ((hour * 60 + minute) * 60 + second) * 1_000_000
    return np.where(good, all_values, MISSING_DATE), shaped


_OTHER_FIELDS = re.compile("%[^YymdHMS]")
_FIELDS = re.compile("%([YymdHMS])")


def _whole(texts: Any, good: Bools) -> Longs:
    import pyarrow as pa
    import pyarrow.compute as pc

    filled = pc.if_else(pa.array(good), texts, "0")
    return np.asarray(filled.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def iso_dates(raw: RawColumn) -> Longs | None:
    """All distinct texts as microseconds when each is a plain ISO 8601 day or second, None when any is not.

    Equal to the grammar's own reading.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(raw.distinct) <= _FEW:
        return None
    trimmed = pc.ascii_trim_whitespace(raw.distinct)
    for pattern in (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}$"):
        if pc.all(pc.match_substring_regex(trimmed, pattern)).as_py():
            try:
                return np.asarray(trimmed.cast(pa.timestamp("us")).cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)
            except pa.ArrowInvalid:  # a day that no calendar has: the grammar names it
                return None
    return None
