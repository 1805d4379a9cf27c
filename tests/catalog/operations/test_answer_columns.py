"""Answers as yes / no columns, by hand."""

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.catalog.operations.answer_columns import AnswerColumns
from tests.frames import make_frame, run, table

FRAME = make_frame(
    {"n": [1.0] * 6}, {"by": ["bus; train", "bus", "train;bus;bus", None, "walk", "; on foot ;"], "or": ["a|b", "b", "b", "b", "a", None]}
)


def test_each_answer_is_a_column():
    found = table(run(AnswerColumns(columns=("by",)), FRAME))
    assert found == {
        "n": [1.0] * 6,
        "by: bus": [1, 1, 1, 0, 0, 0],
        "by: train": [1, 0, 1, 0, 0, 0],
        "or": ["a|b", "b", "b", "b", "a", None],
    }


def test_rare_answers_and_the_most_of_them():
    assert list(table(run(AnswerColumns(columns=("by",), min_rows=3), FRAME))) == ["n", "by: bus", "or"]
    assert list(table(run(AnswerColumns(columns=("or",), separator="|", most=1, keep=True), FRAME))) == ["n", "or: b", "by", "or"]


@pytest.mark.parametrize("params", [{"columns": ()}, {"columns": ("by",), "separator": " "}])
def test_what_is_refused(params):
    with pytest.raises(UserError, match="no column, or no mark"):
        run(AnswerColumns(**params), FRAME)
