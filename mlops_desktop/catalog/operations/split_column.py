"""Splits a column of texts into several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice, columns, flag, number, text, texts
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.pattern import Pattern
from mlops_desktop.serving.transforms.split_column import SplitColumn as Transform


@dataclass(frozen=True, kw_only=True)
class SplitColumn(Operation):
    """Cuts the texts of one column at a separator, or by the groups of a pattern. Nothing is fitted.

    A pattern is a regular expression without look-around and back-references, matched in bounded time in the first 1,000 characters
    of a text (`serving.pattern`); each of its groups is a part.
    """

    id: ClassVar[str] = "split_column"
    label: ClassVar[str] = "Split a column"
    help: ClassVar[str] = "Splits a text such as “B/57/P” or “12 x 30 cm” into parts, each a column of its own."
    stage: ClassVar[Stage] = "engineer"

    columns: tuple[str, ...] = columns("categorical", label="Column", help="The column to split.", all_when_empty=False, most=1)
    method: str = choice("separator", {"separator": "At a separator", "pattern": "By a pattern"}, "Cut")
    separator: str = text(",", "Separator", help="What separates the parts; spaces when it is empty.")
    parts: int = number(2, 2, 20, "Number of parts", help="Used with a separator; a text of fewer parts has missing ones.", whole=True)
    rest: bool = flag(False, "Last part holds the rest", help="Used with a separator: otherwise parts beyond that number are left out.")
    pattern: str = text("", "Pattern", help="Each group ( ) is a part, such as ([A-Z]+)-([0-9]+).", grammar="pattern")
    numbers: bool = flag(False, "Parts are numbers", help="Reads each part as a number; any other text is missing.")
    names: tuple[str, ...] = texts((), "Names of the parts", help="Made from the column's name when empty.")
    keep: bool = flag(True, "Keep the column", help="Keeps the column beside its parts.")

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        frame = dataset.frame
        chosen = self.chosen(frame.layout)
        if not chosen:
            raise UserError(msg("The step “{label}” has no column to split.", label=self.label), "Choose a column of texts in this step.")
        count = self.parts
        if self.method == "pattern":
            if not self.pattern:
                raise UserError(
                    msg("The step “{label}” has no pattern.", label=self.label),
                    "Write one such as ([A-Z]+)-([0-9]+), or split at a separator.",
                )
            count = Pattern(self.pattern).count or 1
        if self.names and len(self.names) != count:
            raise UserError(
                msg(
                    "The step “{label}” makes {count} parts, but {n_names} names are given.",
                    label=self.label,
                    count=count,
                    n_names=len(self.names),
                ),
                "Give one name for each part, or none.",
            )
        names = self.names or tuple(f"{chosen[0]} {i + 1}" for i in range(count))
        pattern = self.pattern if self.method == "pattern" else ""
        return Transform(chosen[0], names, self.separator, pattern, self.rest, self.numbers, self.keep), None
