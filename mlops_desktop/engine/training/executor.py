"""Runs tasks that are named by the key of their result: one after another in this process, or in several processes of this machine."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from mlops_desktop.base.job import Job, Silent


@dataclass(frozen=True)
class Task:
    """A call that puts one result into a store, as plain data: any process that can open that store can make it.

    `key` is the key of the result, `call` the function as "module:name", `arguments` its keyword arguments as plain JSON. The function also
    gets the argument `job`.
    """

    key: str
    call: str
    arguments: dict[str, Any]

    @staticmethod
    def of(key: str, function: Callable[..., None], **arguments: Any) -> Task:
        """The task that calls a function of a module with these arguments."""
        return Task(str(key), f"{function.__module__}:{function.__qualname__}", arguments)

    def run(self, job: Job) -> str:
        """Make the call; the key of the result. TaskFailed for every exception; Cancelled when the job was asked to stop."""
        module, _, name = self.call.partition(":")
        function = getattr(importlib.import_module(module), name)
        try:
            function(**self.arguments, job=job)
        except Exception as error:
            raise TaskFailed(self, error) from error
        return self.key


class TaskFailed(Exception):
    """A task raised the exception `error`."""

    def __init__(self, task: Task, error: Exception) -> None:
        super().__init__(task, error)  # both are arguments, so that the exception can be sent from one process to another
        self.task, self.error = task, error

    def __str__(self) -> str:
        return f"{self.task.call}, result {self.task.key}: {self.error}"


class Results(Protocol):
    """Knows which results are there, as a store does."""

    def __contains__(self, key: str, /) -> bool:
        """Whether the result of this key is there."""


class Executor(Protocol):
    """Whoever runs tasks: this process, processes of this machine, later a cluster. All give the same results under the same keys."""

    def run(self, tasks: Iterable[Task]) -> Generator[str]:
        """Run the tasks whose results are not there yet, and yield each key as soon as its result is there, in no certain order.

        TaskFailed of the first task that fails, which ends the work. Closing the generator (as `contextlib.closing` does, also when the
        caller is Cancelled) ends the tasks that are running.
        """


@dataclass(frozen=True)
class InProcess:
    """One task after another in this process. `results` says which keys are there; each task reports to `job` and is stopped by it."""

    results: Results
    job: Job = field(default_factory=Silent)

    def run(self, tasks: Iterable[Task]) -> Generator[str]:
        """See Executor.run."""
        for task in tasks:
            yield task.key if task.key in self.results else task.run(self.job)


def run_here(task: Task, results: Results, job: Job) -> None:
    """Run one task in this process unless its result is there. It raises what the function of the task raised."""
    try:
        for _ in InProcess(results, job).run([task]):
            pass
    except TaskFailed as failed:
        raise failed.error from failed


@dataclass(frozen=True)
class Processes:
    """At most `count` tasks at once, each in a process of its own on this machine, kept for the next tasks. The caller decides how many
    processors and memory allow.
    """

    results: Results
    count: int

    def run(self, tasks: Iterable[Task]) -> Generator[str]:
        """See Executor.run."""
        from joblib import Parallel, delayed

        waiting = []
        for task in tasks:
            if task.key in self.results:
                yield task.key
            else:
                waiting.append(task)
        if not waiting:
            return
        finished = Parallel(n_jobs=self.count, return_as="generator_unordered")(delayed(_run_silently)(task) for task in waiting)
        try:
            for key in finished:  # not `yield from`: that would close `finished` outside the filter below
                yield str(key)
        finally:
            with warnings.catch_warnings():  # joblib advises whoever stops early
                warnings.filterwarnings("ignore", r"\d+ tasks (have been successfully executed|which were still being processed)")
                finished.close()


def _run_silently(task: Task) -> str:
    return task.run(Silent())
