"""Calculates a new column by a formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import text
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.transforms.formula import Formula as Transform


@dataclass(frozen=True, kw_only=True)
class Formula(Operation):
    """Calculates a new column; `serving.formula` describes the language. Nothing is fitted. The name may not be taken yet."""

    id: ClassVar[str] = "formula"
    label: ClassVar[str] = "Formula"
    help: ClassVar[str] = 'Calculates a new column from others, such as [total price] / rooms or if(age < 18, "child", "adult").'
    stage: ClassVar[Stage] = "engineer"

    name: str = text("", "Name of the new column", required=True)
    formula: str = text(
        "", "Formula", help="Write column names that contain spaces in brackets: [net income].", grammar="formula", required=True
    )

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        frame = dataset.frame
        transform = Transform(self.name.strip(), self.formula)
        try:
            transform.bind(frame.layout)
        except UserError as error:
            raise UserError(
                msg("The step “{label}” for “{name}” cannot be used. {error}", label=self.label, name=self.name, error=error.message),
                error.remedy,
            ) from error
        return transform, None
