"""ORC files, as Hive and Spark write them, with the types that they declare."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job
from mlops_desktop.base.source import Batches, Source
from mlops_desktop.base.spill import is_large, spilled_column
from mlops_desktop.catalog.sources._arrow import arrow_batches
from mlops_desktop.serving.message import msg


@dataclass(frozen=True, kw_only=True)
class Orc(Source):
    """Typed columns as Hive and Spark store them."""

    id = "orc"
    label = "ORC"
    help = "Reads ORC files; the types in the file are kept."
    suffixes = (".orc",)
    signatures = (b"ORC",)

    def read(self, location: str, job: Job) -> Batches:
        import pyarrow as pa

        path = Path(location)
        job.step(0.0, msg("Reading {path}", path=path.name))
        try:
            table = _read(path)
        except (pa.ArrowException, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise UserError(
                msg("“{path}” is not an ORC file, or it is damaged.", path=path.name), "Choose another file, or save it again."
            ) from error
        job.step(0.8)
        return (yield from arrow_batches(table))


def _read(path: Path) -> Any:
    """The table of a file; of a large one a stripe at a time is in memory."""
    import pyarrow as pa
    import pyarrow.orc

    with pa.OSFile(str(path)) as opened:
        file = pyarrow.orc.ORCFile(opened)
        if not is_large(path.stat().st_size):
            return file.read()
        stripes = (file.read_stripe(at) for at in range(file.nstripes))
        kept = (pa.RecordBatch.from_arrays([spilled_column(column) for column in one.columns], schema=one.schema) for one in stripes)
        return pa.Table.from_batches(kept, file.schema)
