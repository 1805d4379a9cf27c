"""Columns of texts by their distinct values: record batches of dictionary arrays, made piece by piece, and what is asked of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.column_threads import THREADS
from mlops_desktop.catalog.sources._short_texts import as_numbers, with_texts

PIECE_BYTES = 2**25  # of texts that are encoded together


def coded_batch(batches: Iterable[Any], schema: Any) -> Any:
    """One record batch of dictionary arrays from many of texts, of which no more than two pieces are held at a time."""
    import pyarrow as pa

    pieces: list[list[Future[Any]]] = []
    held: list[Any] = []
    with ThreadPoolExecutor(THREADS) as pool:

        def encode() -> None:  # while the next piece is read
            wait(pieces[-1] if pieces else ())
            pieces.append([pool.submit(_encoded, column) for column in pa.Table.from_batches(held, schema).columns])

        size = 0
        for batch in batches:
            held.append(batch)
            size += batch.nbytes
            if size >= PIECE_BYTES:
                encode()
                held, size = [], 0
        if held or not pieces:
            encode()
        return _joined_pieces([[one.result() for one in piece] for piece in pieces], schema, pool)


def coded_pieces(tables: Sequence[Callable[[], Any]], schema: Any) -> Any:
    """One record batch of dictionary arrays from tables of texts, one behind the other: as many are made and encoded at a time as there
    are threads. What one of them raises ends the others.
    """
    with ThreadPoolExecutor(THREADS) as pool:
        futures = [pool.submit(_encoded_table, table) for table in tables]
        try:
            pieces = [future.result() for future in futures]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    with ThreadPoolExecutor(THREADS) as pool:
        return _joined_pieces(pieces, schema, pool)


def _encoded_table(table: Callable[[], Any]) -> list[Any]:
    return [_encoded(column) for column in table().columns]


def _joined_pieces(pieces: Sequence[Sequence[Any]], schema: Any, pool: ThreadPoolExecutor) -> Any:
    """The columns of pieces of a table, one behind the other, as one record batch."""
    import pyarrow as pa

    parts = zip(*pieces, strict=True)
    if len(pieces) > 1:
        codes = np.empty((len(schema), sum(len(piece[0]) for piece in pieces)), dtype=np.int32)  # at once: large pages of memory
        arrays = list(pool.map(_joined, parts, codes))
    else:
        arrays = [one for part in parts for one in with_texts(part)]
    return pa.RecordBatch.from_arrays(arrays, names=schema.names)


def _encoded(column: Any) -> Any:
    """A chunked column of texts as one dictionary array, of their numbers where they have these."""
    numbers = as_numbers(column)
    return _one_array(column.dictionary_encode()) if numbers is None else numbers.dictionary_encode()


def _joined(parts: Sequence[Any], codes: NDArray[np.int32] | None = None) -> Any:
    """Dictionary arrays of texts or of their numbers, one behind the other, as one of texts; `codes` is memory for its codes."""
    import pyarrow as pa

    alike = parts if len({part.type for part in parts}) == 1 else with_texts(parts)
    return with_texts([_one_array(pa.chunked_array(alike).unify_dictionaries(), codes)])[0]


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
    arrays = [_joined([column, pa.array(cells, pa.string()).dictionary_encode()]).take(pa.array(order)) for column, cells in columns]
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


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
