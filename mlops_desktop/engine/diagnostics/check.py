"""The contract of a check: it takes the facts of a model and returns passed, doubtful or failed, with figures and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mlops_desktop.engine.diagnostics.facts import CheckFacts
from mlops_desktop.engine.evaluation import MetricResult
from mlops_desktop.engine.pipeline import Keys
from mlops_desktop.engine.project import OMIT_NONE, Changes, Project
from mlops_desktop.serving.message import translatable

Verdict = Literal["passed", "doubtful", "failed"]


@dataclass(frozen=True, eq=False)
class Checked:
    """What a check reads: the facts of a run, today's decisions, and the run that each use of the held-out test set measured (see
    `Runs.measured_runs`; None: not asked). `held_out`: the metric of the project on the held-out test set; None: not measured.
    """

    facts: CheckFacts
    project: Project
    measured: Sequence[str] | None = None
    held_out: MetricResult | None = None


@dataclass(frozen=True)
class Outcome:
    """What a check found: figures in `message`, what to do in `remedy` ("" when it is passed).

    `fixes` are changes that would mend it, by a label. `asked` are ids of questions of the stage
    `asked_in` that ask the same already: the check asks none of its own then.
    """

    verdict: Verdict
    message: str
    remedy: str = ""
    fixes: tuple[tuple[str, Changes], ...] = ()
    asked: tuple[str, ...] = ()
    asked_in: str = ""


def of_run(checked: Checked) -> str:
    """The scope of a doubt about one model."""
    return checked.facts.run[:8]


def of_split(checked: Checked) -> str:
    """The scope of a doubt about the rows of the parts: the same for every model of this data, target and split."""
    return Keys(checked.project).split[:8]


@dataclass(frozen=True, eq=False)
class Check:
    """One check. `evaluate` returns None where it does not apply. `scope` is what its doubt is about: another scope asks anew."""

    id: str
    title: str
    evaluate: Callable[[Checked], Outcome | None]
    scope: Callable[[Checked], str] = of_run

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", translatable(self.title))

    def question(self, checked: Checked) -> str:
        """The id of the question that asks about the doubt."""
        return f"check.{self.id}.{self.scope(checked)}"


@dataclass(frozen=True)
class CheckResult:
    """A check with its outcome. `question` is the id under which a person accepts it, `accepted` the reason that was given
    ("" for none; None: nobody accepted it).
    """

    id: str
    title: str
    verdict: Verdict
    message: str
    remedy: str
    question: str
    accepted: str | None = field(default=None, metadata=OMIT_NONE)
    fixes: tuple[tuple[str, Changes], ...] = ()
    asked: tuple[str, ...] = ()
    asked_in: str | None = field(default=None, metadata=OMIT_NONE)

    @property
    def open(self) -> bool:
        """Whether it is in doubt and nobody accepted it."""
        return self.verdict != "passed" and self.accepted is None
