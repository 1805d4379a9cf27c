"""Reading Parquet files: a damaged file and a failing disk raise different errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def read_parquet(path: Path, *, memory_map: bool = False) -> Any:
    """The `pyarrow.Table` of a file. ValueError when it is no whole Parquet file or a page differs from its checksum;
    OSError when the operating system cannot read it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # int96 as nanoseconds would wrap beyond the year 2262: 9999-12-31 would be a day of 1816
        return pq.ParquetFile(path, memory_map=memory_map, coerce_int96_timestamp_unit="us", page_checksum_verification=True).read()
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        # pyarrow raises OSError for damaged contents too, but only errors of the operating system have a number.
        raise ValueError(f"{path.name}: {error}") from error


def write_beginning(path: Path, target: Path, rows: int) -> bool:
    """Write the first rows of a file to `target`; False, and nothing written, when it has no more than these. Errors as `read_parquet`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, coerce_int96_timestamp_unit="us") as file:
            if file.metadata.num_rows <= rows:
                return False
            batch = next(file.iter_batches(batch_size=rows))
            pq.write_table(pa.Table.from_batches([batch]), target)
            return True
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ValueError(f"{path.name}: {error}") from error
