"""Fits the steps of a recipe and an encoding on some rows, and builds the matrix that an algorithm is trained with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, EncoderInput, Encoding, Operation, Target
from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.centering import fit_centering
from mlops_desktop.serving.frame import Floats, Frame, Matrix, to_matrix
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.transform import Transform, chain


@dataclass(frozen=True, eq=False)
class FittedSteps:
    """The steps of a recipe fitted on some rows, and the dataset that these rows train with afterwards; `notes` are sentences on what the
    steps did not find in these rows.
    """

    transforms: tuple[Transform, ...]
    dataset: Dataset
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class FittedPipeline:
    """Steps and encoding fitted on some rows, and what an algorithm is trained with: the matrix of these rows, or of those that a sampler
    made of them, with the target and weights of its rows. `notes` as of `FittedSteps`.
    """

    transforms: tuple[Transform, ...]
    matrix: Matrix
    target: Target
    weights: Floats | None
    notes: tuple[str, ...] = ()

    def transform(self, frame: Frame) -> Matrix:
        """The matrix of other rows with the columns that the steps were fitted on."""
        return to_matrix(chain(self.transforms, frame.layout)[1](frame))


def fit_steps(steps: Sequence[Operation], dataset: Dataset, job: Job) -> FittedSteps:
    """Fit every step on these rows, each on what the one before it made. UserError names the step that cannot be fitted."""
    transforms: list[Transform] = []
    notes: list[str] = []
    for i, step in enumerate(steps):
        part = Part(job, i / len(steps), (i + 1) / len(steps))
        part.step(0.0, step.label)
        try:
            transform, training = step.fit(dataset, _WithoutMessages(part))
            _, apply = transform.bind(dataset.frame.layout)
            dataset = dataset.with_frame(apply(dataset.frame)) if training is None else training
        except UserError as error:
            raise UserError(
                msg("Step {number}, “{step}”: {error}", number=i + 1, step=step.label, error=error.message), error.remedy
            ) from error
        transforms.append(transform)
        notes.extend(step.unfound(transform))
    return FittedSteps(tuple(transforms), dataset, tuple(notes))


def fit_encoding(fitted: FittedSteps, encoding: Encoding, given: EncoderInput, job: Job) -> FittedPipeline:
    """Fit an encoding on what the steps left of their rows, and centre what float32 would collapse.

    UserError when an operation of the encoding cannot be fitted, or a column cannot go into the matrix.
    """
    try:
        encoders = fit_steps(encoding_operations(encoding, given), fitted.dataset, job)
    except UserError as error:
        raise UserError(msg("Encoding “{encoding}”: {error}", encoding=encoding.label, error=error.message), error.remedy) from error
    transforms, frame = [*fitted.transforms, *encoders.transforms], encoders.dataset.frame
    if centre := fit_centering(frame):
        frame = centre.bind(frame.layout)[1](frame)
        transforms.append(centre)
    matrix = to_matrix(frame)
    if not matrix.width:
        raise UserError(
            "No column is left to learn from.",
            "Give at least one column the role “feature”, or switch off the step that drops the last one.",
        )
    notes = (*fitted.notes, *encoders.notes)
    return FittedPipeline(tuple(transforms), matrix, encoders.dataset.target, encoders.dataset.weights, notes)


def encoding_operations(encoding: Encoding, given: EncoderInput) -> tuple[Operation, ...]:
    """The operations of an encoding for these columns."""
    registry = choices().operations
    return tuple(registry.read({"id": id_, "params": params}) for id_, params in encoding.operations(given))


class _WithoutMessages:
    """A job that passes progress and stops on, but no messages: a step reports each of its columns, which only its own preview shows."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def step(self, fraction: float, message: str = "") -> None:
        """See Job.step."""
        self._job.step(fraction)

    def partial(self, data: object) -> None:
        """See Job.partial."""
        self._job.partial(data)
