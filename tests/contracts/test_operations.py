"""What every operation of the catalogue promises, with every option, on columns of every kind and state.

A new operation is tested on the day it is written. Columns and texts that it cannot do without are found from its declared parameters;
EXAMPLES gives what must be more than that.
"""

from __future__ import annotations

import dataclasses
import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mlops_desktop.catalog.operations as package
import mlops_desktop.serving as serving
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation, Target
from mlops_desktop.base.job import Silent
from mlops_desktop.base.params import Choice, Columns, Flag, Number, Param, Text, Texts
from mlops_desktop.base.registry import Registry
from mlops_desktop.serving.frame import Frame, Layout
from mlops_desktop.serving.serialization import read_object_file, write_object
from mlops_desktop.serving.transform import Apply, Transform
from tests.contracts.apply_alone import describe, store_frame
from tests.contracts.arguments import needed
from tests.contracts.own_tests import own_tests
from tests.frames import make_frame, request

OPERATIONS = Registry(package, Operation)

# Parameters that are worth a run of their own; the columns are those of `training_frame`.
EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "drop_columns": [{"columns": ["length", "city", "when", "bag: b"]}],
    "date_parts": [{}, {"since": "2020-02-29", "cyclic": True, "quarter": True, "is_weekend": True}],
    "ordinal": [{}, {"columns": ["city", "gappy"], "order": "given", "levels": ["Rome", "Oslo", "yes", "nowhere"]}],
    "one_hot": [{}, {"columns": ["city"], "max_levels": 2, "drop": "first"}],
    "interactions": [{"columns": ["amount", "length", "flag"]}],
    "formula": [{"name": "made", "formula": "amount * 2 + length"}],
    "combine_columns": [{"columns": ["amount", "length"]}, {"columns": ["city", "gappy"], "method": "join"}],
    "answer_columns": [{"columns": ["text", "gappy"], "separator": "o"}],
    "compose_date": [{"columns": ["stamp", "flag"]}, {"columns": ["when", "flag"], "parts": ["date", "hour"], "keep": True}],
    "limits_of_detection": [{"columns": ["rare"]}, {"columns": ["text"], "decimal": "comma", "thousands": "point", "keep": True}],
    "split_column": [{"columns": ["text"], "separator": " "}, {"columns": ["rare"], "method": "pattern", "pattern": "([a-z]+) ([0-9]+)"}],
    "group_aggregates": [{"group": ["city"]}, {"group": ["gappy"], "columns": ["length", "void"], "compare": "ratio"}],
    "tf_idf": [
        {"columns": ["text"]},
        {"columns": ["text", "gappy"]},
        {"columns": ["text", "city"], "unit": "char_wb", "low": 2, "high": 4},
    ],
    "select_correlation": [{}, {"forced_in": ["alike"], "forced_out": ["city"]}],
    "pca": [{}, {"columns": ["amount", "length", "void"], "keep_by": "count", "count": 2}],
}
ROWS = 90


def training_frame() -> Frame:
    """Columns of every kind: plain, with gaps, constant, without any value, alike, of large numbers, with rare levels."""
    rng = np.random.default_rng(5)
    amount = rng.normal(50.0, 12.0, ROWS)
    gaps = rng.random(ROWS)
    cities = rng.choice(["Paris", "Rome", "Oslo", "São Paulo", "İzmir"], ROWS).tolist()
    vocabulary = ["good", "bad", "quick", "slow", "delivery", "was", "not", "never", "again", "Ωραία"]
    days = rng.integers(0, 2000, ROWS)
    return make_frame(
        numbers={
            "amount": amount.tolist(),
            "length": np.where(gaps < 0.2, np.nan, rng.exponential(3.0, ROWS)).tolist(),
            "constant": [7.25] * ROWS,
            "void": [math.nan] * ROWS,
            "flag": rng.integers(0, 2, ROWS).tolist(),
            "stamp": (1.6e9 + rng.integers(0, 9999, ROWS)).tolist(),
            "alike": (2 * amount + rng.normal(0, 0.01, ROWS)).tolist(),
        },
        categoricals={
            "city": cities,
            "rare": [f"person {i}" for i in range(ROWS)],
            "text": [" ".join(rng.choice(vocabulary, 6)) for _ in range(ROWS)],
            "same": ["x"] * ROWS,
            "nothing": [None] * ROWS,
            "gappy": [None if g < 0.3 else ("yes" if g < 0.7 else "no") for g in gaps.tolist()],
        },
        dates={
            "day": [str(np.datetime64("2019-01-01") + int(d)) for d in days],
            "time": [None if g > 0.8 else f"2021-0{1 + i % 9}-11T{i % 24:02}:30:15.5" for i, g in enumerate(gaps.tolist())],
            "when": [None] * ROWS,
            "fixed": ["2020-02-29"] * ROWS,
        },
        sparse={"bag: a": rng.poisson(0.3, ROWS).tolist(), "bag: b": rng.poisson(0.6, ROWS).tolist(), "bag: c": [0.0] * ROWS},
    )


def later_frame() -> Frame:
    """Rows of the same layout with what training never saw: new levels, values and gaps where there were none, extremes."""
    train, nan = training_frame(), math.nan
    old = [train.take(np.arange(12)).texts(name) for name in train.layout.categoricals]
    odd: list[list[str | None]] = [
        ["Paris", "Lima", None, "", "other", "İZMİR"],
        [None, "person 3", "new", "A", "B", "C"],
        ["", "unknown words only", None, "GOOD good Good", "bad", "x" * 3000],
        ["x", "y", None, "x", "x", "x"],
        ["something", None, None, "else", "missing", "e"],
        ["yes", "maybe", None, "no", "YES", "other"],
    ]
    numbers = [
        *train.numbers[:12].tolist(),
        *([value] * 7 for value in (nan, 0.0, 1e30, -1e30)),
        [1e-30, -5, 7.25, 3, 0, 1.6e9, nan],
        [5, 9, 8, -0.0, 2, 1, 4],
    ]
    dates = [
        ["0001-01-01", "9999-12-31T23:59:59.999999", None, "1969-12-31T23:59:59.999999", "2024-02-29", "1900-03-01"],
        [None, "0001-01-01T00:00:00.000001", "2021-01-01", "1970-01-01", "2100-02-28T12:00", None],
        ["2021-05-05", None, "2022-01-01", None, None, "0004-02-29"],
        [None, "2020-02-29", "2020-02-28", "2020-03-01", None, "2020-02-29"],
    ]
    stamps = train.dates[:12].astype("datetime64[us]").astype(str).T.tolist()
    layout = train.layout
    return make_frame(
        numbers={name: [row[j] for row in numbers] for j, name in enumerate(layout.numbers)},
        categoricals={name: [*old[j], *odd[j]] for j, name in enumerate(layout.categoricals)},
        dates={name: [*(None if d == "NaT" else d for d in stamps[j]), *dates[j]] for j, name in enumerate(layout.dates)},
        sparse={name: [*train.sparse[0].dense()[:12, j], 0, 0, 5, 1, 0, 2] for j, name in enumerate(layout.sparse[0])},
    )


TRAIN, LATER = training_frame(), later_frame()
BINARY = Target("binary", (TRAIN.number("amount") > 50).astype(np.intp), ("no", "yes"))
REGRESSION = Target("regression", TRAIN.number("amount") * 2 + TRAIN.number("flag"))


@dataclasses.dataclass(frozen=True)
class Case:
    """One operation with one set of parameters; `strict` when it may not be refused."""

    id: str
    params: str
    task: str
    strict: bool

    def __str__(self) -> str:
        return f"{self.id} {self.params} {self.task}"

    def operation(self) -> Operation:
        return OPERATIONS.read({"id": self.id, "params": json.loads(self.params)})

    def target(self, rows: int = ROWS) -> Target:
        return (BINARY if self.task == "binary" else REGRESSION).take(np.arange(rows))


def variants(param: Param) -> Iterator[Any]:
    """Other values that a parameter takes."""
    if isinstance(param, Choice):
        yield from param.options
    elif isinstance(param, Flag):
        yield not param.default
    elif isinstance(param, Number):
        yield from (param.low, param.high)


def examples(id_: str) -> list[dict[str, Any]]:
    """The parameters that an operation is run with, the first of them with each option changed."""
    layout = TRAIN.layout
    kinds = {"number": layout.numbers, "categorical": layout.categoricals, "date": layout.dates, "sparse": layout.sparse[0]}
    return EXAMPLES.get(id_) or [needed(OPERATIONS[id_], kinds)]


def cases() -> Iterator[Case]:
    for id_, member in OPERATIONS.items():
        for example in examples(id_):
            yield Case(id_, json.dumps(example), "binary", True)
            yield Case(id_, json.dumps(example), "regression", True)
            for name, param in member.params().items():
                for value in variants(param):
                    if value != example.get(name, param.default):
                        yield Case(id_, json.dumps({**example, name: value}), "binary", False)


CASES = list(cases())
each_case = pytest.mark.parametrize("case", CASES, ids=str)
each_member = pytest.mark.parametrize("id_", list(OPERATIONS))


def attempt(call: Callable[[], Any]) -> tuple[Any, UserError | None]:
    """What a call gives, or the refusal: a whole sentence and a way out."""
    try:
        return call(), None
    except UserError as error:
        refusal = error
    assert refusal.message.endswith("."), refusal
    assert refusal.remedy.endswith("."), refusal
    return None, refusal


@cache
def fitted_steps(case: Case) -> Transform | None:
    """The transform of a case; None when a variant of the parameters is refused with a sentence (say, an order without levels)."""
    before = describe(TRAIN)
    found, refusal = attempt(lambda: case.operation().fit(Dataset(TRAIN, case.target()), Silent()))
    if refusal:
        assert not case.strict, f"{case.id} needs example parameters in EXAMPLES: {refusal}"
        return None
    transform, own = found
    assert describe(TRAIN) == before
    if own is not None:
        assert own.rows == TRAIN.rows
        assert own.layout == transform.bind(TRAIN.layout)[0]
    return transform


def bound(case: Case) -> tuple[Layout, Apply]:
    """The case's transform on the layout of the frames; skipped when the parameters were refused."""
    transform = fitted_steps(case)
    if transform is None:
        pytest.skip("refused with a sentence")
    return transform.bind(TRAIN.layout)


def stack(frames: list[Frame]) -> tuple[np.ndarray, list[list[str | None]], np.ndarray, list[np.ndarray]]:
    categories = [[text for frame in frames for text in frame.texts(name)] for name in frames[0].layout.categoricals]
    sparse = [np.concatenate([frame.sparse[b].dense() for frame in frames]) for b in range(len(frames[0].sparse))]
    return np.concatenate([f.numbers for f in frames]), categories, np.concatenate([f.dates for f in frames]), sparse


@each_case
def test_a_row_alone_is_the_row_of_the_table(case):
    layout, apply = bound(case)
    for frame in (LATER, TRAIN.take(np.arange(0, ROWS, 7))):
        before = describe(frame)
        together = apply(frame)
        assert together.layout == layout
        assert together.rows == frame.rows
        assert not np.isinf(together.numbers).any()
        for alone in ([apply(request(frame, i)) for i in range(frame.rows)], [apply(frame.take(np.array([i]))) for i in range(frame.rows)]):
            for single in alone:
                assert single.layout == layout
                assert single.rows == 1
            numbers, categories, dates, sparse = stack(alone)
            np.testing.assert_allclose(numbers, together.numbers, rtol=1e-12, atol=1e-12)
            assert categories == stack([together])[1]
            np.testing.assert_array_equal(dates, together.dates)
            for mine, whole in zip(sparse, together.sparse, strict=True):
                np.testing.assert_allclose(mine, whole.dense(), rtol=1e-12, atol=1e-12)
        assert describe(frame) == before


@each_member
def test_it_does_something(id_):
    """Else every other promise is kept by doing nothing; and what it does is in tests of its own."""
    done = [describe(bound(case)[1](LATER)) for case in CASES if case.id == id_ and case.strict]
    assert [table for table in done if table != describe(LATER)], f"give {id_} parameters in EXAMPLES with which it changes something"
    assert own_tests("operations", id_), f"say in tests/catalog/operations/test_{id_}.py what is right"


@each_case
def test_no_row_gives_no_row(case):
    layout, apply = bound(case)
    nothing = apply(LATER.take(np.array([], dtype=np.intp)))
    assert nothing.rows == 0
    assert nothing.layout == layout
    assert nothing.numbers.shape == (0, len(layout.numbers))
    assert nothing.codes.shape == (0, len(layout.categoricals))


@each_case
def test_the_operation_survives_json(case):
    operation, refusal = attempt(case.operation)
    if refusal:
        assert not case.strict
        return
    assert OPERATIONS.read(json.loads(json.dumps(operation.to_json()))) == operation


@each_case
def test_the_transform_survives_a_file_and_gives_the_same_bytes_twice(case, tmp_path):
    _, apply = bound(case)
    transform = fitted_steps(case)
    again, _ = case.operation().fit(Dataset(training_frame(), case.target()), Silent())
    write_object(transform, tmp_path / "a", "t")
    write_object(again, tmp_path / "b", "t")
    first, second = (
        {p.relative_to(tmp_path / side): p.read_bytes() for p in sorted((tmp_path / side).rglob("*.*")) if p.is_file()} for side in "ab"
    )
    assert first == second
    assert describe(read_object_file(tmp_path / "a", "t").bind(TRAIN.layout)[1](LATER)) == describe(apply(LATER))


@each_case
def test_the_order_of_columns_does_not_matter(case):
    layout, apply = bound(case)
    turned = LATER.layout
    at = [list(range(len(block)))[::-1] for block in (turned.numbers, turned.categoricals, turned.dates)]
    turned = dataclasses.replace(turned, numbers=turned.numbers[::-1], categoricals=turned.categoricals[::-1], dates=turned.dates[::-1])
    frame = Frame(
        turned, LATER.rows, LATER.numbers[:, at[0]], LATER.codes[:, at[1]], LATER.levels[::-1], LATER.dates[:, at[2]], LATER.sparse
    )
    other_layout, other_apply = fitted_steps(case).bind(turned)
    straight, other = apply(LATER), other_apply(frame)
    assert set(other_layout.names()) == set(layout.names())
    for name in layout.numbers:
        np.testing.assert_allclose(other.number(name), straight.number(name), rtol=1e-12, atol=1e-12, err_msg=name)
        assert set(other_layout.source(name)) == set(layout.source(name))
    for name in layout.categoricals:
        assert other.texts(name) == straight.texts(name)
    for name in layout.dates:
        np.testing.assert_array_equal(other.date(name), straight.date(name))


@each_case
def test_made_columns_name_the_source_columns_they_come_from(case):
    layout, _ = bound(case)
    assert set(layout.sources_of(layout.names())) <= set(TRAIN.layout.names())
    for name in layout.names():
        assert layout.source(name)


@each_case
def test_a_column_that_is_gone_or_of_another_kind_is_named(case):
    bound(case)
    for name in TRAIN.layout.names():
        smaller, _ = TRAIN.layout.without([name])
        retyped = dataclasses.replace(smaller, numbers=(*smaller.numbers, name)) if name not in TRAIN.layout.numbers else None
        for layout in filter(None, (smaller, retyped)):
            _, refusal = attempt(partial(fitted_steps(case).bind, layout))
            assert refusal is None or f"“{name}”" in refusal.message


@each_case
@pytest.mark.parametrize("rows", [0, 1, 2])
def test_fitting_on_almost_nothing_works_or_is_refused_with_a_sentence(case, rows):
    bound(case)
    few = TRAIN.take(np.arange(rows))
    found, refusal = attempt(lambda: case.operation().fit(Dataset(few, case.target(rows)), Silent()))
    if refusal:
        return
    transform, _ = found
    layout, apply = transform.bind(few.layout)
    for frame in (few, LATER):
        assert apply(frame).layout == layout
        assert not np.isinf(apply(frame).numbers).any()


@each_member
def test_a_chosen_column_that_is_not_there_or_unfit_is_refused(id_):
    member = OPERATIONS[id_]
    assert member.id == Path(sys.modules[member.__module__].__file__).stem
    assert member.label
    assert member.help.endswith(".")
    assert member.stage in ("prepare", "engineer", "select")
    for name, param in member.params().items():
        if not isinstance(param, Columns):
            continue
        unfit = [n for n in TRAIN.layout.names() if TRAIN.layout.kind(n) not in param.kinds][:1]
        for column in ("gone", *unfit):
            operation = OPERATIONS.read({"id": id_, "params": {**examples(id_)[0], name: [column]}})
            with pytest.raises(UserError) as caught:
                operation.fit(Dataset(TRAIN, BINARY), Silent())
            assert f"“{column}”" in caught.value.message
            assert f"“{member.label}”" in caught.value.message


def beyond(param: Param) -> Iterator[Any]:
    """Values that a parameter must refuse."""
    if isinstance(param, Number):
        yield from (param.low - max(1, abs(param.low)), param.high + max(1, abs(param.high)), math.nan, math.inf, "5", True)
        if param.whole:
            yield param.low + 0.5
        if not param.optional:
            yield None
    elif isinstance(param, Choice):
        yield from ("no such option", None, 0)
    elif isinstance(param, Flag):
        yield from ("yes", 1, None)
    elif isinstance(param, Texts):
        yield from ("a text", [1], None)
        if isinstance(param, Columns):
            yield ["same", "same"]
    elif isinstance(param, Text):
        yield from (5, None)
        if param.required:
            yield "  "


@each_member
def test_every_parameter_has_a_label_and_refuses_what_is_beyond_its_bounds(id_):
    member = OPERATIONS[id_]
    assert set(member.params()) == {field.name for field in dataclasses.fields(member)}
    for name, param in member.params().items():
        assert param.label
        assert not param.help or param.help.endswith(".")
        for value in beyond(param):
            with pytest.raises(UserError) as caught:
                OPERATIONS.read({"id": id_, "params": {**examples(id_)[0], name: value}})
            assert f"“{param.label}”" in caught.value.message
            assert caught.value.remedy


def test_a_process_with_numpy_alone_gives_the_same(tmp_path):
    usable = [case for case in CASES if fitted_steps(case) is not None]
    shutil.copytree(Path(serving.__file__).parent, tmp_path / "serving", ignore=shutil.ignore_patterns("__pycache__"))
    store_frame(LATER, tmp_path)
    (tmp_path / "cases.json").write_text(json.dumps([f"case{i}" for i in range(len(usable))]), encoding="utf-8")
    for i, case in enumerate(usable):
        write_object(fitted_steps(case), tmp_path, f"case{i}")
    script = Path(__file__).with_name("apply_alone.py")
    done = subprocess.run([sys.executable, "-I", str(script), str(tmp_path)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    for case, found in zip(usable, done.stdout.split(), strict=True):
        assert found == describe(bound(case)[1](LATER)), str(case)
