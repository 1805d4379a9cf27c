"""Which algorithm with which parameters is tried next, and how the budget is kept.

The plan depends on the seed and on scores alone, and scores on decisions alone: counted work (`trials`) is the same in every process, also
after a kill. A time budget stops the same plan earlier or later; the runs that it finished are its record, and `replay` repeats them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from mlops_desktop.base.families import Algorithm
from mlops_desktop.engine.keys import Keys
from mlops_desktop.engine.project import Project, Search
from mlops_desktop.engine.runs import Run

CONTENDERS = 3  # the search draws from the best so many algorithms, once each has been tried as it stands


@dataclass(eq=False)
class Plan:
    """The order of trials: every candidate as it stands, then draws (or grid points) of the contenders in turn.

    Tell it each finished score by `tell`; iterate it to get the next algorithm. It ends when `trials` are used up or nothing new is left.
    """

    candidates: tuple[Algorithm, ...]
    search: Search
    seed: int
    _scores: dict[str, float] = field(default_factory=dict)
    _given: set[Algorithm] = field(default_factory=set)

    def tell(self, algorithm: Algorithm, score: float | None) -> None:
        """A trial is over; None when it failed."""
        if score is not None and np.isfinite(score):
            self._scores[algorithm.id] = max(score, self._scores.get(algorithm.id, -np.inf))

    def __iter__(self) -> Iterator[Algorithm]:
        left = np.inf if self.search.trials is None else self.search.trials
        for algorithm in self._order():
            if left <= 0:
                return
            if algorithm in self._given:
                continue
            self._given.add(algorithm)
            left -= 1
            yield algorithm

    def _order(self) -> Iterator[Algorithm]:
        yield from self.candidates
        tunable = [a for a in self.candidates if a.search_space()]
        if self.search.method == "grid":
            for algorithm in tunable:
                yield from algorithm.grid(self.search.grid_points)
            return
        draws = {a.id: np.random.default_rng([self.seed, i]) for i, a in enumerate(tunable)}
        stale = 0
        while tunable and stale < 100 * len(tunable):  # all of a small, discrete space may have been drawn
            before = len(self._given)
            for algorithm in self._contenders(tunable):
                yield algorithm.sample(draws[algorithm.id])
            stale = 0 if len(self._given) > before else stale + 1

    def _contenders(self, tunable: list[Algorithm]) -> list[Algorithm]:
        ranked = sorted(tunable, key=lambda a: -self._scores.get(a.id, -np.inf))  # stable: ties keep the order of the candidates
        return ranked[:CONTENDERS]


def done_of_plan(project: Project, runs: Iterable[Run]) -> int:
    """How many of the trials that a project's plan begins with are among these runs."""
    keys, count, done = Keys(project), 0, {run.id: run for run in runs}
    plan = Plan(project.candidates, project.search, project.seed)
    for algorithm in plan:
        run = done.get(keys.run(algorithm))
        if run is None:
            break
        plan.tell(algorithm, run.score)
        count += 1
    return count


@dataclass(eq=False)
class Clock:
    """A time budget. `share` of it is for the search; the rest fits the chosen model on all training rows and evaluates it."""

    seconds: float | None
    share: float = 0.85
    _start: float = field(default_factory=time.monotonic)
    _seen: dict[str, list[float]] = field(default_factory=dict)

    def spent(self) -> float:
        """Seconds since the clock was made."""
        return time.monotonic() - self._start

    def record(self, algorithm: Algorithm, seconds: float) -> None:
        """A trial took so long."""
        self._seen.setdefault(algorithm.id, []).append(seconds)

    def allows(self, algorithm: Algorithm) -> bool:
        """Whether a trial of this algorithm should be begun: what its like took at the median must still fit. The first trial of all is
        always begun.
        """
        if self.seconds is None or not self._seen:
            return True
        return self.spent() + float(np.median(self._seen.get(algorithm.id, [0.0]))) <= self.seconds * self.share

    def over(self) -> bool:
        """Whether the search must end now. Never before something was trained."""
        return self.seconds is not None and bool(self._seen) and self.spent() >= self.seconds * self.share

    def fraction(self) -> float:
        """How much of the budget is spent, 0 to 1."""
        return 0.0 if not self.seconds else min(1.0, self.spent() / self.seconds)
