"""The chosen run: best or by choice, its model, and what the sealed part says."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine import chosen as choosing
from mlops_desktop.engine.flow import Flow


def test_the_best_run_is_chosen_unless_another_is(trained, copy_of):
    runs = trained.runs.list(trained.flow.keys.board)
    best = choosing.chosen_run(trained.flow, trained.runs)
    assert best.score == max(run.score for run in runs)
    other = next(run for run in runs if run.id != best.id)
    made = copy_of(trained, chosen=other.id)
    assert choosing.chosen_run(made.flow, made.runs).id == other.id


def test_a_choice_of_earlier_decisions_is_refused(trained, copy_of):
    best = choosing.chosen_run(trained.flow, trained.runs)
    made = copy_of(trained, chosen=best.id, seed=99)
    with pytest.raises(UserError, match="earlier decisions"):
        choosing.chosen_run(made.flow, made.runs)


def test_no_run_is_a_sentence(trained, copy_of):
    made = copy_of(trained, seed=99)
    with pytest.raises(UserError, match="no trained model"):
        choosing.open_chosen(made.flow, made.runs, Silent())


def test_the_version_is_the_content(trained, copy_of):
    one = choosing.open_chosen(trained.flow, trained.runs, Silent()).scorer
    made = copy_of(trained)
    made.flow.store._discard(made.flow.keys.scorer(choosing.chosen_run(made.flow, made.runs).id))
    two = choosing.open_chosen(made.flow, made.runs, Silent()).scorer
    assert one.version == two.version
    assert len(one.version) == 12
    assert choosing._version(replace(one, version="", threshold=0.123)) != one.version


def test_every_look_at_the_test_part_is_counted(trained, copy_of):
    made = copy_of(trained)
    found = choosing.open_chosen(made.flow, made.runs, Silent())
    before = len(made.runs.looks(made.flow.keys.split))
    first = choosing.test_evaluation(found, made.runs, "evaluation", Silent())
    again = choosing.test_evaluation(found, made.runs, "check", Silent())
    assert first["looks"] == before + 1
    assert again["looks"] == before + 2
    assert choosing.seen_evaluation(made.flow, found.run, made.runs)["looks"] == before + 2
    assert first["rows"] == made.flow.test.frame.rows
    importance = {entry["column"] for entry in first["importance"]["columns"]}
    assert importance == set(made.flow.features)


def test_out_of_fold_leaves_the_test_part_sealed(trained, copy_of):
    made = copy_of(trained)
    found = choosing.open_chosen(made.flow, made.runs, Silent())
    before = len(made.runs.looks(made.flow.keys.split))
    told = choosing.out_of_fold_evaluation(found, Silent())
    assert told["rows"] == made.flow.train.frame.rows
    assert len(made.runs.looks(made.flow.keys.split)) == before


def test_refit_on_all_rows_is_another_model(trained, copy_of):
    made = copy_of(trained)
    train = choosing.open_chosen(made.flow, made.runs, Silent()).scorer
    everything = choosing.open_chosen(Flow(made.folder, replace(made.project, refit="all")), made.runs, Silent()).scorer
    assert train.version != everything.version


def test_a_model_of_all_rows_is_measured_by_its_twin_that_never_saw_the_test_part(trained, copy_of):
    made = copy_of(trained, refit="all")
    told = choosing.test_evaluation(choosing.open_chosen(made.flow, made.runs, Silent()), made.runs, "test", Silent())
    plain = Flow(made.folder, replace(made.project, refit="train"))
    honest = choosing.test_evaluation(choosing.open_chosen(plain, made.runs, Silent()), made.runs, "test", Silent())
    assert told["metrics"] == honest["metrics"]


def test_an_unseen_file_is_evaluated_on_its_readable_rows(trained, tmp_path):
    found = choosing.open_chosen(trained.flow, trained.runs, Silent())
    with (resource_folder() / "samples" / "penguins.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[:60]
    rows[3]["species"] = ""
    rows[4]["body_mass_g"] = "heavy"
    path = tmp_path / "unseen.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    told = choosing.evaluate_file(found, path, Silent())
    assert told["rows"] == 58
    assert told["rows_left_out"] == 2
    bare = tmp_path / "bare.csv"
    bare.write_text("island,sex\nDream,MALE\nDream,FEMALE\n", encoding="utf-8")
    with pytest.raises(UserError, match="no column"):
        choosing.evaluate_file(found, bare, Silent())


def test_scores_of_the_model_do_not_depend_on_company(trained):
    scorer = choosing.open_chosen(trained.flow, trained.runs, Silent()).scorer
    frame = trained.flow.test.frame
    together = scorer.scores(frame)
    alone = np.concatenate([scorer.scores(frame.take(np.array([i]))) for i in range(frame.rows)])
    assert np.abs(together - alone).max() <= 1e-9
