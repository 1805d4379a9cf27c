"""The columns of a file that are before the predictions for its rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from mlops_desktop.engine.data import Cells
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.names import match_names

Keep = Literal["", "ids", "all"]  # no column, the identifiers, or the identifiers and then all others
ROW = "row"
_NO_IDS = msg("No column of the file is known as an identifier: the numbers of its rows stand in their place.")


@dataclass(frozen=True, eq=False)
class KeptColumns:
    """`names` are the headers, none of which is one of the predictions; `texts` are the cells of some rows, `notes` say what
    is in place of identifiers.
    """

    names: tuple[str, ...]
    notes: tuple[str, ...]
    _columns: tuple[Any, ...]  # Arrow columns; None for the numbers of the rows

    def texts(self, start: int, end: int) -> list[list[str]]:
        """The cells of the rows from `start` (from 0) to before `end`, as texts; a cell without a value is empty."""
        import pyarrow as pa

        def cells(column: Any) -> list[str]:
            if column is None:
                return [str(row + 1) for row in range(start, end)]
            return ["" if text is None else text for text in column.slice(start, end - start).cast(pa.string()).to_pylist()]

        return [list(row) for row in zip(*map(cells, self._columns), strict=True)] if self._columns else [[] for _ in range(start, end)]


def kept_columns(
    cells: Cells,
    keep: Keep,
    ids: Collection[str],
    header: Sequence[str],
    features: Collection[str] = (),
    labels: Mapping[str, str] = MappingProxyType({}),
) -> KeptColumns:
    """What to keep of the columns of a file: `ids` are its identifiers, in this or another spelling, in whose place the numbers of the rows
    are where it has none. Columns of the model (`features`) are no other spelling of one.

    A column has its label in `labels` for a name, where it has one. One that would be called as another or as one of the `header` of the
    predictions is written under another name.
    """
    spelled = match_names([name for name in cells.names if name not in features], ids)
    first = [name for name in cells.names if name in ids or name in spelled]
    others = [name for name in cells.names if name not in first]
    chosen: dict[Keep, list[str | None]] = {"": [], "ids": [*first] or [None], "all": [*first, *others]}
    taken, names = set(header), []
    for name in chosen[keep]:
        text = ROW if name is None else labels.get(name, name)
        while text in taken:
            text += " (file)"
        taken.add(text)
        names.append(text)
    notes = (_NO_IDS,) if keep == "ids" and not first else ()
    return KeptColumns(tuple(names), notes, tuple(None if name is None else cells.table.column(name) for name in chosen[keep]))
