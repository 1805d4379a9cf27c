"""The list of all checks, and what they find for a run. A further check is one entry here."""

from __future__ import annotations

from collections.abc import Sequence

from mlops_desktop.engine.diagnostics.check import Check, Checked, CheckResult, Outcome
from mlops_desktop.engine.diagnostics.decision_checks import LEAKS, POSITIVE, TEST_ACCESSES
from mlops_desktop.engine.diagnostics.facts import CheckFacts
from mlops_desktop.engine.diagnostics.part_checks import CLASS_ROWS, TARGET_SHIFT, TEST_ROWS, WEIGHTS
from mlops_desktop.engine.diagnostics.score_checks import BASELINE, FOLDS, OVERFIT, SUBGROUPS, SUSPICIOUS
from mlops_desktop.engine.evaluation import MetricResult
from mlops_desktop.engine.project import Project
from mlops_desktop.engine.questions import ACCEPT
from mlops_desktop.serving.message import joined

CHECKS: tuple[Check, ...] = (
    BASELINE,
    SUSPICIOUS,
    LEAKS,
    OVERFIT,
    FOLDS,
    SUBGROUPS,
    TARGET_SHIFT,
    TEST_ROWS,
    CLASS_ROWS,
    TEST_ACCESSES,
    POSITIVE,
    WEIGHTS,
)
_ORDER = ("failed", "doubtful", "passed")


def run_checks(
    facts: CheckFacts, project: Project, measured: Sequence[str] | None = None, held_out: MetricResult | None = None
) -> tuple[CheckResult, ...]:
    """Every check that applies to a run, the worst first.

    `measured` is the run that each use of the held-out test set measured (`Runs.measured_runs`); None: that is not asked. `held_out` is
    what the run scored on it (`held_out_score`); None: it was not measured.
    """
    checked = Checked(facts, project, measured, held_out)
    found = [(check, outcome) for check in CHECKS if (outcome := check.evaluate(checked)) is not None]
    results = [_result(check, outcome, checked) for check, outcome in found]
    return tuple(sorted(results, key=lambda one: _ORDER.index(one.verdict)))


def _result(check: Check, outcome: Outcome, checked: Checked) -> CheckResult:
    question = check.question(checked)
    accepted: str | None = None
    if outcome.verdict != "passed":
        answers = [checked.project.answers.get(id_) for id_ in (outcome.asked or (question,))]
        given = [answer for answer in answers if answer is not None and (answer.reason or answer.option == ACCEPT)]
        reasons = list(dict.fromkeys(answer.reason for answer in given if answer.reason))
        accepted = joined(reasons, "; ") if len(given) == len(answers) else None
    return CheckResult(
        id=check.id,
        title=check.title,
        verdict=outcome.verdict,
        message=outcome.message,
        remedy=outcome.remedy,
        question=question,
        accepted=accepted,
        fixes=outcome.fixes,
        asked=outcome.asked,
        asked_in=outcome.asked_in or None,
    )
