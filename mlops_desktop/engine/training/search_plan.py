"""Which candidate is tried next, and how the budget is kept.

The plan depends on the seed and on scores alone, and scores on decisions alone: counted work (`trials`) is the same in every process, also
after a kill. A time budget stops the same plan earlier or later; the runs that it finished are its record, and `replay` repeats them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count, product

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.choices import BASELINE
from mlops_desktop.engine.pipeline import ALGORITHM, ENCODING, Candidate, Keys
from mlops_desktop.engine.project import Project, Search
from mlops_desktop.engine.training.runs import Run

PARTS_EVERY = 5  # so many draws of a candidate to one that moves a part beside the algorithm
WITHOUT_EFFECT = 3  # after so many other encodings of a candidate with just the score of before, its encoding is let alone
CONTENDERS = 3  # the search draws from the best so many algorithms, once each has been tried as it stands


@dataclass(eq=False)
class Plan:
    """The order of trials: every candidate with its own parameters, then draws (or grid points), of better ones more often.

    The draws of a candidate begin with the settings of its algorithm that did well elsewhere (`initial_configs`); then of three two are
    small moves from its best trial so far, and one is taken from anywhere in its ranges. Every `PARTS_EVERY`th draw moves the parameters
    of one other part of the pipeline instead: of an operation, the sampler or the encoding. A grid tries every combination of the ranges of
    the algorithms first, then every combination with those of the other parts.

    Report each finished score by `tell`; iterate it to get the next candidate. It ends when `trials` are used up or nothing new is left.
    """

    candidates: tuple[Candidate, ...]
    search: Search
    seed: int
    _best: dict[str, tuple[float, Candidate]] = field(default_factory=dict)  # by id
    _given: set[Candidate] = field(default_factory=set)
    _encodings: dict[Candidate, float] = field(default_factory=dict)  # candidates with another encoding: the score with the one before
    _encoded_alike: Counter[str] = field(default_factory=Counter)  # by id: how many other encodings changed nothing

    def tell(self, candidate: Candidate, score: float | None) -> None:
        """A trial is over; None when it failed."""
        if score is not None and self._encodings.get(candidate) == score:  # a table without categories, or with few levels
            self._encoded_alike[candidate.id] += 1
        if score is not None and np.isfinite(score) and score > self._score(candidate):
            self._best[candidate.id] = score, candidate

    def __iter__(self) -> Iterator[Candidate]:
        left = np.inf if self.search.trials is None else self.search.trials
        for candidate in self._order():
            if left <= 0:
                return
            if candidate in self._given:
                continue
            self._given.add(candidate)
            left -= 1
            yield candidate

    def _order(self) -> Iterator[Candidate]:
        yield from self.candidates
        tunable = [c for c in self.candidates if c.id != BASELINE and (c.algorithm.search_space() or c.tunable_parts())]
        if self.search.method == "grid":
            yield from self._grid(tunable)
            return
        draws = {a.id: self._draws(a, np.random.default_rng([self.seed, i])) for i, a in enumerate(tunable)}
        stale = turn = 0
        while tunable and stale < 100 * len(tunable):  # all of a small, discrete space may have been drawn
            before = len(self._given)
            for place, candidate in enumerate(self._contenders(tunable), start=1):
                if turn % place == 0:  # the second every other time, the third every third
                    yield next(draws[candidate.id])
            turn += 1
            stale = 0 if len(self._given) > before else stale + 1

    def _grid(self, tunable: list[Candidate]) -> Iterator[Candidate]:
        """Every combination of the algorithms' ranges, then those with the ranges of the other parts as well."""
        for with_parts in (False, True):
            for candidate in tunable:
                parts = candidate.tunable_parts() if with_parts else {}
                points = [part.grid(self.search.grid_points) for part in parts.values()]
                for chosen in product(*points, candidate.algorithm.grid(self.search.grid_points)):
                    yield candidate.with_parts(dict(zip((*parts, ALGORITHM), chosen, strict=True)))

    def _draws(self, candidate: Candidate, rng: np.random.Generator) -> Iterator[Candidate]:
        """One draw after another of a candidate, without end."""
        tuned = candidate.algorithm.search_space()
        for start in candidate.algorithm.initial_configs:
            algorithm = replace(candidate.algorithm, **{name: value for name, value in start.items() if name in tuned})
            yield replace(candidate, algorithm=algorithm)
        for number in count():
            best = self._best[candidate.id][1] if candidate.id in self._best else None
            if best is not None and number % PARTS_EVERY == PARTS_EVERY - 1 and (moved := self._with_other_part(best, rng)):
                yield moved
            elif not tuned:
                yield candidate  # given before: other candidates have their turn
            elif best is None or number % 3 == 2:
                yield replace(best or candidate, algorithm=candidate.algorithm.sample(rng))
            else:
                yield replace(best, algorithm=best.algorithm.vary(rng))

    def _with_other_part(self, best: Candidate, rng: np.random.Generator) -> Candidate | None:
        """The candidate with the tuned parameters of an operation or the sampler moved a little, or with those of the encoding drawn anew;
        None when none of them has a range that matters.
        """
        parts = best.tunable_parts()
        if self._encoded_alike[best.id] >= WITHOUT_EFFECT:
            parts.pop(ENCODING, None)
        if not parts:
            return None
        place = list(parts)[int(rng.integers(len(parts)))]
        try:
            moved = best.with_parts({place: parts[place].sample(rng) if place == ENCODING else parts[place].vary(rng)})
        except UserError:  # two parameters that do not go together
            return None
        if place == ENCODING:
            self._encodings[moved] = self._score(best)
        return moved

    def _contenders(self, tunable: list[Candidate]) -> list[Candidate]:
        tried = [c for c in tunable if c.id in self._best] or tunable  # what failed, or found no time, is not drawn from
        return sorted(tried, key=lambda c: -self._score(c))[:CONTENDERS]  # stable: ties keep the order of the candidates

    def _score(self, candidate: Candidate) -> float:
        """The best score of an algorithm so far."""
        return self._best[candidate.id][0] if candidate.id in self._best else -np.inf


def plan_of(project: Project) -> Plan:
    """The plan of a project's search."""
    return Plan(tuple(Candidate.of(project, algorithm) for algorithm in project.candidates), project.search, project.seed)


def done_of_plan(project: Project, runs: Iterable[Run]) -> int:
    """How many of the trials that a project's plan begins with are among these runs."""
    keys, count, done = Keys(project), 0, {run.id: run for run in runs}
    plan = plan_of(project)
    for candidate in plan:
        run = done.get(keys.run(candidate))
        if run is None:
            break
        plan.tell(candidate, run.score)
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

    def record(self, candidate: Candidate, seconds: float) -> None:
        """A trial took so long, or would have taken. The baseline is no measure: it is quick, but the first to fit the steps."""
        if candidate.id == BASELINE:
            return
        self._seen.setdefault(candidate.id, []).append(seconds)

    def allows(self, candidate: Candidate) -> bool:
        """Whether a trial of this algorithm should start: what its like took at the median must still fit; one that was not seen yet is
        taken to be as slow as the slowest. The first trial always starts, and the first beside a baseline.
        """
        if self.seconds is None or not self._seen:
            return True
        medians = {id_: float(np.median(seen)) for id_, seen in self._seen.items()}
        return self.fits(medians.get(candidate.id, max(medians.values())))

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
