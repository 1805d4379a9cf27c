"""Short texts are distinguished by numbers as by themselves."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from mlops_desktop.catalog.sources import _coded_columns, _short_texts
from mlops_desktop.catalog.sources._coded_columns import coded_pieces
from mlops_desktop.catalog.sources._short_texts import as_numbers, as_texts

LETTERS = ["a", "b", "0", ".", " ", "\x01", "\x7f", "é", "Ω", "\U0001f600"]


@pytest.mark.parametrize("seed", range(30))
def test_the_numbers_of_texts_are_their_texts(seed, monkeypatch):
    monkeypatch.setattr(_short_texts, "_LEAST_ROWS", 0)
    draw = random.Random(seed)
    texts = ["".join(draw.choice(LETTERS) for _ in range(draw.randint(0, draw.choice((2, 8))))) for _ in range(200)]
    short = [text for text in texts if len(text.encode()) <= 8]
    column = pa.chunked_array([pa.array(short[:70]), pa.array(short).slice(70)])
    numbers = as_numbers(column)
    assert as_texts(numbers).to_pylist() == short
    assert as_texts(numbers.unique()).to_pylist() == list(dict.fromkeys(short))
    assert as_numbers(pa.chunked_array([pa.array([*short, "éééé0"])])) is None


@pytest.mark.parametrize("together", [1, 2, 16])
def test_columns_of_short_and_long_texts_are_put_together(together, monkeypatch):
    monkeypatch.setattr(_short_texts, "_LEAST_ROWS", 3)
    monkeypatch.setattr(_coded_columns, "_TOGETHER", together)
    columns = {"short": ["a", "b", "a", "c", "", "b"] * 2, "late": [*"xyzxyz", *["long enough"] * 5, "x"], "few": [*"pqppqq"] * 2}
    table = pa.table(columns)
    found = coded_pieces([lambda: table.slice(0, 6), lambda: table.slice(6, 4), lambda: table.slice(10)], table.schema)
    for name, column in zip(table.column_names, found.columns, strict=True):
        expected = table.column(name).combine_chunks().dictionary_encode()
        assert column.type == expected.type
        assert column.dictionary.equals(expected.dictionary)
        np.testing.assert_array_equal(column.indices, expected.indices)
