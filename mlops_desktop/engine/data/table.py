"""A typed table, and how the store keeps it: a JSON document and arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.spill import empty, is_large, spilled
from mlops_desktop.serving.frame import Frame
from mlops_desktop.serving.schema import Schema
from mlops_desktop.serving.serialization import pack, unpack

A = TypeVar("A")
B = TypeVar("B", np.uint8, np.int64)


@dataclass(frozen=True, eq=False)
class Table:
    """A typed table with every column of its file. `schema` has types and grammars.

    Ranges and levels are described later, on the training rows.
    """

    schema: Schema
    frame: Frame
    evidence: tuple[Evidence, ...] = ()
    _counts: dict[str, tuple[int, int]] = field(default_factory=dict, init=False, repr=False)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.frame.rows

    def distinct(self, name: str) -> int:
        """How many different values a column has, missing cells left out."""
        return self._counts_of(name)[0]

    def missing(self, name: str) -> int:
        """How many cells of a column are missing."""
        return self._counts[name][1] if name in self._counts else int(np.count_nonzero(self.frame.missing(name)))

    def counts(self) -> dict[str, tuple[int, int]]:
        """The numbers of different values and of missing cells of the columns for which they are known."""
        return dict(self._counts)

    def with_counts(self, counts: Mapping[str, tuple[int, int]]) -> Table:
        """The same table, which knows these numbers (see `counts`)."""
        known = replace(self)
        known._counts.update(counts)
        return known

    def _counts_of(self, name: str) -> tuple[int, int]:
        """The numbers of different values and of missing cells of a column; counted once and kept."""
        if name not in self._counts:
            frame, kind = self.frame, self.frame.layout.kind(name)
            missing = frame.missing(name)
            if kind == "categorical":
                codes, levels = frame.categorical(name)
                distinct = int(np.count_nonzero(np.bincount(codes[codes >= 0], minlength=len(levels))))
            else:
                values = frame.number(name) if kind == "number" else frame.date(name)
                distinct = len(np.unique(values[~missing]))
            self._counts[name] = distinct, int(np.count_nonzero(missing))
        return self._counts[name]

    def values(self, name: str) -> NDArray[Any]:
        """One column as its own values: float64, int64 microseconds, or an object array of texts and None."""
        kind = self.frame.layout.kind(name)
        if kind == "categorical":
            return np.array(self.frame.texts(name), dtype=object)
        return self.frame.number(name) if kind == "number" else self.frame.date(name)


def table_to_record(table: Table) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """A table as a JSON document and arrays, for the store. The levels of all columns share two arrays, as each array is a file."""
    frame = table.frame
    blocks = {"numbers": frame.numbers, "codes": frame.codes, "dates": frame.dates}
    return table_record(table.schema, table.rows, table.evidence, table.counts(), frame.levels, blocks)


def table_record(
    schema: Schema,
    rows: int,
    evidence: Sequence[Evidence],
    counts: Mapping[str, tuple[int, int]],
    levels: Sequence[Sequence[str]],
    blocks: Mapping[str, A],
) -> tuple[dict[str, Any], dict[str, A | NDArray[Any]]]:
    """The record of a table (`table_to_record`) with the `numbers`, `codes` and `dates` of its frame, whatever form these have."""
    parts = [some.encoded() if isinstance(some, StoredLevels) else _encoded(some) for some in levels]
    ends = _joined([sizes for _, sizes in parts], np.dtype(np.int64))
    arrays: dict[str, A | NDArray[Any]] = {
        **blocks,
        "levels": _joined([texts for texts, _ in parts], np.dtype(np.uint8)),
        "ends": np.cumsum(ends, out=ends),
        "level_counts": np.array([len(some) for some in levels], dtype=np.int64),
    }
    unused: dict[str, NDArray[Any]] = {}
    document = {
        "schema": pack(schema, unused),
        "rows": rows,
        "evidence": [e.to_json() for e in evidence],
        "counts": {name: list(pair) for name, pair in counts.items()},
    }
    return document, arrays


def stored_levels(levels: Sequence[str]) -> StoredLevels:
    """The same levels with their bytes on the disk (`base.spill`)."""
    texts, sizes = levels.encoded() if isinstance(levels, StoredLevels) else _encoded(levels)
    return StoredLevels(spilled(texts), spilled(np.cumsum(sizes)))


def _encoded(levels: Iterable[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The bytes of some levels, one behind the other, and how many each has."""
    parts = [level.encode("utf-8", "surrogatepass") for level in levels]
    return np.frombuffer(b"".join(parts), np.uint8), np.array([len(part) for part in parts], np.int64)


def _joined(parts: Sequence[NDArray[B]], dtype: np.dtype[B]) -> NDArray[B]:
    """Arrays one behind the other, on the disk where they are large."""
    size = sum(map(len, parts))
    found = empty(size, dtype) if is_large(size * dtype.itemsize) else np.empty(size, dtype)
    return np.concatenate(parts, out=found) if parts else found


class StoredLevels(Sequence[str]):
    """The levels of a stored or large categorical column, each read when it is needed: a window shows a few of perhaps a million.

    The bytes of the first begin at `begin` among `texts`, each ends at its place in `ends`.
    """

    def __init__(self, texts: NDArray[Any], ends: NDArray[Any], begin: int = 0) -> None:
        self._texts, self._ends, self._begin = texts, ends, begin

    def __len__(self) -> int:
        return len(self._ends)

    def encoded(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The bytes of all levels, one behind the other, and how many each has."""
        sizes = np.diff(self._ends, prepend=self._begin).astype(np.int64, copy=False)
        return self._texts[self._begin : self._begin + int(sizes.sum())], sizes

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        at = range(len(self))[at]  # IndexError, and positions from behind
        start = int(self._ends[at - 1]) if at else self._begin
        return self._texts[start : int(self._ends[at])].tobytes().decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        return iter(self.all())

    def all(self) -> list[str]:
        """Every level, in order."""
        bounds = [self._begin, *self._ends.tolist()]
        text = self._texts[self._begin : bounds[-1]].tobytes()
        if text.isascii():  # cut as one text, in a tenth of the time
            letters = text.decode("ascii")
            return [letters[a - self._begin : b - self._begin] for a, b in pairwise(bounds)]
        return [text[a - self._begin : b - self._begin].decode("utf-8", "surrogatepass") for a, b in pairwise(bounds)]


def table_from_record(document: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], *, lazy: bool = False) -> Table:
    """The table of `to_record`. `lazy`: levels stay on the disk until one is asked for, as those of a large table always do."""
    lazy = lazy or is_large(sum(one.nbytes for one in arrays.values()))
    schema: Schema = unpack(document["schema"], {})
    layout = schema.layout()
    stored = _stored_levels(arrays, len(layout.categoricals))
    levels: list[Sequence[str]] = [*stored] if lazy else [one.all() for one in stored]
    frame = Frame(
        layout, int(document["rows"]), arrays["numbers"], arrays["codes"].astype(np.intp, copy=False), tuple(levels), arrays["dates"]
    )
    evidence = tuple(Evidence.from_json(e) for e in document["evidence"])
    counts = {name: (int(distinct), int(missing)) for name, (distinct, missing) in document.get("counts", {}).items()}
    return Table(schema, frame, evidence).with_counts(counts)


def _stored_levels(arrays: Mapping[str, NDArray[Any]], columns: int) -> list[StoredLevels]:
    if "level_counts" not in arrays:  # older entries: two arrays for each column
        return [StoredLevels(arrays[f"levels.{j}"], arrays[f"ends.{j}"]) for j in range(columns)]
    stops = [0, *np.cumsum(arrays["level_counts"]).tolist()]
    texts, ends = arrays["levels"], arrays["ends"]
    return [StoredLevels(texts, ends[start:stop], int(ends[start - 1]) if start else 0) for start, stop in pairwise(stops)]
