"""Limits of detection as a number and a flag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice, columns, flag, texts
from mlops_desktop.base.source import DECIMALS, THOUSANDS
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.transforms.limits_of_detection import LimitsOfDetection as Transform

_DECIMALS = {"point": "point 1.5", "comma": "comma 1,5"}
_THOUSANDS = {"none": "none", "point": "point 1.000", "comma": "comma 1,000", "blank": "blank 1 000", "apostrophe": "apostrophe 1'000"}


@dataclass(frozen=True, kw_only=True)
class LimitsOfDetection(Operation):
    """Makes two numbers of each column of texts such as “<5”, “20” and “>200”: the value, in which a limit is the number that it names, and
    a flag that is -1 below a limit, 1 above one and 0 for a measured value (left and right censoring). Nothing is fitted.
    """

    id: ClassVar[str] = "limits_of_detection"
    label: ClassVar[str] = "Limits of detection with a flag"
    help: ClassVar[str] = "Reads “<5” and “>200” as numbers, with a second column that says which values lie below or above a limit."
    stage: ClassVar[Stage] = "engineer"

    columns: tuple[str, ...] = columns("categorical", help="The columns of texts with numbers and limits.", all_when_empty=False)
    decimal: str = choice("point", _DECIMALS, "Decimal mark", help="The mark before the decimals of the numbers.")
    thousands: str = choice("none", _THOUSANDS, "Thousands", help="The mark between the thousands of the numbers.")
    marks: tuple[str, ...] = texts((), "Marks beside the numbers", help="Units such as “mg/l”, which are left off.")
    keep: bool = flag(False, "Keep the columns", help="Keeps the columns of texts beside the new ones.")

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        chosen = self.chosen(dataset.frame.layout)
        if not chosen:
            raise UserError(
                msg("The step “{label}” has no column.", label=self.label),
                "Choose a column with limits such as “<5” in this step.",
            )
        values, flags = (tuple(f"{name} {what}" for name in chosen) for what in ("value", "limit"))
        decimal, thousands = DECIMALS[self.decimal], THOUSANDS[self.thousands] or ""
        return Transform(chosen, values, flags, decimal, thousands, self.marks, self.keep), None
