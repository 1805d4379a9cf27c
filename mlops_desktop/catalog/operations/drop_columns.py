"""Drops columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import columns
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.transforms.drop_columns import DropColumns as Transform


@dataclass(frozen=True, kw_only=True)
class DropColumns(Operation):
    """Leaves columns of any kind out."""

    id: ClassVar[str] = "drop_columns"
    label: ClassVar[str] = "Drop columns"
    help: ClassVar[str] = "Removes columns: constants, values not known at prediction time, values that must not be used."
    stage: ClassVar[Stage] = "prepare"

    columns: tuple[str, ...] = columns("number", "categorical", "date", "sparse", help="The columns to remove.", all_when_empty=False)

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        frame = dataset.frame
        chosen = self.chosen(frame.layout)
        if not chosen:
            raise UserError(
                msg("The step “{label}” has no column chosen.", label=self.label), "Choose the columns to drop, or remove the step."
            )
        return Transform(chosen), None
