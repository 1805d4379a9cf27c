"""Findings of a table as questions: apply the fix, or accept the finding for a reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.profiling import Finding, taken_care
from mlops_desktop.engine.project import Project
from mlops_desktop.engine.questions.question import Option, Question, accepted
from mlops_desktop.serving.message import msg

FIX = "fix"
_ADDED = msg("The decision is added; it can be undone.")


def finding_questions(project: Project, findings: Sequence[Finding]) -> Iterator[Question]:
    """A question for each finding; one whose fix is among the project's decisions is settled."""
    for finding in findings:
        options = [accepted(finding.why)]
        if finding.fix:
            options.insert(0, Option(FIX, _label(finding), _ADDED, finding.fix))
        if finding.rule == "codes" and finding.column:
            label = msg("Read “{column}” as ordered", column=finding.column)
            options.insert(1, Option("ordered", label, _ADDED, {"type": {finding.column: "ordered"}}))
        yield Question(
            id=".".join(part for part in ("finding", finding.rule, finding.column) if part),
            stage="data",
            weight=finding.severity,
            column=finding.column,
            message=finding.message,
            evidence=finding.why,
            options=tuple(options),
            default=options[-1].id,
            settled=taken_care(project, finding),
        )


def _label(finding: Finding) -> str:
    assert finding.fix is not None
    if "role" in finding.fix:
        role = next(iter(finding.fix["role"].values()))
        return msg("Give “{column}” the role “{role}”", column=finding.column, role=role)
    if "type" in finding.fix:
        return msg("Read “{column}” as {type}", column=finding.column, type=next(iter(finding.fix["type"].values())))
    if "recode" in finding.fix:
        levels = next(iter(finding.fix["recode"].values()))
        if "" in levels:
            return msg("Read empty cells of “{column}” as “{level}”", column=finding.column, level=levels[""])
        return msg("Merge the spellings of “{column}”", column=finding.column)
    if "missing" in finding.fix:
        return msg("Count these values of “{column}” as missing", column=finding.column)
    if "split" in finding.fix:
        return msg("Split by “{column}”: test on the latest rows", column=finding.column)
    known = choices().row_filters if "row_filter" in finding.fix else choices().operations
    return msg("Add the step “{step}”", step=known.read(finding.fix.get("row_filter") or finding.fix["step"]).label)
