"""A proposed recipe is tried on the rows of every fold: what leaves nothing to fit is not proposed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.proposal import propose
from mlops_desktop.engine.pipeline.recipe_trial import fitting_steps
from mlops_desktop.engine.project import Step
from tests.engine.conftest import make_project


def test_a_step_that_leaves_nothing_to_learn_from_is_left_out(tmp_path):
    reasons = []
    for at in range(8):  # the row with a value is in the test part for some of these
        file = tmp_path / f"{at}.csv"
        file.write_text("x,y\n" + "".join(f"{5 if i == at else ''},{i * 7 % 10}.5\n" for i in range(8)), encoding="utf-8")
        made = make_project(tmp_path / str(at), file, "y", ("ridge",))
        reasons.append(propose(made.folder, made.project, Silent())[1].get("steps", ""))
        assert made.project.steps == ()
        for train, _ in made.pipeline.folds:
            assert made.pipeline.fit(made.candidates[0], train).matrix.width
    assert {text.partition(". ")[0] for text in reasons} == {"", "Left out: Drop columns"}


def test_the_step_that_fails_goes_and_the_others_stay(trained):
    pipeline = trained.pipeline
    broken = Step(replace(pipeline.project.steps[0].component, columns=("gone",)))
    project, why = fitting_steps(pipeline.of(replace(pipeline.project, steps=(broken, *pipeline.project.steps))))
    assert project.steps == pipeline.project.steps
    assert "“gone”" in why
    assert fitting_steps(pipeline) == (pipeline.project, "")


def test_without_steps_the_refusal_is_reported(trained):
    pipeline = trained.pipeline
    only = pipeline.project.candidates[1]
    bare = replace(pipeline.project, candidates=(only,), steps=(), encodings={only.id: choices().encodings["as_it_is"]()})
    with pytest.raises(UserError, match="cannot go into a model"):
        fitting_steps(pipeline.of(bare))
