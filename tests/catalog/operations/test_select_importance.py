"""Selection by a model's importance: planted columns, shares, sparse features."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.families import Dataset, Target
from mlops_desktop.catalog.operations.select_importance import SelectImportance
from tests.frames import make_frame, run

RNG = np.random.default_rng(4)
X = RNG.normal(size=(300, 8))
SIGNAL = X[:, 1] * 3 - X[:, 5]
TERM = (SIGNAL > 0) * RNG.random(300)
PLAIN = {f"x{i}": X[:, i].tolist() for i in range(8)}
FRAME, WITH_TEXT = make_frame(PLAIN), make_frame(PLAIN, {}, {}, {"t: term": TERM, "t: noise": RNG.poisson(0.3, 300)})
TARGETS = {
    "binary": Target("binary", (SIGNAL > 0).astype(np.intp), ("no", "yes")),
    "multiclass": Target("multiclass", np.digitize(SIGNAL, [-2, 2]), ("a", "b", "c")),
    "regression": Target("regression", SIGNAL),
}


@pytest.mark.parametrize("task", list(TARGETS))
@pytest.mark.parametrize("model", ["tree", "linear"])
def test_what_the_target_is_made_of_is_kept(model, task):
    operation = SelectImportance(model=model, keep_by="count", count=2)
    assert run(operation, FRAME, target=TARGETS[task]).layout.numbers == ("x1", "x5")
    scores = operation.scores(Dataset(WITH_TEXT, TARGETS[task]))
    assert sum(scores.values()) == pytest.approx(1)
    assert set(scores) == set(WITH_TEXT.layout.names())
    if model == "tree":  # beside x1 and x5 a linear model has no need of it
        assert scores["t: term"] > scores["t: noise"]
    assert operation.scores(Dataset(WITH_TEXT, TARGETS[task])) == scores


def test_a_share_takes_the_fewest_columns_that_reach_it():
    target = TARGETS["regression"]
    scores = SelectImportance(model="linear").scores(Dataset(FRAME, target))
    kept = run(SelectImportance(model="linear", share=0.9), FRAME, target=target).layout.numbers
    assert sum(scores[name] for name in kept) >= 0.9
    assert sum(scores[name] for name in kept) - min(scores[name] for name in kept) < 0.9
    kept = run(SelectImportance(model="linear", share=0.01, forced_in=("x0",)), FRAME, target=target).layout.numbers
    assert kept == ("x0", "x1")


@pytest.mark.parametrize("task", list(TARGETS))
@pytest.mark.parametrize("model", ["tree", "linear"])
@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])
def test_a_category_is_scored_as_one_column(model, task, sparse):
    side = np.digitize(SIGNAL, [-2, 2])
    categories = {"told": [("a", None, "c")[level] for level in side], "noise": [str(level) for level in RNG.integers(0, 4, 300)]}
    frame = make_frame({"x0": PLAIN["x0"]}, categories, {}, {"t: noise": RNG.poisson(0.3, 300)} if sparse else {})
    operation = SelectImportance(model=model, keep_by="count", count=1)
    scores = operation.scores(Dataset(frame, TARGETS[task]))
    assert set(scores) == set(frame.layout.names())
    assert sum(scores.values()) == pytest.approx(1)
    assert run(operation, frame, target=TARGETS[task]).layout.names() == ("told",)
