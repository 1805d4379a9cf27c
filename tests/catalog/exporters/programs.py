"""Scorers that use every step and model that has a form as a program."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from mlops_desktop.serving.bundle import Bundle
from mlops_desktop.serving.cells import Grammar
from mlops_desktop.serving.cells import Scale as Unit
from mlops_desktop.serving.models.constant import Constant
from mlops_desktop.serving.models.linear import Linear
from mlops_desktop.serving.models.neighbours import Neighbours
from mlops_desktop.serving.models.neural_net import NeuralNet
from mlops_desktop.serving.models.some_classes import SomeClasses
from mlops_desktop.serving.models.trees import Trees
from mlops_desktop.serving.nodes.chain import Chain
from mlops_desktop.serving.nodes.weighted_mean import WeightedMean
from mlops_desktop.serving.schema import Column, Schema
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.serving.transforms.bins import Bins
from mlops_desktop.serving.transforms.centre import Centre
from mlops_desktop.serving.transforms.clip import Clip
from mlops_desktop.serving.transforms.date_parts import PARTS, DateParts
from mlops_desktop.serving.transforms.drop_columns import DropColumns
from mlops_desktop.serving.transforms.group_aggregates import GroupAggregates
from mlops_desktop.serving.transforms.impute_categories import ImputeCategories
from mlops_desktop.serving.transforms.impute_numbers import ImputeNumbers
from mlops_desktop.serving.transforms.interactions import Interactions
from mlops_desktop.serving.transforms.one_hot import OneHot
from mlops_desktop.serving.transforms.ordinal import Ordinal
from mlops_desktop.serving.transforms.pca import Pca
from mlops_desktop.serving.transforms.scale import Scale
from mlops_desktop.serving.transforms.tf_idf import Analyzer, TfIdf
from tests.serving.conftest import CITIES, DAY, SCHEMA, SCORERS

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
    "income": Grammar(
        decimal=",",
        thousands=".",
        affixes=("€",),
        percent=True,
        missing=("", "k. A."),
        missing_numbers=(-999.0,),
        notations=("parentheses", "trailing_minus", "dash_zero"),
        scales=(Unit("Tsd.", 1000.0), Unit("Cent", 1.0, 100.0)),
    ),
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
    *(
        ["41", number, "ja", "OSL"]
        for number in ("(5)", "5-", "€ -", "2,3 Tsd.", "(1.234,56 € Cent)", "1.234,57 Cent", "(5", "(-5)", "5 kg")
    ),
    ["41", "1", "NEIN", "Z\u200bu\u0308rich\u00a0"],
    ["41.5", "1", "true", '="Rome"'],
    ["41.0", "1", "", "Rome"],
    ["41", "1", "?", "Rome"],
]


def answered(bundle: Bundle, names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float | None]:
    """The last score of each row of texts by the service's own reader, None where it refuses the row."""
    checked = [bundle.schema.from_rows([dict(zip(names, row, strict=True))]) for row in rows]
    return [None if one.errors else float(np.atleast_2d(bundle.scorer.scores(one.frame))[0, -1]) for one in checked]


def same_answers(bundle: Bundle, text: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Assert that a CSV text of answers has those of the service to these rows."""
    lines = list(csv.DictReader(io.StringIO(text)))
    shown = "probability_yes" if bundle.scorer.classes else "prediction"
    for row, line, wanted in zip(rows, lines, answered(bundle, names, rows), strict=True):
        assert (wanted is None) == bool(line["error"]), (row, line)
        assert wanted is None or abs(float(line[shown]) - wanted) < 1e-9, (row, line, wanted)
    if bundle.scorer.classes:
        assert {line["prediction"] for line in lines} <= {"'=no", "yes", ""}


def core_of(page: Path) -> dict[str, str]:
    """The model and the code of an HTML page without its document."""
    text = page.read_text(encoding="utf-8")
    found = {}
    for id_ in ("model", "core"):
        match = re.search(rf'<script id="{id_}"[^>]*>(.*?)</script>', text, re.DOTALL)
        assert match is not None
        found[id_] = match[1]
    return found


def answers_of_page(page: Path, file: str) -> str:
    """The answers of a page to the text of a CSV file."""
    code = (
        "const fs=require('fs'),vm=require('vm');const a=JSON.parse(fs.readFileSync(0,'utf8'));"
        "const c=vm.createContext({MODEL:JSON.parse(a.model),FILE:a.file});"
        "process.stdout.write(vm.runInContext(a.core+'\\nanswerCsv(FILE)',c));"
    )
    asked = json.dumps({**core_of(page), "file": file})
    return subprocess.run(["node", "-e", code], input=asked, capture_output=True, encoding="utf-8", check=True).stdout


def answers_of_script(script: Path, file: str) -> str:
    """The answers of a Python file to the text of a CSV file."""
    given, answered = script.with_name("in.csv"), script.with_name("out.csv")
    given.write_text(file, encoding="utf-8", newline="")
    subprocess.run([sys.executable, "-I", "-S", str(script), str(given), str(answered)], check=True, capture_output=True)
    return answered.read_text(encoding="utf-8")


DATES_AND_TEXTS = (
    DateParts(("since",), (tuple(PARTS),), (tuple(f"since: {part}" for part in PARTS),), (7_300 * DAY + 1,), keep=False),
    ImputeNumbers(
        ("age", "income", "member", *(f"since: {part}" for part in PARTS)),
        (41.0, 2400.25, 0.0, *(0.0 for _ in PARTS)),
    ),
    ImputeCategories(("note",), ("moved away",)),
    TfIdf(
        ("note", "city"),
        Analyzer("word", 1, 2, True, ("to",)),
        (("away", "moved", "moved away", "über", "straße über"), ("oslo", "rome")),
        (np.array([1.3, 1.1, 2.7, 0.9, 1.7]), np.array([1.5, 2.5])),
        sublinear=True,
        keep=True,
    ),
    TfIdf(("note",), Analyzer("char_wb", 2, 3, True), (("mo", "mov", " a", "ß "),), (np.array([1.2, 0.7, 1.9, 1.0]),), False, keep=True),
    TfIdf(("note",), Analyzer("char", 1, 2, False), (("a ", "e", "ov"),), (np.array([0.2, 1.7, 2.9]),), False, keep=False),
    DropColumns(("city",)),
)
WRITTEN_WIDTH = 3 + len(PARTS) + 7 + 4 + 3


def dated(column: Column) -> Column:
    """A column of the schema with dates as a German file has them, and notes."""
    if column.name == "since":
        return replace(column, grammar=Grammar(date="%d. %b %Y %H:%M", missing_dates=("1999-12-31",)))
    return replace(column, levels=("moved away", "moved to town", "Straße über Rom", "MOVED", "e")) if column.name == "note" else column


DATED = replace(
    SCORERS["regression"],
    schema=Schema(tuple(map(dated, SCHEMA.columns))),
    transforms=DATES_AND_TEXTS,
    node=Chain((), Linear(RNG.normal(0, 0.5, (WRITTEN_WIDTH, 1)), np.array([0.3]), "identity")),
)
NEAREST = Neighbours(
    rows=np.round(RNG.normal(0, 1, (40, WIDTH)), 1),
    indptr=np.zeros(0, dtype=np.int64),
    indices=np.zeros(0, dtype=np.int64),
    data=np.zeros(0),
    answers=np.eye(2)[RNG.integers(0, 2, 40)],
    neighbours=5,
    by_distance=True,
    regression=False,
)
WRITTEN_DATES = [
    *(
        ["41", "5", "yes", "Oslo", since, "moved"]
        for since in (
            *("28. Mär 2024 14:05", "28. märz 2024", "1. Mai 1850 00:10", "29. feb 2000 24:00", "2024-03-28", "2024-03", ""),
            *(
                "2024-03-28T14:05:10.25",
                "0000-00-00",
                "31. Dez 1999 12:00",
                "30. Feb 2024",
                "28. Mrz 24",
                "28. Foo 2024",
                "1. Jan 2024 25:00",
            ),
            *("2024-03-28T14:05Z", "0001-01-01", "31. Dez 9999 23:59", "1. Jan 1753 00:00", "2999-12-31"),
        )
    ),
    *(
        ["41", "5", "yes", "Oslo", "2024-03-28", note]
        for note in (
            "Moved to Town",
            "STRASSE über  rom, e a",
            "Straße ÜBER Rom",
            "mo a 𝒳e mo",
            "ΟΔΟΣ İstanbul mov",
            "",
            "u\u0308ber moved\u2003away",
        )
    ),
]
# The cells of a row as a person writes them, in the order of the columns that each model reads.
FILES = {
    "marks": (MARKED, ("age", "income", "member", "city"), WRITTEN),
    "dates and texts": (DATED, ("age", "income", "member", "city", "since", "note"), WRITTEN_DATES),
}
PROGRAMS = {
    **SQL_TOO,
    "a network": scorer("regression", Chain((ONE_HOT,), net("identity", 1))),
    "neighbours": scorer("binary", Chain((ONE_HOT,), NEAREST), ("no", "yes"), 1),
    "dates and texts": DATED,
}
