"""A call to the child process: a class whose fields are the arguments, with the types of what it answers and hands over on the way."""

from __future__ import annotations

import typing
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job
from mlops_desktop.engine.project import Project, from_json

R = TypeVar("R")
P = TypeVar("P")


class Call(ABC, Generic[R, P]):
    """Work for the child process: a frozen dataclass `Call[result, partial result]`; None as partial result: nothing comes before the end.

    Fields, result and partial results are what `engine.project.to_json` writes. Being defined makes a call known, by the name of its class.
    """

    stage: ClassVar[str] = ""  # the stage of the workflow that the work belongs to
    is_kept: ClassVar[bool] = False  # whether it makes what cannot be had again by looking at the same page: an import, a copy

    @abstractmethod
    def run(self, job: Job) -> R:
        """Do the work, in the child process. UserError: it is refused. Cancelled: `job` asked to stop."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "run" in vars(cls):
            _known[cls.__name__] = cls


@dataclass(frozen=True)
class ProjectCall(Call[R, P]):
    """A call about a project: its folder, and its decisions. It writes results, runs and snapshots, never project.json."""

    folder: Path
    project: Project


_known: dict[str, type[Call[Any, Any]]] = {}


def read_call(name: str, arguments: Any) -> Call[Any, Any]:
    """The call of this name with arguments from JSON. LookupError and ValueError: the other side does not know the same calls.

    UserError where a name in it is not UTF-8, which no fault of the program is.
    """
    try:
        call: Call[Any, Any] = from_json(_known[name], arguments, name)
    except UserError as error:
        if isinstance(error.__cause__, UnicodeEncodeError):
            raise
        raise ValueError(str(error)) from error
    return call


def result_types(call: type[Call[R, P]]) -> tuple[type[R], type[P]]:
    """The types of a call's result and of its partial results."""
    for base in getattr(call, "__orig_bases__", ()):
        origin = typing.get_origin(base)
        if isinstance(origin, type) and issubclass(origin, Call):
            result, partial = typing.get_args(base)
            return result, partial
    raise TypeError(f"{call.__name__} does not name its result: Call[result, partial result]")
