"""Makes one date of columns that hold its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import columns, flag, text, texts
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.transforms.compose_date import PARTS
from mlops_desktop.serving.transforms.compose_date import ComposeDate as Transform

_USUAL = ("year", "month", "day", "hour", "minute", "second")


@dataclass(frozen=True, kw_only=True)
class ComposeDate(Operation):
    """Makes one date of a year, a month, a day and so on, or of a day and a time of day. Nothing is fitted.

    `parts` name what the columns hold, in their order: year, month (a number or a name), day, hour, minute, second, clock (930 is
    9:30), date, time. Empty: year, month, day, hour, minute, second for numbers; date and time for two dates. A step “Date parts” after
    this one makes numbers of the date.
    """

    id: ClassVar[str] = "compose_date"
    label: ClassVar[str] = "Date from its parts"
    help: ClassVar[str] = "Makes one date of columns for year, month, day and so on, or of a day and a time of day."
    stage: ClassVar[Stage] = "engineer"

    columns: tuple[str, ...] = columns(
        "number", "categorical", "date", help="The parts, in the order that “What they hold” names.", all_when_empty=False
    )
    parts: tuple[str, ...] = texts(
        (), "What they hold", help="For each column one of: year, month, day, hour, minute, second, clock, date, time."
    )
    name: str = text("", "Name of the date", help="Made from the names of the columns when it is empty.")
    keep: bool = flag(False, "Keep the columns", help="Keeps the columns beside the date.")

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        layout = dataset.frame.layout
        chosen = self.chosen(layout)
        parts = self.parts or (("date", "time") if all(layout.kind(name) == "date" for name in chosen) else _USUAL)[: len(chosen)]
        days = [part for part in parts if part in ("year", "date")]
        if len(chosen) < 2 or len(parts) != len(chosen) or len(set(parts)) < len(parts) or len(days) != 1 or not set(parts) <= set(PARTS):
            raise UserError(
                msg("The step “{label}” needs two columns at least, and what each of them holds.", label=self.label),
                msg("Say so in their order, with one year or one date among them, of: {parts}.", parts=", ".join(PARTS)),
            )
        return Transform(self.name.strip() or " ".join(chosen), chosen, tuple(parts), self.keep), None
