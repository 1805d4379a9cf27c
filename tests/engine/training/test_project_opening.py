"""Projects that the version before format 3 trained: leaderboard, chosen run and test accesses are there under today's keys."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.evaluation.final_evaluation import held_out_evaluation, seen_evaluation
from mlops_desktop.engine.pipeline.keys import Keys
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.results import RESULTS, RESULTS_BY_EVERY_ROLE
from mlops_desktop.engine.project.decisions import Answer, ColumnNote
from mlops_desktop.engine.project.project_file import write_project
from mlops_desktop.engine.project.project_lock import ProjectLock
from mlops_desktop.engine.training import final_model
from mlops_desktop.engine.training.final_model import open_chosen
from mlops_desktop.engine.training.model_search import search
from mlops_desktop.engine.training.project_opening import open_project
from mlops_desktop.engine.training.runs import Runs
from mlops_desktop.engine.training.trials import Folds, run_trial
from mlops_desktop.engine.workflow import chosen_of
from tests.engine.conftest import make_project

OLD = Path(__file__).parents[2] / "data" / "projects"
BINARY = {"board": "5a682a3ea6fd1ed575b4ebb7b4c75ff8", "split": "cb54a3a04c937d91ed62889f790b0b88", "runs": 26}
CHOSEN = "9455e10ee19d6660fe581720570ae223"  # in the binary project: a random forest that is not the best run


@pytest.fixture
def trained_before(tmp_path):
    def copied(task: str, **changes: object) -> Path:
        folder = tmp_path / task
        shutil.copytree(OLD / f"trained_{task}", folder)
        path = folder / "project.json"
        path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")
        return folder

    return copied


@pytest.mark.parametrize(("task", "count"), [("binary", 26), ("multiclass", 6), ("regression", 5)])
def test_runs_and_test_accesses_are_found_under_todays_keys(trained_before, task, count):
    folder = trained_before(task)
    project = open_project(folder)
    keys, runs = Keys(project), Runs(folder)
    board = runs.list(keys.board)
    assert len(board) == len(runs.history()) == count
    assert len(runs.test_accesses(keys.split)) == 2
    for run in board:
        candidate = run.candidate_of(project)
        assert (run.id, run.key, run.trial) == (keys.run(candidate), keys.board, keys.trial(candidate))
        assert run.algorithm_id == candidate.id
    before = json.loads((folder / "project.json").read_text(encoding="utf-8"))
    assert before["format"] == 2  # opening moves the runs; the document is written when it is next saved
    write_project(folder, project)
    assert Runs(folder).list(Keys(open_project(folder)).board) == board


@pytest.mark.parametrize(("task", "most"), [("binary", 6), ("multiclass", 6), ("regression", 5)])
def test_a_replay_gives_the_scores_of_the_version_before(trained_before, task, most):
    """The recipe goes on making the whole matrix for every algorithm: its encodings are pinned."""
    folder = trained_before(task)
    project = open_project(folder)
    pipeline = Pipeline(folder, project)
    folds = Folds(pipeline)
    for run in [run for run in Runs(folder).list(pipeline.keys.board) if run.status == "done"][:most]:
        candidate = run.candidate_of(project)
        assert {member.encoding.id for member in candidate.members} == {"as_it_is"}
        assert run_trial(folds, candidate, run.number, Silent()).fold_scores == pytest.approx(run.fold_scores, abs=1e-9)


def test_the_chosen_run_is_chosen_still_and_old_ids_find_their_runs(trained_before):
    folder = trained_before("binary", chosen=CHOSEN)
    for _ in range(2):  # the second opening finds nothing to move
        project = open_project(folder)
        best = chosen_of(project, Runs(folder).list(Keys(project).board))
        assert best.number == 3
    assert Runs(folder).get(CHOSEN[:8]).id == project.chosen == best.id


def test_a_run_that_an_older_version_measured_is_measured_again_without_another_use_of_the_test_set(trained_before):
    folder = trained_before("regression")
    pipeline, runs = Pipeline(folder, open_project(folder)), Runs(folder)
    split = pipeline.keys.split
    (measured,) = {id_ for id_ in runs.measured_runs(split) if id_}
    chosen = open_chosen(pipeline.of(replace(pipeline.project, chosen=runs.get(measured).id)), runs, Silent())
    for _ in range(2):
        assert held_out_evaluation(chosen, runs, "evaluation", Silent()).test_accesses == 2  # those of the older version
        pipeline.store.clear()


def test_runs_are_moved_with_the_lock_held_and_only_where_there_are_any(trained_before):
    folder = trained_before("binary")
    with ProjectLock(folder):
        with pytest.raises(UserError, match="open in another window"):
            open_project(folder)
        assert len(Runs(folder).list(BINARY["board"])) == BINARY["runs"]
    project = open_project(folder)
    with ProjectLock(folder):
        assert open_project(folder) == project


def test_a_move_that_is_interrupted_moves_nothing(trained_before):
    folder = trained_before("binary")
    runs = Runs(folder)

    def interrupted():
        first = runs.list(BINARY["board"])[0]
        yield first, first
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runs.move(interrupted(), (BINARY["split"], "new"))
    assert len(runs.list(BINARY["board"])) == BINARY["runs"]
    assert len(runs.test_accesses(BINARY["split"])) == 2
    assert runs.renamed(CHOSEN) == CHOSEN


def test_a_run_whose_algorithm_is_unknown_stays_on_the_leaderboard(trained_before):
    folder = trained_before("regression")
    runs = Runs(folder)
    old = runs.history()[0][1]
    runs.record(type(old).from_json({**old.to_json(), "algorithm": {"id": "no_such_algorithm"}}))
    board = runs.list(Keys(open_project(folder)).board)
    assert [run.id for run in board if run.algorithm["id"] == "no_such_algorithm"] == [old.id]
    assert len(board) == 5


def test_results_of_a_version_that_distinguished_identifiers_from_unused_columns_are_found(tmp_path, monkeypatch):
    columns = {"island": ColumnNote(role="ignore"), "sex": ColumnNote(role="id")}
    with monkeypatch.context() as then:
        for name in ("split", "validation", "features"):
            then.setitem(RESULTS, name, RESULTS_BY_EVERY_ROLE[name])
        made = make_project(
            tmp_path / "p", resource_folder() / "samples" / "penguins.csv", "species", ("baseline", "logistic"), columns=columns
        )
        search(made.pipeline, made.runs, Silent())
        before = open_chosen(made.pipeline, made.runs, Silent())
        held_out_evaluation(before, made.runs, "evaluation", Silent())
        question = f"check.test_rows.{made.pipeline.keys.split[:8]}"
    write_project(made.folder, replace(made.project, chosen=before.run.id, answers={question: Answer(option="keep", reason="small")}))
    project = open_project(made.folder)
    assert project.chosen != before.run.id
    assert list(open_project(made.folder).answers) == [f"check.test_rows.{Keys(project).split[:8]}"]
    monkeypatch.setattr(final_model, "_fit_model", lambda *_: pytest.fail("fitted again"))
    for role in ("ignore", "id"):
        pipeline = Pipeline(made.folder, replace(project, columns=dict.fromkeys(columns, ColumnNote(role=role))))
        after = open_chosen(pipeline, made.runs, Silent())
        assert after.run.score == before.run.score
        assert len(made.runs.list(pipeline.keys.board)) == 2
        assert seen_evaluation(pipeline, after.run, made.runs).test_accesses == 1
    assert made.runs.measured_runs(pipeline.keys.split) == [after.run.short]
    assert not made.runs.measured_by_older_version(pipeline.keys.split, after.run.id)


def test_a_run_that_was_moved_twice_is_found_under_its_first_id(trained_before):
    folder = trained_before("binary", chosen=CHOSEN)
    project = open_project(folder)
    runs, keys = Runs(folder), Keys(project)
    board = runs.list(keys.board)
    runs.move([(run, replace(run, id=run.id[::-1], key="later")) for run in board], (keys.split, keys.split))
    assert runs.renamed(CHOSEN) == project.chosen[::-1]


def test_another_threshold_is_a_further_use_also_of_a_run_that_an_older_version_measured(trained_before):
    folder = trained_before("binary")
    pipeline, runs = Pipeline(folder, open_project(folder)), Runs(folder)
    (measured,) = {id_ for id_ in runs.measured_runs(pipeline.keys.split) if id_}
    counts = []
    for threshold in (None, 0.3, 0.4):
        decided = pipeline.of(replace(pipeline.project, chosen=runs.get(measured).id, threshold=threshold))
        counts.append(held_out_evaluation(open_chosen(decided, runs, Silent()), runs, "evaluation", Silent()).test_accesses)
    assert counts == [2, 3, 4]
