from __future__ import annotations

import random
from dataclasses import replace

import pytest

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.project.decisions import ColumnNote, Costs, Goals, Project, Search, Step
from mlops_desktop.engine.project.session import Session, project_key
from tests.splitters import splitter


def random_edit(rng, project):
    """One decision of a person, of any kind; it may change nothing."""
    operations, algorithms = choices().operations, choices().algorithms
    column = f"c{rng.randrange(4)}"
    note = ColumnNote(role=rng.choice([None, "id", "ignore"]), unit=rng.choice(["", "cm"]), levels=tuple(rng.sample("abc", 2)))
    rules = choices().row_filters
    rows = tuple(Step(rules.read(id_), on=rng.random() < 0.5) for id_ in rng.sample(["drop_duplicates", "drop_missing_target"], 2))
    steps = list(project.steps)
    steps.insert(rng.randint(0, len(steps)), Step(operations.read(rng.choice(["scale", "one_hot", "pca"])), on=rng.random() < 0.7))
    changes = [
        {"target": column},
        {"positive": rng.choice([True, 1, "1", None, 0, False])},
        {"columns": {**project.columns, column: note}},
        {"row_filters": rows},
        {"steps": tuple(steps)},
        {"steps": tuple(rng.sample(project.steps, max(0, len(project.steps) - 1)))},
        {"candidates": tuple(algorithms.read(id_) for id_ in rng.sample(sorted(algorithms), 2))},
        {"split": splitter(method=rng.choice(["random", "time"]), folds=rng.randint(2, 9))},
        {"search": Search(trials=rng.randint(1, 9))},
        {"goals": Goals(score=rng.random()), "costs": rng.choice([None, Costs(false_negative=rng.random())])},
        {"threshold": rng.choice([None, rng.random()]), "seed": rng.randrange(3)},
        {"consent": frozenset(rng.sample(["knn", "svm", "x"], rng.randrange(4)))},
    ]
    return rng.choice(changes)


@pytest.mark.parametrize("seed", range(8))
def test_fifty_edits_undone_give_the_first_hash_and_done_again_the_last(seed):
    rng = random.Random(seed)
    session = Session(Project(name="first"))
    hashes = [session.key]
    while len(hashes) < 51:
        if session.edit(f"edit {len(hashes)}", **random_edit(rng, session.project)):
            hashes.append(session.key)
    for expected in reversed(hashes[:-1]):
        assert session.undo()
        assert session.key == expected
    assert not session.undo()
    assert session.project == Project(name="first")
    for expected in hashes[1:]:
        assert session.redo()
        assert session.key == expected
    assert not session.redo()


def test_labels_name_what_comes_next():
    session = Session(Project())
    assert (session.undo_label, session.redo_label) == ("", "")
    session.edit("Set target", target="a")
    session.edit("Set seed", seed=4)
    assert (session.undo_label, session.redo_label) == ("Set seed", "")
    session.undo()
    assert (session.undo_label, session.redo_label) == ("Set target", "Set seed")
    session.edit("Rename", name="x")
    assert (session.undo_label, session.redo_label) == ("Rename", "")


def test_an_edit_that_changes_nothing_is_no_step_and_true_is_not_one():
    session = Session(Project(positive=1))
    received = []
    session.listen(received.append)
    assert not session.edit("Set positive class", positive=1)
    assert (session.undo_label, received) == ("", [])
    assert session.edit("Set positive class", positive=True)
    assert session.undo_label == "Set positive class"
    with pytest.raises(TypeError):
        session.edit("Odd", no_such_field=1)
    assert session.undo_label == "Set positive class"


def test_typing_in_one_field_is_one_step_until_something_else_happens():
    session = Session(Project())
    for text in ("C", "Ch", "Churn"):
        session.edit(f"Type {text}", merge="name", name=text)
    assert session.undo_label == "Type Churn"
    session.end_merge()
    session.edit("Type Churn 2", merge="name", name="Churn 2")
    session.edit("Set seed", seed=1)
    session.edit("Set seed", seed=2)
    session.edit("Type x", merge="name", name="x")
    expected = ["Churn 2", "Churn 2", "Churn 2", "Churn", ""]
    names = [session.project.name for _ in range(5) if session.undo()]
    assert names == expected
    session.redo()
    session.edit("Type y", merge="name", name="y")  # not merged into what was done again
    session.undo()
    assert session.project.name == "Churn"


def test_dirty_until_this_very_value_is_saved(tmp_path):
    session = Session(Project(), tmp_path)
    assert not session.dirty
    session.edit("a", name="a")
    saved = session.project
    session.edit("b", name="b")
    session.mark_saved(saved)
    assert session.dirty
    session.undo()
    assert not session.dirty
    assert Session(Project()).dirty  # it stands nowhere on the disk


def test_listeners_get_every_change_until_they_are_removed():
    session = Session(Project())
    received, also = [], []
    leave = session.listen(lambda project: received.append(project.name))
    session.listen(lambda project: also.append(project.name))
    session.edit("a", name="a")
    session.undo()
    leave()
    leave()
    session.redo()
    assert (received, also) == (["a", ""], ["a", "", "a"])


def test_a_listener_that_another_removed_gets_nothing_more():
    session, received, leave = Session(Project()), [], []
    session.listen(lambda _: [end() for end in leave])
    leave.append(session.listen(lambda project: received.append(project.name)))
    session.edit("Name", name="n")
    assert received == []


def test_a_listener_that_fails_does_not_stop_the_others():
    session = Session(Project())
    received = []

    def broken(project):
        raise RuntimeError("widget is gone")

    session.listen(broken)
    session.listen(lambda project: received.append(project.name))
    with pytest.raises(RuntimeError):
        session.edit("a", name="a")
    assert received == ["a"]
    assert session.project.name == "a"


def test_a_listener_may_edit_and_remove_itself():
    session = Session(Project())
    received = []
    leave = []

    def completes(project):
        if project.target and not project.task:
            leave[0]()
            session.edit("Guess task", task="binary")

    leave.append(session.listen(completes))
    session.listen(lambda project: received.append(project.task))
    session.edit("Set target", target="y")
    assert session.project.task == "binary"
    assert received[-1] == "binary"
    assert session.undo_label == "Guess task"


def test_a_whole_project_can_be_put_as_one_step():
    session = Session(Project())
    other = replace(session.project, name="n", target="t", seed=3)
    assert session.put("Propose", other)
    session.undo()
    assert session.key == project_key(Project())


def test_what_follows_from_an_edit_joins_its_step_of_undo():
    session = Session(Project())
    before = session.project
    session.edit("Predict t", target="t")
    session.edit("Name", name="n")
    assert session.has_edit_after(before)
    assert session.complete("Predict t", before, replace(session.project, task="binary"))
    assert session.undo_label == "Predict t"
    session.undo()
    assert (session.key, session.undo_label, session.has_edit_after(before)) == (project_key(Project()), "", False)
    session.redo()
    assert (session.project.target, session.project.name, session.project.task) == ("t", "n", "binary")
    session.undo()
    assert session.complete("Seed", Project(seed=9), replace(session.project, seed=3))  # no such edit: a step of its own
    assert (session.undo_label, session.redo_label) == ("Seed", "")
