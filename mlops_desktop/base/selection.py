"""What every selection of features shares: which columns it may judge, what is forced in and out, and a transform that drops the rest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Operation, Stage, Target
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import columns
from mlops_desktop.serving.frame import Bools, Floats, Frame, Layout
from mlops_desktop.serving.transforms.drop_columns import DropColumns


def forced_in() -> Any:
    """The field of columns that stay whatever their score is."""
    said = "These stay whatever their score; a source column stands for everything that was made of it."
    return columns("number", "categorical", "date", "sparse", label="Always keep", help=said, all_when_empty=False)


def forced_out() -> Any:
    """The field of columns that go whatever their score is."""
    said = "These go whatever their score; a source column stands for everything that was made of it."
    return columns("number", "categorical", "date", "sparse", label="Always leave out", help=said, all_when_empty=False)


@dataclass(frozen=True)
class Verdict:
    """What a selection decided about the columns of one frame: `scores` of those that it judged, `kept` among all columns, `inside` and
    `outside` those that were forced in and out, `gone` what is dropped, in the order of the frame.
    """

    scores: Mapping[str, float]
    kept: frozenset[str]
    inside: frozenset[str]
    outside: frozenset[str]
    gone: tuple[str, ...]


class Selection(Operation, ABC):
    """Judges numbers and the features of texts, and drops those that do not hold; words and dates are left alone unless they are
    forced out.

    Members have the fields `forced_in` and `forced_out`: names of columns at this step, or of source columns. The nearer name wins:
    a made column that is forced in stays although its source is forced out. `ranks` says in a few words what the score is, `because` why
    a column goes (“age: …”), `scored_by` names the parameters that scores depend on: the others change only what is kept.
    """

    stage: ClassVar[Stage] = "select"
    ranks: ClassVar[str]
    because: ClassVar[str]
    scored_by: ClassVar[tuple[str, ...]] = ()
    forced_in: tuple[str, ...]
    forced_out: tuple[str, ...]

    @abstractmethod
    def scores(self, frame: Frame, target: Target) -> dict[str, float]:
        """How much each judged column tells, by name; more is better. This is what a ranking chart shows."""

    @abstractmethod
    def pick(self, frame: Frame, scores: Mapping[str, float], inside: Sequence[str]) -> Collection[str]:
        """Which of the scored columns stay. `inside` are those that are forced in: they stay anyway, and count where a number is kept."""

    def judged(self, layout: Layout) -> tuple[str, ...]:
        """The columns that have a score."""
        return (*layout.numbers, *(name for block in layout.sparse for name in block))

    def fit(self, frame: Frame, target: Target, job: Job) -> tuple[DropColumns, None]:
        """The transform that drops what did not hold; UserError when no column would be left or a forced one is unknown."""
        return DropColumns(self.pruner(frame, target, job).gone), None

    def pruner(self, frame: Frame, target: Target, job: Job, scores: Mapping[str, float] | None = None) -> Verdict:
        """Which columns stay and which go, with their scores; UserError as `learn`.

        `scores` are those of an earlier verdict on the same frame, by the same `scored_by` and the same columns forced out.
        """
        inside, outside = self.forced(frame.layout)
        judged = [name for name in self.judged(frame.layout) if name not in outside]
        job.step(0.0, f"{len(judged)} columns")
        part = frame.select(judged)
        if scores is None:
            scores = self.scores(part, target) if judged else {}
        picked = frozenset(self.pick(part, scores, [name for name in judged if name in inside])) | inside
        names = frame.layout.names()
        gone = tuple(name for name in names if name in outside or (name in scores and name not in picked))
        if gone and len(gone) == len(names):
            raise UserError(f"The step “{self.label}” would leave no column.", "Choose milder limits, or columns that are always kept.")
        return Verdict(scores, frozenset(names).difference(gone), inside, outside, gone)

    def why(self, frame: Frame, verdict: Verdict) -> dict[str, str]:
        """For each dropped column of the verdict on this frame, in a few words, why it goes."""
        return {name: "always left out" if name in verdict.outside else self.because for name in verdict.gone}

    def forced(self, layout: Layout) -> tuple[frozenset[str], frozenset[str]]:
        """The columns of this layout that are forced in, and those that are forced out."""
        for name in self.forced_in:
            if name in self.forced_out:
                raise UserError(f"The step “{self.label}” is to keep “{name}” and to leave it out.", "Take it off one of the two lists.")
        here = frozenset(layout.names())
        sources = {name: frozenset(layout.source(name)) for name in here}
        known = here.union(*sources.values())
        for name in (*self.forced_in, *self.forced_out):
            if name not in known and not _made_of_one(name, known):
                raise UserError(
                    f"The step “{self.label}” names the column “{name}”, which is not there.",
                    "Choose another column in this step, or take it off the list.",
                )
        near_in, near_out = here & frozenset(self.forced_in), here & frozenset(self.forced_out)
        inside = {name for name in here if not sources[name].isdisjoint(self.forced_in)}
        outside = {name for name in here if not sources[name].isdisjoint(self.forced_out)}
        return frozenset(near_in | (inside - near_out - outside)), frozenset(near_out | (outside - near_in))


def _made_of_one(name: str, known: Collection[str]) -> bool:
    """Whether a name is written as made columns are, such as “city: Paris” or “3 ≤ age < 6”: a level may be absent from the rows of
    one fold.
    """
    said = f" {name} "
    return any(f" {source}: " in said or f" {source} " in said for source in known)


def best(scores: Mapping[str, float], count: int, inside: Sequence[str]) -> list[str]:
    """The `count` columns of the highest scores, those in `inside` first; equals in their order."""
    ranked = sorted(scores, key=lambda name: (name not in frozenset(inside), -round(scores[name], 12)))
    return ranked[: max(count, len(inside))]


def reaching(scores: Mapping[str, float], share: float, inside: Sequence[str]) -> list[str]:
    """The fewest columns whose scores add up to at least a share of all scores, those in `inside` first."""
    ranked = best(scores, len(scores), inside)
    total = sum(scores.values())
    kept, reached = len(inside), sum(scores[name] for name in inside)
    while kept < len(ranked) and (total <= 0 or round(reached / total, 12) < round(share, 12)):
        reached += scores[ranked[kept]]
        kept += 1
    return ranked[:kept]


def filled(values: Floats) -> Floats:
    """Numbers with the median of their column where they are missing, 0 in a column without any value."""
    out = values.copy()
    for j in np.flatnonzero(np.isnan(values).any(axis=0)).tolist():
        there = values[:, j][~np.isnan(values[:, j])]
        out[np.isnan(values[:, j]), j] = np.median(there) if len(there) else 0.0
    return out


def at_most(frame: Frame, target: Target, rows: int) -> tuple[Frame, Target]:
    """Frame and target, or a random choice of so many rows with a fixed seed when there are more."""
    if frame.rows <= rows:
        return frame, target
    chosen = np.sort(np.random.default_rng(0).choice(frame.rows, rows, replace=False)).astype(np.intp)
    return frame.take(chosen), target.take(chosen)


def few_values(values: Floats, most: int) -> Bools:
    """Which columns hold whole numbers of at most so many different values, (columns,) bool."""
    whole = (values == np.round(values)).all(axis=0)
    found: Bools = np.array([bool(w) and len(np.unique(values[:, j])) <= most for j, w in enumerate(whole)], dtype=bool)
    return found
