"""ORC files, as Hive and Spark write them, with the types that they declare."""

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
class Orc(Source):
    """Typed columns as Hive and Spark store them."""

    id = "orc"
    label = "ORC"
    help = "Reads ORC files; the types in the file are kept."
    suffixes = (".orc",)
    signatures = (b"ORC",)

    def read(self, location: str, job: Job) -> Batches:
        path = Path(location)
        return file_batches(path, job, _read, msg("“{path}” is not an ORC file, or it is damaged.", path=path.name))


def _read(path: Path) -> Any:
    """The table of a file; of a large one a stripe at a time is in memory."""
    import pyarrow as pa
    import pyarrow.orc

    with pa.OSFile(str(path)) as opened:
        file = pyarrow.orc.ORCFile(opened)
        if not is_large(path.stat().st_size):
            return file.read()
        return table_on_disk(map(file.read_stripe, range(file.nstripes)), file.schema)
