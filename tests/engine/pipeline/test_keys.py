"""Keys: what changes a result changes its key, and nothing else does."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from typing import get_args

import pytest

from mlops_desktop.base.component import Component
from mlops_desktop.base.params import number
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline import keys
from mlops_desktop.engine.pipeline.candidate import Candidate
from mlops_desktop.engine.pipeline.keys import Keys
from mlops_desktop.engine.pipeline.results import IRRELEVANT, RESULTS, TWO_CLASSES
from mlops_desktop.engine.project import serialization
from mlops_desktop.engine.project.decisions import Brief, ColumnNote, Goals, Project, Step
from tests.splitters import splitter


def base() -> Project:
    operations, algorithms = choices().operations, choices().algorithms
    return Project(
        name="p",
        data="d" * 32,
        target="y",
        task="binary",
        positive="yes",
        metric="roc_auc",
        steps=(Step(operations.read("impute_numbers")), Step(operations.read("scale"))),
        candidates=(algorithms.read("logistic"),),
    )


BY_RUN = ["model", "scorer", "evaluation", "response"]  # of a run by its id, which the project's steps do not change


def all_keys(project: Project) -> dict[str, str]:
    found = Keys(project)
    candidate = Candidate.of(project, choices().algorithms.read("logistic"))
    return {
        "table": found.table,
        "rows": found.rows,
        "split": found.split,
        "features": found.features,
        "steps": found.steps,
        "board": found.board,
        "fold": found.fold(candidate, 0),
        "run": found.run(candidate),
        "model": found.model("r"),
        "scorer": found.scorer("r"),
        "evaluation": found.evaluation("r"),
        "response": found.response("r"),
    }


@pytest.mark.parametrize(
    ("change", "first"),
    [
        (lambda p: replace(p, data="e" * 32), "table"),
        (lambda p: replace(p, columns={"a": ColumnNote(type="category")}), "table"),
        (lambda p: replace(p, columns={"a": ColumnNote(missing=("-200",))}), "table"),
        (lambda p: replace(p, columns={"a": ColumnNote(recode={"": "no"})}), "table"),
        (lambda p: replace(p, row_filters=(Step(choices().row_filters.read("drop_duplicates")),)), "rows"),
        (lambda p: replace(p, split=splitter(folds=7)), "split"),
        (lambda p: replace(p, seed=9), "split"),
        (lambda p: replace(p, columns={"a": ColumnNote(role="ignore")}), "features"),
        (lambda p: replace(p, steps=p.steps[:1]), "steps"),
        (lambda p: replace(p, steps=(p.steps[0], replace(p.steps[1], on=False))), "steps"),
        (lambda p: replace(p, metric="accuracy"), "board"),
    ],
)
def test_a_decision_changes_the_keys_from_its_stop_on(change, first):
    before, after = all_keys(base()), all_keys(change(base()))
    names = ["table", "rows", "split", "features", "steps", "board"]
    position = names.index(first)
    assert all(before[name] == after[name] for name in names[:position])
    assert all(before[name] != after[name] for name in names[position:])
    assert before["run"] != after["run"]
    # The metric compares runs, it does not make their scores.
    assert (before["fold"] == after["fold"]) == (first == "board")


@pytest.mark.parametrize(
    "change",
    [
        lambda p: replace(p, brief=Brief(statement="why")),
        lambda p: replace(p, goals=Goals(score=0.9)),
        lambda p: replace(p, consent=frozenset({"knn"})),
        lambda p: replace(p, file="other name.csv"),
        lambda p: replace(p, name="renamed"),
        lambda p: replace(p, columns={"a": ColumnNote(label="way", unit="km", description="distance")}),
    ],
)
def test_texts_and_goals_change_no_result_but_the_scorer_that_shows_them(change):
    before, after = all_keys(base()), all_keys(change(base()))
    shown = change(base()).name != base().name or bool(change(base()).columns)
    assert (before.pop("scorer") != after.pop("scorer")) == shown
    assert before == after


def paths(cls: type, prefix: str = "") -> set[str]:
    """The path of every field of a project, down to the fields of the dataclasses in it (of a column: `columns.role`)."""
    found = set()
    for name, hint in serialization.hints(cls).items():
        inner = [a for a in (hint, *get_args(hint)) if isinstance(a, type) and dataclasses.is_dataclass(a) and not issubclass(a, Component)]
        found |= paths(inner[0], f"{prefix}{name}.") if inner else {prefix + name}
    return found


def test_every_decision_enters_a_key_or_is_listed_as_irrelevant_with_a_reason():
    keyed = {one if isinstance(one, str) else one.path for result in RESULTS.values() for one in result.decisions}
    listed = keyed | set(IRRELEVANT)
    assert {path for path in paths(Project) if not {path, path.split(".")[0]} & listed} == set()
    assert {path for path in listed if not any(known == path or known.startswith(path + ".") for known in paths(Project))} == set()
    assert not keyed & set(IRRELEVANT)
    assert all(IRRELEVANT.values())


def test_results_name_inputs_that_are_declared_before_them():
    names = list(RESULTS)
    for at, result in enumerate(RESULTS.values()):
        assert set(result.inputs) <= set(names[:at]), result.name


def test_a_parameter_at_its_default_enters_no_key():
    @dataclass(frozen=True, kw_only=True)
    class Scale(type(choices().operations.read("scale"))):
        added: float = number(1.0, 0.0, 2.0, "Added in a later version")

    before = Keys(replace(base(), steps=(Step(choices().operations.read("scale")),))).steps
    assert Keys(replace(base(), steps=(Step(Scale()),))).steps == before
    assert Keys(replace(base(), steps=(Step(Scale(added=1.5)),))).steps != before


def test_a_version_of_a_result_or_of_a_component_is_another_key(monkeypatch):
    before = all_keys(base())
    monkeypatch.setitem(RESULTS, "split", replace(RESULTS["split"], version=2))
    assert [name for name, key in all_keys(base()).items() if key == before[name]] == ["table", "rows", *BY_RUN]
    monkeypatch.undo()
    monkeypatch.setattr(type(base().steps[0].component), "version", 99)
    kept = [name for name, key in all_keys(base()).items() if key == before[name]]
    assert kept == ["table", "rows", "split", "features", *BY_RUN]


def test_only_a_result_that_says_so_has_the_version_of_a_library_in_its_key(monkeypatch):
    before = all_keys(base())
    monkeypatch.setattr(keys, "installed_version", lambda name: "99.1.2")
    after = all_keys(base())
    assert [name for name in before if before[name] != after[name]] == ["response"]
    assert Keys(base()).model("r").origin()["libraries"]["scikit-learn"] == "99.1.2"


def test_a_key_knows_what_it_was_made_from():
    found, candidate = Keys(base()), Candidate.of(base(), base().candidates[0])
    fold = found.fold(candidate, 0)
    assert {found.table, found.features, found.trial(candidate)} <= fold.ancestors
    assert found.run(candidate) not in fold.ancestors
    assert found.response("r").ancestors == {found.model("r"), "r"}


def test_a_step_that_is_off_is_as_if_it_were_not_there():
    project = base()
    off = replace(project, steps=(project.steps[0], replace(project.steps[1], on=False)))
    assert Keys(off).steps == Keys(replace(project, steps=project.steps[:1])).steps


def test_a_row_filter_that_is_off_is_as_if_it_were_not_there():
    rule = choices().row_filters.read("drop_duplicates")
    assert all_keys(replace(base(), row_filters=(Step(rule, on=False),))) == all_keys(base())
    assert all_keys(replace(base(), row_filters=(Step(rule),))) != all_keys(base())


def test_the_encoding_of_an_algorithm_changes_its_runs_alone():
    pinned = replace(base(), encodings={"logistic": choices().encodings.read("as_it_is")})
    before, after = all_keys(base()), all_keys(pinned)
    assert {name for name in before if before[name] != after[name]} == {"board", "fold", "run"}
    other = replace(base(), encodings={"knn": choices().encodings.read("as_it_is")})
    assert all_keys(other)["fold"] == before["fold"]


def test_suggestions_hang_on_rows_and_columns_and_not_on_steps():
    found = Keys(base()).suggestions
    assert Keys(replace(base(), steps=(), metric="accuracy")).suggestions == found
    assert Keys(replace(base(), columns={"a": ColumnNote(role="ignore")})).suggestions != found


def test_the_threshold_changes_the_model_and_not_the_run():
    before, after = all_keys(base()), all_keys(replace(base(), threshold=0.3))
    assert before["run"] == after["run"]
    assert before["model"] == after["model"]
    assert before["scorer"] != after["scorer"]


def test_only_two_classes_are_evaluated_anew_because_their_baseline_was_of_the_other_class(monkeypatch):
    projects = (base(), replace(base(), task="regression"))
    now = [(Keys(one).evaluation("r"), Keys(one).out_of_fold("r")) for one in projects]
    before = tuple(one for one in RESULTS["evaluation"].decisions if one is not TWO_CLASSES)
    monkeypatch.setitem(RESULTS, "evaluation", replace(RESULTS["evaluation"], decisions=before))
    assert [Keys(one).evaluation("r") == found[0] for one, found in zip(projects, now, strict=True)] == [False, True]
    assert [Keys(one).out_of_fold("r") for one in projects] == [found[1] for found in now]


def test_only_classes_in_groups_are_evaluated_anew_because_their_intervals_were_narrower(monkeypatch):
    grouped = replace(base(), columns={"g": ColumnNote(role="group")})
    projects = (grouped, replace(grouped, task="regression"), base())
    now = [(Keys(one).evaluation("r"), Keys(one).out_of_fold("r")) for one in projects]
    for name in ("evaluation", "out_of_fold"):
        kept = ("threshold", "costs", *(one for one in RESULTS[name].decisions if one is TWO_CLASSES))
        monkeypatch.setitem(RESULTS, name, replace(RESULTS[name], decisions=kept))
    after = [(Keys(one).evaluation("r"), Keys(one).out_of_fold("r")) for one in projects]
    assert now[1:] == after[1:]
    assert set(now[0]).isdisjoint(after[0])


@pytest.mark.parametrize("split", [splitter(), splitter(equal_together=False)])
def test_an_identifier_and_a_column_that_is_not_used_are_the_same_to_every_model(split):
    def keys_with(role):
        return all_keys(replace(base(), split=split, columns={"a": ColumnNote(role=role), "g": ColumnNote(role="group")}))

    assert keys_with("id") == keys_with("ignore")
    assert keys_with("id")["features"] != keys_with("weight")["features"]
    assert keys_with("id")["features"] != keys_with("feature")["features"]
