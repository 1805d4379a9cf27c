"""Every executor gives the same results under the same keys, runs nothing twice, names the task that fails, and can be stopped."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace

import psutil
import pytest

from mlops_desktop.base.errors import Cancelled, UserError
from mlops_desktop.base.job import Job, Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.candidate import Candidate
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.training.executor import Executor, InProcess, Processes, Results, Task, TaskFailed
from mlops_desktop.engine.training.trials import Folds

MAKERS: dict[str, Callable[[Results], Executor]] = {"in process": InProcess, "processes": lambda results: Processes(results, 2)}
each = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


def tasks_of(folds: Folds) -> list[Task]:
    """The tasks of the folds of a tree, as another machine gets them."""
    tree = choices().algorithms.read({"id": "decision_tree", "params": {"max_depth": 6}})
    candidate = Candidate.of(folds.pipeline.project, tree)
    tasks = [folds.task(candidate, fold) for fold in range(len(folds.pipeline.folds))]
    return [Task(**json.loads(json.dumps(asdict(task)))) for task in tasks]


def test_executors_give_the_same_keys_and_bytes(trained, copy_of):
    made = copy_of(trained)
    found = []
    for make in MAKERS.values():
        folds = Folds(Pipeline(made.folder, made.project))
        store = folds.pipeline.store
        store.clear()
        keys = sorted(make(store).run(tasks_of(folds)))
        results = [store.get(key) for key in keys]
        documents = [{name: value for name, value in document.items() if name != "seconds"} for document, _ in results]
        found.append((keys, documents, [(a.dtype, a.shape, a.tobytes()) for _, arrays in results for a in arrays.values()]))
    assert found[0] == found[1]
    assert len(found[0][0]) == len(trained.pipeline.folds)


@each
def test_a_task_whose_result_is_there_is_not_run(make):
    there = [Task(key, "no_such_module:nothing", {}) for key in ("a", "b")]
    assert sorted(make({"a", "b"}).run(there)) == ["a", "b"]


@each
def test_a_failure_names_its_task(make, trained, copy_of):
    folds = Folds(copy_of(trained).pipeline)
    first, second, *_ = tasks_of(folds)
    second = replace(second, arguments={**second.arguments, "candidate": {**second.arguments["candidate"], "algorithm": {"id": "gone"}}})
    with pytest.raises(TaskFailed) as caught, closing(make(folds.pipeline.store).run([first, second])) as finished:
        list(finished)
    assert (caught.value.task, caught.value.task.arguments["fold"]) == (second, 1)
    assert isinstance(caught.value.error, UserError)
    assert "gone" in str(caught.value)


def wait(seconds: float, job: Job) -> None:
    """A call that only waits."""
    time.sleep(seconds)


def test_closing_ends_the_tasks_that_are_running():
    tasks = [Task.of(str(seconds), wait, seconds=seconds) for seconds in (0, 600, 600)]
    before = psutil.Process().children(recursive=True)
    with closing(Processes(set(), 2).run(tasks)) as finished:
        assert next(finished) == "0"
        started = [one for one in psutil.Process().children(recursive=True) if one not in before]
        workers = [one for one in started if "LokyProcess" in " ".join(one.cmdline())]
        began = time.monotonic()
    assert time.monotonic() - began < 2.0
    assert len(workers) >= 2
    assert not psutil.wait_procs(workers, timeout=2.0)[1]


class Stopped(Silent):
    """A job that was asked to stop."""

    def step(self, fraction: float, message: str = "") -> None:
        raise Cancelled


def test_a_stop_leaves_an_executor_as_it_is(trained, copy_of):
    folds = Folds(copy_of(trained).pipeline)
    with pytest.raises(Cancelled):
        list(InProcess(folds.pipeline.store, Stopped()).run(tasks_of(folds)))
