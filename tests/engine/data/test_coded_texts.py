"""Codes of distinct texts: pieces are put together without a copy, and the order of appearance is reported in parts."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from mlops_desktop.engine.data import coded_texts
from mlops_desktop.engine.data.coded_texts import are_by_appearance, bytes_of, one_array

TEXTS = pa.array([random.Random(1).choice("abcd") + str(i % 7) for i in range(1000)]).dictionary_encode()
TABLE = pa.table({"x": TEXTS})


@pytest.mark.parametrize(
    ("batches", "shared"),
    [
        (TABLE.to_batches(max_chunksize=77), True),
        (TABLE.slice(13).to_batches(max_chunksize=77), True),
        (TABLE.to_batches(max_chunksize=300)[1:], True),
        (TABLE.to_batches(max_chunksize=300)[::-1], False),
        ([*TABLE.slice(0, 5).to_batches(), *TABLE.slice(6, 5).to_batches()], False),
        ([*TABLE.to_batches(), *pa.table({"x": pa.array(["z"]).dictionary_encode()}).to_batches()], False),
    ],
)
def test_pieces_of_a_column_are_one_array(batches, shared):
    column = pa.Table.from_batches(batches).column("x")
    found = one_array(column)
    assert found.to_pylist() == column.to_pylist()
    assert (found.indices.buffers()[1].address == TEXTS.indices.buffers()[1].address) == shared


def test_the_order_of_appearance_is_found_in_parts(monkeypatch):
    monkeypatch.setattr(coded_texts, "_PART", 7)
    draw = np.random.default_rng(0)
    seen = set()
    for i in range(3000):
        codes = draw.integers(-(i % 5 == 0), draw.integers(1, 6), draw.integers(0, 40)).astype(np.int32)
        if i % 2:
            codes = pa.array(codes).dictionary_encode().indices.to_numpy()
        size = len(np.unique(codes))
        expected = list(dict.fromkeys(codes.tolist())) == list(range(size))
        assert are_by_appearance(codes, size) == expected
        assert not are_by_appearance(codes, size + 1)
        seen.add(expected)
    assert seen == {True, False}


def test_the_bytes_of_a_slice_are_those_of_its_texts():
    assert bytes(bytes_of(pa.array(["a", "", "éx", "b"]).slice(1, 2))) == "éx".encode()
    assert bytes(bytes_of(pa.array([], pa.string()))) == b""
