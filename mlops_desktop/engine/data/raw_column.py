"""One column of cells as its source gave it, by its distinct values: types are decided and cells are read on these, each once."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.mixed_cells import canonical_texts
from mlops_desktop.base.spill import spilled, spilled_column
from mlops_desktop.engine.data.coded_texts import Codes, appearance, are_by_appearance, bytes_of, cleaned, count_codes, one_array
from mlops_desktop.engine.data.quick_reading import among, plain_decimals
from mlops_desktop.serving.cells import EXACT, Grammar, clean_text, level_of, western_digits
from mlops_desktop.serving.dates import date_text
from mlops_desktop.serving.frame import Bools, Floats, Ints, Longs, encode
from mlops_desktop.serving.schema import Column

Reading = tuple[NDArray[Any], Sequence[str], dict[int, str]]  # as `raw_reading.read_raw` gives it
A = TypeVar("A", bound=np.generic)
Kind = Literal["text", "number", "integer", "boolean", "date"]
_FEW = 64  # distinct texts that are examined first
_SHORT = 1000  # distinct texts up to which a column keeps them as Python's: a call of Arrow takes longer than to look at each


@dataclass(frozen=True, eq=False)
class RawColumn:
    """The cells of one column. Row i holds distinct value `codes[i]`; -1 where a typed file has no value.

    `kind` is what the source holds: for `text`, `distinct` is an Arrow array of the clean texts (`serving.cells.clean_text`); else `values`
    are the typed values (float64, or int64 microseconds for dates). `mixed` are texts that stand for values of several types (1 and "1").
    `given` are codes and texts as they are in the source, None where these are clean; `infinite` are the rows (from 1) of infinities,
    which have no value. `on_disk`: what is found of the distinct values is kept there too (`base.spill`).
    """

    name: str
    kind: Kind
    codes: Codes
    distinct: Any = None
    values: NDArray[Any] | None = None
    mixed: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    zone: bool = False
    given: tuple[Codes, Any] | None = None
    infinite: tuple[int, ...] = ()
    on_disk: bool = False
    _readings: dict[tuple[str, Grammar], Reading] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.codes)

    @property
    def texts(self) -> list[str]:
        """The distinct texts; kept unless the column is on the disk."""
        texts: list[str] = self.distinct.to_pylist() if self.on_disk else self._texts
        return texts

    @cached_property
    def _texts(self) -> list[str]:
        texts: list[str] = self.distinct.to_pylist()
        return texts

    def texts_at(self, at: Sequence[int]) -> list[str]:
        """Some of the distinct texts."""
        import pyarrow as pa

        if len(self.distinct) <= _SHORT:
            return [self.texts[i] for i in at]
        texts: list[str] = self.distinct.take(pa.array(at, pa.int64())).to_pylist()
        return texts

    @cached_property
    def decimals(self) -> Floats | None:
        """The distinct texts as `plain_decimals` reads them; None where they are few, or one is no plain number."""
        found = plain_decimals(self.distinct) if self.kind == "text" else None
        return found if found is None else self.keep(found)

    @cached_property
    def is_ascii(self) -> bool:
        """Whether all of the distinct texts are of ASCII characters alone."""
        return not np.frombuffer(bytes_of(self.distinct), np.uint8).max(initial=0) > 127

    @cached_property
    def counts(self) -> Longs:
        """How many rows hold each distinct value."""
        return self.keep(count_codes(self.codes, len(self.distinct) if self.values is None else len(self.values)))

    def keep(self, array: NDArray[A]) -> NDArray[A]:
        """An array of the distinct values where this column keeps its own."""
        return spilled(array) if self.on_disk else array

    def by_appearance(self) -> Ints:
        """The positions of the distinct values in the order of their first rows, the position behind them for cells without one; those that
        no row holds are left out.
        """
        size = len(self.counts)
        return np.arange(size) if are_by_appearance(self.codes, size) else appearance(self.codes, size)

    def matching(self, pattern: str) -> Bools:
        """Which of the distinct texts match a regular expression (RE2's grammar) as a whole."""
        return _matching(self.distinct, pattern)

    def all_match(self, pattern: str, among: Bools) -> bool:
        """Whether all of the distinct texts where `among` is true match a regular expression as a whole; the first ones often decide it."""
        few = _matching(self.distinct.slice(0, _FEW), pattern)
        return bool(few[among[:_FEW]].all()) and bool(self.matching(pattern)[among].all())

    def holds(self, text: str) -> bool:
        """Whether any of the distinct texts holds another one."""
        return re.search(re.escape(text.encode()), bytes_of(self.distinct)) is not None

    def among(self, texts: Sequence[str]) -> Bools:
        """Which of the distinct texts are some of these."""
        if self.decimals is not None and not any(text[-1:].isdigit() for text in texts):
            return np.isnan(self.decimals) if "" in texts else np.zeros(len(self.decimals), dtype=bool)
        if len(self.distinct) <= _SHORT:
            return np.fromiter(map(frozenset(texts).__contains__, self.texts), bool, len(self.distinct))
        return among(self.distinct, texts)

    def count(self, distinct: Bools) -> int:
        """How many rows hold one of these distinct values."""
        return int(self.counts[distinct].sum())

    def rows_with(self, distinct: Bools, most: int = 10) -> tuple[int, ...]:
        """The numbers of the first rows (from 1) that hold one of these distinct values."""
        hit = np.append(distinct, False)[self.codes]
        return tuple((np.flatnonzero(hit)[:most] + 1).tolist())

    def once(self, values: Floats, repeats: int) -> Floats:
        """The values of the rows, by those of the distinct values (NaN where a row has none); of a table that stands `repeats` times in its
        rows those of one, in the order of the first rows.
        """
        if repeats == 1:
            return np.append(values, np.nan)[self.codes]
        order = [at for at in self.by_appearance().tolist() if at < len(values)]
        return np.repeat(values[order], self.counts[order] // repeats)

    def sample(self, among: Bools, most: int) -> list[str]:
        """Up to `most` of the distinct texts where `among` is true, spread evenly over the column."""
        at = np.flatnonzero(among)
        if len(at) > most:
            at = at[np.linspace(0, len(at) - 1, most).astype(np.intp)]
        return self.texts_at(at.tolist())


def repeats_of(columns: Sequence[RawColumn]) -> int:
    """How often a whole table is in its rows, which is the number that divides how often each row is there."""
    found = 0
    for raw in columns:
        found = math.gcd(found, int(np.gcd.reduce(raw.counts, initial=0)), int(np.count_nonzero(raw.codes < 0)))
        if found == 1:
            return 1
    rows = np.zeros(columns[0].rows if columns else 0, dtype=np.int64)
    counts = np.array([len(rows)])
    for raw in columns:
        _, rows, counts = np.unique(rows * (len(raw.counts) + 1) + raw.codes, return_inverse=True, return_counts=True)
    return max(int(np.gcd.reduce(counts, initial=0)), 1)


def _matching(texts: Any, pattern: str) -> Bools:
    import pyarrow.compute as pc

    return np.asarray(pc.match_substring_regex(texts, f"^(?:{pattern})$").to_numpy(zero_copy_only=False), dtype=bool)


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
        array = one_array(array)
    kind = array.type
    if kind == pa.dictionary(pa.int32(), pa.string()) and not array.null_count and not array.dictionary.null_count:
        return _coded_column(name, array.indices.to_numpy(), array.dictionary, tuple(mixed))
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


def on_disk(raw: RawColumn) -> RawColumn:
    """The column with its codes and values kept on the disk, as those of a large table are."""
    given = raw.given and (spilled(raw.given[0]), spilled_column(raw.given[1]))
    distinct = None if raw.distinct is None else spilled_column(raw.distinct)
    values = None if raw.values is None else spilled(raw.values)
    return replace(raw, codes=spilled(raw.codes), distinct=distinct, values=values, given=given, on_disk=True)


def _text_column(name: str, array: Any, mixed: tuple[str, ...], ordered: tuple[str, ...] = ()) -> RawColumn:
    coded = array.dictionary_encode()
    return _text_by_appearance(name, coded.indices.to_numpy(zero_copy_only=False), coded.dictionary, mixed, ordered)


def _coded_column(name: str, codes: Codes, dictionary: Any, mixed: tuple[str, ...]) -> RawColumn:
    """A column of texts that comes by distinct values, in whatever order these are."""
    import pyarrow as pa

    again = dictionary.dictionary_encode()
    if len(again.dictionary) < len(dictionary):  # one text twice
        codes, dictionary = again.indices.to_numpy()[codes], again.dictionary
    if not are_by_appearance(codes, len(dictionary)):
        order = appearance(codes, len(dictionary))
        place = np.empty(len(dictionary), dtype=np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        codes, dictionary = place[codes], dictionary.take(pa.array(order))
    return _text_by_appearance(name, codes, dictionary, mixed)


def _text_by_appearance(name: str, codes: Codes, dictionary: Any, mixed: tuple[str, ...], ordered: tuple[str, ...] = ()) -> RawColumn:
    clean = cleaned(dictionary)
    if clean is None:
        return RawColumn(name, "text", codes, dictionary, mixed=mixed, ordered=ordered)
    place, distinct = clean
    return RawColumn(name, "text", place[codes], distinct, mixed=mixed, ordered=ordered, given=(codes, dictionary))


def _integers(name: str, array: Any) -> RawColumn:
    import pyarrow as pa
    import pyarrow.compute as pc

    span = pc.min_max(array).as_py()
    if span["min"] is not None and max(abs(span["min"]), abs(span["max"])) > EXACT:
        return _text_column(name, pc.fill_null(array.cast(pa.string()), ""), ())
    return _typed(name, "integer", array.cast(pa.float64()))


def _typed(name: str, kind: Kind, array: Any) -> RawColumn:
    values = array.to_numpy(zero_copy_only=False).astype(np.float64)
    infinite = tuple((np.flatnonzero(np.isinf(values)) + 1).tolist())
    values = np.where(np.isfinite(values), values, np.nan) + 0.0  # infinities of a file are no values; -0.0 is 0.0
    distinct, codes = np.unique(values, return_inverse=True)
    if len(distinct) and np.isnan(distinct[-1]):
        codes = np.where(codes == len(distinct) - 1, -1, codes)
        distinct = distinct[:-1]
    return RawColumn(name, kind, codes.astype(np.intp), values=distinct, infinite=infinite)


def _dates(name: str, array: Any, zone: bool) -> RawColumn:
    import pyarrow as pa
    import pyarrow.compute as pc

    there = array.is_valid().to_numpy(zero_copy_only=False)
    values = pc.fill_null(array.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
    distinct, codes = np.unique(values[there], return_inverse=True)
    all_codes = np.full(len(values), -1, dtype=np.intp)
    all_codes[there] = codes
    return RawColumn(name, "date", all_codes, values=distinct.astype(np.int64), zone=zone)


def western_column(raw: RawColumn) -> RawColumn | None:
    """A column of texts with the digits 0 to 9 for those of other scripts; None where it has none of these."""
    import pyarrow as pa

    if raw.kind != "text" or raw.is_ascii:
        return None
    texts = [western_digits(text) for text in raw.texts]
    return replace(raw, distinct=pa.array(texts, pa.string()), given=None, _readings={}) if texts != raw.texts else None


def recoded_column(raw: RawColumn, levels: Mapping[str, str]) -> RawColumn:
    """The column as texts, with those that stand for another level replaced by it; "" stands for empty cells."""
    import pyarrow as pa

    texts = [*(raw.texts if raw.kind == "text" else typed_texts(raw, Column(raw.name, "category"))), ""]
    known = {level_of(text): clean_text(level) for text, level in levels.items()}
    codes, distinct = encode(known.get(level_of(text), text) for text in texts)
    return RawColumn(raw.name, "text", codes[raw.codes], pa.array(distinct, pa.string()))


def typed_texts(raw: RawColumn, column: Column) -> list[str]:
    """The canonical texts of the distinct values of a typed column."""
    assert raw.values is not None
    if raw.kind == "boolean":
        return [level_of(bool(value)) for value in raw.values.tolist()]
    if raw.kind == "date":
        return [date_text(value, column.grammar.date, raw.zone) for value in raw.values.tolist()]
    return [level_of(value) for value in raw.values.tolist()]
