"""Scores the health of the data from its findings, and says which of them a decision already fixes. Light: the window calls it."""

from __future__ import annotations

from collections.abc import Sequence

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.profiling.finding import Finding
from mlops_desktop.engine.project import Project, apply_changes
from mlops_desktop.serving.message import msg

# Share of the health that one finding takes; further ones take their share of what is left.
_WEIGHTS = {"high": 0.15, "warning": 0.06, "info": 0.01}


def health(findings: Sequence[Finding]) -> int:
    """From 100 (nothing found) to 0, by the weight of what is still open."""
    left = 100.0
    for finding in findings:
        left *= 1.0 - _WEIGHTS.get(finding.severity, 0.0)
    return round(left)


def taken_care(project: Project, finding: Finding) -> str:
    """A text for the decision that already takes care of a finding; empty when there is none."""
    fix = finding.fix
    if not fix:
        return ""
    try:
        done = apply_changes(project, fix) == project
    except UserError:
        return ""
    if done:
        return msg("Fixed by your decisions.")
    if "split" in fix and project.split.by_time:
        return msg("The split goes by time.")
    if finding.rule == "missing" and "step" in fix:
        wanted = fix["step"]["id"]
        for operation in project.active_steps():
            columns = getattr(operation, "columns", ())
            if operation.id == wanted and (not columns or finding.column in columns):
                return msg("The step “{operation}” fills it.", operation=operation.label)
        if all(encoding.handles_gaps for encoding in project.encodings.values()):
            return msg("It is filled for each model, or handled by the model itself: see stage 3.")
    return ""


def safe_fixes(project: Project, findings: Sequence[Finding]) -> list[Finding]:
    """The findings whose fix can be applied without knowing the data, and is not applied yet."""
    return [f for f in findings if f.safe and f.fix and not taken_care(project, f)]


def apply_fixes(project: Project, findings: Sequence[Finding]) -> Project:
    """The project with the fix of every finding that has one."""
    for finding in findings:
        if finding.fix:
            project = apply_changes(project, finding.fix)
    return project
