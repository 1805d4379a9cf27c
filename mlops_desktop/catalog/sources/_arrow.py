"""What the sources of Arrow tables share."""

from __future__ import annotations

from typing import Any


def without_row_numbers(table: Any) -> tuple[Any, list[str]]:
    """A pyarrow.Table without the row numbers that pandas stores as columns, and a message when there were any."""
    unnamed = [name for name in table.column_names if name.startswith("__index_level_")]
    if not unnamed:
        return table, []
    return table.drop_columns(unnamed), ["Row numbers that a program had stored as a column were left out."]
