"""Parquet files, with the types that they declare."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job
from mlops_desktop.base.parquet import read_parquet, write_beginning
from mlops_desktop.base.source import BEGINNING_ROWS, Batches, Source
from mlops_desktop.catalog.sources._arrow import arrow_batches
from mlops_desktop.serving.message import msg


@dataclass(frozen=True, kw_only=True)
class Parquet(Source):
    """Typed columns as data programs store them."""

    id = "parquet"
    label = "Parquet"
    help = "Reads Parquet files; the types in the file are kept."
    suffixes = (".parquet", ".pq")

    def beginning(self, location: str, folder: Path) -> str:
        path = Path(location)
        part = folder / path.name
        try:
            return str(part) if write_beginning(path, part, BEGINNING_ROWS) else location
        except ValueError:
            return location  # reading it says what is wrong with it

    def read(self, location: str, job: Job) -> Batches:
        path = Path(location)
        job.step(0.0, msg("Reading {path}", path=path.name))
        try:
            table = read_parquet(path)
        except ValueError as error:
            raise UserError(
                msg("“{path}” is not a Parquet file, or it is damaged.", path=path.name), "Choose another file, or save it again."
            ) from error
        job.step(0.8)
        return (yield from arrow_batches(table))
