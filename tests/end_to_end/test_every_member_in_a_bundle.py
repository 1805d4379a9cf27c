"""Every algorithm in each of its tasks, and every operation with each of its options, all the way from a file to a bundle's answers.

Each case is trained and exported by the engine, and answered in a process that has numpy and the bundle alone: the held-out test set, and
rows that training never saw the like of (unknown levels and words, far dates, sizes a thousand times larger, gaps). A new file in the
catalogue is a new case.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Algorithm, Task
from mlops_desktop.base.job import Silent
from mlops_desktop.base.params import Choice, Flag
from mlops_desktop.engine.choices import ALL, choices, task_spec, tasks
from mlops_desktop.engine.data.importing import import_cells
from mlops_desktop.engine.evaluation.batch_prediction import predict_file
from mlops_desktop.engine.packaging.export import export_run, make_exporter
from mlops_desktop.engine.pipeline.candidate import Candidate
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.proposal import propose
from mlops_desktop.engine.project.assignments import set_field
from mlops_desktop.engine.project.decisions import Project, Search, Step
from mlops_desktop.engine.project.project_file import write_project
from mlops_desktop.engine.training.final_model import Chosen, open_chosen
from mlops_desktop.engine.training.model_search import search
from mlops_desktop.engine.training.runs import Runs
from tests.contracts.arguments import needed
from tests.end_to_end.commands import (
    TOLERANCE,
    alone,
    as_json,
    call,
    done,
    hold_out,
    labels_of,
    read_table,
    refused,
    scores_of,
    serving,
    text_of,
    worst_difference,
    write_table,
)
from tests.end_to_end.tables import TARGETS, mixed_table
from tests.splitters import splitter

ROWS, STRANGE = 200, 40
ALGORITHMS, OPERATIONS = choices().algorithms, choices().operations
QUICK = {
    "decision_tree": {"min_samples_leaf": 5},
    "hist_gradient_boosting": {"max_iter": 15, "min_samples_leaf": 5},
    "lightgbm": {"n_estimators": 15, "min_child_samples": 5},
    "mlp": {"max_iter": 15, "hidden_layer_size": 8},
    "random_forest": {"n_estimators": 12, "min_samples_leaf": 5},
}

KINDS = {"number": ("size", "weight"), "categorical": ("town", "grade"), "date": ("seen",)}

# What suits a member better than its defaults and what its parameters say that it needs.
NEEDS: dict[str, dict[str, Any]] = {
    "combine_columns": {"columns": ["size", "weight"]},
    "drop_columns": {"columns": ["weight"]},
    "formula": {"name": "made", "formula": "if(member, log(weight), size / (count + 1))"},
    "group_aggregates": {"group": ["town"]},
    "answer_columns": {"columns": ["code"], "separator": "/"},
    "limits_of_detection": {"columns": ["code"]},
    "split_column": {"columns": ["code"], "separator": "/", "parts": 3},
    "tf_idf": {"columns": ["note"]},
}
# What goes with an option.
WITH: dict[tuple[str, str, Any], dict[str, Any]] = {
    ("combine_columns", "method", "join"): {"columns": ["town", "grade"]},
    ("ordinal", "order", "given"): {"columns": ["grade"], "levels": ["low", "middle", "high"]},
    ("split_column", "method", "pattern"): {"pattern": "([A-Z])/([0-9]+)"},
    ("tf_idf", "unit", "char"): {"low": 1, "high": 3},
    ("tf_idf", "unit", "char_wb"): {"low": 2, "high": 3},
}
# Further variants that no option tells of.
MORE: dict[str, list[dict[str, Any]]] = {
    "date_parts": [{"since": "2020-02-29", "cyclic": True}],
    "formula": [{"name": "made", "formula": 'if(town == "Oslo", "north", lower(note))'}, {"name": "made", "formula": "year(seen) - 2000"}],
    "one_hot": [{"max_levels": 3}, {"min_rows": 20}],
    "tf_idf": [{"columns": ["note", "code"], "high": 2}],
    "pca": [{"keep_by": "count", "count": 3}],
}
MODELS: dict[Task, tuple[str, ...]] = {
    "binary": ("logistic", "decision_tree", "lightgbm"),
    "multiclass": ("logistic", "random_forest", "hist_gradient_boosting"),
    "regression": ("ridge", "decision_tree", "mlp"),
}


@dataclass(frozen=True)
class Case:
    """A recipe with an algorithm for a task."""

    name: str
    task: Task
    algorithm: dict[str, Any]
    steps: tuple[dict[str, Any], ...]


def record(id_: str, **params: Any) -> dict[str, Any]:
    return {"id": id_, "params": params}


def quick(cls: type[Algorithm], **params: Any) -> dict[str, Any]:
    return record(cls.id, **{**QUICK.get(cls.id, {}), **params})


def options(cls: Any) -> Iterator[dict[str, Any]]:
    """Each option of a member's choices and flags that is not its default."""
    for name, param in cls.params().items():
        others = param.options if isinstance(param, Choice) else (False, True) if isinstance(param, Flag) else ()
        yield from ({name: value} for value in others if value != param.default)


def recipe(member: dict[str, Any] | None = None) -> tuple[dict[str, Any], ...]:
    """Steps that make a matrix of the whole table, with a member in its place: its usual one, else preparing after the text, selecting
    last, and any other first.
    """
    usual = [
        record("tf_idf", columns=["note"]),
        record("date_parts"),
        record("one_hot", max_levels=12),
        record("impute_numbers"),
        record("scale"),
    ]
    if member is None:
        return tuple(usual)
    steps = [member if step["id"] == member["id"] else step for step in usual]
    if member not in steps:
        stage = OPERATIONS[member["id"]].stage
        steps.insert({"prepare": 1, "engineer": 0}.get(stage, len(steps)), member)
    if member["id"] == "date_parts" and member["params"].get("keep"):
        steps.append(record("drop_columns", columns=["seen"]))  # a date itself cannot go into a model
    return tuple(steps)


def tasks_of(cls: type[Algorithm]) -> list[str]:
    return [id_ for id_ in tasks() if cls.supports(task_spec(id_))]


def algorithm_cases() -> Iterator[Case]:
    for id_, cls in ALGORITHMS.items():
        for task in tasks_of(cls):
            yield Case(f"{id_} {task}", task, quick(cls), recipe())
        for i, option in enumerate(options(cls)):
            task = tasks_of(cls)[i % len(tasks_of(cls))]
            yield Case(f"{id_} {task} {option}", task, quick(cls, **option), recipe())


def operation_cases() -> Iterator[Case]:
    ordered = sorted(TARGETS)
    number = 0
    for id_, cls in OPERATIONS.items():
        variants: list[dict[str, Any]] = [{}]
        for option in options(cls):
            ((name, value),) = option.items()
            variants.append({**option, **WITH.get((id_, name, value), {})})
        for variant in [*variants, *MORE.get(id_, [])]:
            task = ordered[number % 3]
            # No step fills the gaps that codes of levels may have, and not every algorithm takes them.
            algorithm = ALGORITHMS["lightgbm" if id_ == "ordinal" else MODELS[task][number // 3 % 3]]
            output = f"{id_} {variant}" if variant else id_
            yield Case(output, task, quick(algorithm), recipe(record(id_, **{**(NEEDS.get(id_) or needed(cls, KINDS)), **variant})))
            number += 1


EVERY = [*algorithm_cases(), *operation_cases()]

# Many operations in one recipe, for the quick tests.
CHAIN = (
    record("combine_columns", columns=["size", "weight"], method="ratio"),
    record("formula", name="made", formula="if(member, log(weight), size / (count + 1))"),
    record("split_column", columns=["code"], separator="/", parts=3),
    record("group_aggregates", group=["town"], columns=["size"], compare="difference"),
    record("clip", columns=["weight"], method="quantiles"),
    record("bins", columns=["count"], keep=True),
    record("tf_idf", columns=["note"], high=2),
    record("date_parts", cyclic=True),
    record("ordinal", columns=["grade"], order="given", levels=["low", "middle", "high"]),
    record("impute_categories", missing_flag=True),
    record("one_hot", max_levels=5),
    record("impute_numbers", missing_flag=True),
    record("scale", method="robust"),
    record("select_variance"),
    record("select_correlation", limit=0.99),
    record("pca", keep=True, columns=["size", "weight", "made"]),
    record("select_mutual_information", share=0.9),
)
CHAINS = [Case(f"chain {task}", task, quick(ALGORITHMS[MODELS[task][i]]), CHAIN) for i, task in enumerate(sorted(TARGETS))]


@dataclass(frozen=True)
class Files:
    """Tables on the disk, and a project for each task with its data imported."""

    folder: Path
    projects: dict[str, Project]

    def project(self, case: Case) -> Project:
        project = self.projects[case.task]
        steps = tuple(Step(OPERATIONS.read(step)) for step in case.steps)
        algorithm = ALGORITHMS.read(case.algorithm)
        consent = frozenset({algorithm.id}) if algorithm.stores_training_data else frozenset[str]()
        return replace(project, steps=steps, encodings={ALL: choices().encodings["as_it_is"]()}, candidates=(algorithm,), consent=consent)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("members")
    write_table(folder / "mixed.csv", mixed_table(ROWS, 11))
    write_table(folder / "strange.csv", mixed_table(STRANGE, 12, strange=True))
    projects = {}
    for task, target in TARGETS.items():
        (folder / task).mkdir()
        found = import_cells(folder / task, folder / "mixed.csv", Project(name=f"made for {task}", target=target), Silent())
        project = found.project
        for other in set(TARGETS.values()) - {target}:
            project = set_field(project, f"roles.{other}=ignore")
        project, _ = propose(folder / task, project, Silent())
        assert project.task == task
        split = splitter(method=project.split.id, folds=2)
        projects[task] = replace(project, split=split, search=Search(trials=1, seconds=None))
        write_project(folder / task, projects[task])
    return Files(folder, projects)


def exported(files: Files, case: Case, folder: Path) -> Chosen:
    """Train a case and export it to `folder/bundle`."""
    project = files.project(case)
    pipeline = Pipeline(files.folder / case.task, project)
    pipeline = Pipeline(pipeline.folder, replace(project, chosen=pipeline.keys.run(Candidate.of(project, project.candidates[0]))))
    runs = Runs(pipeline.folder)
    search(pipeline, runs, Silent())
    chosen = open_chosen(pipeline, runs, Silent())
    assert chosen.run.algorithm_id == case.algorithm["id"]
    export_run(chosen, runs, make_exporter("rest_bundle", {}), folder / "bundle", Silent())
    return chosen


def wanted_rows(files: Files, chosen: Chosen, folder: Path) -> tuple[list[dict[str, str]], np.ndarray]:
    """Rows as texts, and the application's scores of them: held-out ones by the pipeline, unusual ones by `predict`."""
    _, at = hold_out(files.folder / chosen.scorer.task)
    table = read_table(files.folder / "mixed.csv")
    known = chosen.scorer.scores(chosen.pipeline.test.frame)
    predict_file(chosen.scorer, files.folder / "strange.csv", folder / "strange.csv", Silent())
    with (folder / "strange.csv").open(encoding="utf-8", newline="") as file:
        strange = read_scores(chosen, file.read())
    return [*(table[i] for i in at), *read_table(files.folder / "strange.csv")], np.concatenate([known, strange])


def read_scores(chosen: Chosen, text: str) -> np.ndarray:
    """Scores of an answered file."""
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["error"] for row in rows] == [""] * len(rows)
    if chosen.scorer.task == "regression":
        return np.array([float(row["prediction"]) for row in rows])
    return np.array([[float(row[f"probability_{text_of(one)}"]) for one in chosen.scorer.classes] for row in rows])


def prove(files: Files, cases: Sequence[Case], folder: Path) -> dict[str, float]:
    """Export every case, answer in a process that has numpy alone, and compare; the worst difference of each case."""
    arguments: list[str] = []
    asked: list[tuple[Case, Chosen, np.ndarray, Path]] = []
    sums: set[str] = set()
    for i, case in enumerate(cases):
        place = folder / str(i)
        place.mkdir()
        chosen = exported(files, case, place)
        rows, wanted = wanted_rows(files, chosen, place)
        (place / "rows.json").write_text(json.dumps([as_json(chosen.scorer, row) for row in rows]), encoding="utf-8")
        write_table(place / "rows.csv", rows)
        arguments += [str(place / name) for name in ("bundle", "rows.json", "rows.csv", "out.json")]
        asked.append((case, chosen, wanted, place / "out.json"))
        lines = (place / "bundle" / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
        sums.add("\n".join(line for line in lines if "  serving/" in line))
    assert len(sums) == 1  # the code of one bundle stands for that of all
    line = [sys.executable, str(Path(__file__).with_name("answer_alone.py")), *arguments]
    answered = subprocess.run(line, capture_output=True, encoding="utf-8", env=alone(), cwd=folder, check=False)
    assert answered.returncode == 0, answered.stderr
    return {case.name: difference(chosen, wanted, out) for case, chosen, wanted, out in asked}


def difference(chosen: Chosen, wanted: np.ndarray, out: Path) -> float:
    """The worst difference of a case in all ways of asking; labels have to be equal."""
    found = json.loads(out.read_text(encoding="utf-8"))
    worst = worst_difference(read_scores(chosen, found["csv"]), wanted)
    for way in ("alone", "at once", "pieces"):
        worst = max(worst, worst_difference(scores_of(chosen.scorer, found[way]), wanted))
        if chosen.scorer.task != "regression":
            assert [one["prediction"] for one in found[way]] == labels_of(chosen.scorer, wanted), way
    assert found["golden rows"] >= 40
    return worst


# --- quick ------------------------------------------------------------------------------------------------------------------------


def test_recipes_of_many_operations(files, tmp_path):
    worst = prove(files, CHAINS, tmp_path)
    assert max(worst.values()) <= TOLERANCE, worst


def test_every_member_has_a_case():
    assert {case.algorithm["id"] for case in EVERY} == set(ALGORITHMS)
    wanted = {(id_, task) for id_, cls in ALGORITHMS.items() for task in tasks_of(cls)}
    assert {(case.algorithm["id"], case.task) for case in EVERY} >= wanted
    assert {step["id"] for case in EVERY for step in case.steps} == set(OPERATIONS)
    assert set(NEEDS) | set(MORE) <= set(OPERATIONS)


# --- the proof --------------------------------------------------------------------------------------------------------------------


GROUPS = {
    **{f"algorithm {id_}": [case for case in algorithm_cases() if case.algorithm["id"] == id_] for id_ in ALGORITHMS},
    **{f"operation {id_}": [case for case in operation_cases() if case.name.split(" ")[0] == id_] for id_ in OPERATIONS},
}


@pytest.mark.proof
@pytest.mark.parametrize("group", GROUPS)
def test_a_member_from_the_file_to_a_bundles_answers(group, files, tmp_path, record_property):
    assert GROUPS[group]
    worst = prove(files, GROUPS[group], tmp_path)
    assert max(worst.values()) <= TOLERANCE, worst
    record_property(group, f"{len(worst)} bundles, worst {max(worst.values()):.1e}")


@pytest.mark.proof
@pytest.mark.parametrize("task", sorted(TARGETS))
def test_over_http(task, files, tmp_path):
    case = next(case for case in CHAINS if case.task == task)
    chosen = exported(files, case, tmp_path)
    rows, wanted = wanted_rows(files, chosen, tmp_path)
    requests = [as_json(chosen.scorer, row) for row in rows]
    with serving(sys.executable, tmp_path / "bundle", tmp_path) as service:
        single = [one for row in requests for one in service.predict([row])]
        assert worst_difference(scores_of(chosen.scorer, single), wanted) <= TOLERANCE
        assert worst_difference(scores_of(chosen.scorer, service.predict(requests)), wanted) <= TOLERANCE


@pytest.mark.proof
def test_a_model_that_holds_rows_needs_consent_by_its_name(files, tmp_path):
    """By the command line: refused without consent, nothing written; with it the bundle says so."""
    project = tmp_path / "p"
    done("new", project, "--data", files.folder / "mixed.csv", "--target", "bought")
    done("set", project, 'roles.kind="ignore"', 'roles.amount="ignore"', 'candidates=["knn"]', "split.folds=2")
    done("run", project, "--trials", 1)
    output = refused(call("export", project, "rest_bundle", tmp_path / "bundle"))
    assert "200 rows" in output
    assert "consent+=knn" in output
    assert not (tmp_path / "bundle").exists()
    done("set", project, "consent+=knn")
    done("export", project, "rest_bundle", tmp_path / "bundle")
    assert json.loads((tmp_path / "bundle" / "bundle.json").read_text(encoding="utf-8"))["consent"] == ["knn"]


def test_every_algorithm_that_holds_rows_is_refused_without_consent(files, tmp_path):
    holding = [id_ for id_, cls in ALGORITHMS.items() if cls.stores_training_data]
    assert "knn" in holding
    for id_ in holding:
        task = tasks_of(ALGORITHMS[id_])[0]
        project = replace(files.project(Case(id_, task, quick(ALGORITHMS[id_]), recipe())), consent=frozenset())
        pipeline = Pipeline(files.folder / task, project)
        runs = Runs(pipeline.folder)
        search(pipeline, runs, Silent())
        with pytest.raises(UserError, match="consent"):
            export_run(open_chosen(pipeline, runs, Silent()), runs, make_exporter("rest_bundle", {}), tmp_path / id_ / "bundle", Silent())
        assert not (tmp_path / id_ / "bundle").exists()
