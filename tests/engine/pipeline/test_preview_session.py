"""A recipe tried on a sample: every step's outcome, faults on the step, what comes out, and what is kept between two questions."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset
from mlops_desktop.base.job import Silent
from mlops_desktop.base.selection import Selection
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline import preview_session
from mlops_desktop.engine.pipeline.consistency import uses_names
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.preview_results import ColumnRanking, MatrixSize, RecipePreview, RowFilterPreview
from mlops_desktop.engine.pipeline.preview_session import preview, rank, refuse_failing_steps, session_of
from mlops_desktop.engine.pipeline.recommendations import read_suggestions
from mlops_desktop.engine.pipeline.recommended import operation
from mlops_desktop.engine.project.decisions import Step
from mlops_desktop.engine.project.serialization import from_json, to_json

SELECTIONS = sorted(id_ for id_, member in choices().operations.items() if issubclass(member, Selection))


def ask(made, at: int = -1, row_filter: int = -1, **changes: object):
    answer = preview(Pipeline(made.folder, replace(made.project, **changes)), at, row_filter, Silent())
    assert from_json(RecipePreview, json.loads(json.dumps(to_json(answer), allow_nan=False))) == answer
    return answer


def test_every_step_has_its_outcome(trained):
    answer = ask(trained, 0)
    assert answer.problem == ""
    assert answer.rows.table == 344
    assert answer.rows.sample == answer.rows.train == trained.pipeline.train.frame.rows
    assert [step.error for step in answer.steps] == [""] * len(trained.project.steps)
    width = trained.pipeline.fit(trained.candidates[0]).matrix.width
    assert answer.matrix == MatrixSize(width, width, "")
    layout = trained.pipeline.train.frame.layout
    assert answer.columns == tuple((name, layout.kind(name)) for name in layout.names())
    assert answer.step.gone == 2
    assert {one.side for one in answer.step.rows} == {"before", "after"}


def test_an_error_is_shown_on_its_step_and_later_steps_wait(trained):
    broken = Step(operation("formula", name="x", formula="nothing + 1"))
    answer = ask(trained, 2, steps=(trained.project.steps[0], broken, *trained.project.steps[1:]))
    assert answer.steps[0].error == ""
    assert "nothing" in answer.steps[1].error
    assert [step.waits for step in answer.steps] == [False, False, True, True]
    assert answer.step is None
    assert answer.matrix == MatrixSize(None, None, "")
    assert answer.encodings == ()


def test_an_empty_recipe_names_what_cannot_go_into_a_model(trained):
    answer = ask(trained, steps=())
    assert "island" in answer.matrix.error
    assert answer.columns[0][1] == "number"


def test_a_step_that_is_off_is_shown_as_if_it_were_on(trained):
    off = (Step(trained.project.steps[0].component, on=False),)
    answer = ask(trained, 0, steps=off)
    assert answer.step.gone == 2
    assert not answer.steps[0].on
    assert "island" in answer.matrix.error


def test_row_filters_count_the_rows_they_take_and_show_some(trained):
    rule = choices().row_filters.read({"id": "filter_rows", "params": {"condition": 'island = "Dream"'}})
    answer = ask(trained, -1, 0, row_filters=(Step(rule),))
    assert answer.row_filters == (RowFilterPreview(on=True, error="", gone=344 - answer.rows.kept),)
    assert len(answer.filtered_out.numbers) == 20
    assert answer.filtered_out.columns[0].name == "island"
    assert "Dream" not in answer.filtered_out.columns[0].cells
    wrong = choices().row_filters.read({"id": "filter_rows", "params": {"condition": "nothing > 1"}})
    assert "nothing" in ask(trained, -1, 0, row_filters=(Step(wrong),)).row_filters[0].error
    none = choices().row_filters.read({"id": "filter_rows", "params": {"condition": "body_mass_g < 0"}})
    assert "no row" in ask(trained, -1, 0, row_filters=(Step(none),)).problem


FORMULA = operation("formula", name="area", formula="wingspan + 1")


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([operation("interactions"), operation("scale", columns=["wingspan"])], "needs the column “wingspan”"),
        ([operation("drop_columns", columns=["bill_length_mm"]), operation("scale", columns=["bill_length_mm"])], "bill_length_mm"),
        ([operation("scale", columns=["island"])], "cannot use the column “island”"),
        ([FORMULA], "wingspan"),
    ],
)
def test_a_step_that_cannot_be_done_is_refused_unless_it_could_not_before(trained, steps, message):
    project = replace(trained.project, steps=tuple(map(Step, steps)))
    changed = replace(project, steps=(*project.steps, Step(operation("scale"))))
    assert uses_names(project)
    with pytest.raises(UserError, match=message):
        refuse_failing_steps(Pipeline(trained.folder, project), trained.project, Silent())
    refuse_failing_steps(Pipeline(trained.folder, changed), project, Silent())
    refuse_failing_steps(Pipeline(trained.folder, replace(project, task=None)), trained.project, Silent())  # cannot be tried yet


def test_a_row_filter_that_cannot_be_done_is_refused(trained):
    wrong = choices().row_filters.read({"id": "filter_rows", "params": {"condition": "nothing > 1"}})
    project = replace(trained.project, row_filters=(Step(wrong),))
    assert uses_names(project)
    with pytest.raises(UserError, match="nothing"):
        refuse_failing_steps(Pipeline(trained.folder, project), trained.project, Silent())


def test_a_row_filter_that_is_off_takes_nothing_and_counts_what_it_would_take(trained):
    read = choices().row_filters.read
    first = Step(read({"id": "filter_rows", "params": {"condition": 'island != "Torgersen"'}}))
    off = Step(read({"id": "filter_rows", "params": {"condition": 'island = "Dream"'}}), on=False)
    answer = ask(trained, -1, 1, row_filters=(first, off))
    codes, levels = trained.pipeline.table.frame.categorical("island")
    dream = int((codes == levels.index("Dream")).sum())
    assert answer.row_filters[1] == RowFilterPreview(on=False, error="", gone=answer.rows.kept - dream)
    assert answer.rows.kept == ask(trained, -1, 0, row_filters=(first,)).rows.kept
    assert len(answer.filtered_out.numbers) == 20
    assert ask(trained, 0, -1, row_filters=(first, off)).row_filters[1].gone == 0  # not asked for
    wrong = Step(read({"id": "filter_rows", "params": {"condition": "nothing > 1"}}), on=False)
    answer = ask(trained, 0, 0, row_filters=(wrong,))
    assert "nothing" in answer.row_filters[0].error
    assert answer.problem == ""


def test_what_is_suggested_is_in_the_store_afterwards(trained, copy_of):
    made = copy_of(trained, seed=4711)
    assert made.pipeline.keys.suggestions not in made.pipeline.store
    ask(made, 0)
    found = read_suggestions(made.pipeline.store, made.pipeline.keys.suggestions)
    assert found == ()


def test_what_did_not_change_is_not_tried_again(trained, monkeypatch):
    steps = trained.project.steps
    ask(trained, 0)
    tried: list[str] = []
    attempt = preview_session.PreviewSession.fit_step
    monkeypatch.setattr(
        preview_session.PreviewSession, "fit_step", lambda self, step, *rest: tried.append(step.id) or attempt(self, step, *rest)
    )
    ask(trained, 2)
    assert tried == []
    ask(trained, 2, steps=(*steps[:2], Step(operation("scale", method="robust"))))
    assert tried == ["scale"]


def test_a_large_table_is_sampled(trained, monkeypatch):
    monkeypatch.setattr(preview_session, "ROWS", 100)
    monkeypatch.setattr(preview_session, "_kept", None)
    assert ask(trained).rows.sample == 100
    monkeypatch.setattr(preview_session, "_kept", None)


def test_a_selection_lists_what_it_decided(trained):
    chosen = operation("select_mutual_information", keep_by="count", count=3, forced_out=["island"], forced_in=["sex = MALE"])
    steps = (*trained.project.steps, Step(chosen))
    scored = ask(trained, len(steps) - 1, steps=steps).step.scored
    kept = [one.name for one in scored if one.kept]
    assert len(kept) == 3
    assert {one.reason for one in scored if one.name.startswith("island")} == {"always left out"}
    assert next(one.reason for one in scored if one.name == "sex = MALE") == "always kept"
    scores = [one.score for one in scored if one.score is not None]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("id_", SELECTIONS)
def test_scores_depend_on_nothing_but_what_is_declared(trained, id_):
    """A preview does not find the scores again when another parameter changes, so they may not depend on it."""
    session = session_of(trained.pipeline)
    frame = session.results([step.component for step in trained.project.steps], Silent())[-1].after
    member = choices().operations[id_]
    before = member().scores(Dataset(frame, session.dataset.target))
    for name, param in member.params().items():
        if name in (*member.scored_by, "forced_in", "forced_out"):
            continue
        options = getattr(param, "options", None)
        low = getattr(param, "low", None)
        value = list(options)[-1] if options else min(low + 1, param.high) if low is not None else not getattr(member(), name)
        if value is not None:
            assert member(**{name: value}).scores(Dataset(frame, session.dataset.target)) == before, name


@pytest.mark.parametrize("id_", SELECTIONS)
def test_columns_are_ranked_by_every_selection(trained, id_):
    answer = rank(trained.pipeline, id_, -1, Silent())
    assert from_json(ColumnRanking, json.loads(json.dumps(to_json(answer), allow_nan=False))) == answer
    assert answer.problem == ""
    assert len(answer.scores) == trained.pipeline.fit(trained.candidates[0]).matrix.width
    assert all(a[1] >= b[1] - 1e-9 for a, b in pairwise(answer.scores))
    assert answer.unscored == ()
    early = rank(trained.pipeline, id_, 0, Silent())
    assert {name for name, _ in early.scores} == set(trained.pipeline.features)
    assert early.unscored == ()


def test_a_ranking_that_is_none_is_refused(trained):
    with pytest.raises(UserError, match="no ranking"):
        rank(trained.pipeline, "scale", -1, Silent())
