"""Parquet files, with the types that stand in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_desktop.base.cells import name_columns, to_frame
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Loader
from mlops_desktop.base.job import Job
from mlops_desktop.base.parquet import read_parquet

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, kw_only=True)
class Parquet(Loader):
    """Typed columns as data programs store them."""

    id = "parquet"
    label = "Parquet"
    help = "Reads Parquet files; the types in the file are kept."
    suffixes = (".parquet", ".pq")

    def load(self, path: Path, job: Job) -> DataFrame:
        job.step(0.0, f"Reading {path.name}")
        try:
            table = read_parquet(path)
        except ValueError as error:
            raise UserError(f"“{path.name}” is no Parquet file, or it is damaged.", "Choose another file, or save it again.") from error
        job.step(0.8)
        said = []
        unnamed = [name for name in table.column_names if name.startswith("__index_level_")]
        if unnamed:
            table = table.drop_columns(unnamed)
            said.append("Row numbers that a program had stored as a column were left out.")
        table, named = name_columns(table, table.column_names)
        return to_frame(table, [*said, *named])
