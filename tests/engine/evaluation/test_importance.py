import json

import numpy as np
import pytest

from mlops_desktop.base.families import Target
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.evaluation.importance import MOST_ROWS, permutation_importance
from mlops_desktop.engine.evaluation.results import ColumnImportance, Importance
from mlops_desktop.engine.project import from_json, to_json
from mlops_desktop.serving.frame import Frame
from mlops_desktop.serving.models.linear import Linear
from mlops_desktop.serving.schema import Column, Schema
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.serving.transforms.date_parts import DateParts
from mlops_desktop.serving.transforms.drop_columns import DropColumns
from mlops_desktop.serving.transforms.ordinal import Ordinal

DAY = 86_400_000_000


def problem(rows: int, *, task: str = "regression") -> tuple[Scorer, Frame, Target]:
    """A model of two numbers, a word and a date's weekday; “unused” reaches the model with weight 0, “dropped” does not reach it."""
    rng = np.random.default_rng(0)
    names = ("strong", "weak", "unused", "dropped")
    columns = [Column(name, "number") for name in names] + [Column("word", "category"), Column("day", "date")]
    schema = Schema(tuple(columns))
    numbers = rng.normal(size=(rows, 4))
    codes = rng.integers(0, 2, (rows, 1)).astype(np.intp)
    dates = rng.integers(0, 400, (rows, 1)).astype(np.int64) * DAY
    frame = Frame(schema.layout(), rows, numbers, codes, (("no", "yes"),), dates)
    for array in (numbers, codes, dates):
        array.setflags(write=False)
    transforms = (
        DropColumns(("dropped",)),
        Ordinal(("word",), ({"no": 0, "yes": 1},), -1.0, -1.0),
        DateParts(("day",), (("weekday",),), (("day_weekday",),), (0,)),
    )
    weights = np.array([[3.0], [0.5], [0.0], [2.0], [0.2]])
    binary = task == "binary"
    model = Linear(weights, np.array([0.0]), "sigmoid" if binary else "identity")
    classes, positive = (("no", "yes"), 1) if binary else ((), None)
    scorer = Scorer.of_model("m", "1", task, "y", schema, transforms, model, classes, positive, 0.5 if binary else None)
    assert scorer.feature_names[:4] == ("strong", "weak", "unused", "word")
    scores = scorer.scores(frame)
    values = (scores[:, 1] > 0.5).astype(np.intp) if binary else scores
    return scorer, frame, Target(task, values, classes)


def test_order_and_exact_zeros():
    scorer, frame, target = problem(400)
    found = permutation_importance(scorer, frame, target, "neg_mean_absolute_error", 3, 0, Silent())
    assert from_json(Importance, json.loads(json.dumps(to_json(found), allow_nan=False))) == found
    assert (found.rows, found.of, found.score) == (400, 400, 0.0)
    by_name = {row.column: row for row in found.columns}
    assert found.columns[0].column == "strong"
    assert by_name["strong"].mean > by_name["word"].mean > by_name["weak"].mean > 0
    assert by_name["day"].mean > 0
    for name in ("unused", "dropped"):
        assert by_name[name] == ColumnImportance(name, 0.0, 0.0, used=False)


def test_equals_shuffling_by_hand_and_leaves_the_frame_alone():
    scorer, frame, target = problem(60)
    found = permutation_importance(scorer, frame, target, "neg_mean_absolute_error", 1, 7, Silent())
    order = np.random.default_rng([7, 6, 0]).permutation(60)
    moved = np.abs(3.0 * (np.float32(frame.numbers[order, 0]) - np.float32(frame.numbers[:, 0]))).mean()
    assert found.columns[0].mean == pytest.approx(moved, rel=1e-6)
    assert permutation_importance(scorer, frame, target, "neg_mean_absolute_error", 1, 7, Silent()) == found


def test_binary_by_auc():
    scorer, frame, target = problem(500, task="binary")
    found = permutation_importance(scorer, frame, target, "roc_auc", 2, 0, Silent())
    assert found.score == 1.0
    assert found.columns[0].column == "strong"
    assert found.columns[0].mean > 0.2


def test_undefined_metric_gives_none_and_never_crashes():
    scorer, frame, target = problem(100, task="binary")
    here = np.flatnonzero(target.values == 1)
    found = permutation_importance(scorer, frame.take(here), target.take(here), "roc_auc", 2, 0, Silent())
    assert found.score is None
    by_name = {row.column: row.mean for row in found.columns}
    assert by_name["strong"] is None
    assert by_name["unused"] == 0.0
    one = permutation_importance(scorer, frame.take(here[:1]), target.take(here[:1]), "accuracy", 2, 0, Silent())
    assert all(row.mean == 0.0 for row in one.columns)


def test_many_rows_are_sampled_and_the_sample_is_reported():
    scorer, frame, target = problem(MOST_ROWS + 1000)
    found = permutation_importance(scorer, frame, target, "r2", 1, 0, Silent())
    assert (found.rows, found.of) == (MOST_ROWS, MOST_ROWS + 1000)


def test_zero_repeats_are_refused_and_a_stop_is_obeyed():
    scorer, frame, target = problem(20)
    with pytest.raises(ValueError, match="repeat"):
        permutation_importance(scorer, frame, target, "r2", 0, 0, Silent())

    class Stopped:
        def step(self, fraction: float, message: str = "") -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        permutation_importance(scorer, frame, target, "r2", 1, 0, Stopped())
