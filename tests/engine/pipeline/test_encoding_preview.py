"""Each algorithm's encoding on the sample of a preview: its operations, its width, and why it cannot be."""

from __future__ import annotations

from dataclasses import replace

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.preview_results import MatrixSize
from mlops_desktop.engine.pipeline.preview_session import preview


def ask(made, **changes):
    decided = {"steps": (), "encodings": {}, **changes}
    return preview(Pipeline(made.folder, replace(made.project, **decided)), -1, -1, Silent())


def test_algorithms_of_one_encoding_are_grouped(trained):
    answer = ask(trained)
    by_first = {one.algorithms[0]: one for one in answer.encodings}
    assert by_first["logistic"].operations == ("One-hot encoding", "Fill missing numbers", "Scale numbers")
    assert by_first["decision_tree"].operations == ("Ordinal encoding",)
    assert (by_first["decision_tree"].width, by_first["logistic"].width) == (6, 10)
    assert answer.matrix == MatrixSize(least=6, width=10, error="")
    assert not any(one.pinned for one in answer.encodings)


def test_a_pinned_encoding_is_marked_with_why_it_cannot_be_done(trained):
    as_it_is = choices().encodings["as_it_is"]()
    (one,) = ask(trained, encodings={"*": as_it_is}).encodings
    assert one.algorithms == ("baseline", "logistic", "decision_tree")
    assert one.pinned
    assert one.width is None
    assert "island" in one.error


def test_without_algorithms_the_encoding_that_suits_any_is_shown(trained):
    (one,) = ask(trained, candidates=()).encodings
    assert (one.algorithms, one.encoding.id) == ((), "one_hot_scaled")
