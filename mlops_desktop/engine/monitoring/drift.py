"""Compares the rows of a file with the training rows: drift by column and of the score."""

from __future__ import annotations

import numpy as np

from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.source import Source
from mlops_desktop.engine.data import Location, name_of
from mlops_desktop.engine.evaluation import CHUNK, read_for_scoring
from mlops_desktop.engine.monitoring.results import DriftReport
from mlops_desktop.engine.project import from_json
from mlops_desktop.engine.training import Chosen, drift_reference
from mlops_desktop.serving.answers import unanswered
from mlops_desktop.serving.monitor import Counters, Reference
from mlops_desktop.serving.scorer import Scorer


def drift_of(chosen: Chosen, file: Location, job: Job) -> DriftReport:
    """How the rows of a file differ from the training rows, column by column and in the score."""
    return compare_file(chosen.scorer, drift_reference(chosen), file, Part(job, 0.3, 1.0), chosen.pipeline.project.source)


def compare_file(scorer: Scorer, reference: Reference, file: Location, job: Job, source: Source | None = None) -> DriftReport:
    """The rows of a file against a drift reference. Rows that the schema refuses or the model cannot answer are left out and counted."""
    found = read_for_scoring(scorer, file, Part(job, 0.0, 0.6), source)
    every, errors = found.checked.frame, found.problems()
    good = np.array([row for row in range(every.rows) if row not in errors], dtype=np.intp)
    counters, refused = Counters(reference, scorer.prediction_spec), len(errors)
    for start in range(0, len(good), CHUNK):
        frame = every.take(good[start : start + CHUNK])
        scores = scorer.scores(frame)
        if without := unanswered(scores):
            refused += len(without)
            kept = np.setdiff1d(np.arange(frame.rows), without)
            frame, scores = frame.take(kept), scores[kept]
        counters.add(frame, scores)
        job.step(0.6 + 0.4 * start / max(len(good), 1))
    return from_json(DriftReport, {**counters.report(), "refused": refused, "file": name_of(file), "warnings": found.notes}, "DriftReport")
