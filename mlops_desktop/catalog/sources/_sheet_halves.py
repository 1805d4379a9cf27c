"""Cuts the XML of a large sheet into two halves that calamine reads at once: it takes one processor for a sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_LEAST, _MOST = 2**22, 2**28  # bytes of XML that are worth it, and whose copies are no burden
_BODY, _END = b"<sheetData>", b"</sheetData>"
_NUMBERED_ROW = re.compile(rb'<row [^<>]*?\br="[1-9]')
_OTHER_TEXT = (b"<![CDATA[", b"<!--")  # in which a row may be no row


def sheet_halves(data: bytes) -> list[bytes]:
    """Two sheets with the first and with the last rows; none where the sheet is small, or a row between them has no number."""
    body, end = data.find(_BODY), data.rfind(_END)
    if body < 0 or not _LEAST <= end - body <= _MOST or any(text in data for text in _OTHER_TEXT):
        return []
    cut = data.find(b"<row ", (body + end) // 2, end)
    if cut < 0 or not _NUMBERED_ROW.match(data, cut):
        return []
    return [data[:cut] + data[end:], data[: body + len(_BODY)] + data[cut:]]


def rows_of(sheets: Sequence[Any]) -> list[list[Any]] | None:
    """The rows of a sheet that calamine read as a whole or in halves, all of one length and from the first row and column of the sheet on.
    None when a row of the second half is above one of the first.
    """
    if len(sheets) == 1:
        rows: list[list[Any]] = sheets[0].to_python(skip_empty_area=False)
        return rows
    first, second = sheets
    if first.start is None or second.start is None or second.start[0] <= first.end[0]:
        return None
    width = max(first.end[1], second.end[1]) + 1
    rows = first.to_python(skip_empty_area=False)
    if first.end[1] + 1 < width:
        rows = [[*row, *[""] * (width - len(row))] for row in rows]
    rows += ([""] * width for _ in range(second.start[0] - len(rows)))
    further = second.to_python(skip_empty_area=True)
    left, right = second.start[1], width - second.end[1] - 1
    rows += [[*[""] * left, *row, *[""] * right] for row in further] if left or right else further
    return rows
