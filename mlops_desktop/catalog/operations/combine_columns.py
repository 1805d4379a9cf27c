"""Combines several columns into one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice, columns, flag, text
from mlops_desktop.serving.frame import Layout
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.transforms.combine_columns import CombineColumns as Transform

_SIGNS = {"difference": " − ", "ratio": " / ", "product": " × "}
_PAIRS = ("difference", "ratio")


@dataclass(frozen=True, kw_only=True)
class CombineColumns(Operation):
    """Calculates one number from several, or joins texts. Nothing is fitted.

    Difference and ratio take exactly two columns, in the order in which they are named; the others take two or more.
    """

    id: ClassVar[str] = "combine_columns"
    label: ClassVar[str] = "Combine columns"
    help: ClassVar[str] = "Makes one column of several: their sum, mean, ratio and so on, or their texts joined."
    stage: ClassVar[Stage] = "engineer"

    columns: tuple[str, ...] = columns("number", "categorical", help="At least two columns, in their order.", all_when_empty=False)
    method: str = choice(
        "sum",
        {
            "sum": "Sum", "mean": "Mean", "min": "Minimum", "max": "Maximum", "difference": "Difference (first minus second)",
            "ratio": "Ratio (first divided by second)", "product": "Product", "join": "Join texts",
        },
        "Method",
    )  # fmt: skip
    separator: str = text(" ", "Separator", help="Used when texts are joined.")
    skip_missing: bool = flag(False, "Ignore missing values", help="Otherwise one missing value makes the result missing.")
    name: str = text("", "Name of the new column", help="Made from the names of the columns when it is empty.")
    keep: bool = flag(True, "Keep the columns", help="Keeps the columns beside the new one.")

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        frame = dataset.frame
        chosen = self._checked(frame.layout)
        name = self.name.strip() or (_SIGNS[self.method].join(chosen) if self.method in _SIGNS else f"{self.method}({', '.join(chosen)})")
        skip = self.skip_missing and self.method not in _PAIRS
        return Transform(name, chosen, self.method, self.separator, skip, self.keep), None

    def _checked(self, layout: Layout) -> tuple[str, ...]:
        chosen = self.chosen(layout)
        if len(chosen) < 2 or (self.method in _PAIRS and len(chosen) > 2):
            wanted = "exactly two columns" if self.method in _PAIRS else "at least two columns"
            raise UserError(
                msg(
                    "The step “{label}” needs {wanted}, but {value} is chosen.",
                    label=self.label,
                    wanted=wanted,
                    value=len(chosen) or "none",
                ),
                "Choose the columns in this step.",
            )
        for name in chosen:
            if self.method != "join" and (layout.kind(name) != "number" or name in layout.category_codes):
                raise UserError(
                    msg("The step “{label}” cannot calculate with “{name}”: it holds categories or texts.", label=self.label, name=name),
                    "Choose columns of numbers, or the method “Join texts”.",
                )
        return chosen
