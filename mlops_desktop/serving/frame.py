"""The in-memory table of training and serving, with its columns in blocks, and the matrix that models read.

A frame holds its columns in four blocks, so that a row costs a few numpy calls, not a few for each column:

- `numbers` (rows, k) float64, NaN is missing: numbers, integers, booleans (0 / 1) and features
- `codes`   (rows, m) intp, an index into the column's `levels`, -1 is missing: categories, texts, identifiers
- `dates`   (rows, d) int64 microseconds since 1970, `MISSING_DATE` is missing
- `sparse`  CSR blocks of many features each (text)

`Layout` names the columns of the blocks. Levels belong to one frame and are its distinct values in order of appearance: a request of one
row has one level for each column. Frames are never modified in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import UserError
from .message import as_message, msg
from .plural import quoted_columns

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]

MISSING_DATE = int(np.iinfo(np.int64).min)
NUMBER, CATEGORICAL, DATE, SPARSE = "number", "categorical", "date", "sparse"


@dataclass(frozen=True)
class Csr:
    """A sparse block in CSR form: row i holds `data[indptr[i]:indptr[i + 1]]` at the columns `indices[...]`, sorted in each row."""

    indptr: Longs
    indices: Longs
    data: Floats
    width: int

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.indptr) - 1

    def take(self, rows: Ints) -> Csr:
        """The given rows, in the given order."""
        counts = np.diff(self.indptr)[rows]
        indptr = np.concatenate(([0], np.cumsum(counts)))
        where = np.arange(indptr[-1]) - np.repeat(indptr[:-1] - self.indptr[:-1][rows], counts)
        return Csr(indptr, self.indices[where], self.data[where], self.width)

    def row_of(self) -> Longs:
        """The row number of every stored value, int64 of the length of `data`."""
        return np.repeat(np.arange(self.rows), np.diff(self.indptr))

    def dense(self) -> Floats:
        """The same values as a (rows, width) float64 array."""
        out = np.zeros((self.rows, self.width))
        out[self.row_of(), self.indices] = self.data
        return out

    def dot(self, weights: Floats) -> Floats:
        """The product with (width, k) weights, as (rows, k) float64; each row adds its own values in their order, alone or in a batch."""
        out = np.zeros((self.rows, weights.shape[1]))
        np.add.at(out, self.row_of(), self.data[:, None] * weights[self.indices])
        return out


@dataclass(frozen=True)
class Layout:
    """The names of a frame's columns by block, and the source columns of each.

    `category_codes` are the numbers that encode unordered categories (0, 1, 2 …), for algorithms with native categorical features.
    `sources` maps a derived column to its source columns; a column that is not in it is its own source.
    """

    numbers: tuple[str, ...] = ()
    categoricals: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    sparse: tuple[tuple[str, ...], ...] = ()
    category_codes: frozenset[str] = frozenset()
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def names(self) -> tuple[str, ...]:
        """Every column, sparse features last."""
        return self._names

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return (*self.numbers, *self.categoricals, *self.dates, *(name for block in self.sparse for name in block))

    @cached_property
    def category_positions(self) -> tuple[int, ...]:
        """The positions of `category_codes` in the block of numbers."""
        return tuple(i for i, name in enumerate(self.numbers) if name in self.category_codes)

    @cached_property
    def _places(self) -> dict[str, tuple[str, int]]:
        """The kind of the block of each column, and its position there."""
        blocks = ((NUMBER, self.numbers), (CATEGORICAL, self.categoricals), (DATE, self.dates), *((SPARSE, block) for block in self.sparse))
        return {name: (kind, at) for kind, names in reversed(blocks) for at, name in enumerate(names)}

    def kind(self, name: str) -> str:
        """`number`, `categorical`, `date` or `sparse`; UserError when there is no such column."""
        if name in self._places:
            return self._places[name][0]
        raise UserError(msg("There is no column “{column}” at this step.", column=name), "Choose another column, or remove the step.")

    def number_at(self, names: Iterable[str]) -> Ints:
        """Positions in the block of numbers; UserError names the first column that is not a number."""
        return self._at(names, NUMBER, msg("a number"))

    def categorical_at(self, names: Iterable[str]) -> Ints:
        """Positions in the block of codes; UserError names the first column that is not a category or text."""
        return self._at(names, CATEGORICAL, msg("a category or text"))

    def date_at(self, names: Iterable[str]) -> Ints:
        """Positions in the block of dates; UserError names the first column that is not a date."""
        return self._at(names, DATE, msg("a date"))

    def _at(self, names: Iterable[str], kind: str, expected: str) -> Ints:
        found = []
        for name in names:
            of, at = self._places.get(name, ("", 0))
            if of != kind:
                text, actual = "The column “{column}” is a {kind}, but {expected} is needed.", as_message(self.kind(name))
                raise UserError(msg(text, column=name, kind=actual, expected=expected), "Choose other columns for this step.")
            found.append(at)
        return np.array(found, dtype=np.intp)

    def source(self, name: str) -> tuple[str, ...]:
        """The source columns of a column."""
        return self.sources.get(name, (name,))

    def sources_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """The source columns of several columns, each once, in order."""
        return tuple(dict.fromkeys(source for name in names for source in self.source(name)))

    def without(self, names: Iterable[str]) -> tuple[Layout, Callable[[Frame], Frame]]:
        """The layout without these columns (unknown names are ignored), and the function that drops them from a frame."""
        dropped = frozenset(names)
        kept = [
            np.array([i for i, n in enumerate(block) if n not in dropped], dtype=np.intp)
            for block in (self.numbers, self.categoricals, self.dates)
        ]
        cuts = [np.array([i for i, n in enumerate(block) if n not in dropped], dtype=np.intp) for block in self.sparse]
        alive = [i for i, cut in enumerate(cuts) if len(cut)]
        layout = Layout(
            numbers=tuple(self.numbers[i] for i in kept[0]),
            categoricals=tuple(self.categoricals[i] for i in kept[1]),
            dates=tuple(self.dates[i] for i in kept[2]),
            sparse=tuple(tuple(self.sparse[b][i] for i in cuts[b]) for b in alive),
            category_codes=self.category_codes - dropped,
            sources={name: source for name, source in self.sources.items() if name not in dropped},
        )

        def drop(frame: Frame) -> Frame:
            return Frame(
                layout,
                frame.rows,
                frame.numbers if len(kept[0]) == frame.numbers.shape[1] else frame.numbers[:, kept[0]],
                frame.codes if len(kept[1]) == frame.codes.shape[1] else frame.codes[:, kept[1]],
                frame.levels if len(kept[1]) == len(frame.levels) else tuple(frame.levels[i] for i in kept[1]),
                frame.dates if len(kept[2]) == frame.dates.shape[1] else frame.dates[:, kept[2]],
                tuple(_cut_columns(frame.sparse[b], cuts[b]) for b in alive),
            )

        return layout, drop

    def with_numbers(self, names: Sequence[str], sources: Sequence[tuple[str, ...]], *, category_codes: bool = False) -> Layout:
        """The layout with further columns at the end of the block of numbers; `sources[i]` are the columns (of this layout) that
        `names[i]` is derived from.
        """
        self._refuse_taken(names)
        codes = self.category_codes | frozenset(names) if category_codes else self.category_codes
        return replace(self, numbers=self.numbers + tuple(names), category_codes=codes, sources=self._more_sources(names, sources))

    def with_categoricals(self, names: Sequence[str], sources: Sequence[tuple[str, ...]]) -> Layout:
        """The layout with further columns at the end of the block of codes."""
        self._refuse_taken(names)
        return replace(self, categoricals=self.categoricals + tuple(names), sources=self._more_sources(names, sources))

    def with_dates(self, names: Sequence[str], sources: Sequence[tuple[str, ...]]) -> Layout:
        """The layout with further columns at the end of the block of dates."""
        self._refuse_taken(names)
        return replace(self, dates=self.dates + tuple(names), sources=self._more_sources(names, sources))

    def with_sparse(self, names: Sequence[str], sources: Sequence[tuple[str, ...]]) -> Layout:
        """The layout with one more sparse block."""
        self._refuse_taken(names)
        return replace(self, sparse=(*self.sparse, tuple(names)), sources=self._more_sources(names, sources))

    def _more_sources(self, names: Sequence[str], sources: Sequence[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {**self.sources, **{name: self.sources_of(made_of) for name, made_of in zip(names, sources, strict=True)}}

    def _refuse_taken(self, names: Sequence[str]) -> None:
        here = set(self.names())
        for name in names:
            if name in here:
                raise UserError(msg("There is already a column “{column}” at this step.", column=name), "Give the new column another name.")
            here.add(name)


def _cut_columns(block: Csr, kept: Ints) -> Csr:
    if len(kept) == block.width:
        return block
    place = np.full(block.width, -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    new = place[block.indices]
    stay = new >= 0
    counts = np.bincount(block.row_of()[stay], minlength=block.rows)
    return Csr(np.concatenate(([0], np.cumsum(counts))), new[stay], block.data[stay], len(kept))


@dataclass(frozen=True, eq=False)
class Frame:
    """A table with its columns in blocks; see the module. `levels[j]` are the distinct texts of categorical column j."""

    layout: Layout
    rows: int
    numbers: Floats
    codes: Ints
    levels: tuple[Sequence[str], ...]
    dates: Longs
    sparse: tuple[Csr, ...] = ()

    def number(self, name: str) -> Floats:
        """A column of numbers, (rows,) float64."""
        return self.numbers[:, self.layout.number_at([name])[0]]

    def categorical(self, name: str) -> tuple[Ints, Sequence[str]]:
        """A categorical column as (codes, levels)."""
        at = self.layout.categorical_at([name])[0]
        return self.codes[:, at], self.levels[at]

    def texts(self, name: str) -> list[str | None]:
        """A categorical column as Python strings, None where missing."""
        codes, levels = self.categorical(name)
        lookup: list[str | None] = [*levels, None]
        return [lookup[code] for code in codes.tolist()]

    def date(self, name: str) -> Longs:
        """A column of dates, (rows,) int64 microseconds."""
        return self.dates[:, self.layout.date_at([name])[0]]

    def missing(self, name: str) -> Bools:
        """Where a column is missing, (rows,) bool."""
        kind = self.layout.kind(name)
        if kind == NUMBER:
            return np.isnan(self.number(name))
        if kind == CATEGORICAL:
            return self.categorical(name)[0] < 0
        if kind == DATE:
            return np.equal(self.date(name), MISSING_DATE)
        return np.zeros(self.rows, dtype=bool)

    def take(self, rows: Ints | Bools) -> Frame:
        """The given rows (positions or a mask), in the given order. Levels that no row has any more are kept, so codes stay
        valid.
        """
        at: Ints = np.flatnonzero(rows) if rows.dtype == bool else rows.astype(np.intp)
        return Frame(
            self.layout,
            len(at),
            self.numbers[at],
            self.codes[at],
            self.levels,
            self.dates[at],
            tuple(block.take(at) for block in self.sparse),
        )

    def with_blocks(self, layout: Layout, **blocks: Any) -> Frame:
        """A frame of this many rows with another layout and the given blocks (`numbers`, `codes`, `levels`, `dates`, `sparse`) in place of
        its own.
        """
        return Frame(
            layout,
            self.rows,
            blocks.get("numbers", self.numbers),
            blocks.get("codes", self.codes),
            blocks.get("levels", self.levels),
            blocks.get("dates", self.dates),
            blocks.get("sparse", self.sparse),
        )

    def select(self, names: Iterable[str]) -> Frame:
        """Only these columns; blocks keep their inner order."""
        wanted = frozenset(names)
        _, drop = self.layout.without(name for name in self.layout.names() if name not in wanted)
        return drop(self)


def encode(texts: Iterable[str | None]) -> tuple[Ints, list[str]]:
    """Codes and levels of a categorical column: levels are the distinct texts in order of appearance, None becomes -1."""
    index: dict[str, int] = {}
    codes = [-1 if text is None else index.setdefault(text, len(index)) for text in texts]
    return np.array(codes, dtype=np.intp), list(index)


def lookup(frame: Frame, at: Ints, tables: Sequence[Mapping[str, float]], unseen: Sequence[float], missing: Sequence[float]) -> Floats:
    """The numbers that the tables map the cells of the categorical columns `at` to: (rows, len(at)) float64, by one gather.

    `tables[j]` maps a level to its number; a level that is not in it gets `unseen[j]`, a missing cell `missing[j]`.
    """
    parts = [*zip(at.tolist(), tables, unseen, missing, strict=True)]
    if frame.rows == 1:  # a request: no table is made of each column
        codes, levels = frame.codes[0].tolist(), frame.levels
        return np.array([[none if codes[i] < 0 else table.get(levels[i][codes[i]], other) for i, table, other, none in parts]], dtype=float)
    flat, starts = list[float](), list[int]()
    for i, table, other, none in parts:
        flat.append(none)
        starts.append(len(flat))
        flat.extend(table.get(level, other) for level in frame.levels[i])
    found: Floats = np.array(flat, dtype=np.float64)[frame.codes[:, at] + np.array(starts, dtype=np.intp)]
    return found


def indicators(positions: Ints, width: int) -> Floats:
    """(rows, width) float64 of 0 and 1: each row has a 1 at its `positions` (rows, k), which are 0 ... width; `width` is ignored."""
    out = np.zeros((len(positions), width + 1))
    out[np.arange(len(positions))[:, None], positions] = 1.0
    return out[:, :width]


@dataclass(frozen=True, eq=False)
class Matrix:
    """The input of algorithms and models: values rounded once to float32 (held as float64), either dense or CSR.

    `category_codes` are the positions of the columns that encode unordered categories.
    """

    names: tuple[str, ...]
    dense: Floats | None
    csr: Csr | None = None
    category_codes: tuple[int, ...] = ()

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.dense) if self.dense is not None else self.csr.rows if self.csr is not None else 0

    @property
    def width(self) -> int:
        """Number of features."""
        return len(self.names)

    def take(self, rows: Ints) -> Matrix:
        """The given rows, in the given order."""
        return replace(self, dense=None if self.dense is None else self.dense[rows], csr=None if self.csr is None else self.csr.take(rows))

    def to_dense(self) -> Floats:
        """All values as (rows, width) float64; a CSR matrix is converted, so pass few rows at a time."""
        if self.dense is not None:
            return self.dense
        return np.empty((0, self.width)) if self.csr is None else self.csr.dense()


def round_to_float32(values: Floats) -> Floats:
    """The nearest float32 of each value, held as float64; values beyond float32's range become its largest finite value of their sign."""
    top = float(np.finfo(np.float32).max)
    # Not np.clip: for one row its checks cost more than the work.
    return np.minimum(np.maximum(values, -top), top).astype(np.float32).astype(np.float64)


def to_matrix(frame: Frame) -> Matrix:
    """The matrix of an encoded frame: numbers first, then the sparse blocks.

    UserError when a categorical or date column is left.
    """
    if frame.layout.categoricals or frame.layout.dates:
        left = (*frame.layout.categoricals, *frame.layout.dates)
        raise UserError(
            msg("These columns cannot go into a model, which needs numbers: {columns}.", columns=quoted_columns(left, 5)),
            "Add a step that encodes these columns (one-hot, ordinal, text, date parts), or one that drops them.",
        )
    names = frame.layout.names()
    codes = frame.layout.category_positions
    dense = round_to_float32(frame.numbers)
    if not frame.sparse:
        return Matrix(names, dense, None, codes)
    return Matrix(names, None, _join_columns(dense, frame.sparse), codes)


def _join_columns(dense: Floats, blocks: Sequence[Csr]) -> Csr:
    rows, width = dense.shape
    row, column = np.nonzero(dense)
    parts = [(row, column, dense[row, column])]
    for block in blocks:
        parts.append((block.row_of(), block.indices + width, round_to_float32(block.data)))
        width += block.width
    row_of, indices, data = (np.concatenate([part[i] for part in parts]) for i in range(3))
    order = np.argsort(row_of, kind="stable")
    counts = np.bincount(row_of, minlength=rows)
    return Csr(np.concatenate(([0], np.cumsum(counts))), indices[order].astype(np.int64), data[order], width)
