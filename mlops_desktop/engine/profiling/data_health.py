"""Scores the health of the data from its findings, and says which of them a decision already fixes. Light: the window calls it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.profiling.finding import Finding
from mlops_desktop.engine.project import Project, apply_changes
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg

# Share of the health that one finding takes; further ones take their share of what is left.
_WEIGHTS = {"high": 0.15, "warning": 0.06, "info": 0.01}


@dataclass(frozen=True)
class FixEffect:
    """What the fix of the finding of a `rule` in a `column` changed: rows that it takes out, or cells; why it cannot be done, or empty."""

    rule: str
    column: str
    rows: int
    cells: int
    error: str = ""


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
    if is_applied(project, finding):
        if "split" not in fix:
            return msg("Fixed by your decisions.")
        if project.split.by_time:
            return msg("The split goes by time.")
        return msg("The split keeps these rows together. It can be changed in stage 6.")
    if "split" in fix and project.split.by_time and fix["split"]["id"] == project.split.id:
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


def is_applied(project: Project, finding: Finding) -> bool:
    """Whether the fix of a finding is among the decisions, whatever it changes."""
    try:
        return finding.fix is not None and apply_changes(project, finding.fix) == project
    except UserError:
        return False


def measured_fixes(project: Project, findings: Sequence[Finding]) -> list[Finding]:
    """The findings whose fix is an applied row filter or step: what it changes is not in the profile, so it is measured."""
    return [one for one in findings if one.fix and ("row_filter" in one.fix or "step" in one.fix) and is_applied(project, one)]


def effect_text(effect: FixEffect, *, others: bool = False) -> str:
    """What a fix changed, as a sentence; empty when it changed nothing. `others`: it was measured together with other filters and steps."""
    if not effect.rows and not effect.cells:
        return ""
    if effect.rows:
        text = plural_msg(effect.rows, "Fixed: 1 row is taken out", "Fixed: {n} rows are taken out")
    else:
        text = plural_msg(effect.cells, "Fixed: 1 cell is changed", "Fixed: {n} cells are changed")
    return msg("{text}, together with your other steps." if others else "{text}.", text=text)


def safe_fixes(project: Project, findings: Sequence[Finding]) -> list[Finding]:
    """The findings whose fix can be applied without knowing the data, and is not applied yet."""
    return [f for f in findings if f.safe and f.fix and not taken_care(project, f)]


def apply_fixes(project: Project, findings: Sequence[Finding]) -> Project:
    """The project with the fix of every finding that has one."""
    for finding in findings:
        if finding.fix:
            project = apply_changes(project, finding.fix)
    return project
