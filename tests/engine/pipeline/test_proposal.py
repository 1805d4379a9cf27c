"""Proposals: every open decision is filled with a reason; what a person decided stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.importing import import_cells
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.proposal import propose, suggestions
from mlops_desktop.engine.pipeline.recommendations import read_suggestions
from mlops_desktop.engine.project.decisions import ColumnNote, Project, Step
from tests.engine.conftest import make_project
from tests.splitters import splitter


def test_everything_open_is_filled_with_a_reason(trained):
    bare = Project(name="p", data=trained.project.data, source=trained.project.source)
    project, reasons = propose(trained.folder, bare, Silent())
    assert project.target == "species"
    assert project.task == "multiclass"
    assert project.metric
    assert project.steps == ()  # no column is constant, and encodings are for the algorithms
    assert {a.id for a in project.candidates} >= {"baseline", "logistic"}
    assert {"target", "task", "metric", "split"} <= set(reasons)
    assert all(reason.endswith(".") for reason in reasons.values())


def test_what_was_decided_stays(trained):
    mine = replace(trained.project, split=splitter(method="random", folds=3), metric="accuracy")
    project, reasons = propose(trained.folder, mine, Silent())
    assert project == mine
    assert not reasons


def test_another_target_gets_what_it_needs(trained):
    other = replace(trained.project, target="sex", task=None, steps=(), candidates=(), split=splitter())
    project, reasons = propose(trained.folder, other, Silent())
    assert project.task == "binary"
    assert project.positive in ("FEMALE", "MALE")
    assert "drop_missing_target" in {step.component.id for step in project.row_filters}
    assert "rows have no value" in reasons["row_filters"]
    off = replace(project, target="sex", row_filters=(replace(project.row_filters[0], on=False),))
    assert propose(trained.folder, off, Silent())[0].row_filters == project.row_filters  # it cannot stay off
    known = Step(choices().row_filters.read({"id": "filter_rows", "params": {"condition": "not is_missing(sex)"}}))
    kept = replace(off, row_filters=(*off.row_filters, known))
    assert propose(trained.folder, kept, Silent())[0].row_filters == kept.row_filters  # another one sees to these rows


def test_what_was_suggested_is_kept_with_its_reasons(trained, copy_of):
    made = copy_of(trained, target="sex", task=None, positive=None, steps=(), candidates=(), split=splitter())
    project, reasons = propose(made.folder, made.project, Silent())
    pipeline = Pipeline(made.folder, project)
    found = read_suggestions(pipeline.store, pipeline.keys.suggestions)
    assert [component.id for component, _ in found] == ["drop_missing_target", *(step.component.id for step in project.steps)]
    assert found[0][1] == reasons["row_filters"]
    assert [f"{component.label}: {why}" for component, why in found[1:]] == [reasons[f"steps.{i}"] for i in range(len(project.steps))]
    pipeline.store.clear()
    assert suggestions(Pipeline(made.folder, project)) == found
    assert pipeline.keys.suggestions in pipeline.store


def visits(folder: Path, sick) -> Path:
    """A file of 20 patients with 5 visits each, and whether they fell ill."""
    rows = [f"P{i // 5:02},{(i * 37) % 101 / 10},{'yes' if sick(i // 5) else 'no'}" for i in range(100)]
    file = folder / "visits.csv"
    file.write_text("patient_id,marker,relapse\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return file


def test_rows_of_one_patient_stay_on_one_side(tmp_path):
    made = make_project(tmp_path / "p", visits(tmp_path, lambda patient: patient % 2), "relapse", ("baseline",))
    assert made.project.columns == {"patient_id": ColumnNote(role="group")}
    assert made.project.split.id == "grouped"
    assert made.pipeline.folds


def test_groups_that_cannot_stay_together_are_reported(tmp_path):
    found = import_cells(tmp_path, visits(tmp_path, lambda patient: patient == 3), Project(name="p", target="relapse"), Silent())
    project, reasons = propose(tmp_path, found.project, Silent())
    assert project.split.id == "stratified"
    assert "Whole groups cannot stay together" in reasons["split"]
    assert Pipeline(tmp_path, project).folds


def test_the_target_may_look_like_an_identifier(tmp_path):
    file = tmp_path / "ranks.csv"
    file.write_text("x,rank\n" + "".join(f"{(i * 37) % 101},{i}\n" for i in range(1, 61)), encoding="utf-8")
    made = make_project(tmp_path / "p", file, "rank", ("baseline",))
    assert (made.project.task, made.project.columns) == ("regression", {})
    assert made.pipeline.everything.target.values.tolist() == list(range(1, 61))


def test_a_target_of_tick_boxes_has_two_classes(tmp_path):
    file = tmp_path / "ticks.csv"
    file.write_text("age,news\n" + "".join(f"{20 + i % 50},{'x' if i % 3 else ''}\n" for i in range(90)), encoding="utf-8")
    found = import_cells(tmp_path / "p", file, Project(name="p", target="news"), Silent())
    project, reasons = propose(tmp_path / "p", found.project, Silent())
    assert (project.task, project.positive) == ("binary", "yes")
    assert project.columns["news"].recode[""] == "no"
    assert "“x” or nothing" in reasons["recode.news"]


def test_numbers_far_below_all_others_are_read_as_missing(tmp_path):
    rng = np.random.default_rng(0)
    file = tmp_path / "sensors.csv"
    lines = [
        f"{20 + rng.normal():.1f},{-200 if i % 9 == 0 else 1 + rng.random():.1f},"
        f"{-200 if i % 7 == 0 else 5 + rng.random():.1f},{-100 if i % 5 == 0 else rng.normal():.1f},{99999 if i % 9 else i}\n"
        for i in range(300)
    ]
    file.write_text("warm,gas,ozone,return,most\n" + "".join(lines), encoding="utf-8")
    found = import_cells(tmp_path / "p", file, Project(name="p", target="gas"), Silent())
    project, reasons = propose(tmp_path / "p", found.project, Silent())
    assert {name: note.missing for name, note in project.columns.items() if note.missing} == {"gas": ("-200",), "ozone": ("-200",)}
    assert "34 cells of “gas” hold -200" in reasons["missing.gas"]
    assert Pipeline(tmp_path / "p", project).everything.target.values.min() > 0
    mine = replace(found.project, columns={"gas": ColumnNote(missing=("none",))})
    assert "missing.gas" not in propose(tmp_path / "p", mine, Silent())[1]


def test_a_role_of_a_person_is_kept(trained):
    mine = replace(trained.project, columns={"island": ColumnNote(role="group")}, split=splitter())
    project, reasons = propose(trained.folder, mine, Silent())
    assert project.columns["island"].role == "group"
    assert project.split.id == "grouped"
    assert "split" in reasons


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"target": "sex", "task": "binary", "positive": "maybe"}, "“maybe” is not a class of “sex”"),
        ({"target": "sex", "task": "binary", "positive": True}, "“true” is not a class of “sex”"),
        ({"positive": "Gentoo"}, "Only a target of two classes"),
        ({"metric": "r2"}, "“r2” is not a metric for a multiclass task"),
        ({"task": None, "metric": "nothing"}, "no metric “nothing”"),
    ],
)
def test_what_a_person_decided_is_refused_where_it_cannot_hold(trained, changes, message):
    with pytest.raises(UserError, match=message):
        propose(trained.folder, replace(trained.project, **changes), Silent())


def test_an_unknown_target_is_named_with_what_there_is(trained):
    with pytest.raises(UserError, match="no column “nothing”"):
        propose(trained.folder, replace(trained.project, target="nothing"), Silent())
