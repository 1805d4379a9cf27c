"""Keys: what changes a result changes its key, and nothing else does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.candidate import Candidate
from mlops_desktop.engine.pipeline.keys import Keys
from mlops_desktop.engine.project.decisions import Brief, ColumnNote, Goals, Project, Split, Step


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


def all_keys(project: Project) -> dict[str, str]:
    keys = Keys(project)
    candidate = Candidate.of(project, choices().algorithms.read("logistic"))
    return {
        "table": keys.table,
        "rows": keys.rows,
        "split": keys.split,
        "features": keys.features,
        "steps": keys.steps,
        "board": keys.board,
        "fold": keys.fold(candidate, 0),
        "run": keys.run(candidate),
        "scorer": keys.scorer("r"),
        "evaluation": keys.evaluation("r"),
    }


@pytest.mark.parametrize(
    ("change", "first"),
    [
        (lambda p: replace(p, data="e" * 32), "table"),
        (lambda p: replace(p, columns={"a": ColumnNote(type="category")}), "table"),
        (lambda p: replace(p, columns={"a": ColumnNote(missing=("-200",))}), "table"),
        (lambda p: replace(p, row_filters=(Step(choices().row_filters.read("drop_duplicates")),)), "rows"),
        (lambda p: replace(p, split=Split(folds=7)), "split"),
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
    ],
)
def test_words_and_goals_change_no_result(change):
    assert all_keys(base()) == all_keys(change(base()))


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
    assert before["scorer"] != after["scorer"]
