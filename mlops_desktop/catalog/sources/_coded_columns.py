"""Columns of texts by their distinct values: record batches of dictionary arrays, made piece by piece, and what is asked of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.column_threads import FEW_ROWS, THREADS
from mlops_desktop.base.spill import is_large, spilled_column
from mlops_desktop.catalog.sources._short_texts import as_numbers, with_texts

PIECE_BYTES = 2**24  # of texts that a thread takes at a time
_TOGETHER = 16  # pieces whose columns are encoded together: each text of a column is looked up once, whatever piece it is in


def coded_batch(batches: Iterable[Any], schema: Any, size: int = 0) -> Any:
    """One record batch of dictionary arrays from many of texts; `size` as for `coded_pieces`."""
    return coded_pieces(_pieces(batches, schema), schema, size)


def _pieces(batches: Iterable[Any], schema: Any) -> Iterator[Callable[[], Any]]:
    """Record batches as tables of `PIECE_BYTES`, one at least."""
    import pyarrow as pa

    held: list[Any] = []
    size = pieces = 0
    for batch in batches:
        held.append(batch)
        size += batch.nbytes
        if size >= PIECE_BYTES:
            yield partial(pa.Table.from_batches, held, schema)
            held, size, pieces = [], 0, pieces + 1
    if held or not pieces:
        yield partial(pa.Table.from_batches, held, schema)


def coded_pieces(tables: Iterable[Callable[[], Any]], schema: Any, size: int = 0) -> Any:
    """One record batch of dictionary arrays from tables of texts, one behind the other: as many are made at a time as there are threads.
    What one of them raises ends the others. `size` are the bytes of all texts; of many no more than some columns are in memory at a time.
    """
    import pyarrow as pa

    rest, groups = iter(tables), list[list[Any]]()
    with ThreadPoolExecutor(THREADS) as pool:
        try:
            if is_large(size):
                return pa.RecordBatch.from_arrays(_coded_on_disk(rest, pool), names=schema.names)
            while group := _coded_group(islice(rest, _TOGETHER), pool):
                groups.append(group)
            columns = list(zip(*groups, strict=True))
            groups.clear()
            arrays = _in_threads(pool, columns) if len(columns[0]) > 1 else [part for (part,) in columns]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    return pa.RecordBatch.from_arrays(arrays, names=schema.names)


def _coded_on_disk(tables: Iterable[Callable[[], Any]], pool: ThreadPoolExecutor) -> list[Any]:
    """The columns of all tables, one behind the other, as dictionary arrays: first the texts are kept on the disk, then each column is
    encoded as a whole.
    """
    import pyarrow as pa

    pieces: list[Future[list[Any]]] = []
    for table in tables:
        pieces.append(pool.submit(lambda make: [spilled_column(column) for column in make().columns], table))
        wait(pieces[-THREADS - 1 : -THREADS])
    columns = list(zip(*(piece.result() for piece in pieces), strict=True))
    pieces.clear()

    def encoded(parts: Sequence[Any]) -> Any:
        column = pa.chunked_array([chunk for part in parts for chunk in part.chunks], pa.string())
        numbers = as_numbers(column)
        coded = _one_array(column.dictionary_encode()) if numbers is None else with_texts([numbers.dictionary_encode()])[0]
        return spilled_column(coded)

    return [one.result() for one in [pool.submit(encoded, columns.pop(0)) for _ in range(len(columns))]]


def _coded_group(tables: Iterable[Callable[[], Any]], pool: ThreadPoolExecutor) -> list[Any]:
    """The columns of some tables, one behind the other, as dictionary arrays."""
    pieces: list[Future[list[Any]]] = []
    for table in tables:
        pieces.append(pool.submit(_piece_columns, table))
        wait(pieces[-THREADS - 1 : -THREADS])  # no more texts are held than there are threads
    columns = list(zip(*(piece.result() for piece in pieces), strict=True))
    pieces.clear()
    return _in_threads(pool, columns)


def _in_threads(pool: ThreadPoolExecutor, columns: list[tuple[Any, ...]]) -> list[Any]:
    """The parts of each column as one array. The list is emptied, so that the parts of a column go when they are put together."""
    rows = sum(map(len, columns[0])) if columns else 0
    if rows < FEW_ROWS:
        return [*map(_joined, columns)]
    codes = np.empty((len(columns), rows), dtype=np.int32)  # at once: large pages of memory
    return [one.result() for one in [pool.submit(_joined, columns.pop(0), own) for own in codes]]


def _piece_columns(table: Callable[[], Any]) -> list[Any]:
    """The columns of a table of texts by their numbers where they have these, else as dictionary arrays."""
    columns = ((column, as_numbers(column)) for column in table().columns)
    return [_one_array(column.dictionary_encode()) if numbers is None else numbers for column, numbers in columns]


def _joined(parts: Sequence[Any], codes: NDArray[np.int32] | None = None) -> Any:
    """Numbers of texts, or dictionary arrays, one behind the other, as one of texts; `codes` is memory for its codes."""
    import pyarrow as pa

    if len(parts) == 1 and pa.types.is_dictionary(parts[0].type):
        return parts[0]
    if all(pa.types.is_uint64(part.type) for part in parts):
        return with_texts([_one_array(pa.chunked_array(parts).dictionary_encode(), codes)])[0]
    alike = with_texts([part.dictionary_encode() if pa.types.is_uint64(part.type) else part for part in parts])
    return _one_array(pa.chunked_array(alike).unify_dictionaries(), codes)


def _one_array(column: Any, codes: NDArray[np.int32] | None = None) -> Any:
    """A chunked column with one dictionary as one array."""
    import pyarrow as pa

    if column.num_chunks == 1:
        return column.chunk(0)
    if column.num_chunks == 0:
        return pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array([], pa.string()))
    indices = np.concatenate([chunk.indices.to_numpy() for chunk in column.chunks], out=codes)
    return pa.DictionaryArray.from_arrays(pa.array(indices), column.chunk(0).dictionary)


def with_rows(batch: Any, rows: Sequence[Sequence[str]], places: Sequence[int]) -> Any:
    """The batch with further rows at these rising positions among all rows."""
    import pyarrow as pa

    order = np.full(len(batch) + len(rows), -1)
    order[list(places)] = np.arange(len(batch), len(batch) + len(rows))
    order[order < 0] = np.arange(len(batch))
    columns = zip(batch.columns, zip(*rows, strict=True), strict=True)
    keep = spilled_column if is_large(batch.nbytes) else _as_it_is
    arrays = [keep(_joined([column, pa.array(cells, pa.string()).dictionary_encode()]).take(pa.array(order))) for column, cells in columns]
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def kept_rows(batch: Any, keep: NDArray[np.bool_]) -> Any:
    """The rows of a batch where `keep` is true."""
    import pyarrow as pa

    if not is_large(batch.nbytes):
        return batch.filter(pa.array(keep))
    return pa.RecordBatch.from_arrays([spilled_column(column.filter(pa.array(keep))) for column in batch.columns], names=batch.schema.names)


def _as_it_is(column: Any) -> Any:
    return column


def rows_where(column: Any, test: Callable[[Any], Any]) -> list[int]:
    """The rows of a dictionary array whose text passes a test, which takes an Arrow array of distinct texts and gives one of booleans."""
    found = mask_where(column, test)
    return np.flatnonzero(found).tolist() if found is not None else []


def mask_where(column: Any, test: Callable[[Any], Any]) -> Any:
    """Which rows of a dictionary array pass a test (see `rows_where`), as a numpy array; None when none does."""
    hits = np.asarray(test(column.dictionary).to_numpy(zero_copy_only=False), dtype=bool)
    return hits[column.indices.to_numpy()] if hits.any() else None


def texts_of(batch: Any, start: int, end: int) -> list[list[str]]:
    """Some rows of a batch as lists of texts."""
    part = batch.slice(start, end - start)
    columns = [column.cast(column.type.value_type).to_pylist() for column in part.columns]
    return [list(row) for row in zip(*columns, strict=True)]
