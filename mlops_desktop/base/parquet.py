"""Reading Parquet files: a damaged file and a failing disk raise different errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlops_desktop.base.spill import is_large, spilled_column


def read_parquet(path: Path, *, memory_map: bool = False) -> Any:
    """The `pyarrow.Table` of a file. ValueError when it is no whole Parquet file or a page differs from its checksum;
    OSError when the operating system cannot read it. Of a large file one column at a time is in memory (`base.spill`).
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # int96 as nanoseconds would wrap beyond the year 2262: 9999-12-31 would be a day of 1816
        file = pq.ParquetFile(path, memory_map=memory_map, coerce_int96_timestamp_unit="us", page_checksum_verification=True)
        nested = any(field.type.num_fields for field in file.schema_arrow)
        return file.read() if nested or not is_large(_size(file.metadata)) else _by_columns(file)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        # pyarrow raises OSError for damaged contents too, but only errors of the operating system have a number.
        raise ValueError(f"{path.name}: {error}") from error


def _size(metadata: Any) -> int:
    """The bytes of the table in a file, at least."""
    groups = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    return max(int(groups), 4 * int(metadata.num_rows) * int(metadata.num_columns))


def _by_columns(file: Any) -> Any:
    """The table of a file without nested columns."""
    import pyarrow as pa

    columns = [spilled_column(file.reader.read_all(column_indices=[at]).column(0)) for at in range(file.metadata.num_columns)]
    return pa.Table.from_arrays(columns, schema=file.schema_arrow)


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
