from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.engine.pipeline.held_out_rows import MOST, HeldOutRows, columns_to_compare

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
