"""A large text without quotes is read by several threads at once, as by one."""

from __future__ import annotations

import random

import pytest

from mlops_desktop.catalog.sources import _regular_rows
from mlops_desktop.catalog.sources._regular_rows import parse_regular
from mlops_desktop.serving.dialect import Dialect

CELLS = ["x", "y z", "1.5", "-3", "", "\ufeff", "\ufeff7", "é", " ", "2024-01-01", "Ω"]


def rows_of(path, width):
    found = parse_regular(path, 0, Dialect(",", '"'), width, quoted=False)
    return found and ([(column.dictionary.to_pylist(), column.indices.to_pylist()) for column in found.batch.columns], found.odd)


@pytest.mark.parametrize("seed", range(40))
def test_several_threads_read_the_rows_of_one(seed, tmp_path, monkeypatch):
    draw = random.Random(seed)
    width, end = draw.randint(1, 4), draw.choice(("\n", "\r\n", "\r"))
    lines = [",".join(draw.choice(CELLS) for _ in range(width)) for _ in range(draw.randint(30, 90))]
    lines += [""] * draw.randint(0, 30)
    if seed % 4 == 0:
        lines.insert(draw.randrange(len(lines)), draw.choice(("1,2,3,4,5", "#")))
    if seed % 3 == 0:
        draw.shuffle(lines)
    path = tmp_path / "x.csv"
    path.write_bytes((end.join(lines) + draw.choice(("", end))).encode())
    expected = rows_of(path, width)
    assert expected is not None
    monkeypatch.setattr(_regular_rows, "_PIECE_BYTES", draw.randint(20, 200))
    monkeypatch.setattr(_regular_rows, "_LEAST_BYTES", 0)
    monkeypatch.setattr(_regular_rows, "_LEAST_COLUMN", 0)
    ranges = _regular_rows._line_ranges(path, 0, width)
    assert len(ranges) > 1 or end == "\r"
    assert b"".join(path.read_bytes()[a:b] for a, b in ranges) in (path.read_bytes(), b"")
    assert rows_of(path, width) == expected
