"""Calls that measure the chosen model: evaluation, acceptance gate, response time, report."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine.diagnostics import CheckFacts, check_facts, run_checks
from mlops_desktop.engine.evaluation import (
    Acceptance,
    Evaluation,
    FormerComparison,
    ResponseTime,
    check,
    compare_former,
    evaluate_file,
    held_out_evaluation,
    held_out_score,
    out_of_fold_evaluation,
    response_ms,
    seen_evaluation,
    selection_estimate,
)
from mlops_desktop.engine.packaging import golden_rows
from mlops_desktop.engine.pipeline import Pipeline
from mlops_desktop.engine.process.call import ProjectCall
from mlops_desktop.engine.project import Project
from mlops_desktop.engine.reporting import DeployedModel, ReportFacts, SplitSizes, read_language, refuse_page, write_report
from mlops_desktop.engine.training import Chosen, Runs, board_order, open_chosen


@dataclass(frozen=True)
class Evaluate(ProjectCall[Evaluation, None]):
    """Metrics and curves of the chosen run: on the held-out test set (a counted access), or out of fold."""

    stage = "evaluate"
    held_out: bool = True

    def run(self, job: Job) -> Evaluation:
        """See `engine.evaluation.held_out_evaluation` and `out_of_fold_evaluation`. After a search that was stopped, what is expected of
        the best run is found now.
        """
        chosen, runs = opened(self.folder, self.project, Part(job, 0.0, 0.3))
        selection_estimate(chosen.pipeline, runs)
        part = Part(job, 0.3, 1.0)
        return held_out_evaluation(chosen, runs, "evaluation", part) if self.held_out else out_of_fold_evaluation(chosen, part)


@dataclass(frozen=True)
class EvaluateFile(ProjectCall[Evaluation, None]):
    """Metrics and curves of the chosen run on a file that it never saw."""

    stage = "evaluate"
    file: str  # or the address of another source

    def run(self, job: Job) -> Evaluation:
        """See `engine.evaluation.evaluate_file`."""
        chosen, _ = opened(self.folder, self.project, Part(job, 0.0, 0.3))
        return evaluate_file(chosen, self.file, Part(job, 0.3, 1.0))


@dataclass(frozen=True)
class MeasureResponseTime(ProjectCall[ResponseTime, None]):
    """How long the chosen model takes for one row; the held-out test set is not touched."""

    def run(self, job: Job) -> ResponseTime:
        """See `engine.evaluation.response_ms`."""
        chosen, _ = opened(self.folder, self.project, Part(job, 0.0, 0.8))
        return _response_time(chosen)


@dataclass(frozen=True)
class MeasureChecks(ProjectCall[CheckFacts, None]):
    """The facts that the checks of the chosen run read; no answer of the held-out test set is used."""

    stage = "evaluate"

    def run(self, job: Job) -> CheckFacts:
        """See `engine.diagnostics.check_facts`."""
        chosen, _ = opened(self.folder, self.project, Part(job, 0.0, 0.5))
        return check_facts(chosen, Part(job, 0.5, 1.0))


@dataclass(frozen=True)
class CompareFormer(ProjectCall[FormerComparison, None]):
    """The chosen run against the model of the decisions `before` the project got its data."""

    before: Project

    def run(self, job: Job) -> FormerComparison:
        """See `engine.evaluation.compare_former`."""
        chosen, _ = opened(self.folder, self.project, Part(job, 0.0, 0.4))
        return compare_former(chosen, self.before, Part(job, 0.4, 1.0))


@dataclass(frozen=True)
class CheckGoals(ProjectCall[Acceptance, None]):
    """The acceptance gate: every goal with what was measured."""

    stage = "evaluate"

    def run(self, job: Job) -> Acceptance:
        """See `engine.evaluation.check`."""
        chosen, runs = opened(self.folder, self.project, Part(job, 0.0, 0.4))
        return _gate(chosen, runs, "check", Part(job, 0.4, 1.0))


@dataclass(frozen=True)
class WriteReport(ProjectCall[None, None]):
    """Write everything that was decided, found and measured as one offline page.

    `without_test_set`: the held-out test set is not used for it; what was measured on it before is in the report. `catalogue`: the `.ts`
    file of the language of the page (None: English).
    """

    out: Path
    without_test_set: bool = False
    catalogue: Path | None = None

    def run(self, job: Job) -> None:
        """See `engine.reporting.write_report`."""
        refuse_page(self.out)  # before the held-out test set is used
        pipeline = Pipeline(self.folder, self.project)
        runs = Runs(pipeline.folder)
        profile = pipeline.profile(Part(job, 0.0, 0.2))
        facts = ReportFacts(project=self.project, profile=profile, runs=tuple(board_order(runs.list(pipeline.keys.board))))
        if any(run.status == "done" for run in facts.runs):
            facts = self._with_chosen(facts, pipeline, runs, Part(job, 0.2, 0.9))
        split = SplitSizes(pipeline.train.frame.rows, pipeline.test.frame.rows) if pipeline.project.target else None
        key = pipeline.keys.split
        facts = replace(facts, test_accesses=len(runs.test_accesses(key)), used_before=runs.share_used_before(key), split=split)
        language = replace(read_language(self.catalogue), columns=self.project.labels())
        write_report(self.out, facts, language)

    def _with_chosen(self, facts: ReportFacts, pipeline: Pipeline, runs: Runs, job: Job) -> ReportFacts:
        chosen = open_chosen(pipeline, runs, Part(job, 0.0, 0.4))
        scorer = chosen.scorer
        facts = replace(
            facts,
            chosen=chosen.run,
            model=DeployedModel(scorer.version, scorer.threshold, tuple(scorer.feature_names)),
            out_of_fold=out_of_fold_evaluation(chosen, Part(job, 0.4, 0.6)),
            selection=selection_estimate(pipeline, runs),
        )
        checked = check_facts(chosen, Part(job, 0.6, 0.7))
        if not self.without_test_set:
            facts = replace(facts, goals=_gate(chosen, runs, "report", Part(job, 0.7, 1.0)))
        facts = replace(facts, evaluation=seen_evaluation(pipeline, chosen.run, runs))
        if self.without_test_set and facts.evaluation is not None:
            facts = replace(facts, goals=_checked(chosen, facts.evaluation))
        held_out = held_out_score(self.project, pipeline.store, chosen.run.id)
        return replace(facts, checks=run_checks(checked, self.project, runs.measured_runs(pipeline.keys.split), held_out))


def opened(folder: Path, project: Project, job: Job) -> tuple[Chosen, Runs]:
    """The chosen run with its scorer, and the runs of the project."""
    pipeline = Pipeline(folder, project)
    runs = Runs(pipeline.folder)
    return open_chosen(pipeline, runs, job), runs


def _gate(chosen: Chosen, runs: Runs, why: str, job: Job) -> Acceptance:
    return _checked(chosen, held_out_evaluation(chosen, runs, why, Part(job, 0.0, 0.8)))


def _checked(chosen: Chosen, measured: Evaluation) -> Acceptance:
    project = chosen.pipeline.project
    return check(project, measured, None if project.goals.response_ms is None else _response_time(chosen).response_ms)


def _response_time(chosen: Chosen) -> ResponseTime:
    """What was measured once on this machine."""
    import numpy as np

    pipeline, key = chosen.pipeline, chosen.pipeline.keys.response(chosen.run.id)
    with suppress(KeyError):
        return pipeline.store.get_value(key, ResponseTime)
    rows = golden_rows(chosen.scorer.schema, chosen.scorer, np.random.default_rng(pipeline.project.seed))
    found = ResponseTime(response_ms(chosen.scorer, rows))
    pipeline.store.put_value(key, found)
    return found
