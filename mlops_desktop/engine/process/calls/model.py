"""Calls that use the chosen model: opened for the window, one row explained, a file scored, drift, export."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine.evaluation import Keep, Predicted, WrittenAs, predict_file
from mlops_desktop.engine.monitoring import DriftReport, drift_of
from mlops_desktop.engine.packaging import Exported, export_run, interval_record, make_exporter
from mlops_desktop.engine.process.call import Call, ProjectCall
from mlops_desktop.engine.process.calls.evaluation import opened
from mlops_desktop.engine.project import Project
from mlops_desktop.serving.explain import explain
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.serving.service_settings import service_settings


@dataclass(frozen=True)
class OpenedModel:
    """The run whose model is in the store, and the version of the model."""

    run: str
    version: str


@dataclass(frozen=True)
class OpenModel(ProjectCall[OpenedModel, None]):
    """Make the chosen model unless it is in the store, and keep there which rows it was trained on."""

    def run(self, job: Job) -> OpenedModel:
        """See `engine.training.open_chosen`."""
        chosen, _ = opened(self.folder, self.project, job)
        pipeline, key = chosen.pipeline, chosen.pipeline.keys.train_rows
        if key not in pipeline.store:
            pipeline.store.put(key, {"rows": len(pipeline.train_rows)}, {"rows": pipeline.train_rows})
        return OpenedModel(chosen.run.id, chosen.scorer.version)


@dataclass(frozen=True)
class RowExplanation:
    """Why the model answers a row so: `base` and the contributions (column, change) add up to `answer`; `about`: position of the class."""

    base: float
    answer: float
    about: int | None
    contributions: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class ExplainRow(ProjectCall[RowExplanation, None]):
    """Why the chosen model answers a row so."""

    row: dict[str, object]

    def run(self, job: Job) -> RowExplanation:
        """See `serving.explain`."""
        chosen, _ = opened(self.folder, self.project, job)
        checked = chosen.scorer.schema.from_rows([self.row])
        if checked.errors:
            raise UserError(checked.errors[0].message, "Correct this value.")
        one = explain(chosen.scorer, checked.frame)[0]
        contributions = tuple((part.field, part.contribution) for part in one.contributions)
        return RowExplanation(one.base, one.answer, one.about, contributions)


@dataclass(frozen=True)
class ExportedFiles:
    """The folder that was written, and what is in it."""

    out: Path
    written: Exported


@dataclass(frozen=True)
class Export(ProjectCall[ExportedFiles, None]):
    """Write the chosen model with an exporter and its options. `policies` and `thresholds` are settings of its service, as texts."""

    stage = "deploy"
    exporter: str
    out: Path
    options: dict[str, object]
    policies: tuple[str, ...] = ()
    thresholds: str = ""

    def run(self, job: Job) -> ExportedFiles:
        """See `engine.packaging.export_run`."""
        maker, settings = make_exporter(self.exporter, self.options), service_settings(self.policies, self.thresholds, {})
        chosen, runs = opened(self.folder, self.project, Part(job, 0.0, 0.4))
        return ExportedFiles(self.out, export_run(chosen, runs, maker, self.out, Part(job, 0.4, 1.0), settings))


@dataclass(frozen=True)
class PredictFile(Call[Predicted, None]):
    """Score a file with a project's chosen run, or (no `project`) with a bundle: a folder or its .zip. `keep`: the columns of the file that
    are before the answers; with `labels` they are called by the labels of the project. `written_as`: the marks of the answers.
    """

    source: Path
    file: str  # or the address of another source
    out: Path
    project: Project | None = None
    keep: Keep = ""
    labels: bool = False
    written_as: WrittenAs = "plain"

    def run(self, job: Job) -> Predicted:
        """See `engine.evaluation.predict_file`."""
        with _scorer(self.source, self.project, Part(job, 0.0, 0.5)) as scorer:
            project = self.project or Project()
            ids = [name for name, note in project.columns.items() if note.role == "id"]
            labels, part = project.labels() if self.labels else {}, Part(job, 0.5, 1.0)
            return predict_file(
                scorer, self.file, self.out, part, project.source, keep=self.keep, ids=ids, labels=labels, written_as=self.written_as
            )


@dataclass(frozen=True)
class MeasureDrift(ProjectCall[DriftReport, None]):
    """How a new file differs from the training rows, column by column and in the score."""

    file: str  # or the address of another source

    def run(self, job: Job) -> DriftReport:
        """See `engine.monitoring.drift_of`."""
        chosen, _ = opened(self.folder, self.project, Part(job, 0.0, 0.5))
        return drift_of(chosen, self.file, Part(job, 0.5, 1.0))


@contextmanager
def _scorer(source: Path, project: Project | None, job: Job) -> Iterator[Scorer]:
    """What answers: the chosen run of a project, or a bundle (a folder or its .zip) that passed its self-test."""
    if project is not None:
        chosen, _ = opened(source, project, job)
        yield chosen.scorer.with_intervals(interval_record(chosen))
        return
    from mlops_desktop.serving.archive import read_archive
    from mlops_desktop.serving.boot import verified_bundle

    with tempfile.TemporaryDirectory(prefix="bundle_") as unpacked:
        bundle, _ = verified_bundle(read_archive(source, Path(unpacked)) if source.is_file() else source)
        yield bundle.scorer.with_intervals(bundle.info["interval"])
