"""Tables of other people that are no part of this project: where they are, and what a person reads in each of them."""

from __future__ import annotations

import csv
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from mlops_desktop.engine.data.table import Table

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("EXAMPLE_TABLES", ROOT.parent / "shared"))
REASON = "the folder that EXAMPLE_TABLES names is not there; the tables are others' and no part of this project"
_MOST_NAMED = 100  # columns of a table that are named one by one


@dataclass(frozen=True)
class GivenTable:
    """A file below `FOLDER` with what is read in it; `missing` counts the cells without a value, notes and doubts are as in a `Case`."""

    file: str
    rows: int
    columns: str
    missing: int
    notes: str
    doubts: str

    @property
    def path(self) -> Path:
        return FOLDER / self.file


def given_tables() -> dict[str, GivenTable]:
    """Every given table by the path of its file."""
    with (ROOT / "tests" / "data" / "given_tables.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {
        row["file"]: GivenTable(row["file"], int(row["rows"]), row["columns"], int(row["missing"]), row["notes"], row["doubts"])
        for row in rows
    }


def columns_of(table: Table) -> str:
    """The columns of a table with their types and units; of a wide one how many there are of each type."""
    columns = table.schema.columns
    if len(columns) > _MOST_NAMED:
        return ", ".join(f"{count} {kind}" for kind, count in sorted(Counter(one.type for one in columns).items()))
    return " | ".join(f"{one.name} {one.type} {one.unit}".strip() for one in columns)
