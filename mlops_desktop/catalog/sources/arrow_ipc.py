"""Arrow IPC files and streams, Feather among them, with the types that stand in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job
from mlops_desktop.base.source import Batches, Source
from mlops_desktop.catalog.sources._arrow import arrow_batches
from mlops_desktop.serving.message import msg


@dataclass(frozen=True, kw_only=True)
class ArrowIpc(Source):
    """Typed columns in Arrow's own format, as files (Feather) or as a stream."""

    id = "arrow"
    label = "Feather, Arrow"
    help = "Reads Feather files and Arrow IPC files and streams; the types in the file are kept."
    suffixes = (".feather", ".arrow", ".arrows", ".ipc")

    def read(self, location: str, job: Job) -> Batches:
        import pyarrow as pa

        path = Path(location)
        job.step(0.0, msg("Reading {path}", path=path.name))
        try:
            table = _read(path)
        except (pa.ArrowException, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            # pyarrow raises OSError for damaged contents too, but only errors of the operating system have a number.
            raise UserError(
                msg("“{path}” is not a Feather or Arrow file, or it is damaged.", path=path.name), "Choose another file, or save it again."
            ) from error
        job.step(0.8)
        return (yield from arrow_batches(table))


def _read(path: Path) -> Any:
    """The table of a file in memory (a mapped file that another program shortens would end this one)."""
    import pyarrow as pa
    import pyarrow.feather

    with path.open("rb") as file:
        start = file.read(6)
    if start == b"ARROW1":
        with pa.OSFile(str(path)) as opened:
            return pa.ipc.open_file(opened).read_all()
    if start.startswith(b"FEA1"):
        return pyarrow.feather.read_table(path, memory_map=False)
    with pa.OSFile(str(path)) as opened:
        return pa.ipc.open_stream(opened).read_all()
