"""Suggested steps make a matrix of any table; suggested algorithms suit it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlops_desktop.base.families import Dataset, Target
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.typed_table import Table, type_cells
from mlops_desktop.engine.pipeline.recommended import MANY_LEVELS, suggest_algorithms, suggest_steps
from mlops_desktop.engine.pipeline.step_fitting import fit_steps
from tests.imported import cells_of

ROWS = 200
RNG = np.random.default_rng(0)


def typed(**columns: object) -> Table:
    cells = pd.DataFrame({name: [str(v) for v in values] for name, values in columns.items()}, dtype=object)
    return type_cells(cells_of(cells), {}, Silent())


def steps_of(table: Table) -> list[str]:
    return [operation.id for operation, _ in suggest_steps(table.schema.columns, table.frame)]


def test_a_table_of_all_kinds_becomes_a_matrix():
    words = ["alpha beta", "gamma delta epsilon", "beta gamma", "zeta alpha delta"]
    table = typed(
        number=RNG.normal(size=ROWS).round(3),
        city=RNG.choice(["Rome", "Oslo", "Bern"], ROWS),
        when=pd.date_range("2020-01-01", periods=ROWS).strftime("%Y-%m-%d"),
        note=[f"{words[i % 4]} {words[(i // 4) % 4]} {RNG.integers(1000)} {RNG.integers(1000)}" for i in range(ROWS)],
        always=["same"] * ROWS,
    )
    found = suggest_steps(table.schema.columns, table.frame)
    assert found[0][0].id == "drop_columns"
    assert all(reason.endswith(".") for _, reason in found)
    target = Target("regression", RNG.normal(size=ROWS))
    matrix = fit_steps(tuple(operation for operation, _ in found), Dataset(table.frame, target), Silent()).matrix
    assert matrix.rows == ROWS
    values = matrix.csr.data if matrix.csr is not None else matrix.dense
    assert np.isfinite(values).all()


def test_numbers_alone_need_no_encoding():
    assert steps_of(typed(a=RNG.normal(size=ROWS).round(4), b=RNG.normal(size=ROWS).round(4))) == ["impute_numbers", "scale"]


def test_many_levels_are_capped_and_said():
    table = typed(code=[f"k{i % 60}" for i in range(ROWS * 5)], a=RNG.normal(size=ROWS * 5).round(4))
    operation, reason = next((o, r) for o, r in suggest_steps(table.schema.columns, table.frame) if o.id == "one_hot")
    assert operation.max_levels == MANY_LEVELS
    assert "60 levels" in reason


def test_algorithms_fit_task_and_size():
    assert "ridge" in {a.id for a, _ in suggest_algorithms("regression", 100)}
    assert "logistic" in {a.id for a, _ in suggest_algorithms("multiclass", 100)}
    assert "random_forest" not in {a.id for a, _ in suggest_algorithms("binary", 10**6)}
    assert "hist_gradient_boosting" not in {a.id for a, _ in suggest_algorithms("binary", 100, texts=True)}


def test_quick_algorithms_stand_first():
    def order(*args, **more):
        return [a.id for a, _ in suggest_algorithms(*args, **more)]

    assert order("binary", 1000)[:3] == ["baseline", "logistic", "lightgbm"]
    assert order("binary", 20_000)[:3] == ["baseline", "lightgbm", "logistic"]
    assert order("binary", 1000, texts=True)[:3] == ["baseline", "lightgbm", "logistic"]


def test_gaps_that_may_tell_something_get_a_column():
    def filled(gaps):
        table = typed(a=["" if i < gaps else str(i / 7) for i in range(ROWS)], b=RNG.normal(size=ROWS).round(4))
        return next((o.missing_flag, reason) for o, reason in suggest_steps(table.schema.columns, table.frame) if o.id == "impute_numbers")

    assert filled(0) == (False, "Empty cells, now or in tomorrow's rows, get the column's median.")
    assert filled(2)[0] is False
    told, reason = filled(20)
    assert told
    assert reason.startswith("Up to 10.0% of a column is missing, and a column of its own says where. ")
