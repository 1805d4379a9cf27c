"""Calls about training: the split, the search, the learning curve.

The window imports these classes too: what the work needs is imported where it is done, in the child process.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mlops_desktop.base.job import Job
from mlops_desktop.engine.pipeline import SplitSummary
from mlops_desktop.engine.process.call import ProjectCall
from mlops_desktop.engine.training import LearningCurve, LearningPoint, TrainingEvent, TrainingResult


@dataclass(frozen=True)
class Train(ProjectCall[TrainingResult, TrainingEvent]):
    """Train and tune to a chosen run; `jobs` folds at a time (0: as many as pay); `replay`: repeat the trials on the leaderboard."""

    stage = "train"
    jobs: int = 1
    replay: bool = False

    def run(self, job: Job) -> TrainingResult:
        """See `engine.training.search` and `engine.evaluation.selection_estimate`."""
        from mlops_desktop.engine.evaluation import selection_estimate
        from mlops_desktop.engine.pipeline import Pipeline
        from mlops_desktop.engine.training import Runs, search

        pipeline = Pipeline(self.folder, self.project)
        runs = Runs(pipeline.folder)
        found = search(pipeline, runs, job, jobs=self.jobs, replay=self.replay)
        expected = selection_estimate(pipeline, runs)
        return replace(found, corrected=expected.corrected) if expected is not None and expected.run == found.chosen else found


@dataclass(frozen=True)
class DescribeSplit(ProjectCall[SplitSummary, None]):
    """What the split means for the rows of this table."""

    def run(self, job: Job) -> SplitSummary:
        """See `engine.pipeline.validation`."""
        from mlops_desktop.engine.pipeline import Pipeline, validation

        return validation(Pipeline(self.folder, self.project))


@dataclass(frozen=True)
class CompareSplits(ProjectCall[int, None]):
    """Validate the best runs by time as well as at random, where a column says when rows are; how many. Each is in the store."""

    def run(self, job: Job) -> int:
        """See `engine.training.compare_splits`."""
        from mlops_desktop.engine.pipeline import Pipeline
        from mlops_desktop.engine.training import Runs, compare_splits

        pipeline = Pipeline(self.folder, self.project)
        return compare_splits(pipeline, Runs(pipeline.folder), job)


@dataclass(frozen=True)
class MakeLearningCurve(ProjectCall[LearningCurve, LearningPoint]):
    """How the score of the chosen run grows with the rows that it learns from; each point is handed over when it is there."""

    def run(self, job: Job) -> LearningCurve:
        """See `engine.training.learning_curve`."""
        from mlops_desktop.engine.pipeline import Pipeline
        from mlops_desktop.engine.training import Runs, chosen_run, learning_curve

        pipeline = Pipeline(self.folder, self.project)
        return learning_curve(pipeline, chosen_run(pipeline, Runs(pipeline.folder)), job)
