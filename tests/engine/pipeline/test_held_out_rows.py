from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.pipeline.held_out_rows import MOST, HeldOutRows, columns_to_compare
from tests.imported import cells_of

HASHES = np.random.default_rng(0).integers(0, 2**64 - 1, 6 * MOST, dtype=np.uint64)


def some(start, stop, target="y"):
    return HeldOutRows.of(HASHES[start:stop], target)


def test_the_same_rows_are_the_same_set_in_any_order_for_one_target():
    assert HeldOutRows.of(HASHES[:100][::-1], "y").digest == some(0, 100).digest
    assert len({some(0, 100).digest, some(0, 99).digest, some(0, 100, "z").digest}) == 3


def test_the_share_of_rows_in_other_sets_counts_each_row_once():
    own = some(0, 100)
    assert own.share_in([some(50, 100), some(75, 200)]) == 0.5
    assert own.share_in([some(0, 100, "z")]) == own.share_in([some(100, 200)]) == own.share_in([]) == some(0, 0).share_in([own]) == 0.0


@pytest.mark.parametrize(("own", "other", "share"), [((0, 60_000), (45_000, 120_000), 0.25), ((0, 300), (150, 120_000), 0.5)])
def test_the_share_of_a_large_set_is_estimated_from_the_hashes_that_are_kept(own, other, share):
    found = some(*own)
    assert len(found.hashes) <= MOST
    assert found.share_in([some(*other)]) == pytest.approx(share, abs=0.08)


def test_rows_are_recognised_by_the_columns_of_a_set_that_is_known():
    known = [(), ("a", "z", "y"), ("a", "b"), ("a", "y"), ("a", "b", "y")]
    assert columns_to_compare(["y", "c", "b", "a"], "y", known) == ("a", "y")
    assert columns_to_compare(["y", "b"], "y", known) == ("b", "y")


def frame_of(**columns):
    return type_cells(cells_of(columns), {}, Silent()).frame


def contents(frame, target="y"):
    return HeldOutRows.of(HASHES[: frame.rows], target).with_contents(frame)


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(1)
    flips = pd.Series(rng.choice(["no", "yes"], 200))
    return {"a": pd.Series(rng.normal(size=200).round(3)), "b": pd.Series(rng.integers(0, 50, 200)), "c": pd.Series(flips), "y": flips}


def test_rows_are_the_same_under_other_names_without_a_column_and_written_otherwise(rows):
    known = contents(frame_of(**rows))
    renamed = contents(frame_of(z=rows["a"], b=rows["b"], answer=rows["y"]), "answer")
    order = np.random.default_rng(2).permutation(200)
    shuffled = {name: values.iloc[order].reset_index(drop=True) for name, values in rows.items()}
    written = contents(frame_of(**{**rows, "a": rows["a"].map("{:.5f}".format), "b": rows["b"].map("{} kg".format)}))
    assert all(known.is_same_as(one) for one in (renamed, written, contents(frame_of(**shuffled))))


def test_other_rows_and_another_target_are_not_the_same(rows):
    known = contents(frame_of(**rows))
    rng = np.random.default_rng(3)
    others = {"a": pd.Series(rng.normal(size=200).round(3)), "b": pd.Series(rng.integers(0, 50, 200)), "c": rows["c"]}
    fewer = {name: values.iloc[:150] for name, values in rows.items()}
    for one in ({**others, "y": pd.Series(rng.choice(["no", "yes"], 200))}, fewer, {**rows, "y": rows["b"] % 2}):
        assert not known.is_same_as(contents(frame_of(**one)))
    ordered = {**others, "y": rows["y"].sort_values(ignore_index=True)}
    assert not contents(frame_of(**ordered)).is_same_as(contents(frame_of(**{**rows, "y": ordered["y"]})))
    few = {"c": pd.Series(["x", "y"] * 10), "y": pd.Series(["no", "yes"] * 10)}
    assert not contents(frame_of(**few)).is_same_as(contents(frame_of(**few)))  # too little to tell it from chance
