"""Fits the steps of a recipe on some rows and builds the matrix that an algorithm trains with."""

from __future__ import annotations

from dataclasses import dataclass

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Operation, Target
from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine.pipeline.centering import fit_centering
from mlops_desktop.serving.frame import Frame, Matrix, to_matrix
from mlops_desktop.serving.transform import Transform, chain


@dataclass(frozen=True, eq=False)
class FittedSteps:
    """Steps learned on some rows, and the matrix that these rows train with."""

    transforms: tuple[Transform, ...]
    matrix: Matrix

    def transform(self, frame: Frame) -> Matrix:
        """The matrix of other rows with the columns that the steps were learned on."""
        return to_matrix(chain(self.transforms, frame.layout)[1](frame))


def fit_steps(steps: tuple[Operation, ...], frame: Frame, target: Target, job: Job) -> FittedSteps:
    """Learn every step on these rows, each on what the one before it made. UserError names the step that does not fit."""
    transforms: list[Transform] = []
    for i, step in enumerate(steps):
        part = Part(job, i / len(steps), (i + 1) / len(steps))
        part.step(0.0, step.label)
        try:
            transform, training_frame = step.fit(frame, target, _Wordless(part))
            _, apply = transform.bind(frame.layout)
            frame = apply(frame) if training_frame is None else training_frame
        except UserError as error:
            raise UserError(f"Step {i + 1}, “{step.label}”: {error.message}", error.remedy) from error
        transforms.append(transform)
    if centre := fit_centering(frame):
        frame = centre.bind(frame.layout)[1](frame)
        transforms.append(centre)
    matrix = to_matrix(frame)
    if not matrix.width:
        raise UserError(
            "No column is left to learn from.",
            "Give at least one column the role “feature”, or switch off the step that drops the last one.",
        )
    return FittedSteps(tuple(transforms), matrix)


class _Wordless:
    """A job that passes progress and stops on, but not the words: a step says its columns one by one, which is for its own preview."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def step(self, fraction: float, message: str = "") -> None:
        """See Job.step."""
        self._job.step(fraction)

    def partial(self, data: object) -> None:
        """See Job.partial."""
        self._job.partial(data)
