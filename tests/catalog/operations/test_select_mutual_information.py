"""Selection by mutual information: scikit-learn's figures, texts, planted columns."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.families import Dataset, Target
from mlops_desktop.catalog.operations.select_mutual_information import SelectMutualInformation
from tests.frames import make_frame, run

RNG = np.random.default_rng(2)
X = RNG.normal(size=(400, 6))
SIDE = (np.abs(X[:, 2]) > 0.7).astype(np.intp)
FLAG = np.where(RNG.random(400) < 0.8, SIDE, 1 - SIDE).astype(float)
TERM = np.where(RNG.random(400) < 0.9, SIDE, 0) * RNG.random(400)
FRAME = make_frame(
    {**{f"x{i}": X[:, i].tolist() for i in range(6)}, "flag": FLAG.tolist()},
    {},
    {},
    {"t: term": TERM.tolist(), "t: noise": RNG.poisson(0.3, 400)},
)
BINARY = Target("binary", SIDE, ("no", "yes"))
REGRESSION = Target("regression", X[:, 2] ** 2)


@pytest.mark.parametrize("target", [BINARY, REGRESSION], ids=["binary", "regression"])
def test_scores_are_those_of_scikit_learn(target):
    from sklearn.feature_selection import mutual_info_classif, mutual_info_regression

    estimate = mutual_info_classif if target is BINARY else mutual_info_regression
    values = np.column_stack([X - X.mean(axis=0), FLAG])
    wanted = estimate(values, target.values, discrete_features=[False] * 6 + [True], random_state=0)
    found = SelectMutualInformation().scores(Dataset(FRAME, target))
    np.testing.assert_allclose([found[name] for name in FRAME.layout.numbers], wanted, rtol=1e-12)


def test_features_of_texts_are_scored_by_their_presence():
    from sklearn.metrics import mutual_info_score

    found = SelectMutualInformation().scores(Dataset(FRAME, BINARY))
    for name in FRAME.layout.sparse[0]:
        column = FRAME.sparse[0].dense()[:, FRAME.layout.sparse[0].index(name)]
        assert found[name] == pytest.approx(mutual_info_score(SIDE, column != 0), abs=1e-12)


def test_informative_columns_are_kept():
    found = run(SelectMutualInformation(keep_by="count", count=3), FRAME, target=BINARY)
    assert set(found.layout.names()) == {"x2", "flag", "t: term"}
    assert len(run(SelectMutualInformation(share=0.5), FRAME, target=REGRESSION).layout.names()) == 5
    found = run(SelectMutualInformation(keep_by="count", count=2, forced_in=("x0",), forced_out=("x2",)), FRAME, target=BINARY)
    assert len(found.layout.names()) == 2
    assert "x0" in found.layout.names()
    assert "x2" not in found.layout.names()


def test_large_values_keep_their_small_differences():
    far = make_frame({"x": (X[:, 2] + 1e12).tolist(), "noise": X[:, 0].tolist()})
    found = SelectMutualInformation().scores(Dataset(far, BINARY))
    assert found["x"] > 0.4 > 0.1 > found["noise"]


LEVELS = np.where(RNG.random(400) < 0.8, SIDE, 2)
WORDS = make_frame(
    {"x2": X[:, 2].tolist()},
    {
        "word": [("a", "b", None)[level] for level in LEVELS],
        "noise": [str(level) for level in RNG.integers(0, 60, 400)],
        "text": [f"note {i}" for i in range(400)],
    },
    {"day": [str(np.datetime64("2024-01-01") + int(d)) for d in X[:, 2] * 100]},
)


@pytest.mark.parametrize("target", [BINARY, REGRESSION], ids=["binary", "regression"])
def test_categories_are_discrete_and_missing_is_a_level(target):
    from sklearn.feature_selection import mutual_info_regression
    from sklearn.metrics import mutual_info_score

    found = SelectMutualInformation().scores(Dataset(WORDS, target))
    cells = len(np.unique(np.column_stack([LEVELS, SIDE]), axis=0))
    evaluated = mutual_info_score(SIDE, LEVELS) - (cells - 3 - 2 + 1) / 800
    near = mutual_info_regression(LEVELS[:, None], target.values, discrete_features=True, random_state=0)[0]
    assert found["word"] == pytest.approx(evaluated if target is BINARY else near, abs=1e-12)
    assert found["noise"] < 0.1 < found["word"]
    assert found["day"] > 0.4
    assert found["x2"] == SelectMutualInformation(categories=False).scores(Dataset(WORDS.select(["x2"]), target))["x2"]


def test_a_category_that_is_kept_stays_one_and_texts_are_left_alone():
    found = run(SelectMutualInformation(keep_by="count", count=3), WORDS, target=BINARY)
    assert found.layout.names() == ("x2", "word", "text", "day")
    found = run(SelectMutualInformation(keep_by="count", count=1, categories=False), WORDS, target=BINARY)
    assert found.layout.names() == WORDS.layout.names()
