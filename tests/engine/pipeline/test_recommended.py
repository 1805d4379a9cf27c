"""Suggested steps and algorithms suit the table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.base.families import Dataset, Target
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.table import Table
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.pipeline import recommended
from mlops_desktop.engine.pipeline.recommended import suggest_algorithms, suggest_steps
from mlops_desktop.engine.pipeline.step_fitting import fit_steps
from mlops_desktop.serving.frame import Frame, Layout
from mlops_desktop.serving.schema import Column
from tests.imported import cells_of

ROWS = 200
RNG = np.random.default_rng(0)


def typed(**columns: object) -> Table:
    cells = pd.DataFrame({name: [str(v) for v in values] for name, values in columns.items()}, dtype=object)
    return type_cells(cells_of(cells), {}, Silent())


def test_only_what_is_about_the_data_is_suggested():
    table = typed(
        number=["" if i < 20 else str(i / 7) for i in range(ROWS)],
        city=RNG.choice(["Rome", "Oslo", "Bern"], ROWS),
        when=pd.date_range("2020-01-01", periods=ROWS).strftime("%Y-%m-%d"),
        always=["same"] * ROWS,
        never=[""] * ROWS,
    )
    found = suggest_steps(table.schema.columns, table.frame, np.arange(table.rows))
    wanted = [("drop_columns", ("always", "never")), ("date_parts", ("when",))]
    assert [(operation.id, operation.columns) for operation, _ in found] == wanted
    assert all(reason.endswith(".") for _, reason in found)
    assert suggest_steps([c for c in table.schema.columns if c.name in ("number", "city")], table.frame, np.arange(table.rows)) == []


def test_a_time_of_day_gives_its_hour_alone():
    table = typed(clock=[f"{i % 24:02}:00:00" for i in range(ROWS)], when=pd.date_range("2020-01-01", periods=ROWS).strftime("%Y-%m-%d"))
    (of_clock, _), (of_dates, _) = suggest_steps(table.schema.columns, table.frame, np.arange(table.rows))
    assert (of_clock.columns, of_dates.columns) == (("clock",), ("when",))
    made = of_clock.fit(Dataset(table.frame, Target("regression", np.zeros(ROWS))), Silent())[0]
    assert made.names == (("clock: hour", "clock: hour sin", "clock: hour cos"),)


@pytest.mark.parametrize(("late", "is_clock"), [(0, True), (10**15, False)])
def test_one_day_below_times_of_day_makes_dates_of_all(late, is_clock, monkeypatch):
    monkeypatch.setattr(recommended, "_FIRST_ROWS", 10)
    times = np.full((ROWS, 1), 5_000_000)
    times[-1] = late
    frame = Frame(Layout(dates=("at",)), ROWS, np.empty((ROWS, 0)), np.empty((ROWS, 0), dtype=np.intp), (), times)
    ((step, _),) = suggest_steps([Column("at", "date")], frame, np.arange(ROWS))
    assert step.year is not is_clock


def test_a_day_and_a_time_that_are_named_alike_are_one_date_with_one_hour():
    table = typed(
        **{
            "Start date": pd.date_range("2020-01-01", periods=ROWS).strftime("%Y-%m-%d"),
            "Start time": [f"{i % 24:02}:00:00" for i in range(ROWS)],
        }
    )
    frame = table.frame
    steps = [step for step, _ in suggest_steps(table.schema.columns, frame, np.arange(table.rows))]
    assert [step.id for step in steps] == ["compose_date", "date_parts"]
    fitted = fit_steps(tuple(steps), Dataset(frame, Target("regression", np.zeros(ROWS))), Silent())
    names = fitted.dataset.frame.layout.names()
    assert [name for name in names if name.endswith("hour")] == ["Start date Start time: hour"]
    assert not {"Start date", "Start time"} & set(names)


def test_algorithms_fit_task_and_size():
    assert "ridge" in {a.id for a, _ in suggest_algorithms("regression", 100)}
    assert "logistic" in {a.id for a, _ in suggest_algorithms("multiclass", 100)}
    assert "random_forest" not in {a.id for a, _ in suggest_algorithms("binary", 10**6)}
    assert "hist_gradient_boosting" not in {a.id for a, _ in suggest_algorithms("binary", 100, texts=True)}


def test_quick_algorithms_come_first():
    def order(*args, **more):
        return [a.id for a, _ in suggest_algorithms(*args, **more)]

    assert order("binary", 1000)[:3] == ["baseline", "logistic", "lightgbm"]
    assert order("binary", 20_000)[:3] == ["baseline", "lightgbm", "logistic"]
    assert order("binary", 1000, texts=True)[:3] == ["baseline", "lightgbm", "logistic"]
