"""Held-out rows and folds of a project's splitter; the contract of every splitter is in contracts/test_splitters.py."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Target
from mlops_desktop.engine.pipeline.splitting import default_split, fold_warnings, read_facts
from mlops_desktop.serving.frame import MISSING_DATE, Frame, Layout
from tests.splitters import cut, folded, rows_of, splitter

NONE: dict = {}


def classes(*counts: int) -> Target:
    values = np.repeat(np.arange(len(counts)), counts).astype(np.intp)
    np.random.default_rng(0).shuffle(values)
    return Target("binary" if len(counts) == 2 else "multiclass", values, tuple("abcdefghij"[: len(counts)]))


def numbers(rows: int) -> Target:
    return Target("regression", np.random.default_rng(1).normal(size=rows))


def labels(*texts: str) -> dict:
    levels = tuple(dict.fromkeys(texts))
    return {"fold": np.array([levels.index(t) for t in texts], dtype=np.intp), "fold_names": levels}


def parts(split, target: Target, columns: dict = NONE, seed: int = 0):
    train, test = cut(split, target, columns, seed)
    assert train.dtype == test.dtype == np.intp
    assert np.all(np.diff(train) > 0)
    assert np.all(np.diff(test) > 0)
    assert not set(train) & set(test)
    return train, test


def test_random_covers_all_rows_and_follows_the_seed():
    train, test = parts(splitter(), numbers(100))
    assert (len(train), len(test)) == (80, 20)
    assert np.array_equal(parts(splitter(), numbers(100))[1], test)
    assert not np.array_equal(parts(splitter(), numbers(100), seed=1)[1], test)


def test_stratified_keeps_the_shares():
    target = classes(70, 20, 10)
    train, test = parts(splitter("stratified"), target)
    assert np.bincount(target.values[test]).tolist() == [14, 4, 2]
    for fit, valid in folded(splitter("stratified"), target.take(train), NONE, 0):
        assert np.bincount(target.take(train).values[valid], minlength=3).tolist() in (
            [12, 3, 1],
            [11, 3, 2],
            [11, 4, 1],
            [12, 2, 2],
            [11, 3, 1],
        )
        assert len(fit) + len(valid) == 80


def test_stratified_numbers_keep_the_bands():
    target = numbers(200)
    _, test = parts(splitter("stratified"), target)
    ranks = np.argsort(np.argsort(target.values))[test]
    assert np.bincount(ranks // 20).tolist() == [4] * 10


def test_a_class_of_one_row_goes_to_training():
    target = classes(50, 30, 1)
    for seed in range(10):
        train, _ = parts(splitter("stratified"), target, seed=seed)
        assert 2 in target.values[train]


def test_random_split_that_loses_a_class_says_the_way_out():
    target = Target("binary", np.array([0] * 9 + [1]), ("a", "b"))
    without = next(seed for seed in range(20) if np.random.default_rng([seed, 1]).permutation(10)[:5].max() == 9)
    with pytest.raises(UserError, match="stratified"):
        cut(splitter(test=0.5), target, NONE, without)


@pytest.mark.parametrize("target", [classes(120, 60), numbers(180)])
def test_groups_stay_on_one_side(target):
    groups = np.random.default_rng(2).integers(0, 30, 180).astype(np.intp)
    columns = {"group": groups}
    train, test = parts(splitter("grouped"), target, columns)
    assert not set(groups[train]) & set(groups[test])
    assert 0.1 < len(test) / 180 < 0.3
    seen = []
    for fit, valid in folded(splitter("grouped"), target.take(train), rows_of(columns, train), 0):
        inner = groups[train]
        assert not set(inner[fit]) & set(inner[valid])
        seen.extend(valid.tolist())
    assert sorted(seen) == list(range(len(train)))


def test_grouped_test_part_has_the_classes_shares():
    rng = np.random.default_rng(3)
    groups = rng.integers(0, 60, 2000).astype(np.intp)
    target = Target("binary", (rng.random(2000) < 0.2).astype(np.intp), ("no", "yes"))
    _, test = parts(splitter("grouped"), target, {"group": groups})
    assert abs(len(test) / 2000 - 0.2) < 0.03
    assert abs(target.values[test].mean() - target.values.mean()) < 0.03


def test_a_group_that_alone_holds_a_class_is_trained_on():
    groups = np.repeat(np.arange(10), 10).astype(np.intp)
    target = Target("multiclass", np.where(groups == 4, 2, np.arange(100) % 2).astype(np.intp), ("a", "b", "c"))
    for seed in range(8):
        train, _ = parts(splitter("grouped", test=0.3), target, {"group": groups}, seed)
        assert 2 in target.values[train]


def test_one_group_and_too_few_groups():
    one = {"group": np.zeros(20, dtype=np.intp)}
    with pytest.raises(UserError, match="one group"):
        cut(splitter("grouped"), numbers(20), one, 0)
    with pytest.raises(UserError, match="The training part holds one group only"):
        folded(splitter("grouped"), numbers(20), one, 0)
    with pytest.raises(UserError, match="role “group”"):
        cut(splitter("grouped"), numbers(20), NONE, 0)
    three = {"group": (np.arange(21) % 3).astype(np.intp)}
    with pytest.raises(UserError, match="3 groups"):
        folded(splitter("grouped"), numbers(21), three, 0)


def test_missing_groups_are_one_group():
    groups = np.array([-1] * 10 + [0] * 10 + [1] * 10 + [2] * 10, dtype=np.intp)
    _, test = parts(splitter("grouped", test=0.25), numbers(40), {"group": groups})
    assert len(set((groups[test] < 0).tolist())) == 1


def test_time_tests_the_latest_rows_and_keeps_the_gap():
    time = np.random.default_rng(4).permutation(100).astype(np.int64)
    train, test = parts(splitter("time", gap=5), numbers(100), {"time": time})
    assert set(time[test]) == set(range(80, 100))
    assert set(time[train]) == set(range(75))
    inner = time[train]
    made = folded(splitter("time", gap=3, folds=4), numbers(75), {"time": inner}, 0)
    assert [len(valid) for _, valid in made] == [15, 15, 15, 15]
    for fit, valid in made:
        assert inner[fit].max() == inner[valid].min() - 4
        assert len(fit) == inner[valid].min() - 3
    assert inner[made[-1][1]].max() == 74


def test_time_folds_equal_scikit_learn():
    from sklearn.model_selection import TimeSeriesSplit

    time = np.arange(53, dtype=np.float64)
    made = folded(splitter("time", gap=2), numbers(53), {"time": time}, 0)
    for (fit, valid), (wanted_train, wanted_valid) in zip(made, TimeSeriesSplit(5, gap=2).split(time), strict=True):
        assert np.array_equal(fit, wanted_train)
        assert np.array_equal(valid, wanted_valid)


def test_equal_moments_are_never_parted():
    time = np.repeat(np.arange(10), 7).astype(np.int64)
    train, test = parts(splitter("time", test=0.25), numbers(70), {"time": time})
    assert not set(time[train]) & set(time[test])
    assert set(time[test]) in ({8, 9}, {7, 8, 9})
    for fit, valid in folded(splitter("time", folds=3), numbers(len(train)), {"time": time[train]}, 0):
        assert time[train][fit].max() < time[train][valid].min()


@pytest.mark.parametrize(
    ("time", "message"),
    [
        (None, "time column"),
        (np.zeros(30, dtype=np.int64), "same time"),
        (np.where(np.arange(30) < 3, np.nan, np.arange(30.0)), "missing in 3 rows"),
        (np.where(np.arange(30) < 1, MISSING_DATE, np.arange(30)), "missing in 1 row,"),
    ],
)
def test_time_refusals(time, message):
    with pytest.raises(UserError, match=message):
        cut(splitter("time"), numbers(30), {"time": time}, 0)


def test_time_gap_too_large_and_class_of_the_end():
    time = {"time": np.arange(30.0)}
    with pytest.raises(UserError, match="gap of 29"):
        cut(splitter("time", gap=29), numbers(30), time, 0)
    late = Target("binary", (np.arange(30) > 27).astype(np.intp), ("a", "b"))
    with pytest.raises(UserError, match="latest rows only"):
        cut(splitter("time"), late, time, 0)
    with pytest.raises(UserError, match="too short for 5"):
        folded(splitter("time", gap=10), numbers(12), {"time": np.arange(12.0)}, 0)
    with pytest.raises(UserError, match="has 2 moments: too few"):
        folded(splitter("time"), numbers(12), {"time": np.arange(12.0) // 6}, 0)


def test_a_column_of_texts():
    columns = labels("Train", "train", "valid", "TEST", "train", "test")
    train, test = parts(splitter("column"), numbers(6), columns)
    assert test.tolist() == [3, 5]
    ((fit, valid),) = folded(splitter("column"), numbers(4), rows_of(columns, train), 0)
    assert (fit.tolist(), valid.tolist()) == ([0, 1, 3], [2])


def test_column_of_numbers_tests_the_greatest_and_folds_the_rest():
    columns = labels("2", "10", "1", "2", "1", "10", "3")
    train, test = parts(splitter("column"), numbers(7), columns)
    assert test.tolist() == [1, 5]
    made = folded(splitter("column"), numbers(5), rows_of(columns, train), 0)
    assert [valid.tolist() for _, valid in made] == [[1, 3], [0, 2], [4]]
    assert [fit.tolist() for fit, _ in made] == [[0, 2, 4], [1, 3, 4], [0, 1, 2, 3]]


def test_column_with_train_and_test_alone_makes_folds_of_its_own():
    target = classes(40, 40)
    columns = labels(*(["train"] * 60 + ["test"] * 20))
    train, _ = parts(splitter("column"), target, columns)
    assert len(folded(splitter("column"), target.take(train), rows_of(columns, train), 0)) == 5


def test_column_refusals():
    with pytest.raises(UserError, match="one side"):
        cut(splitter("column"), numbers(4), labels("train", "train", "train", "train"), 0)
    with pytest.raises(UserError, match="one side"):
        cut(splitter("column"), numbers(3), labels("test", "test", "test"), 0)
    holed = {"fold": np.array([0, 1, -1, 0]), "fold_names": ("train", "test")}
    with pytest.raises(UserError, match="empty in 1 row"):
        cut(splitter("column"), numbers(4), holed, 0)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_too_few_rows(rows):
    with pytest.raises(UserError, match="too few"):
        cut(splitter(), numbers(rows), NONE, 0)


@pytest.mark.parametrize("share", [0.01, 0.9])
def test_extreme_shares_leave_both_sides(share):
    train, test = parts(splitter(test=share), numbers(10))
    assert len(test) >= 1
    assert len(train) >= 1


def test_rare_classes_are_named_and_one_class_is_refused():
    target = classes(20, 3, 1)
    made = folded(splitter("stratified"), target, NONE, 0)
    warnings = fold_warnings(target, made)
    assert len(warnings) == 2
    assert "“b” has 3 rows" in warnings[0]
    assert "1 of 5 folds learn without it" in warnings[1]
    with pytest.raises(UserError, match="one class only"):
        folded(splitter("stratified"), classes(20, 1), NONE, 0)
    with pytest.raises(UserError, match="cannot be dealt"):
        folded(splitter(), numbers(4), NONE, 0)
    assert fold_warnings(numbers(9), made) == []
    assert fold_warnings(classes(20, 5), folded(splitter("stratified"), classes(20, 5), NONE, 0)) == []  # one row for each fold


def test_folds_are_the_same_again_and_cover_every_row():
    target = classes(33, 20)
    made, again = (folded(splitter("stratified"), target, NONE, 7) for _ in range(2))
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(made, again, strict=True))
    assert sorted(np.concatenate([valid for _, valid in made]).tolist()) == list(range(53))


def test_default_split_gives_its_reason():
    assert default_split(numbers(500), ())[0] == splitter("random")
    split, reason = default_split(classes(400, 4), ())
    assert (split.id, split.folds) == ("stratified", 3)
    assert reason.endswith(".")
    assert default_split(numbers(20_000), ())[0].folds == 3
    assert default_split(classes(400, 40), ("group", "time"))[0].id == "grouped"
    assert default_split(classes(400, 40), ("time",))[0].id == "time"
    assert default_split(classes(400, 40), ("group", "time", "fold"))[0].id == "column"
    assert default_split(numbers(0), ())[0].id == "random"


def test_facts_are_read_from_texts_numbers_and_dates():
    layout = Layout(numbers=("fold",), categoricals=("city",), dates=("day",))
    frame = Frame(
        layout,
        3,
        np.array([[1.0], [np.nan], [10.0]]),
        np.array([[0], [1], [-1]]),
        (["x", "y"],),
        np.array([[5], [MISSING_DATE], [7]], dtype=np.int64),
    )
    columns = read_facts(frame, numbers(3), {"group": ("city",), "time": ("day",), "fold": ("fold",)})
    assert columns.group.tolist() == [0, 1, -1]
    assert read_facts(frame, numbers(3), {"group": ("day", "city", "fold")}).group.tolist() == [1, 0, 2]  # combinations, also of gaps
    assert columns.time.tolist() == [5, MISSING_DATE, 7]
    assert columns.fold.tolist()[::2] == [0, 1]
    assert columns.fold[1] == -1
    assert columns.fold_names[:2] == ("1", "10")
    assert read_facts(frame, numbers(3), {"group": ("day",)}).group.tolist()[1] == -1
    with pytest.raises(UserError, match="neither dates nor numbers"):
        read_facts(frame, numbers(3), {"time": ("city",)})
