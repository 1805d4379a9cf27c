"""Classification with two classes, one of which is the positive one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import CLASSES, TWO_CLASSES, Target, TaskSpec
from mlops_desktop.base.target_columns import TargetColumn, read_classes, refuse_few_or_many
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.tasks.binary import SPEC

RARE = 0.05  # below this share of the rarer class, precision and recall show more than the ROC curve


@dataclass(frozen=True, kw_only=True)
class Binary(TaskSpec):
    """Two classes, one of which is the positive one."""

    id = "binary"
    label = "Two classes"
    title = "Classification with two classes"
    baseline = "always answers with the shares of the classes"
    prediction = SPEC
    traits = frozenset({CLASSES, TWO_CLASSES})
    leading = ("roc_auc", "f1", "recall", "precision", "accuracy")

    def fits(self, column: TargetColumn) -> bool:
        return column.distinct == 2 and not column.column.is_date

    def guess(self, column: TargetColumn) -> tuple[float, str] | None:
        return (3.0, msg("“{column}” has two values.", column=column.name)) if self.fits(column) else None

    def read(self, column: TargetColumn) -> Target:
        return Target(self.id, *read_classes(column))

    def check(self, target: Target, name: str) -> None:
        if len(target.classes) > 2:
            raise UserError(
                msg("“{name}” has {n_classes:,} classes, but a binary task needs two.", name=name, n_classes=len(target.classes)),
                "Choose the task “multiclass”.",
            )
        refuse_few_or_many(name, target.classes, len(target.values))

    def default_metric(self, target: Target, positive: int | None = None) -> tuple[str, str]:
        counts = np.bincount(target.values, minlength=len(target.classes))
        share = counts[int(np.argmin(counts)) if positive is None else positive] / max(counts.sum(), 1)
        if share < RARE:
            return (
                "average_precision",
                msg(
                    "{share:.2g} % of the rows are of the positive class; PR AUC shows how well such rare rows are found.",
                    share=100 * share,
                ),
            )
        return "roc_auc", msg("It shows how well the two classes are told apart, whatever threshold is chosen later.")
