"""A whole file at once: answers for every row, and how the file differs from the training rows."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine import disk
from mlops_desktop.engine import table as tables
from mlops_desktop.engine.chosen import Chosen, drift_reference
from mlops_desktop.serving.answers import NO_ANSWER, table_header, table_rows, unanswered
from mlops_desktop.serving.column import Checked
from mlops_desktop.serving.monitor import Counters, Reference
from mlops_desktop.serving.scorer import Scorer

CHUNK = 20_000  # rows that are scored together


def predict_file(scorer: Scorer, file: Path, out: Path, job: Job) -> dict[str, Any]:
    """Write the answer to every row of a file, in its order, as CSV; a refused row has its reason in `error` and is else empty.

    `{"rows", "refused", "warnings": [sentences]}`. UserError when the file cannot be read or no column of the model is in it.
    """
    checked, rows = _read(scorer, file, Part(job, 0.0, 0.4))
    errors = _errors_by_row(checked)
    refused = len(errors)
    temporary = out.with_name(disk.temporary_name(out.name))
    with disk.told(f"“{out.name}”"):
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("w", encoding="utf-8", newline="") as target:
                writer = csv.writer(target, lineterminator="\n")
                writer.writerow(table_header(scorer))
                for start in range(0, rows, CHUNK):
                    job.step(0.4 + 0.6 * start / rows, f"Row {start:,} of {rows:,}")
                    at = np.arange(start, min(start + CHUNK, rows))
                    here = {row - start: errors[row] for row in at.tolist() if row in errors}
                    scores = scorer.scores(checked.frame.take(at))
                    without = [row for row in unanswered(scores) if row not in here]
                    refused += len(without)
                    writer.writerows(table_rows(scorer, scores, {**here, **dict.fromkeys(without, NO_ANSWER)}))
            os.replace(temporary, out)
        finally:
            temporary.unlink(missing_ok=True)
    return {"rows": rows, "refused": refused, "warnings": _columns_said(scorer, checked)}


def _columns_said(scorer: Scorer, checked: Checked) -> list[str]:
    """What is to be said of whole columns. That the target's column is not used goes without saying."""
    found = [p for p in checked.warnings if p.row is None and p.field != scorer.target]
    left_out = [f"“{p.field}”" for p in found if p.code == "unknown_field"]
    said = [p.message for p in found if p.code != "unknown_field"]
    if left_out:
        more = f" and {len(left_out) - 5} more" if len(left_out) > 5 else ""
        said.append(f"The model has no use for {', '.join(left_out[:5])}{more}; left out.")
    return said


def drift_of(chosen: Chosen, file: Path, job: Job) -> dict[str, Any]:
    """How the rows of a file differ from the training rows, column by column and in the score; see `Counters.report`."""
    return {**compare_file(chosen.scorer, drift_reference(chosen), file, Part(job, 0.3, 1.0)), "file": file.name}


def compare_file(scorer: Scorer, reference: Reference, file: Path, job: Job) -> dict[str, Any]:
    """The rows of a file against a drift reference. Rows that the schema refuses or the model cannot answer are left out and counted."""
    checked, rows = _read(scorer, file, Part(job, 0.0, 0.6))
    errors = _errors_by_row(checked)
    good = np.array([row for row in range(rows) if row not in errors], dtype=np.intp)
    counters, refused = Counters(reference), len(errors)
    for start in range(0, len(good), CHUNK):
        frame = checked.frame.take(good[start : start + CHUNK])
        scores = scorer.scores(frame)
        if without := unanswered(scores):
            refused += len(without)
            kept = np.setdiff1d(np.arange(frame.rows), without)
            frame, scores = frame.take(kept), scores[kept]
        counters.add(frame, scores)
        job.step(0.6 + 0.4 * start / max(len(good), 1))
    return {**counters.report(), "refused": refused}


def _read(scorer: Scorer, file: Path, job: Job) -> tuple[Checked, int]:
    known = {column.name for column in scorer.schema.columns}
    _, cells, _ = tables.load_named(file, None, known, job)
    if not known & set(cells.columns):
        raise UserError(f"No column of the model is in “{file.name}”.", f"It needs: {', '.join(sorted(known)[:12])}.")
    return tables.conform(cells, scorer.schema), len(cells)


def _errors_by_row(checked: Checked) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    for problem in checked.errors:
        if problem.row is None:
            raise UserError(problem.message, "Add the column, or choose another file.")
        found.setdefault(problem.row, []).append(problem.message)
    return {row: " ".join(messages) for row, messages in found.items()}
