"""Classification with several classes, none of which counts more than the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlops_desktop.base.families import CLASSES, SEVERAL_CLASSES, Target, TaskSpec
from mlops_desktop.base.target_columns import FEW_CLASSES, MANY_CLASSES, TargetColumn, read_classes, refuse_few_or_many
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.tasks.multiclass import SPEC


@dataclass(frozen=True, kw_only=True)
class Multiclass(TaskSpec):
    """Three classes or more, or two of which neither counts more."""

    id = "multiclass"
    label = "Several classes"
    title = "Classification with several classes"
    baseline = "always answers with the shares of the classes"
    prediction = SPEC
    traits = frozenset({CLASSES, SEVERAL_CLASSES})
    leading = ("accuracy", "f1_macro", "roc_auc_ovr", "balanced_accuracy")

    def fits(self, column: TargetColumn) -> bool:
        return 2 <= column.distinct <= MANY_CLASSES and not column.column.is_date

    def guess(self, column: TargetColumn) -> tuple[float, str] | None:
        if not column.is_number and not column.column.is_date:
            return 2.0, msg("“{column}” has {distinct:,} categories.", column=column.name, distinct=column.distinct)
        if column.column.type == "integer" and column.distinct <= FEW_CLASSES and column.frame.rows >= 10 * column.distinct:
            return 2.0, msg(
                "“{column}” has only {distinct} whole numbers; choose regression if they are amounts.",
                column=column.name,
                distinct=column.distinct,
            )
        return None

    def read(self, column: TargetColumn) -> Target:
        return Target(self.id, *read_classes(column))

    def check(self, target: Target, name: str) -> None:
        refuse_few_or_many(name, target.classes, len(target.values))

    def default_metric(self, target: Target, positive: int | None = None) -> tuple[str, str]:
        counts = np.bincount(target.values, minlength=len(target.classes))
        if counts.min() / max(counts.sum(), 1) < 0.5 / len(counts):
            return "balanced_accuracy", msg("The classes are of unequal size, and each shall count the same.")
        return "accuracy", msg("The classes are of similar size, so the share of right answers is a fair measure.")
