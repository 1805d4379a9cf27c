"""Tries a proposed recipe on the rows of every fold before it is proposed: a step that cannot be done there is left out."""

from __future__ import annotations

from dataclasses import replace

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.pipeline.candidate import Candidate
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.project import Project
from mlops_desktop.serving.message import joined, msg

CELLS = 20_000  # of the features: only in small tables does a fold lack what the whole table has
LETTERS = 200_000  # of texts


def fitting_steps(pipeline: Pipeline) -> tuple[Project, str]:
    """The project without those of its steps with which no model can be fitted in some fold, and why; the project and "" when all can stay.

    Large tables are not tried, since it would take seconds. UserError when no model can be fitted without steps either.
    """
    project = pipeline.project
    refusal = _refusal(pipeline)
    if refusal is None:
        return project, ""
    steps = project.steps
    fewer = [steps[:at] + steps[at + 1 :] for at in reversed(range(len(steps)))] if len(steps) > 1 else []
    for some in (*fewer, ()):
        changed = replace(project, steps=some)
        if steps and _refusal(pipeline.of(changed)) is None:
            names = joined([step.component.label for step in steps if step not in some], ", ")
            return changed, msg("Left out: {names}. {refusal}", names=names, refusal=refusal.message)
    raise refusal


def _refusal(pipeline: Pipeline) -> UserError | None:
    """Why the steps and the encodings of some algorithm cannot be fitted on the training rows, or on those of a fold."""
    if not _is_small(pipeline):
        return None
    try:
        folds = pipeline.folds
    except UserError:  # of the split, which the run refuses whatever the steps are
        return None
    algorithms = {(pipeline.project.encoding(one), one.takes_sparse): one for one in pipeline.project.candidates}
    try:
        for rows in (None, *(train for train, _ in folds)):
            for algorithm in algorithms.values():
                pipeline.fit(Candidate.of(pipeline.project, algorithm), rows)
    except UserError as error:
        return error
    return None


def _is_small(pipeline: Pipeline) -> bool:
    frame, names = pipeline.table.frame, set(pipeline.features)
    if frame.rows * len(names) > CELLS:
        return False
    texts = [column.name for column in pipeline.table.schema.columns if column.type == "text" and column.name in names]
    return sum(len(level) for name in texts for level in frame.categorical(name)[1]) <= LETTERS
