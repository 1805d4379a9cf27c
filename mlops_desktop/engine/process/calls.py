"""What the child process can be asked: the window and the command line call the same functions by name.

Every call takes a job and JSON arguments and returns JSON. Decisions come with the call (`project`, as in project.json); results stay in
the folder. Calls write to the folder's store, its runs and its snapshots, never to project.json: that belongs to whoever holds the lock.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Operation
from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine.data import import_cells, load_cells, rows_key, rows_where, type_cells
from mlops_desktop.engine.evaluation import check as check_goals
from mlops_desktop.engine.evaluation import (
    evaluate_file as evaluate_unseen_file,
)
from mlops_desktop.engine.evaluation import (
    held_out_evaluation,
    out_of_fold_evaluation,
    predict_file,
    response_ms,
    seen_evaluation,
)
from mlops_desktop.engine.monitoring import drift_of
from mlops_desktop.engine.packaging import export_run, golden_rows, make_exporter
from mlops_desktop.engine.pipeline import Pipeline, covers, seen, suggestions
from mlops_desktop.engine.pipeline import preview as preview_recipe
from mlops_desktop.engine.pipeline import propose as propose_decisions
from mlops_desktop.engine.pipeline import rank as rank_columns
from mlops_desktop.engine.pipeline import renew as renew_decisions
from mlops_desktop.engine.pipeline import validation as describe_split
from mlops_desktop.engine.profiling import profile as profile_table
from mlops_desktop.engine.project import project_from_json, project_to_json
from mlops_desktop.engine.reporting import write_profile_report, write_report
from mlops_desktop.engine.training import Chosen, Runs, chosen_run, open_chosen, search
from mlops_desktop.engine.training import learning_curve as curve_of
from mlops_desktop.serving.explain import explain
from mlops_desktop.serving.scorer import Scorer

Json = dict[str, Any]


def import_file(job: Job, *, folder: str, file: str, project: Json) -> Json:
    """Read a data file into the folder's snapshots; `{"data", "file", "source", "rows", "columns": [{"name", "type"}], "evidence",
    "targets"}`.
    """
    return import_cells(Path(folder), file, project_from_json(project), job)


def propose(job: Job, *, folder: str, project: Json) -> Json:
    """Fill the open decisions; `{"project", "reasons"}`."""
    proposed, reasons = propose_decisions(Path(folder), project_from_json(project), job)
    return {"project": project_to_json(proposed), "reasons": reasons}


def renew(job: Job, *, folder: str, project: Json, before: Json) -> Json:
    """Make anew what was proposed for the decisions `before` and does not fit any more; `{"project", "reasons", "changes": [words]}`."""
    renewed, reasons, changes = renew_decisions(Path(folder), project_from_json(before), project_from_json(project), job)
    return {"project": project_to_json(renewed), "reasons": reasons, "changes": changes}


def overview(job: Job, *, folder: str, project: Json) -> Json:
    """What can be seen of the table before anything is decided (see `engine.overview`); the typed table is in the store afterwards."""
    pipeline = Pipeline(Path(folder), project_from_json(project))
    assert pipeline.table is not None
    return seen(pipeline, job)


def filter_rows(job: Job, *, folder: str, project: Json, where: str) -> Json:
    """The rows where a formula holds; `{"key", "rows"}`: the array `mask` is in the store under the key."""
    pipeline = Pipeline(Path(folder), project_from_json(project))
    key = rows_key(pipeline.keys.table, where)
    if key not in pipeline.store:
        mask = rows_where(pipeline.table.frame, where)
        pipeline.store.put(key, {"rows": int(mask.sum())}, {"mask": mask})
    return {"key": key, "rows": int(pipeline.store.get(key)[0]["rows"])}


def preview(job: Job, *, folder: str, project: Json, at: int = -1, row_filter: int = -1) -> Json:
    """The recipe tried on a sample of the training part: every step, and closely the one at a position (see `engine.preview`)."""
    return preview_recipe(Pipeline(Path(folder), project_from_json(project)), at, row_filter, job)


def rank(job: Job, *, folder: str, project: Json, method: str, at: int = -1) -> Json:
    """The columns before a step (after all when −1) ranked by a selection's score (see `engine.preview`)."""
    return rank_columns(Pipeline(Path(folder), project_from_json(project)), method, at, job)


def suggest(job: Job, *, folder: str, project: Json) -> Json:
    """Steps that are sound for this data, `{"steps": [{"step", "reason", "there"}]}`; `there`: a step of the recipe does it already."""
    pipeline = Pipeline(Path(folder), project_from_json(project))
    job.step(0.3)
    found = [(component, why) for component, why in suggestions(pipeline) if isinstance(component, Operation)]
    there = [any(covers(step.component, operation) for step in pipeline.project.steps) for operation, _ in found]
    return {
        "steps": [{"step": operation.to_json(), "reason": why, "there": is_} for (operation, why), is_ in zip(found, there, strict=True)]
    }


def profile(job: Job, *, folder: str, project: Json) -> Json:
    """Statistics and findings of the project's table."""
    return Pipeline(Path(folder), project_from_json(project)).profile(job)


def profile_file(job: Job, *, file: str, out: str | None) -> Json:
    """Statistics and findings of any data file, written as an offline page too when `out` is given."""
    _, cells = load_cells(file, None, Part(job, 0.0, 0.3))
    table = type_cells(cells, {}, Part(job, 0.3, 0.5))
    found = profile_table(table, None, Part(job, 0.5, 0.9))
    found["evidence"] = [one.to_json() for one in (*cells.notes, *table.evidence)]
    if out:
        write_profile_report(Path(out), {**found, "file": Path(file).name})
    return found


def run(job: Job, *, folder: str, project: Json, jobs: int = 1, replay: bool = False) -> Json:
    """Train and tune; the chosen run."""
    pipeline = Pipeline(Path(folder), project_from_json(project))
    return search(pipeline, Runs(pipeline.folder), job, jobs=jobs, replay=replay)


def validation(job: Job, *, folder: str, project: Json) -> Json:
    """What the split means for the rows of this table; see `engine.validation`."""
    return describe_split(Pipeline(Path(folder), project_from_json(project)))


def learning_curve(job: Job, *, folder: str, project: Json) -> Json:
    """How the score of the chosen run grows with the rows that it learns from; each point is handed over when it is there."""
    pipeline = Pipeline(Path(folder), project_from_json(project))
    return curve_of(pipeline, chosen_run(pipeline, Runs(pipeline.folder)), job)


def evaluate(job: Job, *, folder: str, project: Json, sealed: bool = True) -> Json:
    """Metrics and curves of the chosen run: on the sealed test part (a counted look), or out of fold."""
    found, runs = _chosen(folder, project, Part(job, 0.0, 0.3))
    part = Part(job, 0.3, 1.0)
    return held_out_evaluation(found, runs, "evaluation", part) if sealed else out_of_fold_evaluation(found, part)


def evaluate_file(job: Job, *, folder: str, project: Json, file: str) -> Json:
    """Metrics and curves of the chosen run on a file that it never saw."""
    found, _ = _chosen(folder, project, Part(job, 0.0, 0.3))
    return evaluate_unseen_file(found, Path(file), Part(job, 0.3, 1.0))


def response_time(job: Job, *, folder: str, project: Json) -> Json:
    """How long the chosen model takes for one row on this machine; `{"response_ms"}`. The test part stays sealed."""
    found, _ = _chosen(folder, project, Part(job, 0.0, 0.8))
    return {"response_ms": _response(found)}


def check(job: Job, *, folder: str, project: Json) -> Json:
    """The acceptance gate: every goal with what was measured."""
    found, runs = _chosen(folder, project, Part(job, 0.0, 0.4))
    return _gate(found, runs, "check", Part(job, 0.4, 1.0))


def open_model(job: Job, *, folder: str, project: Json) -> Json:
    """Make the chosen model unless it is in the store, and keep there which rows it learned from; `{"run", "version"}`."""
    found, _ = _chosen(folder, project, job)
    pipeline, key = found.pipeline, found.pipeline.keys.train_rows
    if key not in pipeline.store:
        pipeline.store.put(key, {"rows": len(pipeline.train_rows)}, {"rows": pipeline.train_rows})
    return {"run": found.run.id, "version": found.scorer.version}


def explain_row(job: Job, *, folder: str, project: Json, row: Json) -> Json:
    """Why the chosen model answers a row so (see `serving.explain`); `{"base", "answer", "about", "contributions": [[column, change]]}`."""
    found, _ = _chosen(folder, project, job)
    checked = found.scorer.schema.from_rows([row])
    if checked.errors:
        raise UserError(checked.errors[0].message, "Mend this value.")
    one = explain(found.scorer, checked.frame)[0]
    contributions = [[part.field, part.contribution] for part in one.contributions]
    return {"base": one.base, "answer": one.answer, "about": one.about, "contributions": contributions}


def export(job: Job, *, folder: str, project: Json, exporter: str, out: str, options: Json) -> Json:
    """Export the chosen run; `{"out", "files"}`."""
    maker = make_exporter(exporter, options)
    found, runs = _chosen(folder, project, Part(job, 0.0, 0.4))
    return {"out": out, "files": export_run(found, runs, maker, Path(out), Part(job, 0.4, 1.0))}


def predict(job: Job, *, source: str, file: str, out: str, project: Json | None = None) -> Json:
    """Score a file with a project's chosen run or with a bundle (a folder or its .zip); `{"rows", "refused"}`."""
    with _scorer(source, project, Part(job, 0.0, 0.5)) as scorer:
        return predict_file(scorer, Path(file), Path(out), Part(job, 0.5, 1.0))


def drift(job: Job, *, folder: str, project: Json, file: str) -> Json:
    """How a new file differs from the training rows, column by column and in the score."""
    found, _ = _chosen(folder, project, Part(job, 0.0, 0.5))
    return drift_of(found, Path(file), Part(job, 0.5, 1.0))


def report(job: Job, *, folder: str, project: Json, out: str, sealed: bool = False) -> Json:
    """Write everything that was decided, found and measured as one offline page; `{"out"}`.

    `sealed`: the test part is not opened for it; what was seen of it before is told.
    """
    pipeline = Pipeline(Path(folder), project_from_json(project))
    runs = Runs(pipeline.folder)
    facts: Json = {
        "project": project,
        "profile": pipeline.profile(Part(job, 0.0, 0.2)),
        "runs": [r.to_json() for r in runs.list(pipeline.keys.board)],
    }
    if any(r["status"] == "done" for r in facts["runs"]):
        found = open_chosen(pipeline, runs, Part(job, 0.2, 0.5))
        facts["chosen"] = found.run.to_json()
        facts["model"] = {
            "version": found.scorer.version,
            "threshold": found.scorer.threshold,
            "features": list(found.scorer.feature_names),
        }
        facts["out_of_fold"] = out_of_fold_evaluation(found, Part(job, 0.5, 0.6))
        if not sealed:
            facts["goals"] = _gate(found, runs, "report", Part(job, 0.6, 0.9))
        facts["evaluation"] = seen_evaluation(pipeline, found.run, runs)
        if sealed and facts["evaluation"] is not None:
            facts["goals"] = check_goals(pipeline.project, _with_response(found, facts["evaluation"]))
    facts["looks"] = len(runs.test_accesses(pipeline.keys.split))
    facts["split"] = {"train": pipeline.train.frame.rows, "test": pipeline.test.frame.rows} if pipeline.project.target else {}
    write_report(Path(out), facts)
    return {"out": out}


def _chosen(folder: str, project: Json, job: Job) -> tuple[Chosen, Runs]:
    pipeline = Pipeline(Path(folder), project_from_json(project))
    runs = Runs(pipeline.folder)
    return open_chosen(pipeline, runs, job), runs


@contextmanager
def _scorer(source: str, project: Json | None, job: Job) -> Iterator[Scorer]:
    """What answers: the chosen run of a project, or a bundle (a folder or its .zip) that passed its self-test."""
    if project is not None:
        yield _chosen(source, project, job)[0].scorer
        return
    from mlops_desktop.serving.archive import read_archive
    from mlops_desktop.serving.boot import verified_bundle

    path = Path(source)
    with tempfile.TemporaryDirectory(prefix="bundle_") as unpacked:
        yield verified_bundle(read_archive(path, Path(unpacked)) if path.is_file() else path)[0].scorer


def _gate(found: Chosen, runs: Runs, why: str, job: Job) -> Json:
    measured = held_out_evaluation(found, runs, why, Part(job, 0.0, 0.8))
    return check_goals(found.pipeline.project, _with_response(found, measured))


def _with_response(found: Chosen, measured: Json) -> Json:
    return measured if found.pipeline.project.goals.response_ms is None else {**measured, "response_ms": _response(found)}


def _response(found: Chosen) -> float:
    """What was measured once; it is a figure of this machine."""
    import numpy as np

    pipeline, key = found.pipeline, found.pipeline.keys.response(found.run.id)
    if key not in pipeline.store:
        rows = golden_rows(found.scorer.schema, found.scorer, np.random.default_rng(pipeline.project.seed))
        pipeline.store.put(key, {"response_ms": response_ms(found.scorer, rows)})
    return float(pipeline.store.get(key)[0]["response_ms"])


CALLS: dict[str, Callable[..., Json]] = {
    call.__name__: call
    for call in (
        *(import_file, propose, renew, overview, filter_rows, preview, rank, suggest, profile, profile_file),
        *(validation, run, learning_curve, evaluate, evaluate_file, response_time, check),
        *(open_model, explain_row, export, predict, drift, report),
    )
}
