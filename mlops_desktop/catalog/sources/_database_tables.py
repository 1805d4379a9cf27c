"""Which table of a database is read, and its rows as Arrow columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.catalog.sources._column_builder import PART_ROWS, ColumnBuilder, add_rows
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import quoted_names

_LISTED = 20  # tables that are offered beside the one that is read


def choose_table(place: str, wanted: str, names: Sequence[str], rows_of: Callable[[str], int] | None = None) -> tuple[str, list[Evidence]]:
    """The name of the table to read, and a note when it was chosen among several.

    `names` are the tables of the database `place`, `rows_of` counts the rows of one. UserError when the wanted one is not among them, when
    there is none, or several and their rows cannot be counted.
    """
    shown = quoted_names(names)
    if wanted:
        fitting = [name for name in names if name == wanted] or [name for name in names if name.lower() == wanted.lower()]
        if len(fitting) != 1:
            raise UserError(
                msg("“{place}” has no table “{table}”.", place=place, table=wanted), msg("It has: {names}.", names=shown or "none")
            )
        return fitting[0], []
    if not names:
        raise UserError(msg("“{place}” holds no table.", place=place), "Choose another database.")
    if len(names) == 1:
        return names[0], []
    if rows_of is None:
        raise UserError(
            msg("“{place}” holds {count} tables.", place=place, count=len(names)), msg("Name one as the table: {names}.", names=shown)
        )
    chosen = max(names, key=rows_of)  # the first one of the longest
    others = [name for name in names if name != chosen]
    there = quoted_names(others, 5)
    message = msg("The table “{chosen}” was read, the longest; there are also {there}.", chosen=chosen, there=there)
    return chosen, [Evidence("", "table", message, parameter="table", values=tuple(others[:_LISTED]))]


def cursor_table(cursor: Any, job: Job) -> tuple[Any, dict[int, tuple[str, ...]], list[str]]:
    """The rows of a DB-API cursor with a result, as `ColumnBuilder.finish` gives them."""
    builder = ColumnBuilder()
    names = [str(one[0]) for one in cursor.description]
    add_rows(builder, [], names)
    while rows := cursor.fetchmany(PART_ROWS):
        add_rows(builder, rows, names)
        job.step(min(0.1 + builder.rows / 1e6, 0.9))
    return builder.finish()
