"""Calls about a data file and the typed table: reading it, the decisions proposed for it, its profile.

The window imports these classes too: what the work needs is imported where it is done, in the child process.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.source import Source
from mlops_desktop.engine.data import FilePreview, Imported
from mlops_desktop.engine.evaluation import held_out_score
from mlops_desktop.engine.process.call import Call, ProjectCall
from mlops_desktop.engine.profiling import FixEffect, Overview, Profile
from mlops_desktop.engine.project import Project
from mlops_desktop.engine.questions import Question

if TYPE_CHECKING:
    from mlops_desktop.engine.pipeline import Pipeline


@dataclass(frozen=True)
class ImportFile(ProjectCall[Imported, None]):
    """Read a file or an address into the snapshots of the project, by its source `as_given` or by one that fits better.

    `add`: below the data that is there, instead of in its place.
    """

    stage = "problem"
    is_kept = True
    file: str
    as_given: bool = False
    add: bool = False

    def run(self, job: Job) -> Imported:
        """See `engine.data.import_cells`; the typed table is in the store afterwards."""
        from mlops_desktop.engine.data import complete_source, import_cells
        from mlops_desktop.engine.pipeline import keep_table

        project, chosen = self.project, frozenset[str]()
        if self.as_given and project.source is not None:
            chosen = frozenset(project.source.changed_params())
            project = replace(project, source=complete_source(self.file, project.source))
        keep = partial(keep_table, self.folder)
        return import_cells(self.folder, self.file, project, job, as_given=self.as_given, chosen=chosen, add=self.add, keep=keep)


@dataclass(frozen=True)
class Preview:
    """The beginning of a table as it would be read, and what is in doubt about it, the weightiest first.

    `given` is the source with what a person chose, `listed` what there is to choose from for parameters that name a part of the location.
    Where it cannot be read so, there is no table and `refusal` is the reason and the way out: another setting may help.
    """

    given: Source
    listed: dict[str, tuple[str, ...]]
    table: FilePreview | None
    questions: tuple[Question, ...]
    refusal: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class PreviewFile(Call[Preview, None]):
    """The first rows of a file or an address, read by the source and the notes of `project`; nothing is kept."""

    file: str
    project: Project
    as_given: bool = False

    def run(self, job: Job) -> Preview:
        """See `engine.data.preview_table` and `engine.questions.preview_questions`."""
        from mlops_desktop.engine.data import listed_names, preview_source, preview_table
        from mlops_desktop.engine.questions import preview_questions

        given = preview_source(self.file, self.project)
        listed: dict[str, tuple[str, ...]] = {}
        try:
            listed = listed_names(self.file, given)
            table = preview_table(self.file, self.project, job, as_given=self.as_given)
        except UserError as error:
            return Preview(given, listed, None, (), (error.message, error.remedy))
        return Preview(table.given, listed, table, preview_questions(self.project, table))


@dataclass(frozen=True)
class Proposal:
    """The project with every open decision filled, and a reason for each of these by the name of the decision."""

    project: Project
    reasons: dict[str, str]


@dataclass(frozen=True)
class ReRecommendation:
    """The project with recommendations that fit its changed decisions, the reasons, and what changed (a few words each)."""

    project: Project
    reasons: dict[str, str]
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Propose(ProjectCall[Proposal, None]):
    """Fill the open decisions."""

    stage = "problem"
    is_kept = True

    def run(self, job: Job) -> Proposal:
        """See `engine.pipeline.propose`."""
        from mlops_desktop.engine.pipeline import propose

        return Proposal(*propose(self.folder, self.project, job))


@dataclass(frozen=True)
class ReRecommend(ProjectCall[ReRecommendation, None]):
    """Recommend anew what was recommended for the decisions `before` and does not fit any more."""

    stage = "problem"
    before: Project

    def run(self, job: Job) -> ReRecommendation:
        """See `engine.pipeline.re_recommend`."""
        from mlops_desktop.engine.pipeline import re_recommend

        renewed, reasons, changes = re_recommend(self.folder, self.before, self.project, job)
        return ReRecommendation(renewed, reasons, tuple(changes))


@dataclass(frozen=True)
class MakeOverview(ProjectCall[Overview, None]):
    """What the table shows before anything is decided; the typed table is in the store afterwards."""

    def run(self, job: Job) -> Overview:
        """See `engine.profiling.overview`."""
        from mlops_desktop.engine.pipeline import Pipeline

        pipeline = Pipeline(self.folder, self.project)
        assert pipeline.table is not None
        return pipeline.overview(job)


@dataclass(frozen=True)
class FilteredRows:
    """The rows where a formula holds: the array `mask` is in the store under `key`; `rows` is how many there are."""

    key: str
    rows: int


@dataclass(frozen=True)
class FilterRows(ProjectCall[FilteredRows, None]):
    """The rows where the formula `where` holds."""

    where: str

    def run(self, job: Job) -> FilteredRows:
        """See `engine.data.rows_where`."""
        from mlops_desktop.engine.data import rows_key, rows_where
        from mlops_desktop.engine.pipeline import Pipeline

        pipeline = Pipeline(self.folder, self.project)
        key = rows_key(pipeline.keys.table, self.where)
        if key not in pipeline.store:
            mask = rows_where(pipeline.table.frame, self.where)
            pipeline.store.put(key, {"rows": int(mask.sum())}, {"mask": mask})
        return FilteredRows(key, int(pipeline.store.get(key)[0]["rows"]))


@dataclass(frozen=True)
class MakeProfile(ProjectCall[Profile, None]):
    """Statistics and findings of the project's table."""

    stage = "data"

    def run(self, job: Job) -> Profile:
        """See `engine.profiling.profile`."""
        from mlops_desktop.engine.pipeline import Pipeline

        return Pipeline(self.folder, self.project).profile(job)


@dataclass(frozen=True)
class ListReadingQuestions(ProjectCall[tuple[Question, ...], None]):
    """The doubts about how the file was read and its columns were typed that nobody has decided yet, the weightiest first.

    They need no profile of the table, so they are there long before those of `ListQuestions`.
    """

    stage = "problem"

    def run(self, job: Job) -> tuple[Question, ...]:
        """See `engine.questions.reading_doubts`."""
        from mlops_desktop.engine.data import read_notes, snapshot_path
        from mlops_desktop.engine.pipeline import Pipeline
        from mlops_desktop.engine.questions import reading_doubts

        notes = read_notes(snapshot_path(self.folder, self.project.data)) if self.project.data else ()
        pipeline = Pipeline(self.folder, self.project)
        return reading_doubts(self.project, pipeline.table, pipeline.overview(job), notes)


@dataclass(frozen=True)
class MeasureFixes(ProjectCall[tuple[FixEffect, ...], None]):
    """What the applied fixes of findings changed."""

    def run(self, job: Job) -> tuple[FixEffect, ...]:
        """See `engine.pipeline.fix_effects`."""
        from mlops_desktop.engine.pipeline import Pipeline, fix_effects

        return fix_effects(Pipeline(self.folder, self.project), job)


@dataclass(frozen=True)
class ListQuestions(ProjectCall[tuple[Question, ...], None]):
    """Every doubt about the project's data, guesses and model, the weightiest first."""

    stage = "data"

    def run(self, job: Job) -> tuple[Question, ...]:
        """See `engine.questions.questions`."""
        from mlops_desktop.engine.data import read_notes, snapshot_path
        from mlops_desktop.engine.pipeline import Pipeline
        from mlops_desktop.engine.questions import questions
        from mlops_desktop.engine.training import Runs, with_time_findings

        notes = read_notes(snapshot_path(self.folder, self.project.data)) if self.project.data else ()
        pipeline = Pipeline(self.folder, self.project)
        findings = pipeline.profile(Part(job, 0.0, 0.5)).findings
        findings = with_time_findings(findings, pipeline, Runs(self.folder).list(pipeline.keys.board))
        overview = pipeline.overview(Part(job, 0.5, 0.6))
        about_model = self._about_model(pipeline, Part(job, 0.6, 1.0))
        return questions(self.project, pipeline.table, overview, findings, notes, about_model)

    def _about_model(self, pipeline: Pipeline, job: Job) -> Iterable[Question]:
        """What is asked about the chosen run. None while its model was not made: to list questions, nothing is fitted. Where it cannot be
        checked, the reason is a question, so that the others can be answered.
        """
        from mlops_desktop.engine.diagnostics import check_facts, check_questions, run_checks, stored_facts, unchecked_question
        from mlops_desktop.engine.training import Chosen, Runs, stored_scorer
        from mlops_desktop.engine.workflow import project_status

        runs, store = Runs(self.folder), pipeline.store
        best = project_status(self.project, store, runs).best
        if best is None:
            return ()
        try:
            facts = stored_facts(pipeline, best)
            if facts is None:
                try:
                    scorer = stored_scorer(self.project, store, best.id)
                except KeyError:
                    return ()
                facts = check_facts(Chosen(pipeline, best, scorer), job)
        except UserError as error:
            return (unchecked_question(best.id, error),)
        held_out = held_out_score(self.project, store, best.id)
        return check_questions(run_checks(facts, self.project, runs.measured_runs(pipeline.keys.split), held_out))


@dataclass(frozen=True)
class ProfileFile(Call[Profile, None]):
    """Statistics and findings of any data file, written as an offline page too when `out` is given."""

    file: str
    out: Path | None = None
    source: Source | None = None  # None: found

    def run(self, job: Job) -> Profile:
        """See `engine.profiling.profile`."""
        from mlops_desktop.engine.data import load_cells, name_of, type_cells
        from mlops_desktop.engine.profiling import profile
        from mlops_desktop.engine.reporting import refuse_page, write_profile_report

        if self.out:
            refuse_page(self.out, self.file)
        _, cells = load_cells(self.file, self.source, Part(job, 0.0, 0.3), as_given=self.source is not None)
        table = type_cells(cells, {}, Part(job, 0.3, 0.5))
        found = profile(table, None, Part(job, 0.5, 0.9))
        found = replace(found, evidence=(*cells.notes, *table.evidence))
        if self.out:
            write_profile_report(self.out, found, name_of(self.file))
        return found
