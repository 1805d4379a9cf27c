"""What is removed from the store, and what undo, today's decisions and recorded runs keep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mlops_desktop.base.job import Silent
from mlops_desktop.engine import disk
from mlops_desktop.engine.evaluation.final_evaluation import held_out_evaluation, seen_evaluation
from mlops_desktop.engine.pipeline.keys import Keys
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.project.decisions import ColumnNote
from mlops_desktop.engine.project.session import Session
from mlops_desktop.engine.training import final_model
from mlops_desktop.engine.training.final_model import open_chosen
from mlops_desktop.engine.training.store_cleanup import clean_store
from mlops_desktop.engine.training.trials import Folds
from tests.engine.conftest import Made


def test_results_of_todays_decisions_stay(trained, copy_of, monkeypatch):
    made = copy_of(trained)
    chosen = open_chosen(made.pipeline, made.runs, Silent())
    held_out_evaluation(chosen, made.runs, "evaluation", Silent())
    clean_store(made.folder, [made.project])  # what other tests left in the project that is copied
    made.pipeline.store.put("ab" * 16, {"rows": 1})  # of no declared result, such as the rows of a filter in the table
    found = clean_store(made.folder, [made.project])
    assert (found.removed, found.kept) == (1, len(list(made.pipeline.store.keys())))
    assert found.kept_bytes == made.pipeline.store.size() > 0
    monkeypatch.setattr(final_model, "_fit_model", lambda *_: 1 / 0)
    assert open_chosen(made.pipeline, made.runs, Silent()).scorer.version == chosen.scorer.version
    assert seen_evaluation(made.pipeline, chosen.run, made.runs) is not None


def test_what_undo_and_redo_reach_stays_until_they_cannot(trained, copy_of):
    made = copy_of(trained)
    session = Session(made.project, made.folder)
    other = replace(made.project, columns={**made.project.columns, "island": ColumnNote(role="feature")}, seed=5)
    session.put("Other folds", other)
    pipeline = Pipeline(made.folder, other)
    pipeline.profile(Silent())
    folds, candidate = Folds(pipeline), Made(made.folder, other).candidate(other.candidates[0])
    folds.fit_fold(candidate, 0, Silent())  # of a trial that was stopped before it was recorded
    keys = Keys(other)
    made_by_other = {keys.profile, keys.fold(candidate, 0)}
    session.undo()
    clean_store(made.folder, session.reachable())
    assert made_by_other <= set(pipeline.store.keys())
    session.put("Rename", replace(made.project, name="another"))  # nothing is left to redo
    before = set(pipeline.store.keys())
    dry = clean_store(made.folder, session.reachable(), dry_run=True)
    assert set(pipeline.store.keys()) == before
    assert clean_store(made.folder, session.reachable()) == dry
    assert before - set(pipeline.store.keys()) == made_by_other
    assert dry.removed_bytes > 0


def test_results_of_recorded_runs_stay_whatever_is_decided(trained, copy_of):
    made = copy_of(trained)
    chosen = open_chosen(made.pipeline, made.runs, Silent())
    clean_store(made.folder, [replace(made.project, seed=77)])
    kept = set(made.pipeline.store.keys())
    keys = made.pipeline.keys
    folds = {keys.fold(chosen.candidate, i) for i in range(len(made.pipeline.folds))}
    assert folds | {keys.model(chosen.run.id), keys.scorer(chosen.run.id)} <= kept
    made.runs.path.unlink()
    clean_store(made.folder, [replace(made.project, seed=77)])
    assert not kept & folds & set(made.pipeline.store.keys())


def test_an_entry_that_is_being_written_is_not_touched(trained, copy_of, monkeypatch):
    made = copy_of(trained)
    store = made.pipeline.store
    moved = store._move

    def cleaned_before_it_is_in_place(making, place):
        clean_store(made.folder, [])
        moved(making, place)

    monkeypatch.setattr(store, "_move", cleaned_before_it_is_in_place)
    store.put("cd" * 16, {"a": 1}, {"numbers": np.arange(3)})
    assert store.get("cd" * 16)[0] == {"a": 1}
    assert not [path for path in store.root.iterdir() if path.name.endswith(".tmp")]
    assert disk.STALE_SECONDS >= 600
