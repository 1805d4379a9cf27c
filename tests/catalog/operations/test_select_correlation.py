"""Selection by correlation: what stays, against pandas, in groups and over blocks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mlops_desktop.base.families import Dataset, Target
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.operations.select_correlation import SelectCorrelation
from tests.frames import make_frame, run

RNG = np.random.default_rng(5)
BASE = RNG.normal(size=(300, 3))
COLUMNS = {
    "a": BASE[:, 0],
    "a too": -BASE[:, 0] + 0.15 * RNG.normal(size=300),
    "b": BASE[:, 1],
    "b cubed": BASE[:, 1] ** 3,
    "c": np.where(RNG.random(300) < 0.1, math.nan, BASE[:, 2]),
    "same": np.full(300, 4.0),
}
FRAME = make_frame({name: values.tolist() for name, values in COLUMNS.items()}, {"w": ["x"] * 300})
VALUES = COLUMNS["a too"] * 2 + BASE[:, 1]
REGRESSION = Target("regression", VALUES)
CLASSES = Target("multiclass", np.digitize(VALUES, [-1, 1]), ("low", "mid", "high"))


def kept(target: Target = REGRESSION, **params: object) -> tuple[str, ...]:
    return run(SelectCorrelation(**params), FRAME, target=target).layout.numbers


def test_the_column_that_goes_better_with_the_target_stays():
    assert kept() == ("a too", "b", "b cubed", "c", "same")
    assert kept(CLASSES) == ("a too", "b", "b cubed", "c", "same")
    assert kept(stays="first") == ("a", "b", "b cubed", "c", "same")
    assert kept(method="spearman") == ("a too", "b", "c", "same")
    assert kept(limit=0.5) == ("a too", "b", "c", "same")


def test_forced_columns_stay_and_push_their_likes_out():
    assert kept(forced_in=("a",)) == ("a", "b", "b cubed", "c", "same")
    assert kept(forced_in=("a", "a too")) == ("a", "a too", "b", "b cubed", "c", "same")
    assert kept(forced_out=("a too", "c")) == ("a", "b", "b cubed", "same")


def test_scores_are_correlations():
    found = SelectCorrelation().scores(Dataset(FRAME, REGRESSION))
    assert found["a too"] == pytest.approx(abs(np.corrcoef(COLUMNS["a too"], VALUES)[0, 1]))
    assert found["same"] == 0
    ratio = SelectCorrelation().scores(Dataset(FRAME, CLASSES))["b"]
    means = np.array([BASE[CLASSES.values == k, 1].mean() for k in range(3)])[CLASSES.values]
    assert ratio == pytest.approx(math.sqrt(((means - BASE[:, 1].mean()) ** 2).sum() / ((BASE[:, 1] - BASE[:, 1].mean()) ** 2).sum()))


def test_many_columns_over_several_blocks():
    base = RNG.normal(size=(80, 200))
    values = np.hstack([base, base * 3 + 1, base + 1e-6 * RNG.normal(size=base.shape)])
    frame = make_frame({f"x{i}": values[:, i].tolist() for i in range(600)})
    found = run(SelectCorrelation(limit=0.9), frame, target=Target("regression", RNG.normal(size=80)))
    assert sorted(int(name[1:]) % 200 for name in found.layout.numbers) == list(range(200))


def test_copies_go_at_the_highest_limit():
    frame = make_frame({"x": [1.0, 2, 4], "y": [2.0, 4, 8], "z": [1.0, 2, 3.9]})
    found = run(SelectCorrelation(limit=1.0, stays="first"), frame, target=Target("regression", np.arange(3.0)))
    assert found.layout.numbers == ("x", "z")


def test_a_dropped_column_names_the_one_it_repeats():
    step = SelectCorrelation(forced_out=("c",))
    why = step.why(FRAME, step.assess(Dataset(FRAME, REGRESSION), Silent()))
    assert why["c"] == "always left out"
    assert why["a"].startswith("repeats “a too” (correlation 0.9")


CITY = RNG.integers(0, 6, 300)
WORDS = make_frame(
    {"x": (CITY // 2).astype(float).tolist()},
    {
        "city": [f"city {i}" for i in CITY],
        "code": [f"{9 - i}" for i in CITY],
        "country": [None if i < 2 else f"land {i // 2}" for i in CITY],
        "noise": [f"{i}" for i in RNG.integers(0, 40, 300)],
    },
)
WITH_CITY = Target("regression", (CITY % 3) + 0.1 * RNG.normal(size=300))
OF_CITY = Target("multiclass", CITY % 3, ("low", "mid", "high"))


def test_of_categories_that_determine_each_other_one_stays():
    step = SelectCorrelation()
    assert run(step, WORDS, target=WITH_CITY).layout.names() == ("x", "city", "country", "noise")
    assert run(SelectCorrelation(forced_in=("code",)), WORDS, target=WITH_CITY).layout.categoricals == ("code", "country", "noise")
    assert run(SelectCorrelation(categories=False), WORDS, target=WITH_CITY).layout == WORDS.layout
    why = step.why(WORDS, step.assess(Dataset(WORDS, WITH_CITY), Silent()))
    assert why == {"code": "repeats “city” (association 1.00)"}


def test_a_category_is_scored_by_cramers_v_or_the_correlation_ratio():
    from scipy.stats import chi2_contingency

    classes = SelectCorrelation().scores(Dataset(WORDS, OF_CITY))
    table = np.array([[np.sum((i == CITY // 2) & (k == CITY % 3)) for k in range(3)] for i in range(3)])
    squared = chi2_contingency(table, correction=False).statistic / 300 - 4 / 299
    assert classes["country"] == pytest.approx(math.sqrt(max(squared, 0) / (2 - 4 / 299)), abs=1e-9)
    assert 0.98 < classes["city"] <= 1
    assert classes["noise"] < 0.3  # without the correction about 0.5
    ratio = SelectCorrelation().scores(Dataset(WORDS, WITH_CITY))
    means = np.array([WITH_CITY.values[i == CITY].mean() for i in range(6)])[CITY]
    within = np.sum((WITH_CITY.values - means) ** 2) / np.sum((WITH_CITY.values - WITH_CITY.values.mean()) ** 2)
    assert ratio["city"] == pytest.approx(math.sqrt(1 - within * 299 / 294))
    assert ratio["noise"] < 0.4
