"""The leak probe: on random labels no step may find anything, for each member and for the recipe that is suggested.

Labels are drawn without access to the columns, so a score above chance can only come from a step that saw what it must not see. Each
step is learned on the training part of a stratified fold, as the engine does it, and a small learner scores the other part. Each repeat
has labels of its own and one fold, so its AUC is independent of the others and its standard error under chance is known exactly (that of
the Mann-Whitney statistic, sqrt((yes + no + 1) / (12 yes no))). The mean over repeats must lie within three standard errors of 0.5. The
probe itself is probed: steps that cheat are caught, and a planted column is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

import numpy as np
import pytest

import mlops_desktop.catalog.operations as package
from mlops_desktop.base.families import Dataset, EncoderInput, Operation, Stage, Target
from mlops_desktop.base.job import Job, Silent
from mlops_desktop.base.params import Columns, number
from mlops_desktop.base.params import columns as columns_field
from mlops_desktop.base.registry import Registry
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.recommended import suggest_steps
from mlops_desktop.engine.pipeline.step_fitting import encoding_operations, fit_encoding, fit_steps
from mlops_desktop.serving.frame import Frame, Layout
from mlops_desktop.serving.schema import Column
from mlops_desktop.serving.transforms.drop_columns import DropColumns
from mlops_desktop.serving.transforms.group_aggregates import GroupAggregates
from tests.contracts.arguments import needed
from tests.frames import frozen
from tests.splitters import folded, splitter

OPERATIONS = Registry(package, Operation)
ROWS, FOLDS, REPEATS, MANY_REPEATS = 240, 2, 6, 60


@dataclass(frozen=True)
class Probe:
    """How a member is probed: the kind and number of noise columns, its parameters, and how large a planted number is beside the others."""

    kind: str = "numbers"
    params: dict[str, Any] = field(default_factory=dict)
    columns: int = 1000
    before: tuple[str, ...] = ()
    planted_size: float = 1.0


# Members without an entry are probed from the day their file is there: on columns of the first kind that they declare, with what they
# cannot do without.
PROBES: dict[str, list[Probe]] = {
    "answer_columns": [Probe("texts", {"columns": ["text"], "separator": "word", "most": 1000})],
    "bins": [Probe(params={"count": 4})],
    "combine_columns": [Probe(params={"columns": [f"x{i}" for i in range(1000)], "method": "mean"})],
    "compose_date": [Probe("dates", {"columns": ["d0", "d1"], "parts": ["date", "time"], "keep": True})],
    "date_parts": [Probe("dates")],
    "drop_columns": [Probe(params={"columns": ["x7"]})],
    "formula": [Probe(params={"name": "made", "formula": "x0 * x1 + if(x2 > 0, x3, x4)"})],
    "group_aggregates": [Probe("grouped", {"group": ["w0"]}), Probe("grouped", {"group": ["w0"], "compare": "difference"})],
    "impute_categories": [Probe("categories")],
    "interactions": [Probe(columns=30, params={"most": 5000})],
    "one_hot": [Probe("categories")],
    "ordinal": [Probe("categories")],
    "pca": [Probe(params={"scaled": False, "keep_by": "count", "count": 30}, planted_size=40.0)],
    "select_correlation": [Probe(params={"limit": 0.15})],
    "select_importance": [Probe(params={"keep_by": "count"}), Probe(params={"keep_by": "count", "model": "linear"})],
    "select_mutual_information": [
        Probe(params={"keep_by": "count"}),
        Probe("texts", {"keep_by": "count"}, before=("tf_idf",)),
    ],
    "select_variance": [Probe(params={"limit": 1.0}, planted_size=2.0)],
    "limits_of_detection": [Probe("categories", {"columns": ["w1"]})],
    "split_column": [Probe("texts", {"columns": ["text"], "separator": " ", "parts": 12, "keep": False})],
    "tf_idf": [Probe("texts", {"columns": ["text"]})],
}


def usual(member: type[Operation]) -> Probe:
    """A probe on columns of the first kind that an operation declares."""
    taken = [kind for param in member.params().values() if isinstance(param, Columns) for kind in param.kinds]
    kind, letter = {"categorical": ("categories", "w"), "date": ("dates", "d")}.get(taken[0] if taken else "number", ("numbers", "x"))
    return Probe(kind, needed(member, {name: [f"{letter}0", f"{letter}1"] for name in taken[:1]}))


CASES = [(id_, probe) for id_, member in OPERATIONS.items() for probe in PROBES.get(id_, [usual(member)])]
each_case = pytest.mark.parametrize(("id_", "probe"), CASES, ids=[f"{id_}-{probe.kind}{i}" for i, (id_, probe) in enumerate(CASES)])


@cache
def noise(kind: str, columns: int) -> Frame:
    """Columns without any meaning, some with gaps: numbers, categories, dates, texts, numbers in groups, or a mixture of all."""
    rng = np.random.default_rng(17)
    shares = {"numbers": (1, 0, 0), "categories": (0, 1, 0), "dates": (0, 0, 1), "mixed": (0.7, 0.2, 0.1)}.get(kind, (0, 0, 0))
    many, few, moments = (round(share * columns) for share in (shares if kind != "grouped" else (1, 1 / columns, 0)))
    numbers = rng.normal(size=(ROWS, many))
    numbers[rng.random(numbers.shape) < 0.03] = np.nan
    codes = rng.choice([0, 1, 2, 3, 4, 5, -1], (ROWS, few), p=[0.3, 0.2, 0.15, 0.15, 0.1, 0.07, 0.03])
    categories = [f"w{i}" for i in range(few)]
    levels: list[Sequence[str]] = [[f"level {i}" for i in range(6)]] * few
    if kind in ("texts", "mixed", "grouped"):  # a text of its own for each row
        vocabulary = np.array([f"word{i}" for i in range(1000)])
        codes, categories = np.column_stack((codes, np.arange(ROWS))), [*categories, "text"]
        levels.append([" ".join(rng.choice(vocabulary, 60)) for _ in range(ROWS)])
    dates = rng.integers(10_000, 19_000, (ROWS, moments)) * 86_400_000_000
    layout = Layout(tuple(f"x{i}" for i in range(many)), tuple(categories), tuple(f"d{i}" for i in range(moments)))
    return frozen(Frame(layout, ROWS, numbers, codes.astype(np.intp), tuple(levels), dates))


def labels(repeat: int) -> Target:
    """Labels that were drawn without access to any column."""
    return Target("binary", np.random.default_rng([23, repeat]).permutation(np.arange(ROWS) % 2).astype(np.intp), ("no", "yes"))


def plant(frame: Frame, target: Target, size: float) -> Frame:
    """The same frame with one column that tells the label but for a few rows: the first number, date, text or word."""
    rng = np.random.default_rng(29)
    leaked = np.where(rng.random(ROWS) < 0.97, target.values, 1 - target.values)
    numbers, codes, levels, dates = frame.numbers.copy(), frame.codes.copy(), list(frame.levels), frame.dates.copy()
    if frame.layout.numbers:
        numbers[:, 0] = size * (leaked * 4.0 - 2.0 + rng.normal(size=ROWS) / 2)
    elif frame.layout.dates:
        dates[:, 0] = (leaked * 12 * 366 + rng.integers(0, 9 * 365, ROWS)) * 86_400_000_000
    elif "text" in frame.layout.categoricals:
        levels[-1] = [f"label{leaked[i]} {text}" for i, text in enumerate(levels[-1])]
    else:
        codes[:, 0] = leaked
    return Frame(frame.layout, ROWS, numbers, codes, tuple(levels), dates)


def learner(train: np.ndarray, answers: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Scores of a ridge regression on the 20 columns that go best with the answers, in the training part alone."""
    mean, std = train.mean(axis=0), train.std(axis=0)
    std[std == 0] = 1.0
    train, test = (train - mean) / std, (test - mean) / std
    wanted = answers - answers.mean()
    best = np.argsort(-np.abs(train.T @ wanted), kind="stable")[:20]
    weights = np.linalg.solve(train[:, best].T @ train[:, best] + 10 * np.eye(len(best)), train[:, best].T @ wanted)
    return np.asarray(test[:, best] @ weights)


def auc(scores: np.ndarray, answers: np.ndarray) -> float:
    """The share of pairs of a yes and a no that are in the right order; ties count half."""
    apart = scores[answers == 1][:, None] - scores[answers == 0]
    return float((apart > 0).mean() + (apart == 0).mean() / 2)


def score(steps: Sequence[Operation], frame: Frame, target: Target, repeat: int) -> float:
    """AUC of one stratified fold, every step learned on its training part."""
    made = folded(splitter("stratified", folds=FOLDS), target, {}, repeat)
    train, test = made[repeat % FOLDS]
    fitted = fit_steps(tuple(steps), Dataset(frame, target).take(train), Silent())
    pipeline = fit_encoding(fitted, choices().encodings["as_it_is"](), EncoderInput(fitted.dataset.frame.layout), Silent())
    matrices = pipeline.matrix.to_dense(), pipeline.transform(frame.take(test)).to_dense()
    scores = learner(np.nan_to_num(matrices[0]), target.values[train], np.nan_to_num(matrices[1]))
    return auc(scores, target.values[test])


def off_chance(scores: Sequence[float]) -> float:
    """How many standard errors the mean of independent scores lies above chance."""
    half = ROWS / FOLDS / 2
    return float((np.mean(scores) - 0.5) / np.sqrt((2 * half + 1) / (12 * half**2) / len(scores)))


def recipe(id_: str, probe: Probe) -> list[Operation]:
    """The member between what it needs before it and what makes its result a matrix."""
    read = OPERATIONS.read
    before = [read({"id": step, "params": {"columns": ["text"]} if step == "tf_idf" else {}}) for step in probe.before]
    after = {"categories": ["one_hot"], "grouped": ["one_hot"], "texts": ["one_hot"], "dates": ["date_parts"]}.get(probe.kind, [])
    return [*before, read({"id": id_, "params": probe.params}), *map(read, (*after, "impute_numbers"))]


@each_case
def test_a_member_finds_nothing_in_noise(id_, probe):
    steps = recipe(id_, probe)
    scores = [score(steps, noise(probe.kind, probe.columns), labels(r), r) for r in range(REPEATS)]
    assert abs(off_chance(scores)) <= 3, scores


@each_case
def test_a_member_keeps_a_planted_column(id_, probe):
    target = labels(0)
    frame = plant(noise(probe.kind, probe.columns), target, probe.planted_size)
    assert score(recipe(id_, probe), frame, target, 0) > 0.9


@pytest.mark.proof
@pytest.mark.timeout(900)
@each_case
def test_a_member_finds_nothing_in_much_noise(id_, probe):
    steps = recipe(id_, probe)
    scores = [score(steps, noise(probe.kind, probe.columns), labels(r), r) for r in range(1000, 1000 + MANY_REPEATS)]
    assert abs(off_chance(scores)) <= 3, scores


# --- the recipe that is suggested ------------------------------------------------------------------------------------------------


def suggested(frame: Frame) -> list[Operation]:
    types = {"number": "number", "categorical": "category", "date": "date"}
    typed = [Column(name, "text" if name == "text" else types[frame.layout.kind(name)]) for name in frame.layout.names()]
    steps = [step for step, _ in suggest_steps(typed, frame, np.arange(frame.rows))]
    texts = tuple(name for name in frame.layout.categoricals if name == "text")
    return [*steps, *encoding_operations(choices().encodings["one_hot_scaled"](), EncoderInput(frame.layout, texts))]


def suggested_scores(repeats: range) -> list[float]:
    frame = noise("mixed", 1000)
    return [score(suggested(frame), frame, labels(repeat), repeat) for repeat in repeats]


def test_the_suggested_recipe_finds_nothing_in_noise():
    scores = suggested_scores(range(REPEATS))
    assert abs(off_chance(scores)) <= 3, scores


@pytest.mark.parametrize("kind", ["mixed", "numbers", "categories", "dates", "texts"])
def test_the_suggested_recipe_finds_a_planted_column(kind):
    target = labels(0)
    frame = plant(noise(kind, 1000), target, 1.0)
    assert score(suggested(frame), frame, target, 0) > 0.9


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_the_suggested_recipe_finds_nothing_in_much_noise():
    scores = suggested_scores(range(1000, 1000 + MANY_REPEATS))
    assert abs(off_chance(scores)) <= 3, scores


# --- steps that cheat ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class SelectOnAllRows(Operation):
    """Cheats: keeps the columns that go best with the labels of all rows of a repeat, those to be scored among them."""

    id: ClassVar[str] = "select_on_all_rows"
    label: ClassVar[str] = "Select on all rows"
    stage: ClassVar[Stage] = "select"

    repeat: int = number(0, 0, 1000, "Repeat", whole=True)

    def fit(self, dataset: Dataset, job: Job) -> tuple[DropColumns, None]:
        everything = noise("numbers", 1000)
        related = np.abs(np.nan_to_num(everything.numbers).T @ (labels(self.repeat).values - 0.5))
        kept = {everything.layout.numbers[i] for i in np.argsort(-related)[:20]}
        return DropColumns(tuple(name for name in dataset.frame.layout.numbers if name not in kept)), None


@dataclass(frozen=True, kw_only=True)
class TargetMeansOfAllRows(Operation):
    """Cheats: the mean label of each level, taken over all rows of a repeat."""

    id: ClassVar[str] = "target_means_of_all_rows"
    label: ClassVar[str] = "Target means of all rows"
    stage: ClassVar[Stage] = "engineer"

    columns: tuple[str, ...] = columns_field("categorical")
    repeat: int = number(0, 0, 1000, "Repeat", whole=True)

    def fit(self, dataset: Dataset, job: Job) -> tuple[GroupAggregates, None]:
        codes, levels = noise("grouped", 1000).categorical("text")  # a level for each row
        answers = labels(self.repeat).values
        means = {level: float(answers[codes == i].mean()) for i, level in enumerate(levels)}
        return GroupAggregates(("x0",), ("mean label",), "text", (means,), (0.5,), "value"), None


@pytest.mark.parametrize(("cheat", "kind"), [(SelectOnAllRows, "numbers"), (TargetMeansOfAllRows, "grouped")])
def test_a_step_that_saw_the_rows_to_be_scored_is_caught(cheat, kind):
    finish = [OPERATIONS.read("one_hot"), OPERATIONS.read("impute_numbers")]
    scores = [score([cheat(repeat=r), *finish], noise(kind, 1000), labels(r), r) for r in range(REPEATS)]
    assert off_chance(scores) > 3
    assert np.mean(scores) > 0.65


def test_a_member_that_is_not_in_the_table_is_probed_too():
    assert {id_ for id_, _ in CASES} == set(OPERATIONS)
    assert set(PROBES) <= set(OPERATIONS)
