"""The contract of operations that select features: scores of columns, which of them stay, and a transform that drops the rest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.serving.frame import Frame, Layout
from mlops_desktop.serving.message import as_message, msg
from mlops_desktop.serving.transforms.drop_columns import DropColumns


@dataclass(frozen=True)
class SelectionResult:
    """What a selection decided about the columns of one frame: `scores` of those that it scored, `kept` among all columns, `forced_in` and
    `forced_out`, and `dropped` in the order of the frame.
    """

    scores: Mapping[str, float]
    kept: frozenset[str]
    forced_in: frozenset[str]
    forced_out: frozenset[str]
    dropped: tuple[str, ...]


class Selection(Operation, ABC):
    """Scores columns and drops those that do not hold; a column that has no score is left alone unless it is forced out.

    Members have the fields `forced_in` and `forced_out`: names of columns at this step, or of source columns. The nearer name wins:
    a made column that is forced in stays although its source is forced out. `ranks` is the label of the score, `because` why a column goes
    (“age: …”), `scored_by` names the parameters that scores depend on: the others change only what is kept.
    """

    stage: ClassVar[Stage] = "select"
    shown_texts: ClassVar[tuple[str, ...]] = (*Operation.shown_texts, "ranks", "because")
    ranks: ClassVar[str]
    because: ClassVar[str]
    scored_by: ClassVar[tuple[str, ...]] = ()
    forced_in: tuple[str, ...]
    forced_out: tuple[str, ...]

    @abstractmethod
    def scores(self, dataset: Dataset) -> dict[str, float]:
        """The score of each scored column, by name; more is better. This is what a ranking chart shows."""

    @abstractmethod
    def pick(self, frame: Frame, scores: Mapping[str, float], inside: Sequence[str]) -> Collection[str]:
        """Which of the scored columns stay. `inside` are those that are forced in: they stay anyway, and count where a number is kept."""

    def scored_columns(self, frame: Frame) -> tuple[str, ...]:
        """The columns that have a score: numbers and the features of texts, unless a member says otherwise."""
        return (*frame.layout.numbers, *(name for block in frame.layout.sparse for name in block))

    def fit(self, dataset: Dataset, job: Job) -> tuple[DropColumns, None]:
        """The transform that drops what did not hold; UserError when no column would be left or a forced one is unknown."""
        return DropColumns(self.assess(dataset, job).dropped), None

    def assess(self, dataset: Dataset, job: Job, scores: Mapping[str, float] | None = None) -> SelectionResult:
        """Which columns stay and which go, with their scores; UserError as `fit`.

        `scores` are those of an earlier result on the same dataset, by the same `scored_by` and the same columns forced out.
        """
        frame = dataset.frame
        inside, outside = self.forced(frame.layout)
        scored = [name for name in self.scored_columns(frame) if name not in outside]
        job.step(0.0, msg("{n_scored} columns", n_scored=len(scored)))
        part = frame.select(scored)
        if scores is None:
            scores = self.scores(dataset.with_frame(part)) if scored else {}
        picked = frozenset(self.pick(part, scores, [name for name in scored if name in inside])) | inside
        names = frame.layout.names()
        dropped = tuple(name for name in names if name in outside or (name in scores and name not in picked))
        if dropped and len(dropped) == len(names):
            raise UserError(
                msg("The step “{label}” would leave no column.", label=self.label), "Choose milder limits, or columns that are always kept."
            )
        return SelectionResult(scores, frozenset(names).difference(dropped), inside, outside, dropped)

    def why(self, frame: Frame, result: SelectionResult) -> dict[str, str]:
        """For each dropped column of the result on this frame, briefly, why it goes."""
        return {name: msg("always left out") if name in result.forced_out else as_message(self.because) for name in result.dropped}

    def forced(self, layout: Layout) -> tuple[frozenset[str], frozenset[str]]:
        """The columns of this layout that are forced in, and those that are forced out."""
        for name in self.forced_in:
            if name in self.forced_out:
                raise UserError(
                    msg("The step “{label}” is to keep “{name}” and to leave it out.", label=self.label, name=name),
                    "Take it off one of the two lists.",
                )
        here = frozenset(layout.names())
        sources = {name: frozenset(layout.source(name)) for name in here}
        known = here.union(*sources.values())
        for name in (*self.forced_in, *self.forced_out):
            if name not in known and not _made_of_one(name, known):
                raise UserError(
                    msg("The step “{label}” names the column “{name}”, which is not there.", label=self.label, name=name),
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
    padded = f" {name} "
    return any(f" {source}: " in padded or f" {source} " in padded for source in known)
