"""Compares the rows of a file with the training rows: drift by column and of the score."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine.data import Cells, Location, name_of, read_cells, row_hashes, snapshot_path
from mlops_desktop.engine.evaluation import CHUNK, read_for_scoring, rows_trained_on
from mlops_desktop.engine.monitoring.results import DriftReport
from mlops_desktop.engine.project import from_json
from mlops_desktop.engine.training import Chosen, drift_reference
from mlops_desktop.serving.answers import unanswered
from mlops_desktop.serving.frame import Ints
from mlops_desktop.serving.monitor import Counters


def drift_of(chosen: Chosen, file: Location, job: Job) -> DriftReport:
    """How the rows of a file differ from the training rows, column by column and in the score.

    Rows that the schema refuses or the model cannot answer are left out and counted. The score is compared only where most rows are new.
    """
    reference, scorer = drift_reference(chosen), chosen.scorer
    job = Part(job, 0.3, 1.0)
    found = read_for_scoring(scorer, file, Part(job, 0.0, 0.6), chosen.pipeline.project.source)
    every, errors = found.checked.frame, found.problems()
    good = np.array([row for row in range(every.rows) if row not in errors], dtype=np.intp)
    counters, refused, answered = Counters(reference, scorer.prediction_spec), len(errors), list[Ints]()
    for start in range(0, len(good), CHUNK):
        rows = good[start : start + CHUNK]
        frame = every.take(rows)
        scores = scorer.scores(frame)
        if without := unanswered(scores):
            refused += len(without)
            kept = np.setdiff1d(np.arange(frame.rows), without)
            frame, scores, rows = frame.take(kept), scores[kept], rows[kept]
        counters.add(frame, scores)
        answered.append(rows)
        job.step(0.6 + 0.4 * start / max(len(good), 1))
    compared = every.take(np.concatenate([good[:0], *answered]))
    trained_on = rows_trained_on(chosen.pipeline, compared, [one.name for one in scorer.schema.columns])
    in_data, same = _rows_in_data(chosen, found.cells)
    own = {"file": name_of(file), "warnings": found.notes, "trained_on": trained_on, "in_data": in_data, "same_data": same}
    document = {**counters.report(), "refused": refused, **own}
    report = from_json(DriftReport, document, "DriftReport")
    if report.compares_score or report.verdict not in ("act", "watch"):
        return report
    verdicts = {one.verdict for one in report.columns}
    return replace(report, verdict=next((one for one in ("act", "watch") if one in verdicts), "stable"))


def _rows_in_data(chosen: Chosen, cells: Cells) -> tuple[int, bool]:
    """How many rows of a file the project's data holds already, by the cells of the columns that both have, and whether both hold the
    same rows in all columns that the model reads.
    """
    pipeline = chosen.pipeline
    before = read_cells(snapshot_path(pipeline.folder, pipeline.project.data))
    shared = [name for name in before.names if name in cells.names]
    count = int(np.isin(row_hashes(cells, shared), row_hashes(before, shared)).sum())
    read = {column.name for column in chosen.scorer.schema.columns}
    return count, count == cells.rows == before.rows and read <= set(shared)
