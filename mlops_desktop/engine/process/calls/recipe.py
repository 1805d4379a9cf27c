"""Calls about the steps of a recipe: tried on a sample, proposed, and columns ranked for a selection.

The window imports these classes too: what the work needs is imported where it is done, in the child process.
"""

from __future__ import annotations

from dataclasses import dataclass

from mlops_desktop.base.families import Operation
from mlops_desktop.base.job import Job
from mlops_desktop.engine.pipeline import ColumnRanking, RecipePreview
from mlops_desktop.engine.process.call import ProjectCall
from mlops_desktop.engine.project import Project


@dataclass(frozen=True)
class PreviewRecipe(ProjectCall[RecipePreview, None]):
    """The recipe tried on a sample of the training part: every step, and closely the one at a position."""

    at: int = -1
    row_filter: int = -1

    def run(self, job: Job) -> RecipePreview:
        """See `engine.pipeline.preview`."""
        from mlops_desktop.engine.pipeline import Pipeline, preview

        return preview(Pipeline(self.folder, self.project), self.at, self.row_filter, job)


@dataclass(frozen=True)
class CheckSteps(ProjectCall[None, None]):
    """Refuse a recipe with a step that cannot be done on a sample of the training part, unless it could not in `before` as well."""

    before: Project

    def run(self, job: Job) -> None:
        """See `engine.pipeline.refuse_failing_steps`."""
        from mlops_desktop.engine.pipeline import Pipeline, refuse_failing_steps

        refuse_failing_steps(Pipeline(self.folder, self.project), self.before, job)


@dataclass(frozen=True)
class RankColumns(ProjectCall[ColumnRanking, None]):
    """The columns before a step (after all when −1) ranked by a selection's score."""

    method: str
    at: int = -1

    def run(self, job: Job) -> ColumnRanking:
        """See `engine.pipeline.rank`."""
        from mlops_desktop.engine.pipeline import Pipeline, rank

        return rank(Pipeline(self.folder, self.project), self.method, self.at, job)


@dataclass(frozen=True)
class SuggestedStep:
    """A step that suits this data and why; `there`: a step of the recipe does it already."""

    step: Operation
    reason: str
    there: bool


@dataclass(frozen=True)
class SuggestedSteps:
    """Steps that suit this data."""

    steps: tuple[SuggestedStep, ...]


@dataclass(frozen=True)
class SuggestSteps(ProjectCall[SuggestedSteps, None]):
    """Steps that suit this data."""

    def run(self, job: Job) -> SuggestedSteps:
        """See `engine.pipeline.suggestions`."""
        from mlops_desktop.engine.pipeline import Pipeline, covers, suggestions

        pipeline = Pipeline(self.folder, self.project)
        job.step(0.3)
        steps = pipeline.project.steps
        return SuggestedSteps(
            tuple(
                SuggestedStep(component, reason, any(covers(step.component, component) for step in steps))
                for component, reason in suggestions(pipeline)
                if isinstance(component, Operation)
            )
        )
