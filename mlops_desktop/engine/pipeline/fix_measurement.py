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

    A row filter is measured on the whole table, a step alone on the columns that it names, in the rows that the row filters keep. One that
    cannot be done changes nothing, with its reason.
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
    """How many rows of the table a row filter takes out."""
    frame = pipeline.table.frame
    return int(np.count_nonzero(~choices().row_filters.read(record).keep(frame, pipeline.project.target)))


def _cells(pipeline: Pipeline, record: Mapping[str, Any]) -> int:
    """How many cells a step changes, adds or takes away."""
    step = choices().operations.read(record)
    names = getattr(step, "columns", ()) or pipeline.features
    rows = pipeline.everything
    rows = rows.with_frame(rows.frame.select(tuple(names)))
    transform, _ = step.fit(rows, Silent())
    return changed_cells(rows.frame, transform.bind(rows.frame.layout)[1](rows.frame))
