"""Findings of a table as questions: apply a fix, or accept the finding."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence

from mlops_desktop.base.evidence import RULES
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.profiling import EVIDENCE_RULES, Finding, taken_care
from mlops_desktop.engine.project import Changes, Project
from mlops_desktop.engine.questions.from_source import parameter_options
from mlops_desktop.engine.questions.question import Option, Question, accepted
from mlops_desktop.serving.message import as_message, msg
from mlops_desktop.serving.plural import quoted_columns

FIX = "fix"
_ADDED = msg("The decision is added; it can be undone.")


def finding_questions(project: Project, findings: Sequence[Finding]) -> Iterator[Question]:
    """A question for each finding; one whose fix is among the project's decisions is settled.

    What follows from the evidence of columns is asked by `reading_questions`.
    """
    for finding in findings:
        if finding.rule in EVIDENCE_RULES and RULES[finding.rule].doubts_column:
            continue
        yield Question(
            id=finding_id(finding),
            stage="data",
            weight=finding.severity,
            column=finding.column,
            message=finding.message,
            evidence=finding.why,
            options=(*fix_options(finding), *parameter_options(project.source, finding.rule), accepted(finding.why)),
            settled=taken_care(project, finding),
        )


def finding_id(finding: Finding) -> str:
    """The id of the question about a finding.

    That of a grave one about many columns contains a digest of their names: accepting it accepts no column that comes later.
    """
    columns = sorted((finding.fix or {}).get("role", {})) if finding.severity == "high" and not finding.column else []
    digest = hashlib.sha256(json.dumps(columns).encode()).hexdigest()[:8] if columns else ""
    return ".".join(part for part in ("finding", finding.rule, finding.column or digest) if part)


def fix_options(finding: Finding) -> Iterator[Option]:
    """The decisions that mend a finding: its fix, then each alternative, whose id is the type that it stands for."""
    if finding.fix:
        together = _label_of_many(finding.fix)
        label = _label(finding.column, finding.fix) if finding.column else together or _label("", finding.fix)
        yield Option(FIX, label, _ADDED, finding.fix, together)
    for other in finding.alternatives:
        yield Option(other["type"][finding.column], _label(finding.column, other), _ADDED, other, _label_of_many(other))


def _label_of_many(fix: Changes) -> str:
    """What a fix does, for many columns at once; "" where its label names no column."""
    if "type" in fix and "step" not in fix:
        return msg("Read these columns as {kind}", kind=as_message(next(iter(fix["type"].values()))))
    if "role" in fix:
        return msg("Give these columns the role “{role}”", role=as_message(next(iter(fix["role"].values()))))
    if "recode" in fix:
        if all("" in levels for levels in fix["recode"].values()):
            return msg("Read empty cells of these columns as a level")
        return msg("Merge the spellings of these columns")
    return msg("Count these values as missing") if "missing" in fix else ""


def _label(column: str, fix: Changes) -> str:
    if "role" in fix:
        return msg("Give “{column}” the role “{role}”", column=column, role=as_message(next(iter(fix["role"].values()))))
    if "type" in fix and "step" not in fix:
        return msg("Read “{column}” as {type}", column=column, type=as_message(next(iter(fix["type"].values()))))
    if "recode" in fix:
        levels = next(iter(fix["recode"].values()))
        if "" in levels:
            return msg("Read empty cells of “{column}” as “{level}”", column=column, level=levels[""])
        return msg("Merge the spellings of “{column}”", column=column)
    if "missing" in fix:
        return msg("Count these values of “{column}” as missing", column=column)
    if "split" in fix:
        split = choices().splitters.read(fix["split"])
        by = ", ".join(split.named_columns)
        if split.by_time:
            return msg("Split by “{column}”: test on the latest rows", column=by)
        return msg("Keep rows with the same {columns} on one side of the split", columns=quoted_columns(split.named_columns))
    known = choices().row_filters if "row_filter" in fix else choices().operations
    return msg("Add the step “{step}”", step=known.read(fix.get("row_filter") or fix["step"]).label)
