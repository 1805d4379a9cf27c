"""Measures what the applied fixes of findings changed, on every row that they are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job, Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.column_changes import changed_cells
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.profiling import FixEffect, measured_fixes


def fix_effects(pipeline: Pipeline, job: Job) -> tuple[FixEffect, ...]:
    """The effect of each row filter and step that fixes a finding of the profile and is applied.

    Each is measured together with what stands: a row filter on the rows that the other filters keep, a step on the columns that it names
    as the steps before it leave them, in the rows that the row filters keep. One that cannot be done changes nothing, with its reason.
    """
    fixes = measured_fixes(pipeline.project, pipeline.profile(job).findings)
    found = []
    for at, finding in enumerate(fixes):
        job.step(at / len(fixes), finding.message)
        fix = finding.fix or {}
        try:
            rows, cells = (_rows(pipeline, fix["row_filter"]), 0) if "row_filter" in fix else (0, _cells(pipeline, fix["step"]))
        except UserError as error:
            found.append(FixEffect(finding.rule, finding.column, 0, 0, error.message))
        else:
            found.append(FixEffect(finding.rule, finding.column, rows, cells))
    return tuple(found)


def _rows(pipeline: Pipeline, record: Mapping[str, Any]) -> int:
    """How many rows a row filter takes out of those that the other filters keep."""
    frame, target, wanted = pipeline.table.frame, pipeline.project.target, choices().row_filters.read(record)
    out = ~wanted.keep(frame, target)
    for other in pipeline.project.active_row_filters():
        if other != wanted:
            out = out & other.keep(frame, target)
    return int(np.count_nonzero(out))


def _cells(pipeline: Pipeline, record: Mapping[str, Any]) -> int:
    """How many cells a step changes, adds or takes away, after the steps that are before it."""
    step, steps = choices().operations.read(record), pipeline.project.active_steps()
    names, rows = getattr(step, "columns", ()), pipeline.everything
    for earlier in steps[: steps.index(step)] if step in steps else ():
        transform, _ = earlier.fit(rows, Silent())
        rows = rows.with_frame(transform.bind(rows.frame.layout)[1](rows.frame))
    names = names or tuple(name for name in pipeline.features if name in rows.frame.layout.names())
    rows = rows.with_frame(rows.frame.select(tuple(names)))
    transform, _ = step.fit(rows, Silent())
    return changed_cells(rows.frame, transform.bind(rows.frame.layout)[1](rows.frame))
