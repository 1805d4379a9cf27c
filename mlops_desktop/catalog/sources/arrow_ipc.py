"""Arrow IPC files and streams, Feather among them, with the types that are in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_desktop.base.job import Job
from mlops_desktop.base.source import Batches, Source
from mlops_desktop.base.spill import is_large
from mlops_desktop.catalog.sources._arrow import file_batches, table_on_disk
from mlops_desktop.serving.message import msg


@dataclass(frozen=True, kw_only=True)
class ArrowIpc(Source):
    """Typed columns in Arrow's own format, as files (Feather) or as a stream."""

    id = "arrow"
    label = "Feather, Arrow"
    help = "Reads Feather files and Arrow IPC files and streams; the types in the file are kept."
    suffixes = (".feather", ".arrow", ".arrows", ".ipc")

    def read(self, location: str, job: Job) -> Batches:
        path = Path(location)
        return file_batches(path, job, _read, msg("“{path}” is not a Feather or Arrow file, or it is damaged.", path=path.name))


def _read(path: Path) -> Any:
    """The table of a file in memory (a mapped file that another program shortens would end this one)."""
    import pyarrow as pa
    import pyarrow.feather

    with path.open("rb") as file:
        start = file.read(6)
    if start == b"ARROW1":
        with pa.OSFile(str(path)) as opened:
            reader = pa.ipc.open_file(opened)
            if is_large(path.stat().st_size):
                return table_on_disk(map(reader.get_batch, range(reader.num_record_batches)), reader.schema)
            return reader.read_all()
    if start.startswith(b"FEA1"):
        return pyarrow.feather.read_table(path, memory_map=False)
    with pa.OSFile(str(path)) as opened:
        stream = pa.ipc.open_stream(opened)
        return table_on_disk(stream, stream.schema) if is_large(path.stat().st_size) else stream.read_all()
