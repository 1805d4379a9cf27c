"""Reading Parquet so that damage is told from a disk that refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def read_parquet(path: Path, *, memory_map: bool = False) -> Any:
    """The `pyarrow.Table` of a file. ValueError when the file is no whole Parquet file; OSError when the disk refuses."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path, memory_map=memory_map).read()
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        # pyarrow tells of what stands in a file by an OSError too, but only the system gives a number.
        raise ValueError(f"{path.name}: {error}") from error
