"""What the report of a project is made from."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlops_desktop.engine.diagnostics import CheckResult
from mlops_desktop.engine.evaluation import Acceptance, Evaluation, SelectionEstimate
from mlops_desktop.engine.profiling import Profile
from mlops_desktop.engine.project import Project
from mlops_desktop.engine.training import Run


@dataclass(frozen=True)
class DeployedModel:
    """The fitted model of the chosen run: its version, its threshold (None: it has none) and the names of its features."""

    version: str
    threshold: float | None
    features: tuple[str, ...]


@dataclass(frozen=True)
class SplitSizes:
    """Numbers of rows to learn from and of the held-out test set."""

    train: int
    test: int


@dataclass(frozen=True, kw_only=True)
class ReportFacts:
    """Everything that a report shows; what is None is in it as “not done yet”.

    `runs` are those of the leaderboard in its order, `out_of_fold` and `evaluation` (on the held-out test set) are of the chosen run,
    `test_accesses` is how often the held-out test set was used, `used_before` which share of it in others; `selection` is what is expected
    of the best run, `checks` are of the chosen run.
    """

    project: Project = field(default_factory=Project)
    profile: Profile | None = None
    split: SplitSizes | None = None
    test_accesses: int | None = None
    used_before: float = 0.0
    selection: SelectionEstimate | None = None
    runs: tuple[Run, ...] = ()
    chosen: Run | None = None
    model: DeployedModel | None = None
    out_of_fold: Evaluation | None = None
    evaluation: Evaluation | None = None
    goals: Acceptance | None = None
    checks: tuple[CheckResult, ...] = ()
