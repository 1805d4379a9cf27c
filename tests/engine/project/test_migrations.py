from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.project.migrations import FORMAT, STEPS, migrate
from mlops_desktop.engine.project.project_file import project_from_json, project_to_json, read_project
from tests.splitters import splitter

OLD = Path(__file__).parents[2] / "data" / "projects"


@pytest.mark.parametrize("number", range(1, FORMAT + 1))
def test_a_project_of_every_format_that_ever_was_opens(number):
    project = read_project(OLD / f"format_{number}")
    assert json.loads((OLD / f"format_{number}" / "project.json").read_text(encoding="utf-8"))["format"] == number
    assert (project.name, project.target, project.positive, project.threshold) == ("Kündigungen", "Churn", "Yes", 0.37)
    assert project.source is not None
    assert project.source.id == "delimited"
    assert [step.on for step in project.steps] == [True, False, True, True]
    assert [(step.component.id, step.on) for step in project.row_filters] == [
        ("drop_duplicates", True),
        ("drop_missing_target", number == 1),
    ]
    assert project_from_json(project_to_json(project)) == project


def test_one_project_is_the_same_in_every_format():
    projects = [read_project(OLD / f"format_{number}") for number in range(1, FORMAT + 1)]
    projects[0] = replace(projects[0], row_filters=projects[1].row_filters)  # the first format had no switch: all of them were on
    projects[2:] = [replace(project, answers={}, sampler=None) for project in projects[2:]]  # new in the third
    notes = projects[3].columns
    assert notes["plan.name=new"].recode == {"premium": "pro", "-": ""}  # new in the fourth
    assert projects[5].columns["plan.name=new"].label == "plan"  # new in the sixth
    for at in range(3, FORMAT):
        plain = {name: replace(note, recode={}, label="") for name, note in projects[at].columns.items()}
        projects[at] = replace(projects[at], columns=plain)
    projects[4:] = [replace(one, refit="all") for one in projects[4:]]  # the default since the fifth
    assert all(project == projects[0] for project in projects)


def test_row_filters_of_the_first_format_were_on():
    filters = migrate({"format": 1, "cleaners": [{"id": "a"}, "b"]})["row_filters"]
    assert filters == [{"id": "a", "on": True}, "b"]
    assert "row_filters" not in migrate({"format": 1})
    for odd in (None, "drop_duplicates", {"id": "a"}):
        with pytest.raises(UserError, match="row_filters"):
            project_from_json({"format": 1, "cleaners": odd})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"method": "random", "test": 0.2, "folds": 5, "gap": 0, "column": ""}, splitter()),
        ({"method": "grouped", "folds": 3, "gap": 4, "column": "shop"}, splitter("grouped", folds=3, column="shop")),
        ({"method": "time", "gap": 4, "test": 0.3}, splitter("time", gap=4, test=0.3)),
        ({"method": "column", "test": 0.3, "column": "part"}, splitter("column", column="part")),
        ({}, splitter()),
    ],
)
def test_the_split_of_the_second_format_is_a_splitter(before, after):
    assert project_from_json({"format": 2, "split": before}).split == after


@pytest.mark.parametrize("split", [{"method": "kfold"}, {"method": 3}, {"sides": 2}, [], {"folds": 1}])
def test_a_split_that_could_not_be_is_refused(split):
    with pytest.raises(UserError, match=r"split"):
        project_from_json({"format": 2, "split": split})


@pytest.mark.parametrize(("document", "refit"), [({"format": 4}, "train"), ({"format": 4, "refit": "all"}, "all"), ({"format": 5}, "all")])
def test_an_older_project_keeps_the_rows_that_its_model_is_fitted_on(document, refit):
    assert project_from_json(document).refit == refit


def test_there_is_a_step_from_every_format_to_the_next():
    assert sorted(STEPS) == list(range(1, FORMAT))


def test_steps_follow_one_another_and_leave_the_old_document_alone():
    steps = {
        1: lambda d: {**{k: v for k, v in d.items() if k != "old"}, "new": d["old"] * 2},
        2: lambda d: {**d, "list": [*d["list"], "third"]},
    }
    document = {"format": 1, "old": 4, "list": ["first"]}
    before = copy.deepcopy(document)
    assert migrate(document, 3, steps) == {"format": 3, "new": 8, "list": ["first", "third"]}
    assert migrate({"format": 2, "list": []}, 3, steps) == {"format": 3, "list": ["third"]}
    assert migrate({"format": 3}, 3, steps) == {"format": 3}
    assert document == before


@pytest.mark.parametrize("number", [None, "1", True, 0, -1, 1.0])
def test_a_document_without_a_format_is_no_project(number):
    with pytest.raises(UserError, match="format"):
        migrate({} if number is None else {"format": number})


def test_a_newer_format_names_both_numbers():
    with pytest.raises(UserError, match=f"newer version .* {FORMAT + 3}.* {FORMAT}"):
        migrate({"format": FORMAT + 3})
