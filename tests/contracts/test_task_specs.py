"""What every kind of task promises: it reads what it says it fits, has metrics, and its default metric is one of them."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.target_columns import TargetColumn
from mlops_desktop.engine.choices import BASELINE, choices, task_spec, tasks
from mlops_desktop.engine.metrics import metrics_for
from mlops_desktop.serving.schema import Column
from tests.frames import make_frame

ROWS = 120
COLUMNS = {
    "two texts": TargetColumn(Column("y", "category"), make_frame(categoricals={"y": ["no", "yes", "no"] * 40})),
    "texts": TargetColumn(Column("y", "category"), make_frame(categoricals={"y": ["a", "b", "c"] * 40})),
    "flags": TargetColumn(Column("y", "boolean"), make_frame({"y": [0.0, 1.0] * 60})),
    "counts": TargetColumn(Column("y", "integer"), make_frame({"y": [float(i % 6) for i in range(ROWS)]})),
    "amounts": TargetColumn(Column("y", "number"), make_frame({"y": [i * 1.5 for i in range(ROWS)]})),
    "days": TargetColumn(Column("y", "date"), make_frame(dates={"y": [f"2024-01-{1 + i % 28:02d}" for i in range(ROWS)]})),
}
FITTING = [(task, name) for task in tasks() for name, column in COLUMNS.items() if task_spec(task).fits(column)]
each_task = pytest.mark.parametrize("task", tasks())


@each_task
def test_it_fits_some_column_and_refuses_another(task):
    assert {name for fitting, name in FITTING if fitting == task}
    assert not task_spec(task).fits(COLUMNS["days"])
    with pytest.raises(UserError) as refused:
        task_spec(task).read(COLUMNS["days"])
    assert refused.value.remedy


@pytest.mark.parametrize(("task", "name"), FITTING)
def test_a_fitting_column_is_read_into_the_declared_shape(task, name):
    spec, column = task_spec(task), COLUMNS[name]
    target = spec.read(column)
    spec.check(target, column.name)
    assert target.task == task
    assert target.values.shape == (ROWS,)
    assert target.values.dtype == (np.intp if spec.has_classes else np.float64)
    assert bool(target.classes) == spec.has_classes
    assert (len(target.classes) == 2) or not spec.has_positive
    assert spec.default_metric(target)[0] in {metric.id for metric in metrics_for(task)}
    assert spec.default_metric(target)[1].endswith(".")
    prior = spec.prior(target)
    assert prior.shape == (max(len(target.classes), 1),)
    assert not spec.has_classes or prior.sum() == pytest.approx(1)
    strata = spec.strata(target)
    assert strata.shape == (ROWS,)
    assert set(np.unique(strata)) == set(range(strata.max() + 1))
    guess = spec.guess(column)
    assert guess is None or (guess[0] > 0 and guess[1].endswith("."))


@each_task
def test_it_can_be_fitted_and_measured(task):
    spec = task_spec(task)
    assert choices().algorithms[BASELINE].supports(spec)
    assert len([one for one in choices().algorithms.values() if one.supports(spec)]) > 1
    ids = [metric.id for metric in metrics_for(task)]
    assert len(ids) == len(set(ids))
    assert set(spec.leading) <= set(ids)
    assert spec.prediction.id == task
    assert spec.label
    assert spec.title
    assert spec.baseline.startswith("always ")


def test_an_unknown_task_is_refused():
    with pytest.raises(UserError, match="There are: binary"):
        task_spec("forecast")
