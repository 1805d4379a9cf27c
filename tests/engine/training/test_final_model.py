"""The chosen run: best or by choice, its model, and what the held-out test set says."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.evaluation.batch_prediction import predict_file
from mlops_desktop.engine.evaluation.final_evaluation import (
    _kept_apart,
    evaluate_file,
    evaluate_rows,
    held_out_evaluation,
    out_of_fold_evaluation,
    seen_evaluation,
)
from mlops_desktop.engine.metrics.definitions import score
from mlops_desktop.engine.packaging.export import export_run, make_exporter
from mlops_desktop.engine.pipeline.candidate import Combination
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.results import FORMER_EVALUATIONS, RESULTS
from mlops_desktop.engine.project.decisions import ColumnNote, Costs, Search
from mlops_desktop.engine.training import final_model
from mlops_desktop.engine.training.final_model import _version, chosen_run, drift_reference, open_chosen
from mlops_desktop.engine.training.model_search import search
from mlops_desktop.engine.training.trials import Folds, out_of_fold, run_trial
from mlops_desktop.engine.workflow import project_status, stages
from mlops_desktop.serving.bundle import open_bundle
from mlops_desktop.serving.monitor import Counters
from tests.engine.conftest import Made, make_project
from tests.explicit import explicit_recipe


def test_the_best_run_is_chosen_unless_another_is(trained, copy_of):
    runs = trained.runs.list(trained.pipeline.keys.board)
    best = chosen_run(trained.pipeline, trained.runs)
    assert best.score == max(run.score for run in runs)
    other = next(run for run in runs if run.id != best.id)
    made = copy_of(trained, chosen=other.id)
    assert chosen_run(made.pipeline, made.runs).id == other.id


def test_a_choice_of_earlier_decisions_is_refused(trained, copy_of):
    best = chosen_run(trained.pipeline, trained.runs)
    made = copy_of(trained, chosen=best.id, seed=99)
    with pytest.raises(UserError, match="earlier decisions"):
        chosen_run(made.pipeline, made.runs)


def test_no_run_is_a_sentence(trained, copy_of):
    made = copy_of(trained, seed=99)
    with pytest.raises(UserError, match="no trained model"):
        open_chosen(made.pipeline, made.runs, Silent())


def test_the_version_is_the_content(trained, copy_of):
    one = open_chosen(trained.pipeline, trained.runs, Silent()).scorer
    made = copy_of(trained)
    made.pipeline.store.clear()
    two = open_chosen(made.pipeline, made.runs, Silent()).scorer
    assert one.version == two.version
    assert len(one.version) == 12
    assert _version(replace(one, version="", threshold=0.123)) != one.version


def test_a_model_uses_the_test_set_once_however_often_it_is_measured(trained, copy_of, tmp_path):
    made = copy_of(trained)
    found = open_chosen(made.pipeline, made.runs, Silent())
    split = made.pipeline.keys.split
    is_measured = found.run.id[:8] in made.runs.measured_runs(split)  # by another test, of the folder that was copied
    uses = len(made.runs.test_accesses(split)) + (not is_measured)
    first = held_out_evaluation(found, made.runs, "evaluation", Silent())
    made.pipeline.store.clear()  # what it scored is gone, but not that it was measured
    assert held_out_evaluation(found, made.runs, "check", Silent()).test_accesses == first.test_accesses == uses
    export_run(found, made.runs, make_exporter("rest_bundle", {}), tmp_path / "out", Silent())
    assert seen_evaluation(made.pipeline, found.run, made.runs).test_accesses == uses
    other = open_chosen(Pipeline(made.folder, replace(made.project, refit="train", seed=made.project.seed)), made.runs, Silent())
    assert held_out_evaluation(other, made.runs, "check", Silent()).test_accesses == uses  # the same model of the training part
    assert first.rows == made.pipeline.test.frame.rows
    importance = {entry.column for entry in first.importance.columns}
    assert importance == set(made.pipeline.features)


def test_out_of_fold_evaluation_does_not_use_the_test_set(trained, copy_of):
    made = copy_of(trained)
    found = open_chosen(made.pipeline, made.runs, Silent())
    before = len(made.runs.test_accesses(made.pipeline.keys.split))
    measured = out_of_fold_evaluation(found, Silent())
    assert measured.rows == made.pipeline.train.frame.rows
    assert len(made.runs.test_accesses(made.pipeline.keys.split)) == before


def test_the_deployed_model_is_fitted_on_all_rows_and_measured_by_one_of_the_training_rows(trained, copy_of):
    made = copy_of(trained)
    deployed = open_chosen(made.pipeline, made.runs, Silent())
    assert deployed.rows.rows == made.pipeline.train.rows + made.pipeline.test.rows
    measured = held_out_evaluation(deployed, made.runs, "test", Silent())
    plain = open_chosen(Pipeline(made.folder, replace(made.project, refit="train")), made.runs, Silent())
    assert (plain.rows.rows, deployed.scorer.threshold) == (made.pipeline.train.rows, plain.scorer.threshold)
    assert deployed.scorer.version != plain.scorer.version
    test = made.pipeline.test
    assert measured.metric("accuracy").value == np.mean(plain.scorer.scores(test.frame).argmax(1) == test.target.values)
    honest = held_out_evaluation(plain, made.runs, "test", Silent())
    assert measured.metrics == honest.metrics
    assert any("training part" in note for note in measured.notes)
    assert not any("training part" in note for note in honest.notes)
    assert drift_reference(deployed).score == drift_reference(plain).score


def test_the_test_set_is_counted_by_its_rows_whatever_is_decided(trained, copy_of):
    made = copy_of(trained)
    held_out_evaluation(open_chosen(made.pipeline, made.runs, Silent()), made.runs, "test", Silent())
    accesses = len(made.runs.test_accesses(made.pipeline.keys.split))  # other tests may have used the shared project's

    def known(**changes):
        pipeline = Pipeline(made.folder, replace(made.project, **changes))
        made.runs.know_test_set(pipeline.keys.split, pipeline.held_out_rows)
        return pipeline.keys.split, len(made.runs.test_accesses(pipeline.keys.split))

    columns = {**made.project.columns, "island": ColumnNote(role="id"), "body_mass_g": ColumnNote(type="category")}
    split, uses = known(name="another name", columns=columns)
    assert split != made.pipeline.keys.split
    assert uses == accesses > 0
    assert made.runs.share_used_before(split) == 0.0
    split, uses = known(seed=made.project.seed + 1)
    assert uses == 0
    assert 0.1 < made.runs.share_used_before(split) < 0.35  # a fifth of the rows, drawn twice
    other = Made(made.folder, replace(made.project, seed=made.project.seed + 1, search=Search(trials=1, seconds=None)))
    search(other.pipeline, other.runs, Silent())
    measured = held_out_evaluation(open_chosen(other.pipeline, other.runs, Silent()), other.runs, "test", Silent())
    assert (measured.test_accesses, measured.used_before) == (1, made.runs.share_used_before(split))
    assert any("another test set" in note for note in measured.notes)


def test_an_unseen_file_is_evaluated_on_its_readable_rows(trained, tmp_path):
    found = open_chosen(trained.pipeline, trained.runs, Silent())
    with (resource_folder() / "samples" / "penguins.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[:60]
    rows[3]["species"] = ""
    rows[4]["body_mass_g"] = "heavy"
    path = tmp_path / "unseen.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    measured = evaluate_file(found, path, Silent())
    assert measured.rows == 58
    assert measured.rows_left_out == 2
    bare = tmp_path / "bare.csv"
    bare.write_text("island,sex\nDream,MALE\nDream,FEMALE\n", encoding="utf-8")
    with pytest.raises(UserError, match="no column"):
        evaluate_file(found, bare, Silent())


def test_scores_of_the_model_do_not_depend_on_company(trained):
    scorer = open_chosen(trained.pipeline, trained.runs, Silent()).scorer
    frame = trained.pipeline.test.frame
    together = scorer.scores(frame)
    alone = np.concatenate([scorer.scores(frame.take(np.array([i]))) for i in range(frame.rows)])
    assert np.abs(together - alone).max() <= 1e-9


@pytest.fixture(scope="module")
def churn(tmp_path_factory):
    """Two classes, a few hundred rows."""
    lines = (resource_folder() / "samples" / "telco_churn.csv").read_text(encoding="utf-8").splitlines()[:500]
    folder = tmp_path_factory.mktemp("churn")
    (folder / "churn.csv").write_text("\n".join(lines), encoding="utf-8")
    made = make_project(folder / "churn", folder / "churn.csv", "Churn", ("baseline", "logistic"))
    search(made.pipeline, made.runs, Silent())
    return made


def test_another_cut_off_takes_the_model_that_is_there(churn, copy_of, monkeypatch):
    made = copy_of(churn)
    first = open_chosen(made.pipeline, made.runs, Silent()).scorer
    monkeypatch.setattr(final_model, "_fit_model", lambda *_: pytest.fail("fitted again"))
    pipeline = Pipeline(made.folder, replace(made.project, threshold=0.9))
    other = open_chosen(pipeline, made.runs, Silent()).scorer
    assert other.threshold == 0.9
    assert other.version != first.version
    assert np.array_equal(other.scores(pipeline.test.frame), first.scores(pipeline.test.frame))
    costly = Pipeline(made.folder, replace(made.project, costs=Costs(false_positive=1.0, false_negative=20.0)))
    assert open_chosen(costly, made.runs, Silent()).scorer.threshold < first.threshold


def test_names_labels_units_and_descriptions_need_no_fit_and_no_test_access(churn, copy_of, monkeypatch, tmp_path):
    made = copy_of(churn)
    before = open_chosen(made.pipeline, made.runs, Silent())
    held_out_evaluation(before, made.runs, "evaluation", Silent())
    status = project_status(made.project, made.pipeline.store, made.runs)
    accesses = made.runs.test_accesses(made.pipeline.keys.split)
    monkeypatch.setattr(final_model, "_fit_model", lambda *_: pytest.fail("fitted again"))
    columns = {"MonthlyCharges": ColumnNote(label="Fee", unit="€", description="what is paid each month")}
    project = replace(made.project, name="Leaving customers", columns={**made.project.columns, **columns})
    renamed = Pipeline(made.folder, project)
    after = open_chosen(renamed, made.runs, Silent())
    assert (after.scorer.name, after.scorer.threshold) == ("Leaving customers", before.scorer.threshold)
    shown = next(column for column in after.scorer.schema.columns if column.name == "MonthlyCharges")
    assert (shown.shown_name, shown.unit, shown.description) == ("Fee", "€", "what is paid each month")
    assert after.scorer.version != before.scorer.version
    assert seen_evaluation(renamed, after.run, made.runs) is not None
    assert made.runs.test_accesses(renamed.keys.split) == accesses
    assert project_status(project, renamed.store, made.runs) == status
    assert stages(project, status) == stages(made.project, status)
    export_run(after, made.runs, make_exporter("rest_bundle", {}), tmp_path / "out", Silent())
    assert open_bundle(tmp_path / "out").scorer.name == "Leaving customers"


def test_an_evaluation_holds_for_the_model_of_all_rows_too(churn, copy_of):
    """It is made by a model of the training part alone, so fitting on all rows opens the test set no second time."""
    made = copy_of(churn)
    held_out_evaluation(open_chosen(made.pipeline, made.runs, Silent()), made.runs, "evaluation", Silent())
    other = Pipeline(made.folder, replace(made.project, refit="train"))
    assert seen_evaluation(other, chosen_run(other, made.runs), made.runs) is not None


@pytest.mark.parametrize("declared", FORMER_EVALUATIONS[::2])  # the others differ for splits by time alone, or not
def test_an_evaluation_of_an_older_version_is_made_again_without_another_use_of_the_test_set(churn, copy_of, monkeypatch, declared):
    made = copy_of(churn)
    chosen = open_chosen(made.pipeline, made.runs, Silent())

    def accesses():
        return held_out_evaluation(chosen, made.runs, "evaluation", Silent()).test_accesses

    with monkeypatch.context() as then:
        then.setitem(RESULTS, "evaluation", declared)
        assert accesses() == 1
    assert seen_evaluation(made.pipeline, chosen.run, made.runs) is None
    assert [accesses(), accesses()] == [1, 1]


def test_the_proposed_threshold_is_reported_beside_the_one_that_is_used(churn, copy_of):
    made = copy_of(churn)
    proposed = open_chosen(made.pipeline, made.runs, Silent()).scorer.threshold
    costs = Costs(false_positive=1.0, false_negative=5.0)
    pipeline = Pipeline(made.folder, replace(made.project, threshold=0.9))
    found = out_of_fold_evaluation(open_chosen(pipeline, made.runs, Silent()), Silent())
    assert (found.classification.threshold, found.classification.fold_thresholds) == (0.9, None)
    assert found.choice.threshold == proposed
    assert proposed in found.classification.threshold_curve.threshold
    assert found.choice.reason.startswith("At this threshold F1")
    priced = Pipeline(made.folder, replace(made.project, costs=costs))
    found = out_of_fold_evaluation(open_chosen(priced, made.runs, Silent()), Silent())
    curve = found.classification.threshold_curve
    assert min(curve.cost) == pytest.approx(curve.cost[curve.threshold.index(found.choice.threshold)])


def test_out_of_fold_decisions_take_the_thresholds_of_the_other_folds(churn, copy_of):
    made = copy_of(churn)
    chosen = open_chosen(made.pipeline, made.runs, Silent())
    found = out_of_fold_evaluation(chosen, Silent())
    by_fold, positive = found.classification.fold_thresholds, made.pipeline.positive
    rows, scores = out_of_fold(made.pipeline, chosen.candidate)
    sizes = [len(valid) for _, valid in made.pipeline.folds]
    decided = scores[:, positive] >= np.repeat(by_fold, sizes)
    truth = made.pipeline.train.target.values[rows] == positive
    assert found.metric("accuracy").value == pytest.approx(np.mean(decided == truth))
    assert found.metric("f1").value <= max(found.classification.threshold_curve.f1)
    assert found.metric("roc_auc").value == pytest.approx(score("roc_auc", made.pipeline.train.target.take(rows), scores, positive))
    assert found.notes[-1].startswith("Metrics of decisions")


def test_the_worst_rows_are_found_again_in_the_table(churn, copy_of):
    made = copy_of(churn)
    found = open_chosen(made.pipeline, made.runs, Silent())
    truth = made.pipeline.table.frame.number("Churn")
    for measured in (out_of_fold_evaluation(found, Silent()), held_out_evaluation(found, made.runs, "test", Silent())):
        assert measured.worst
        assert all((truth[one.table_row] == 1) == (one.actual == "Yes") for one in measured.worst)


def test_the_rows_of_the_test_set_do_not_drift_from_the_reference(trained, copy_of):
    """Scores of the reference are out of fold: a model is too sure on the rows it was trained on."""
    made = copy_of(trained)
    found = open_chosen(made.pipeline, made.runs, Silent())
    reference = drift_reference(found)
    assert (reference.rows, sum(reference.score.counts)) == (made.pipeline.train.frame.rows, made.pipeline.train.frame.rows)
    counters = Counters(reference, found.scorer.prediction_spec)
    frame = made.pipeline.test.frame
    while counters.rows < 50:
        counters.add(frame, found.scorer.scores(frame))
        counters.counts()
    assert counters.report()["score"]["verdict"] != "act"


@pytest.fixture(scope="module")
def gapless(tmp_path_factory):
    """A linear model of a table without a gap, and without a step that fills gaps."""
    folder = tmp_path_factory.mktemp("gapless")
    rng = np.random.default_rng(3)
    lines = [f"{a:.3f},{'xyz'[i % 3]},{3 * a:.3f}\n" for i, a in enumerate(rng.normal(0, 1, 90))]
    (folder / "all.csv").write_text("a,b,y\n" + "".join(lines), encoding="utf-8")
    recipe = explicit_recipe()
    recipe["steps"] = tuple(step for step in recipe["steps"] if not step.component.id.startswith("impute"))
    made = make_project(folder / "project", folder / "all.csv", "y", ("ridge",), **recipe)
    search(made.pipeline, made.runs, Silent())
    return made


def test_required_columns_are_in_the_schema(gapless, tmp_path):
    chosen = open_chosen(gapless.pipeline, gapless.runs, Silent())
    assert [column.name for column in chosen.scorer.schema.columns if not column.nullable] == ["a"]
    (tmp_path / "new.csv").write_text("a,b\n1,x\n,y\n2,\n", encoding="utf-8")
    assert predict_file(chosen.scorer, tmp_path / "new.csv", tmp_path / "out.csv", Silent()).refused == 1
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        assert [row["error"] for row in csv.DictReader(file)] == ["", "“a” is needed: it may not be missing.", ""]
    (tmp_path / "lacking.csv").write_text("b\nx\n", encoding="utf-8")
    with pytest.raises(UserError, match="“a” is needed and not there"):
        predict_file(chosen.scorer, tmp_path / "lacking.csv", tmp_path / "other.csv", Silent())


def test_rows_without_an_answer_are_no_part_of_an_evaluation(gapless, tmp_path):
    chosen = open_chosen(gapless.pipeline, gapless.runs, Silent())
    (tmp_path / "new.csv").write_text("a,b,y\n1,x,3\n,y,1\n2,,6\n1,x,\n", encoding="utf-8")
    found = evaluate_file(chosen, tmp_path / "new.csv", Silent())
    assert (found.rows, found.rows_in_file, found.rows_left_out) == (2, 4, 2)
    (tmp_path / "none.csv").write_text("a,b,y\n,x,3\n,y,1\n", encoding="utf-8")
    with pytest.raises(UserError, match="no prediction for any row"):
        evaluate_file(chosen, tmp_path / "none.csv", Silent())
    rows = gapless.pipeline.test
    numbers = rows.frame.numbers.copy()
    numbers[:2] = np.nan
    with pytest.raises(UserError, match=f"no prediction for 2 of {rows.frame.rows} rows, such as one without “a”"):
        evaluate_rows(chosen, replace(rows, frame=rows.frame.with_blocks(rows.frame.layout, numbers=numbers)), Silent())


def test_groups_of_a_file_are_kept_together_and_reported_where_absent(gapless):
    project = gapless.pipeline.project
    pipeline = gapless.pipeline.of(replace(project, columns={**project.columns, "b": ColumnNote(role="group")}))
    frame, target = gapless.pipeline.table.frame, gapless.pipeline.everything.target
    (groups, time), notes = _kept_apart(pipeline, frame, target, ["a", "b", "y"])
    assert (len(np.unique(groups)), time, notes) == (3, None, [])
    (groups, _), notes = _kept_apart(pipeline, frame, target, ["a", "y"])
    assert groups is None
    assert notes == ["The file has no column “b”, so its rows count as independent: the intervals may be too narrow."]


def test_a_store_that_was_deleted_is_made_again(trained, copy_of):
    made = copy_of(trained)
    before = open_chosen(made.pipeline, made.runs, Silent())
    reference = drift_reference(before)
    shutil.rmtree(made.folder / "store")
    made = type(made)(made.folder, made.project)
    again = open_chosen(made.pipeline, made.runs, Silent())
    assert again.scorer.version == before.scorer.version
    assert drift_reference(again) == reference


def test_an_ensemble_of_models_with_encodings_of_their_own_is_served_as_it_scores(trained, copy_of, tmp_path):
    made = copy_of(trained, steps=(), encodings={})
    members = tuple(made.candidate(choices().algorithms.read(id_)) for id_ in ("logistic", "decision_tree"))
    blend = Combination(choices().ensembles["weighted_mean"](counts=(1, 2)), members)
    run = run_trial(Folds(made.pipeline), blend, 9, Silent())
    assert (run.status, run.label, run.algorithm_id) == ("done", "Blend of 2 models", "weighted_mean")
    assert run.reason == "The weighted mean of 33% Logistic regression, 67% Decision tree."
    one, two = (out_of_fold(made.pipeline, member)[1] for member in members)
    assert out_of_fold(made.pipeline, blend)[1] == pytest.approx((one + 2 * two) / 3, abs=1e-12)

    made.runs.record(run)
    pipeline = replace(made, project=replace(made.project, chosen=run.id)).pipeline
    chosen = open_chosen(pipeline, made.runs, Silent())
    assert chosen.candidate == blend
    features = [set(one.layout.names()) for one in chosen.scorer.node.bind(chosen.scorer.schema.layout()).inputs]
    assert {"island", "body_mass_g"} <= features[1]
    assert {"island = Biscoe", "body_mass_g"} <= features[0]
    assert not features[1] & {"island = Biscoe", "island = Dream"}
    assert out_of_fold_evaluation(chosen, Silent()).metrics
    export_run(
        chosen, made.runs, make_exporter("rest_bundle", {}), tmp_path / "bundle", Silent()
    )  # with importance, golden rows, self-test
    assert (tmp_path / "bundle" / "serve.py").exists()
