"""One trial: a candidate, fitted fold by fold, to a run on the leaderboard. A fold that is in the store is not fitted again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from mlops_desktop.base.component import Component
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Algorithm, Operation
from mlops_desktop.base.job import Job, Part, Silent
from mlops_desktop.engine.metrics import score
from mlops_desktop.engine.pipeline import Candidate, Combination, FittedPipeline, FittedSteps, Pipeline, fit_steps, read_candidate
from mlops_desktop.engine.processors import cores, memory_for_training
from mlops_desktop.engine.project import project_from_json, project_to_json
from mlops_desktop.engine.training.executor import InProcess, Processes, Task, TaskFailed, run_here
from mlops_desktop.engine.training.library_imports import load_libraries
from mlops_desktop.engine.training.model_fitting import fit
from mlops_desktop.engine.training.results import FoldProgress
from mlops_desktop.engine.training.runs import Run, Status
from mlops_desktop.serving.frame import Floats, Frame, Ints, Matrix
from mlops_desktop.serving.message import as_message, joined, msg

LIBRARIES = ("numpy", "pandas", "scikit-learn", "scipy", "lightgbm")
PARALLEL_FROM = 1.0  # seconds of a fold from which it pays to fit the others in processes beside each other
MATRIX_SHARE = 0.4  # of the memory for training: what the matrices of all folds may take to be kept between trials


class Folds:
    """The folds of a pipeline with their matrices. Steps are fitted once for each fold, encodings once for each fold and encoding; both
    then serve every algorithm, while memory allows.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self._fitted: dict[tuple[int, tuple[Operation, ...]], FittedSteps] = {}
        self._kept: dict[tuple[Any, ...], tuple[FittedPipeline, Matrix]] = {}

    def matrices(self, candidate: Candidate, fold: int, job: Job) -> tuple[FittedPipeline, Matrix]:
        """What a candidate is trained with in a fold, and the validation matrix, by a pipeline that saw the training rows alone."""
        key = (fold, candidate.steps, candidate.sampler, candidate.encoding, candidate.algorithm.takes_sparse)
        if key not in self._kept:
            fitted = self.pipeline.encode(candidate, self._steps(candidate, fold, job), job)
            pair = fitted, fitted.transform(self.pipeline.train.frame.take(self.pipeline.folds[fold][1]))
            if not self._fits((fitted.matrix, pair[1])):
                return pair
            self._kept[key] = pair
        return self._kept[key]

    def _steps(self, candidate: Candidate, fold: int, job: Job) -> FittedSteps:
        """The steps of a candidate, fitted on the training rows of a fold; those of the last steps are kept."""
        key = (fold, candidate.steps)
        if key not in self._fitted:
            if any(steps != candidate.steps for _, steps in self._fitted):
                self._fitted.clear()
            self._fitted[key] = fit_steps(candidate.steps, self.pipeline.train.take(self.pipeline.folds[fold][0]), job)
        return self._fitted[key]

    def task(self, candidate: Candidate | Combination, fold: int) -> Task:
        """The task to put the out-of-fold scores of one fold into the store."""
        return self.task_for(self.pipeline.keys.fold(candidate, fold), fit_fold, candidate=candidate.to_json(), fold=fold)

    def task_for(self, key: str, function: Callable[..., None], **arguments: Any) -> Task:
        """The task to make a result of this project by a function that also takes its `folder` and `project`. `open_folds` of both are
        these folds in this process; elsewhere the project is opened.
        """
        folder, project = str(self.pipeline.folder), project_to_json(self.pipeline.project)
        _open[folder, json.dumps(project, sort_keys=True)] = self
        return Task.of(key, function, folder=folder, project=project, **arguments)

    def _fits(self, pair: tuple[Matrix, Matrix]) -> bool:
        kept = sum(_size((fitted.matrix, valid)) for fitted, valid in self._kept.values())
        return bool(kept + _size(pair) * len(self.pipeline.folds) < MATRIX_SHARE * memory_for_training())

    def processes(self) -> int:
        """How many folds may be fitted at once, by processors and by memory: each process holds the table and its matrices."""
        pipeline = self.pipeline
        kept = sum(_size((fitted.matrix, valid)) for fitted, valid in self._kept.values()) / max(1, len(self._kept))
        each = 2**28 + 3 * kept * len(pipeline.folds)
        return int(max(1, min(cores(), len(pipeline.folds), memory_for_training() / each)))

    def fit_fold(self, candidate: Candidate | Combination, fold: int, job: Job) -> None:
        """Put the out-of-fold scores of one fold into the store, unless they are there."""
        key = self.pipeline.keys.fold(candidate, fold)
        if key in self.pipeline.store:
            return
        if isinstance(candidate, Combination):
            self._combine_fold(candidate, fold, job)
            return
        algorithm = candidate.algorithm
        load_libraries(candidate.components)
        began = time.perf_counter()
        job.step(
            0.0, msg("{algorithm}, fold {fold} of {n_folds}", algorithm=algorithm.label, fold=fold + 1, n_folds=len(self.pipeline.folds))
        )
        train, valid = self.matrices(candidate, fold, job)
        (scores,), notes = _fit_model(algorithm, train, [valid], self.pipeline.project.seed)
        document = {"notes": [*train.notes, *notes], "features": train.matrix.width, "seconds": time.perf_counter() - began}
        self.pipeline.store.put(key, document, {"scores": scores})

    def _combine_fold(self, combination: Combination, fold: int, job: Job) -> None:
        """The scores of an ensemble from those of its members; a member is fitted only where it was not."""
        found = []
        for i, member in enumerate(combination.members):
            self.fit_fold(member, fold, Part(job, i / len(combination.members), (i + 1) / len(combination.members)))
            found.append(self.pipeline.store.get(self.pipeline.keys.fold(member, fold)))
        document = {
            "notes": list(dict.fromkeys(note for document, _ in found for note in document["notes"])),
            "features": max(document["features"] for document, _ in found),
            "seconds": sum(document["seconds"] for document, _ in found),
        }
        scores = _combined(combination, [arrays["scores"] for _, arrays in found])
        self.pipeline.store.put(self.pipeline.keys.fold(combination, fold), document, {"scores": scores})


def fit_and_score(pipeline: Pipeline, candidate: Candidate | Combination, rows: Ints, frames: Sequence[Frame]) -> list[Floats]:
    """The scores of each frame by a candidate that is fitted on these rows of the training part alone, as the scores of a fold are made.

    UserError when a part cannot be fitted, or when a score is not finite.
    """
    dataset, steps = pipeline.train.take(rows), dict[tuple[Operation, ...], FittedSteps]()
    by_member = []
    for member in candidate.members:
        if member.steps not in steps:
            steps[member.steps] = fit_steps(member.steps, dataset, Silent())
        train = pipeline.encode(member, steps[member.steps])
        scores, _ = _fit_model(member.algorithm, train, [train.transform(frame) for frame in frames], pipeline.project.seed)
        by_member.append(scores)
    if isinstance(candidate, Combination):
        return [_combined(candidate, found) for found in zip(*by_member, strict=True)]
    return by_member[0]


def _fit_model(algorithm: Algorithm, train: FittedPipeline, matrices: Sequence[Matrix], seed: int) -> tuple[list[Floats], tuple[str, ...]]:
    """The scores of matrices by an algorithm that is fitted on the rows of another one, rounded to 12 digits, and what the library warned
    of. UserError when it cannot be fitted, or when a score is not finite.
    """
    fitted = fit(algorithm, train.matrix, train.target, train.weights, seed)
    found: list[Floats] = [np.round(fitted.model.scores(matrix), 12) for matrix in matrices]
    if not all(np.isfinite(scores).all() for scores in found):
        raise UserError(
            msg("{algorithm} gave predictions that are not finite numbers.", algorithm=algorithm.label),
            "Scale the columns, or clip extreme values.",
        )
    return found, fitted.notes


def _combined(combination: Combination, scores: Sequence[Floats]) -> Floats:
    """The scores of an ensemble from those of its members, rounded to 12 digits."""
    found: Floats = np.round(combination.ensemble.combine(scores), 12)
    return found


def _size(matrices: Sequence[Matrix]) -> int:
    """Bytes of memory."""
    return sum(m.dense.nbytes if m.dense is not None else 2 * m.csr.data.nbytes if m.csr is not None else 0 for m in matrices)


def out_of_fold(pipeline: Pipeline, candidate: Candidate | Combination, job: Job | None = None) -> tuple[Ints, Floats]:
    """Positions within the training part, and the out-of-fold scores of these rows: each by a model that did not see the row.

    A fold that is not in the store any more is fitted anew, with the same scores.
    """
    rows = [valid for _, valid in pipeline.folds]
    folds = Folds(pipeline)
    for i in range(len(rows)):
        run_here(folds.task(candidate, i), pipeline.store, Part(job or Silent(), i / len(rows), (i + 1) / len(rows)))
    scores = [pipeline.store.get(pipeline.keys.fold(candidate, i))[1]["scores"] for i in range(len(rows))]
    return np.concatenate(rows), np.concatenate(scores)


class TrialPruned(Exception):
    """A trial ends before its last fold; the reason, in sentences."""


Pruner = Callable[[Mapping[int, float]], str]  # of a trial's scores by fold so far, the reason to leave it; empty to go on


def run_trial(folds: Folds, candidate: Candidate | Combination, number: int, job: Job, jobs: int = 1, pruner: Pruner | None = None) -> Run:
    """The run of one candidate. A trial that fails is a run with its reason; it never ends the search. `jobs` folds are fitted at once (0:
    as many as pay). `pruner` is asked before each fold whether the trial is to be left.
    """
    pipeline = folds.pipeline
    status: Status = "done"
    reason = ""
    began = time.perf_counter()
    try:
        _fit_folds(folds, candidate, job, jobs, pruner)
    except TrialPruned as pruned:
        status, reason = "stopped", pruned.args[0]
    except TaskFailed as failed:
        fold, why = failed.task.arguments["fold"] + 1, _reason(failed.error)
        status, reason = "failed", msg("{reason} (fold {fold} of {n_folds})", reason=why, fold=fold, n_folds=len(pipeline.folds))
    except Exception as error:  # a process that was killed, for example
        status, reason = "failed", _reason(error)
    records = [pipeline.store.get(key) for i in range(len(pipeline.folds)) if (key := pipeline.keys.fold(candidate, i)) in pipeline.store]
    by_fold = [fold_score(pipeline, i, arrays["scores"]) for i, (_, arrays) in enumerate(records)] if status == "done" else []
    known = [s for s in by_fold if np.isfinite(s)]
    if status == "done" and not known:
        status, reason = (
            "failed",
            msg("The metric {metric} is not defined on any fold: too few rows of a class.", metric=pipeline.project.metric),
        )
    notes = list(dict.fromkeys(note for document, _ in records for note in document["notes"]))
    return Run(
        id=pipeline.keys.run(candidate),
        key=pipeline.keys.board,
        trial=pipeline.keys.trial(candidate),
        number=number,
        algorithm=run_component(candidate).to_json(),
        candidate=candidate.to_json(),
        algorithm_id=candidate.id,
        label=candidate.label,
        metric=pipeline.project.metric,
        score=float(np.mean(known)) if known and status == "done" else None,
        std=float(np.std(known)) if known and status == "done" else None,
        fold_scores=tuple(by_fold),
        status=status,
        reason=reason or _joined([*_description(candidate), *notes[:3]]),
        seconds=sum(document["seconds"] for document, _ in records) if records else time.perf_counter() - began,
        rows=pipeline.train.frame.rows,
        features=records[0][0]["features"] if records else 0,
        versions={name: version(name) for name in LIBRARIES},
        seed=pipeline.project.seed,
    )


def run_component(candidate: Candidate | Combination) -> Component:
    """What a run is named after: the algorithm of a candidate, or the ensemble."""
    return candidate.ensemble if isinstance(candidate, Combination) else candidate.algorithm


def _reason(error: Exception) -> str:
    """Why a fit failed; the message of a library's exception."""
    if isinstance(error, UserError):
        return error.sentences
    if isinstance(error, MemoryError):
        return as_message("There was not enough memory for this model.")
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no reason given'}"


def _joined(sentences: list[str]) -> str:
    return joined(sentences, " ") if sentences else ""


def _description(candidate: Candidate | Combination) -> list[str]:
    """What an ensemble is made of, as a sentence; nothing for a single model."""
    if not isinstance(candidate, Combination):
        return []
    return [candidate.ensemble.describe([member.label for member in candidate.members])]


def fold_score(pipeline: Pipeline, fold: int, scores: Floats) -> float:
    """The metric of the project on one fold, by its out-of-fold scores; rows count by their weights, as in training."""
    valid, weights = pipeline.folds[fold][1], pipeline.train.weights
    of_rows = None if weights is None else weights[valid]
    return score(pipeline.project.metric, pipeline.train.target.take(valid), scores, pipeline.positive, None, of_rows)


def _fit_folds(folds: Folds, candidate: Candidate | Combination, job: Job, jobs: int, pruner: Pruner | None) -> None:
    """Fit the folds that are not in the store, so many at once; 0 jobs: one by one, and beside each other from the second on where the
    first took long.
    """
    pipeline, count = folds.pipeline, len(folds.pipeline.folds)
    todo = [i for i in range(count) if pipeline.keys.fold(candidate, i) not in pipeline.store]
    while todo and (jobs < 2 or len(todo) < 2 or isinstance(candidate, Combination)):
        fold = todo.pop(0)
        _ask(pruner, pipeline, candidate)
        job.partial(FoldProgress(fold + 1, count))
        began = time.perf_counter()
        list(InProcess(pipeline.store, Part(job, fold / count, (fold + 1) / count)).run([folds.task(candidate, fold)]))
        if not jobs and time.perf_counter() - began > PARALLEL_FROM:
            jobs = folds.processes()
    if not todo:
        return
    _ask(pruner, pipeline, candidate)
    tasks = [folds.task(candidate, fold) for fold in todo]
    with closing(Processes(pipeline.store, jobs).run(tasks)) as finished:
        for done, _ in enumerate(finished, start=count - len(todo) + 1):
            job.step(done / count, msg("{candidate}, {done} of {count} folds", candidate=candidate.label, done=done, count=count))
            job.partial(FoldProgress(done, count))
            if done < count:
                _ask(pruner, pipeline, candidate)


def _ask(pruner: Pruner | None, pipeline: Pipeline, candidate: Candidate | Combination) -> None:
    """Leave the trial when its pruner says so, by the folds so far."""
    if pruner is None:
        return
    keys = [pipeline.keys.fold(candidate, i) for i in range(len(pipeline.folds))]
    there = {i: pipeline.store.get(key)[1]["scores"] for i, key in enumerate(keys) if key in pipeline.store}
    if reason := pruner({i: fold_score(pipeline, i, scores) for i, scores in there.items()}):
        raise TrialPruned(reason)


_open: WeakValueDictionary[tuple[str, str], Folds] = WeakValueDictionary()  # by folder and project record: those of this process


def fit_fold(folder: str, project: dict[str, Any], candidate: dict[str, Any], fold: int, job: Job) -> None:
    """The call of a fold's task: fit the fold (counted from 0) of a candidate, both as plain JSON, and put its scores into the store of the
    project in `folder`.
    """
    folds = open_folds(folder, project)
    folds.fit_fold(read_candidate(candidate, folds.pipeline.project), fold, job)


def open_folds(folder: str, project: dict[str, Any]) -> Folds:
    """The folds of a project (plain JSON) in `folder`, for the function of a task: those that this process has open, or opened now."""
    record = json.dumps(project, sort_keys=True)
    return _open.get((folder, record)) or _opened(folder, record)


@lru_cache(maxsize=1)
def _opened(folder: str, record: str) -> Folds:
    """The folds of a project record, kept by a process from one task to the next."""
    return Folds(Pipeline(Path(folder), project_from_json(json.loads(record))))
