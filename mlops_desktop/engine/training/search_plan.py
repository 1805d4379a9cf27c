"""Which algorithm with which parameters is tried next, and how the budget is kept.

The plan depends on the seed and on scores alone, and scores on decisions alone: counted work (`trials`) is the same in every process, also
after a kill. A time budget stops the same plan earlier or later; the runs that it finished are its record, and `replay` repeats them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from mlops_desktop.base.families import Algorithm
from mlops_desktop.engine.choices import BASELINE
from mlops_desktop.engine.pipeline import Keys
from mlops_desktop.engine.project import Project, Search
from mlops_desktop.engine.training.runs import Run

CONTENDERS = 3  # the search draws from the best so many algorithms, once each has been tried as it stands


@dataclass(eq=False)
class Plan:
    """The order of trials: every candidate as it stands, then draws (or grid points) of the contenders, of better ones more often.

    The draws of an algorithm begin with the settings that did well elsewhere (`starts`); then of three two are small moves from its best
    trial so far, and one is taken from anywhere in its ranges.

    Tell it each finished score by `tell`; iterate it to get the next algorithm. It ends when `trials` are used up or nothing new is left.
    """

    candidates: tuple[Algorithm, ...]
    search: Search
    seed: int
    _best: dict[str, tuple[float, Algorithm]] = field(default_factory=dict)  # by id
    _given: set[Algorithm] = field(default_factory=set)

    def tell(self, algorithm: Algorithm, score: float | None) -> None:
        """A trial is over; None when it failed."""
        if score is not None and np.isfinite(score) and score > self._score(algorithm):
            self._best[algorithm.id] = score, algorithm

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
        draws = {a.id: self._draws(a, np.random.default_rng([self.seed, i])) for i, a in enumerate(tunable)}
        stale = turn = 0
        while tunable and stale < 100 * len(tunable):  # all of a small, discrete space may have been drawn
            before = len(self._given)
            for place, algorithm in enumerate(self._contenders(tunable), start=1):
                if turn % place == 0:  # the second every other time, the third every third
                    yield next(draws[algorithm.id])
            turn += 1
            stale = 0 if len(self._given) > before else stale + 1

    def _draws(self, algorithm: Algorithm, rng: np.random.Generator) -> Iterator[Algorithm]:
        """One draw after another of an algorithm, without end."""
        tuned = algorithm.search_space()
        for start in algorithm.initial_configs:
            yield replace(algorithm, **{name: value for name, value in start.items() if name in tuned})
        for number in count():
            best = self._best.get(algorithm.id)
            yield algorithm.sample(rng) if best is None or number % 3 == 2 else best[1].vary(rng)

    def _contenders(self, tunable: list[Algorithm]) -> list[Algorithm]:
        tried = [a for a in tunable if a.id in self._best] or tunable  # what failed, or found no time, is not drawn from
        return sorted(tried, key=lambda a: -self._score(a))[:CONTENDERS]  # stable: ties keep the order of the candidates

    def _score(self, algorithm: Algorithm) -> float:
        """The best score of an algorithm so far."""
        return self._best[algorithm.id][0] if algorithm.id in self._best else -np.inf


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
        """A trial took so long, or would have taken. The baseline tells nothing: it is quick, but the first to learn the steps."""
        if algorithm.id == BASELINE:
            return
        self._seen.setdefault(algorithm.id, []).append(seconds)

    def allows(self, algorithm: Algorithm) -> bool:
        """Whether a trial of this algorithm should be begun: what its like took at the median must still fit; one that was not seen yet is
        taken to be as slow as the slowest. The first trial is always begun, and the first beside a baseline.
        """
        if self.seconds is None or not self._seen:
            return True
        medians = {id_: float(np.median(seen)) for id_, seen in self._seen.items()}
        return self.fits(medians.get(algorithm.id, max(medians.values())))

    def fits(self, seconds: float) -> bool:
        """Whether work of so many seconds ends within the search's share; everything fits before something was trained (see `over`)."""
        return self.seconds is None or not self._seen or self.spent() + seconds <= self.seconds * self.share

    def share_of(self, seconds: float) -> float:
        """How much of the budget so many seconds are; 0 without a budget."""
        return seconds / self.seconds if self.seconds else 0.0

    def over(self) -> bool:
        """Whether the search must end now. Never before something was trained: a baseline alone is no answer."""
        return self.seconds is not None and bool(self._seen) and self.spent() >= self.seconds * self.share

    def fraction(self) -> float:
        """How much of the budget is spent, 0 to 1."""
        return 0.0 if not self.seconds else min(1.0, self.spent() / self.seconds)
