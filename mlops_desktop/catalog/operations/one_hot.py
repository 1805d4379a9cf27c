"""One-hot encoding: a 0 / 1 column for each level of a category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice, columns, number
from mlops_desktop.catalog.operations._levels import frequent_levels, min_rows, rows_needed
from mlops_desktop.serving.transforms.one_hot import OneHot as Transform


@dataclass(frozen=True, kw_only=True)
class OneHot(Operation):
    """Makes a 0 / 1 column `city = Paris` for each frequent level of each chosen column, in the order of the alphabet, and takes the
    column out.

    A level is rare when fewer rows than `min_rows` (or `min_share`) have it, or when `max_levels` are more frequent (equals by alphabet).
    A level that a single row has is always rare, for the kept levels travel with the model. Rare levels share the column `city = other`;
    unseen levels go there too, and have zeros everywhere when there was no rare level in training.
    """

    id: ClassVar[str] = "one_hot"
    label: ClassVar[str] = "One-hot encoding"
    help: ClassVar[str] = "Each frequent level of a category becomes a column of its own, with 1 where a row has it and 0 elsewhere."
    stage: ClassVar[Stage] = "prepare"

    columns: tuple[str, ...] = columns("categorical", help="The columns to encode; all categories and texts when none is chosen.")
    min_rows: int | None = min_rows("Minimum rows per level", "Levels in fewer rows are rare.")
    min_share: float = number(
        0.0, 0.0, 0.5, "Minimum share of a level", help="Levels with a smaller share of the rows are rare too; 0.01 is 1 %."
    )
    max_levels: int = number(
        50,
        1,
        1000,
        "Maximum levels",
        help="Only this many of the most frequent levels get a column; the others are rare.",
        whole=True,
        log=True,
    )
    rare: str = choice(
        "other", {"other": "One column “other”", "zeros": "No column"}, "Rare and unseen levels", help="Without a column all are 0."
    )
    gaps: str = choice(
        "column",
        {"column": "A column “… is missing”", "zeros": "No column"},
        "Missing cells",
        help="The column is made where training rows have missing values.",
    )
    drop: str = choice(
        "none",
        {"none": "Keep all", "binary": "Drop the first of two", "first": "Drop the first"},
        "Redundant column",
        help="For linear models without a penalty. An unseen level then looks like the dropped one, unless there is a column “other”.",
    )

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        frame = dataset.frame
        chosen = self.chosen(frame.layout)
        needed = rows_needed(frame.rows, self.min_rows, self.min_share)
        names, places, others, gaps = [], [], [], []
        for j, name in enumerate(chosen):
            job.step(j / len(chosen), name)
            levels, rest = frequent_levels(frame, name, needed, self.max_levels)
            levels.sort()
            other, gap = rest and self.rare == "other", self.gaps == "column" and bool(frame.missing(name).any())
            dropped = levels[:1] if self._drops(len(levels), len(levels) + other + gap) else []
            shown = [level for level in levels if level not in dropped]
            places.append({**dict.fromkeys(dropped, -1), **{level: i for i, level in enumerate(shown)}})
            others.append(len(shown) if other else -1)
            gaps.append(len(shown) + other if gap else -1)
            names.append(
                (
                    *(f"{name} = {level}" for level in shown),
                    *([f"{name} = {_free('other', levels)}"] if other else []),
                    *([f"{name} is missing"] if gap else []),
                )
            )
        return Transform(chosen, tuple(names), tuple(places), tuple(others), tuple(gaps)), None

    def _drops(self, levels: int, made: int) -> bool:
        """Whether the first of so many levels gets no column, where `made` columns would be made."""
        return levels > 0 and ((self.drop == "first" and made > 1) or (self.drop == "binary" and levels == made == 2))


def _free(name: str, levels: list[str]) -> str:
    """The name, in brackets as often as it is a level's own."""
    while name in levels:
        name = f"({name})"
    return name
