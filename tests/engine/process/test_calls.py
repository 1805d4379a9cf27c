"""The calls to the child: results that JSON carries, and nothing of project.json is touched."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass

import numpy as np
import pytest

from mlops_desktop.base.catalogue import Catalogue, write_catalogue
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.data.snapshot import read_cells, snapshot_path
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.process.call import result_types
from mlops_desktop.engine.process.calls.data import ImportFile, ListQuestions, MakeOverview, MakeProfile, ProfileFile, Propose
from mlops_desktop.engine.process.calls.evaluation import CheckGoals, Evaluate, MeasureResponseTime, WriteReport
from mlops_desktop.engine.process.calls.model import ExplainRow, Export, OpenModel, PredictFile
from mlops_desktop.engine.process.calls.recipe import PreviewRecipe, RankColumns, SuggestSteps
from mlops_desktop.engine.process.calls.training import DescribeSplit, MakeLearningCurve, Train
from mlops_desktop.engine.project.decisions import Goals, Project
from mlops_desktop.engine.project.serialization import from_json, to_json
from mlops_desktop.engine.training.scorer_assembly import stored_scorer
from mlops_desktop.serving.message import Message, decode_message, encode_messages


def ask(call, made, *args: object, **options: object):
    """The result of a call about a project, as it is after its way through JSON."""
    result = call(made.folder, made.project, *args, **options).run(Silent())
    assert through_json(call, result) == result
    return result


def through_json(call, result):
    """A result as the other process reads it."""
    text = json.dumps(encode_messages(to_json(result)), allow_nan=False)
    return from_json(result_types(call)[0], json.loads(text, object_hook=decode_message), call.__name__)


def test_a_project_from_profile_to_report_by_calls_leaves_the_decisions_alone(trained, copy_of, tmp_path):
    made = copy_of(trained)
    before = (made.folder / "project.json").read_bytes()
    assert ask(MakeProfile, made).rows == ask(MakeOverview, made).rows == 344
    assert ask(Train, made).trials == 3
    assert ask(Evaluate, made, held_out=False).rows == made.pipeline.train.frame.rows
    assert ask(Evaluate, made).rows == made.pipeline.test.frame.rows
    write_catalogue(tmp_path / "de.po", Catalogue({"Language": "de"}))
    ask(WriteReport, made, out=(tmp_path / "report.html"), catalogue=tmp_path / "de.po")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith('<!DOCTYPE html>\n<html lang="de">')
    assert (made.folder / "project.json").read_bytes() == before


@pytest.mark.parametrize(("least", "passed"), [(0.5, True), (1.01, False)])
def test_the_gate_measures_on_the_held_out_test_set(trained, copy_of, least, passed):
    made = copy_of(trained, goals=Goals(score=least, response_ms=1000.0))
    found = ask(CheckGoals, made)
    assert found.passed is passed
    assert {goal.goal for goal in found.goals} == {"score", "response_ms"}
    assert all(goal.measured is not None for goal in found.goals)


def test_a_file_is_profiled_without_a_project(tmp_path):
    found = ProfileFile(str(resource_folder() / "samples" / "penguins.csv"), tmp_path / "p.html").run(Silent())
    assert found.rows == 344
    assert {column.name for column in found.columns} >= {"species", "sex"}
    assert (tmp_path / "p.html").exists()


def test_predict_takes_a_project(trained, tmp_path):
    file = resource_folder() / "samples" / "penguins.csv"
    found = PredictFile(trained.folder, str(file), tmp_path / "out.csv", trained.project).run(Silent())
    assert found.rows == 344


def test_an_unknown_exporter_is_a_sentence(trained, tmp_path):
    with pytest.raises(UserError, match="no exporter"):
        ask(Export, trained, exporter="nothing", out=(tmp_path / "out"), options={})


class Progress:
    """A job that keeps how far it was."""

    def __init__(self) -> None:
        self.fractions: list[float] = []

    def step(self, fraction: float, message: str = "") -> None:
        self.fractions.append(round(fraction, 9))

    def partial(self, data: object) -> None:
        """Nobody asks."""


def test_a_report_can_be_made_without_the_test_set(trained, copy_of, tmp_path):
    made = copy_of(trained, goals=Goals(score=0.5, response_ms=1000.0), seed=21)
    ask(Train, made)
    job = Progress()
    WriteReport(made.folder, made.project, out=tmp_path / "unused.html", without_test_set=True).run(job)
    assert job.fractions == sorted(job.fractions)
    assert not made.runs.test_accesses(made.pipeline.keys.split)
    assert "was not used yet" in (tmp_path / "unused.html").read_text(encoding="utf-8")
    ask(Evaluate, made)
    ask(WriteReport, made, out=(tmp_path / "seen.html"), without_test_set=True)
    assert len(made.runs.test_accesses(made.pipeline.keys.split)) == 1
    seen = (tmp_path / "seen.html").read_text(encoding="utf-8")
    assert "was not used yet" not in seen
    assert "2 of 2 met" in seen


def test_the_response_time_is_measured_without_the_test_set(trained, copy_of):
    made = copy_of(trained)
    before = len(made.runs.test_accesses(made.pipeline.keys.split))
    assert 0 < ask(MeasureResponseTime, made).response_ms < 1000
    assert len(made.runs.test_accesses(made.pipeline.keys.split)) == before


def test_split_and_learning_curve_are_calls(trained, copy_of):
    made = copy_of(trained)
    assert ask(DescribeSplit, made).train == made.pipeline.train.frame.rows
    assert len(ask(MakeLearningCurve, made).points) == 10


def test_a_recipe_is_tried_ranked_and_proposed_anew(trained):
    found = ask(PreviewRecipe, trained, at=0)
    assert len(found.steps) == len(trained.project.steps)
    assert ask(RankColumns, trained, method="select_variance").scores
    assert ask(SuggestSteps, trained).steps == ()  # no column is constant


def test_the_chosen_model_is_opened_with_its_training_rows(trained, copy_of):
    made = copy_of(trained)
    found = ask(OpenModel, made)
    pipeline = made.pipeline
    assert pipeline.keys.scorer(found.run) in pipeline.store
    assert stored_scorer(pipeline.project, pipeline.store, found.run, check=False).version == found.version
    assert pipeline.store.get(pipeline.keys.train_rows)[1]["rows"].tolist() == pipeline.train_rows.tolist()
    assert ask(OpenModel, made) == found


def test_a_row_is_explained_and_a_bad_one_refused(trained, copy_of):
    made = copy_of(trained)
    row = {"bill_length_mm": 50.0, "island": "Biscoe"}
    found = ask(ExplainRow, made, row=row)
    total = found.base + sum(part for _, part in found.contributions)
    assert abs(total - found.answer) < 1e-9
    with pytest.raises(UserError, match="bill_length_mm"):
        ask(ExplainRow, made, row={"bill_length_mm": "long"})


def sentences(value):
    """Every sentence of a result: reasons of proposals, messages of evidence, findings, questions and options."""
    if is_dataclass(value):
        names = {"message", "why", "evidence", "settled", "consequence"} & {field.name for field in fields(value)}
        yield from (text for name in names if isinstance(text := getattr(value, name), str) and text)
        value = [getattr(value, field.name) for field in fields(value)]
    for item in value if isinstance(value, list | tuple) else ():
        yield from sentences(item)


def test_sentences_of_results_can_be_translated(tmp_path):
    """What is found odd in a table with a title, gaps, strays, leading zeros and doubled columns is templates with arguments."""
    rows = "".join(
        f"{i},{1 + i % 12:02d}/{1 + i % 28:02d}/2020,{-999 if i % 30 == 7 else i % 23},"
        f"0{i % 90},{'n/a' if i % 9 else i},k,{'yn'[i % 25 < 1]},{i % 23}\n"
        for i in range(300)
    )
    (tmp_path / "odd.csv").write_text(f"A title\nid,when,n,code,gaps,constant,y,y\n{rows}total,1\n", encoding="utf-8")
    folder = tmp_path / "odd"
    folder.mkdir()
    imported = ImportFile(folder, Project(name="odd"), str(tmp_path / "odd.csv")).run(Silent())
    proposal = Propose(folder, imported.project).run(Silent())
    asked = ListQuestions(folder, proposal.project).run(Silent())
    found = [*sentences(through_json(ImportFile, imported)), *sentences(through_json(ListQuestions, asked))]
    found += through_json(Propose, proposal).reasons.values()
    assert len(found) > 30
    assert [text for text in found if not isinstance(text, Message)] == []


def test_an_import_keeps_its_typed_table(tmp_path):
    """The table that later calls read is the one of the snapshot, and it is there already."""
    (tmp_path / "t.csv").write_text(
        "a,when,y\n" + "".join(f"{i % 7},2024-01-{1 + i % 9:02d},{'no' if i % 3 else 'yes'}\n" for i in range(40))
    )
    project = ImportFile(tmp_path / "p", Project(name="p"), str(tmp_path / "t.csv")).run(Silent()).project
    pipeline = Pipeline(tmp_path / "p", project)
    assert pipeline.keys.table in pipeline.store
    again = type_cells(read_cells(snapshot_path(tmp_path / "p", project.data)), project.columns, Silent())
    assert (pipeline.table.schema, pipeline.table.evidence) == (again.schema, again.evidence)
    assert np.array_equal(pipeline.table.frame.numbers, again.frame.numbers)
