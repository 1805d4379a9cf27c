from __future__ import annotations

from dataclasses import fields, replace

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.project.assignments import apply_changes, field_names, set_field
from mlops_desktop.engine.project.decisions import ColumnNote, Costs, Project, Step
from mlops_desktop.engine.project.project_file import project_from_json, project_to_json
from tests.splitters import splitter

BASE = Project(target="y", columns={"a": ColumnNote(unit="cm")}, costs=Costs(true_positive=-1.0))


def after(*texts, project=BASE, columns=None):
    for text in texts:
        project = set_field(project, text, columns)
    return project


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("name=Größe", "name", "Größe"),
        ("name=2020", "name", "2020"),
        ("name=true", "name", "true"),
        ('name="in quotes"', "name", "in quotes"),
        ('name="open', "name", '"open'),
        ("name=", "name", ""),
        ("target=a=b", "target", "a=b"),
        ("target=2020", "target", "2020"),
        ("task=regression", "task", "regression"),
        ("task=", "task", None),
        ("task=null", "task", None),
        ("positive=Yes", "positive", "Yes"),
        ("positive=1", "positive", 1),
        ("positive=0.5", "positive", 0.5),
        ("positive=true", "positive", True),
        ('positive="1"', "positive", "1"),
        ("positive=", "positive", None),
        ("metric=roc_auc", "metric", "roc_auc"),
        ("threshold=0.3", "threshold", 0.3),
        ("threshold=1", "threshold", 1.0),
        ("threshold=null", "threshold", None),
        ("seed=7", "seed", 7),
        ("seed=", "seed", 0),
        ("refit=train", "refit", "train"),
        ("refit=", "refit", "all"),
        ("chosen=12345678", "chosen", "12345678"),
        ("costs=null", "costs", None),
        ('split={"method": "grouped", "column": "g"}', "split", splitter(method="grouped", column="g")),
        ("split=grouped", "split", splitter("grouped")),
        ('split={"id": "time", "params": {"gap": 2}}', "split", splitter("time", gap=2)),
        ("split=", "split", splitter()),
        ('consent=["knn"]', "consent", frozenset({"knn"})),
        ("consent=knn", "consent", frozenset({"knn"})),
        ("consent=", "consent", frozenset()),
    ],
)
def test_a_field_takes_its_value(text, field, value):
    found = getattr(after(text), field)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "group", "part", "value"),
    [
        ("split.folds=10", "split", "folds", 10),
        ("split.test=", "split", "test", 0.2),
        ("search.method=grid", "search", "method", "grid"),
        ("search.trials=12", "search", "trials", 12),
        ("search.seconds=null", "search", "seconds", None),
        ("goals.score=0.8", "goals", "score", 0.8),
        ("goals.score=-3", "goals", "score", -3.0),
        ("goals.response_ms=5", "goals", "response_ms", 5.0),
        ("goals.cost=", "goals", "cost", None),
        ("costs.false_negative=5", "costs", "false_negative", 5.0),
        ("costs.false_negative=null", "costs", "false_negative", 0.0),
        ("brief.statement=Who = leaves?", "brief", "statement", "Who = leaves?"),
        ("brief.data_kind=time", "brief", "data_kind", "time"),
    ],
)
def test_a_part_of_a_group_takes_its_value_and_the_others_stay(text, group, part, value):
    project = after(text)
    assert getattr(getattr(project, group), part) == value
    assert project.costs.true_positive == -1.0


def test_costs_begin_with_the_first_of_them():
    assert after("costs.false_negative=5", project=Project()).costs == Costs(false_negative=5.0)


@pytest.mark.parametrize(
    ("text", "column", "note"),
    [
        ("roles.id=id", "id", ColumnNote(role="id")),
        ("roles.a.b=c=id", "a.b=c", ColumnNote(role="id")),
        ('roles."a=b"=id', "a=b", ColumnNote(role="id")),
        ("types.d=date", "d", ColumnNote(type="date")),
        ("units.s=m/s=x", "s", ColumnNote(unit="m/s=x")),
        ('units."a=b"=kg', "a=b", ColumnNote(unit="kg")),
        ("descriptions.s=5", "s", ColumnNote(description="5")),
        ('levels.s=["low", "high"]', "s", ColumnNote(levels=("low", "high"))),
        ("levels.s=[1, 2.50]", "s", ColumnNote(levels=("1", "2.50"))),
        ("levels.s=low, high", "s", ColumnNote(levels=("low", "high"))),
        ("missing.s=-200", "s", ColumnNote(missing=("-200",))),
        ("roles.a=ignore", "a", ColumnNote(role="ignore", unit="cm")),
    ],
)
def test_notes_on_a_column(text, column, note):
    assert after(text).columns[column] == note


def test_a_note_that_says_nothing_is_dropped():
    assert after("units.a=").columns == {}
    assert after("roles.b=id", "roles.b=").columns == BASE.columns


def test_the_role_of_the_target_is_the_target():
    assert after("roles.b=id", "roles.b=target").target == "b"
    assert "b" not in after("roles.b=id", "target=b").columns
    with pytest.raises(UserError, match="column to predict"):
        after("roles.y=id")


def test_lists_are_replaced_and_added_to():
    project = after("steps=scale", 'steps+={"id": "one_hot", "on": false}', 'steps+=[{"id": "pca"}, "scale"]')
    assert [(s.component.id, s.on) for s in project.steps] == [("scale", True), ("one_hot", False), ("pca", True), ("scale", True)]
    assert after("steps=[]", project=project).steps == after("steps=", project=project).steps == ()
    project = after("algorithms=ridge, knn", 'candidates+={"id": "lightgbm", "params": {"n_estimators": 50}}')
    assert [a.id for a in project.candidates] == ["ridge", "knn", "lightgbm"]
    assert project.candidates[2].n_estimators == 50
    assert [c.component.id for c in after("cleaners+=drop_duplicates", "cleaners+=drop_missing_target").row_filters] == [
        "drop_duplicates",
        "drop_missing_target",
    ]
    project = after('row_filters={"id": "drop_duplicates", "on": false}', "cleaners+=drop_missing_target")
    assert [(s.component.id, s.on) for s in project.row_filters] == [("drop_duplicates", False), ("drop_missing_target", True)]
    assert after("consent+=knn", "consent+=knn").consent == {"knn"}
    assert after("source=excel").source.id == "excel"
    assert after("loader=excel").source.id == "excel"  # its name before format 3
    assert after("source=excel", "source=").source is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "FIELD=VALUE"),
        ("target", "FIELD=VALUE"),
        ("=x", "FIELD=VALUE"),
        ("+=x", "FIELD=VALUE"),
        ("targt=x", "Did you mean “target”"),
        ("folds=5", "Did you mean “split.folds”"),
        ("split.fold=5", "Did you mean “folds”"),
        ("split.folds=1", "from 2 to 100"),
        ("split.folds=5.5", "whole number"),
        ("split.folds=many", "split.folds"),
        ("split.test=1", "from 0.01 to 0.9"),
        ("split=sorted", "splitter “sorted”"),
        ("split.method=sorted", "stratified"),
        ("split.gap=3", "setting of the split “random”"),
        ("search.trials=0", "search.trials"),
        ("search.seconds=-1", "search.seconds"),
        ("goals.response_ms=0", "goals.response_ms"),
        ("costs.false_negative=NaN", "costs.false_negative"),
        ("threshold=1.1", "from 0 to 1"),
        ("threshold=half", "threshold"),
        ("seed=-1", "seed"),
        ("task=clustering", "binary, multiclass, regression"),
        ("metric=auc", "roc_auc"),
        ("consent=nobody", "nobody"),
        ("algorithms=xgboots", "xgboots"),
        ("steps={", "operation"),
        ('steps={"id": "scale", "params": {"method": "odd"}}', "standard"),
        ('row_filters={"id": "drop_duplicates", "on": "no"}', "row_filters[0].on"),
        ("row_filters=scale", "There is no row filter “scale”"),
        ("target+=x", "list"),
        ("data=x", "update"),
        ("columns=x", "roles.COLUMN"),
        ("roles.=id", "roles.COLUMN"),
        ("roles.a", "FIELD=VALUE"),
        ("roles.a=boss", "feature, target"),
        ("types.a=float", "number, integer"),
        ("positive=[1]", "positive"),
        ("name=\udcff", "broken"),
        ("algorithms=" + "[" * 100_000, "algorithm"),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(text, named):
    with pytest.raises(UserError) as caught:
        after(text)
    assert named in str(caught.value)
    assert caught.value.remedy


def test_names_of_columns_are_checked_when_they_are_known():
    columns = ["a", "b", "y"]
    assert after("target=b", "roles.a=id", columns=columns).target == "b"
    for text in ("target=c", "roles.c=id", "units.c=cm"):
        with pytest.raises(UserError, match="no column"):
            after(text, columns=columns)


def test_every_field_of_a_project_can_be_decided():
    heads = {name.partition(".")[0] for name in field_names()} | {"file", "data", "columns", "answers"}
    assert {f.name for f in fields(Project)} <= heads
    notes = {"roles": "role", "types": "type", "units": "unit", "descriptions": "description", "levels": "levels"}
    notes.update(missing="missing", recode="recode", labels="label")
    assert set(notes) <= heads
    assert set(notes.values()) == {f.name for f in fields(ColumnNote)}


def test_what_is_set_can_be_saved_and_opened():
    texts = [
        "task=binary",
        "positive=1",
        "roles.k=id",
        "steps=scale",
        "algorithms=ridge",
        "split.folds=3",
        "costs.false_negative=2",
        "consent=knn",
    ]
    project = after(*texts)
    assert project_from_json(project_to_json(project)) == project


def test_fixes_of_findings():
    fix = {"role": {"c": "ignore", "d": "id"}, "type": {"e": "category"}, "row_filter": {"id": "drop_duplicates"}, "step": {"id": "scale"}}
    project = apply_changes(BASE, fix)
    assert {name: (note.role, note.type) for name, note in project.columns.items()} == {
        "a": (None, None), "c": ("ignore", None), "d": ("id", None), "e": (None, "category"),
    }  # fmt: skip
    assert [c.component.id for c in project.row_filters] == ["drop_duplicates"]
    assert apply_changes(project, fix) == project  # twice is once
    off = {name: (Step(getattr(project, name)[0].component, on=False),) for name in ("row_filters", "steps")}
    assert apply_changes(replace(project, **off), fix) == project  # what is there is switched on
    for bad in ({"code": "x"}, {"role": {"a": "boss"}}, {"role": ["a"]}, {"step": "no_such_step"}, {"step": None}):
        with pytest.raises(UserError):
            apply_changes(BASE, bad)


def test_changes_of_a_question_set_fields_and_parameters_of_the_source():
    project = apply_changes(replace(BASE, source=choices().sources["delimited"]()), {"source": {"decimal": "comma"}})
    assert project.source == choices().sources["delimited"](decimal="comma")
    assert apply_changes(BASE, {"source": {"decimal": "comma"}, "set": {"positive": 1}}) == replace(BASE, positive=1)  # it has no source
    for bad in ({"source": {"decimal": "dot"}}, {"set": {"task": "no_such_task"}}):
        with pytest.raises(UserError):
            apply_changes(project, bad)


def test_the_method_of_a_split_is_changed_with_the_settings_that_it_shares():
    project = after("split.folds=10", "split.method=grouped", "split.column=a, b")
    assert project.split == splitter("grouped", folds=10, column="a, b")
    assert set_field(project, 'split.column=["c"]').split.column == ("c",)
    assert set_field(project, "split.method=grouped") == project
    assert set_field(project, "split.column=2020").split.column == ("2020",)
    assert set_field(project, "split.column=").split.column == ()
    assert set_field(project, "split.method=").split == splitter(folds=10, equal_together=True)


def test_a_label_is_one_line_that_can_be_read_and_is_of_one_column():
    labelled = set_field(BASE, "labels.a=  Leaf\n width ")
    assert labelled.columns["a"].label == "Leaf width"
    for text in ("x" * 61, "a\u202eb", "a\x07b"):
        with pytest.raises(UserError, match="label"):
            set_field(BASE, f"labels.a={text}")
    with pytest.raises(UserError, match="has the label “Leaf width” already"):
        set_field(labelled, "labels.b=Leaf width")
    assert set_field(labelled, "labels.a=").columns["a"].label == ""
