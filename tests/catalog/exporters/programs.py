"""Scorers that use every step and model that has a form as a program."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from itertools import pairwise

import numpy as np

from mlops_desktop.serving.bundle import Bundle
from mlops_desktop.serving.cells import Grammar
from mlops_desktop.serving.models.constant import Constant
from mlops_desktop.serving.models.linear import Linear
from mlops_desktop.serving.models.neural_net import NeuralNet
from mlops_desktop.serving.models.some_classes import SomeClasses
from mlops_desktop.serving.models.trees import Trees
from mlops_desktop.serving.nodes.chain import Chain
from mlops_desktop.serving.nodes.weighted_mean import WeightedMean
from mlops_desktop.serving.schema import Schema
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.serving.transforms.bins import Bins
from mlops_desktop.serving.transforms.centre import Centre
from mlops_desktop.serving.transforms.clip import Clip
from mlops_desktop.serving.transforms.drop_columns import DropColumns
from mlops_desktop.serving.transforms.group_aggregates import GroupAggregates
from mlops_desktop.serving.transforms.impute_categories import ImputeCategories
from mlops_desktop.serving.transforms.impute_numbers import ImputeNumbers
from mlops_desktop.serving.transforms.interactions import Interactions
from mlops_desktop.serving.transforms.one_hot import OneHot
from mlops_desktop.serving.transforms.ordinal import Ordinal
from mlops_desktop.serving.transforms.pca import Pca
from mlops_desktop.serving.transforms.scale import Scale
from tests.serving.conftest import CITIES, SCHEMA, SCORERS

RNG = np.random.default_rng(5)

EVERY_STEP = (
    DropColumns(("since", "note")),
    Clip(("income",), (0.0,), (1e6,)),
    ImputeNumbers(("age", "income", "member"), (41.0, 2400.1, 0.0), ("income",)),
    GroupAggregates(
        ("age", "income"),
        ("age by city", "income by city"),
        "city",
        ({"Oslo": 40.3}, {"Oslo": 2000.7, "Rome": 0.0}),
        (38.1, 2500.9),
        "ratio",
    ),
    ImputeCategories(("city",), ("Rome",), ("city",)),
    Interactions((("age", "income"), ("age", "age")), ("age x income", "age x age")),
    Bins(("age",), ((20.5, 30.1, 55.7),), (("age bin",),), one_hot=False, keep=True),
    Bins(("income",), ((1000.1, 3000.3),), (("low", "mid", "high"),), one_hot=True, keep=True),
    Pca(("age", "income"), ("pc1", "pc2"), np.array([50.1, 3000.3]), np.array([17.3, 1500.7]), RNG.normal(size=(2, 2)), keep=True),
    Scale(("age", "income", "age x income", "age x age"), (50.3, 3000.7, 1e5, 2500.1), (17.7, 1500.9, 2e5, 900.3)),
    Centre(("age by city",), (1.03,)),
    ImputeNumbers(("age by city", "income by city"), (0.0, 0.0)),
)
ONE_HOT = OneHot(("city",), (("Oslo", "Rome", "other"),), ({"Oslo": 0, "Rome": 1},), (2,), (-1,))
WIDTH = 18  # 15 numbers and the three columns of the city


def trees(link: str, outputs: int, levels: int = 0) -> Trees:
    """Random trees over all features, the last of which is a category where `levels` is not 0."""
    width = 16 if levels else WIDTH
    count, leaves = 6 * outputs, 8
    left, right, features = [], [], []
    for tree in range(count):
        start, leaf = len(left), tree * leaves

        def add(level: int, start: int = start) -> int:
            nonlocal leaf
            if level == 3:
                leaf += 1
                return ~(leaf - 1)
            here = len(left)
            left.append(0)
            right.append(0)
            features.append(int(RNG.integers(width)))
            left[here], right[here] = add(level + 1), add(level + 1)
            return here

        add(0)
    counts = np.zeros(width, dtype=np.int64)
    counts[-1] = levels
    feature = np.array(features)
    threshold = np.round(RNG.normal(0, 1, len(feature)), 2).astype(np.float32).astype(np.float64)
    chosen = np.flatnonzero(feature == width - 1) if levels else np.zeros(0, dtype=int)
    sets = [sorted(set(RNG.integers(0, levels, 2).tolist())) for _ in chosen]
    threshold[chosen] = np.arange(len(chosen))
    return Trees(
        link=link,
        baseline=RNG.normal(size=outputs),
        splits=np.full(count, 7),
        feature=feature,
        threshold=threshold,
        left=np.array(left),
        right=np.array(right),
        missing_left=RNG.integers(0, 2, len(feature)).astype(bool),
        values=RNG.normal(0, 0.4, (count * leaves, 1)),
        levels=counts,
        set_starts=np.cumsum([0, *map(len, sets)]),
        set_codes=np.array([code for one in sets for code in one], dtype=np.int64),
    )


def scorer(task: str, node: object, classes: tuple[object, ...] = (), positive: int | None = None) -> Scorer:
    threshold = 0.4 if positive is not None else None
    return Scorer("every step", "3123456789ab", task, "t", SCHEMA, EVERY_STEP, node, classes, positive, threshold)


def net(link: str, outputs: int) -> NeuralNet:
    sizes = (WIDTH, 5, outputs)
    weights = tuple(RNG.normal(0, 0.3, (a, b)) for a, b in pairwise(sizes))
    return NeuralNet(weights, tuple(RNG.normal(size=b) for b in sizes[1:]), "tanh", link)


CODES = {city: i for i, city in enumerate(CITIES)}
NATIVE = Chain((Ordinal(("city",), (CODES,), float("nan"), float("nan"), categories=True),), trees("sigmoid", 1, levels=3))
LINEAR = Chain((ONE_HOT,), Linear(RNG.normal(0, 0.5, (WIDTH, 1)), np.array([0.3]), "sigmoid"))
SQL_TOO = {
    "trees with categories": scorer("binary", NATIVE, ("no", "it's"), 1),
    "a blend": scorer("binary", WeightedMean((NATIVE, LINEAR), np.array([0.7, 0.3])), ("no", "yes"), 1),
    "a forest": scorer("regression", Chain((ONE_HOT,), trees("mean", 1))),
    "two of three classes": scorer("multiclass", Chain((ONE_HOT,), SomeClasses(trees("softmax", 2), (2, 0), 3)), ("a", 2, True)),
    "a linear model": scorer(
        "multiclass", Chain((ONE_HOT,), Linear(RNG.normal(size=(WIDTH, 3)), RNG.normal(size=3), "softmax")), (1, 2, 3)
    ),
    "a constant": scorer("regression", Chain((ONE_HOT,), Constant(np.array([1.5]), WIDTH, per_class=False))),
}

MARKS = {
    "income": Grammar(decimal=",", thousands=".", affixes=("€",), percent=True, missing=("", "k. A."), missing_numbers=(-999.0,)),
    "city": Grammar(recoded=(("OSL", "Oslo"),)),
    "member": Grammar(true=("Ja",), false=("Nein",)),
}
MARKED = replace(
    SCORERS["binary"],
    schema=Schema(tuple(replace(column, grammar=MARKS.get(column.name, column.grammar)) for column in SCHEMA.columns)),
    classes=("=no", "yes"),
)
# The cells of a row as a person writes them, in the order of the columns that the model reads: age, income, member, city.
WRITTEN = [
    *(["41", number, "ja", "OSL"] for number in ("1.234", "1.234,5 €", "-999", "k. A.", "−2,5e2", "12 %", "−+1", "1_000", "nan", "1e999")),
    ["41", "1", "NEIN", "Z\u200bu\u0308rich\u00a0"],
    ["41.5", "1", "true", '="Rome"'],
    ["41.0", "1", "", "Rome"],
    ["41", "1", "?", "Rome"],
]


def answered(bundle: Bundle) -> list[float | None]:
    """The score of each row of `WRITTEN` by the service's own reader, None where it refuses the row."""
    names = ("age", "income", "member", "city")
    checked = [bundle.schema.from_rows([dict(zip(names, row, strict=True))]) for row in WRITTEN]
    return [None if one.errors else float(bundle.scorer.scores(one.frame)[0, 1]) for one in checked]


def same_answers(bundle: Bundle, text: str) -> None:
    """Assert that a CSV text of answers has those of the service to `WRITTEN`."""
    lines = list(csv.DictReader(io.StringIO(text)))
    for row, line, wanted in zip(WRITTEN, lines, answered(bundle), strict=True):
        assert (wanted is None) == bool(line["error"]), (row, line)
        assert wanted is None or abs(float(line["probability_yes"]) - wanted) < 1e-9, (row, line, wanted)
    assert {line["prediction"] for line in lines} <= {"'=no", "yes", ""}


PROGRAMS = {**SQL_TOO, "a network": scorer("regression", Chain((ONE_HOT,), net("identity", 1)))}
