"""Large texts of which each line is a row, cut at runs of blanks or fixed places: written anew as text that Arrow's parser cuts alike."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from mlops_desktop.catalog.sources._regular_rows import RegularRows, parse_regular
from mlops_desktop.catalog.sources._text_file import pieces
from mlops_desktop.serving.csv_names import usual_width
from mlops_desktop.serving.dialect import Dialect, numbered_rows

_MARK = "\x01"  # between the cells; no text of a table holds it
_PLAIN = Dialect(_MARK, "")


def parse_lines(path: Path, start: int, dialect: Dialect, columns: int) -> RegularRows | None:
    """The rows of a UTF-8 file from byte `start` on, of a dialect without quotes and escapes; None when they cannot be had so.

    Some lines at a time are in memory. `columns` is the usual number of cells, more where most rows have more.
    """
    widths = Counter[int]()
    with tempfile.TemporaryDirectory(prefix="mlops-desktop-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / path.name
        with copy.open("w", encoding="utf-8", newline="") as out:
            for piece in pieces(path, start):
                text = piece.decode()
                if _MARK in text:
                    return None
                rows = [row for _, row in numbered_rows(text, dialect) if len(row) > 1 or any(cell.strip() for cell in row)]
                widths.update(map(len, rows))
                out.writelines(f"{_MARK.join(row)}\n" for row in rows)
        width = max(columns, usual_width(widths.elements(), columns))
        return parse_regular(copy, 0, _PLAIN, width, quoted=False) if width > 1 else None
