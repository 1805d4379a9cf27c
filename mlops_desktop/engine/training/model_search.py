"""The search for a model: trial after trial on one leaderboard, until the budget is used or the plan ends."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Algorithm
from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline import Candidate, Combination, Pipeline
from mlops_desktop.engine.project import refuse_training, require
from mlops_desktop.engine.training import trials
from mlops_desktop.engine.training.final_model import open_chosen
from mlops_desktop.engine.training.ranking import best_run, ranked
from mlops_desktop.engine.training.results import TrainingResult, TrialEnded, TrialStarted
from mlops_desktop.engine.training.runs import Run, Runs
from mlops_desktop.engine.training.search_plan import Clock, plan_of
from mlops_desktop.engine.training.trials import Folds, fold_score, run_trial
from mlops_desktop.serving.frame import Floats
from mlops_desktop.serving.message import joined, msg, number_msg

RATINGS = 9  # how often each member is rated at most while an ensemble is found
BLENDED = 12  # so many runs at most may be members of a blend
RATING_SHARE = 0.04  # of the budget: what finding the blend may take
SLOW = 0.2  # of the budget: a trial with so much before it must be better than the best run
BEHIND = (0.05, 0.02)  # how far a draw may be behind the best run after one fold, and after more, before it is left


def search(pipeline: Pipeline, runs: Runs, job: Job, *, jobs: int = 1, replay: bool = False) -> TrainingResult:
    """Train and tune for the project's budget, record every trial, and fit the chosen model.

    `replay` repeats the trials that the leaderboard lists, and no other. UserError when every trial
    failed.
    """
    require(pipeline.project, "data", "target", "task", "metric", "candidates")
    refuse_training(pipeline.project)
    _refuse_absent(pipeline.project.candidates)
    runs.know_test_set(pipeline.keys.split, pipeline.held_out_rows)
    clock = Clock(None if replay or pipeline.project.search.trials is not None else pipeline.project.search.seconds)
    job.step(0.0, msg("{rows:,} rows to learn from", rows=pipeline.train.rows))  # what cannot be learned from is refused here
    folds = Folds(pipeline)
    part = Part(job, 0.0, 0.9)
    done = _replayed(folds, runs, part, jobs) if replay else _searched(folds, runs, clock, part, jobs)
    if not any(run.status == "done" for run in done):
        reasons = joined([msg("{label}: {reason}", label=run.label, reason=run.reason) for run in done[:3]], "; ")
        raise UserError(
            msg("No algorithm could be trained. {reasons}", reasons=reasons), "Correct what is named there, or choose other algorithms."
        )
    chosen = open_chosen(pipeline, runs, Part(job, 0.9, 1.0))
    run = chosen.run
    return TrainingResult(run.id, run.label, run.score, run.std, len(done))


def _searched(folds: Folds, runs: Runs, clock: Clock, job: Job, jobs: int) -> list[Run]:
    pipeline = folds.pipeline
    plan = plan_of(pipeline.project)
    done: list[Run] = []
    skipped = 0
    for candidate in plan:
        if not clock.allows(candidate):
            skipped += 1
            if skipped > 3 * len(pipeline.project.candidates) or clock.over():
                break
            continue
        pruner = Pruner(clock, done, len(pipeline.folds), drawn=candidate not in plan.candidates) if clock.seconds is not None else None
        done.append(_trial(folds, runs, candidate, len(done) + 1, _share(clock, pipeline, len(done), job), jobs, pruner))
        if not (pruner and pruner.pruned):  # the others say how long such a trial takes
            clock.record(candidate, max(done[-1].seconds, pruner.projected if pruner else 0.0))
        plan.tell(candidate, done[-1].score)
    if clock.seconds is not None and (blend := _ensemble(pipeline, done, clock)):
        done.append(_trial(folds, runs, blend, len(done) + 1, _share(clock, pipeline, len(done), job), jobs))
    return done


class Pruner:
    """Says whether a trial of a timed search is to be left: when it cannot end in time, when a draw is far behind the best run, or when a
    trial would take much of the budget and is no better than the best run on the folds so far.

    Counted trials have no pruner: each of them is a whole run, the same on every machine. `projected` is how long the trial takes by its
    folds so far, `pruned` whether it was left for its scores.
    """

    def __init__(self, clock: Clock, done: list[Run], folds: int, drawn: bool) -> None:
        self._clock, self._drawn, self._folds = clock, drawn, folds
        finished = [run for run in done if run.score is not None]
        self._best = best_run(finished)
        self._range = (self._best.score or 0.0) - min(run.score or 0.0 for run in finished) if self._best else 0.0
        self._started_at = self.projected = 0.0
        self.pruned = False

    def __call__(self, scores: Mapping[int, float]) -> str:
        """See `trials.Pruner`."""
        if not self._started_at:
            self._started_at, self._before = self._clock.spent(), len(scores)
        new = len(scores) - self._before
        if self._drawn and self._best is not None and scores and behind(self._best.fold_scores, scores, self._range):
            self.pruned = True
            return msg("Stopped early after {n_scores} of {folds} folds: far behind the best run.", n_scores=len(scores), folds=self._folds)
        left = 0.0
        if new:
            each = (self._clock.spent() - self._started_at) / new
            self.projected, left = each * self._folds, each * (self._folds - len(scores))
        if self._clock.over() or (self._best is not None and not self._clock.fits(left)):
            return msg("The time would have ended within this trial. Its finished folds are kept: training again goes on from there.")
        if self._best is not None and new and self._clock.share_of(left) > SLOW and behind(self._best.fold_scores, scores, 0.0):
            return msg(
                "Stopped early after {n_scores} of {folds} folds: slow, and not better than the best run.",
                n_scores=len(scores),
                folds=self._folds,
            )
        return ""


def behind(best: Sequence[float], scores: Mapping[int, float], score_range: float) -> bool:
    """Whether a trial with these scores by fold is far behind the best run: by `BEHIND` of the range of the scores of all runs."""
    lead = float(np.mean([best[fold] - score for fold, score in scores.items()]))
    return lead > BEHIND[min(len(scores), len(BEHIND)) - 1] * score_range


def _ensemble(pipeline: Pipeline, done: list[Run], clock: Clock) -> Combination | None:
    """An ensemble of this search's best runs that beats each of them and whose final fit ends in time; None when there is none."""
    if not any(run.status == "done" for run in done):
        return None

    def rate(by_fold: Sequence[Floats]) -> float:
        return float(np.nanmean([fold_score(pipeline, i, scores) for i, scores in enumerate(by_fold)]))

    def candidate_of(run: Run) -> Candidate:
        found = run.candidate_of(pipeline.project)
        assert isinstance(found, Candidate)
        return found

    def scores_of(candidate: Candidate) -> list[Floats]:
        return [pipeline.store.get(pipeline.keys.fold(candidate, i))[1]["scores"] for i in range(len(pipeline.folds))]

    best = scores_of(candidate_of(_to_blend(done, 1)[0]))
    rate(best)  # the first time takes longer
    began = clock.spent()
    rate(best)
    each = max(clock.spent() - began, 1e-6)
    affordable = RATING_SHARE * (clock.seconds or 0.0) / (RATINGS * each)
    runs = {candidate_of(run): run for run in _to_blend(done, int(min(BLENDED, affordable)))}
    # A mean would hide whose rows are in it, so models that store training rows stay alone.
    candidates = [candidate for candidate in runs if not candidate.stores_training_data]

    def allowed(positions: Sequence[int]) -> bool:
        last = sum(runs[candidates[at]].seconds for at in positions) / max(1, len(pipeline.folds) - 1)  # a fit on all rows, for each
        return clock.spent() + last <= (clock.seconds or 0.0)

    found = choices().ensembles["weighted_mean"].find([scores_of(candidate) for candidate in candidates], rate, allowed)
    return None if found is None else Combination(found[0], tuple(candidates[at] for at in found[1]))


def _to_blend(done: list[Run], most: int) -> list[Run]:
    """At most so many finished runs, best first: the best of each algorithm, for their mistakes differ most, and then the best of all."""
    order = ranked(done)
    firsts = list({run.algorithm_id: run for run in reversed(order)}.values())
    kept = sorted(firsts, key=order.index)[:most]
    kept += [run for run in order if run not in kept][: most - len(kept)]
    return sorted(kept, key=order.index)


def _replayed(folds: Folds, runs: Runs, job: Job, jobs: int) -> list[Run]:
    listed = sorted(runs.list(folds.pipeline.keys.board), key=lambda run: run.number)
    if not listed:
        raise UserError("There are no trials to repeat for these decisions.", "Run a search first, without “--replay”.")
    return [
        _trial(folds, runs, run.candidate_of(folds.pipeline.project), run.number, Part(job, i / len(listed), (i + 1) / len(listed)), jobs)
        for i, run in enumerate(listed)
    ]


def _trial(
    folds: Folds, runs: Runs, candidate: Candidate | Combination, number: int, job: Job, jobs: int, pruner: trials.Pruner | None = None
) -> Run:
    job.step(0.0, msg("Trial {number}: {candidate}", number=number, candidate=candidate.label))
    job.partial(TrialStarted(number, candidate.label))
    began = time.perf_counter()
    run = run_trial(folds, candidate, number, job, jobs, pruner)
    runs.record(run)
    job.partial(TrialEnded(run.id))
    outcome = number_msg(run.score, ".4f") if run.score is not None else msg("{status}: {reason}", status=run.status, reason=run.reason)
    seconds, label = time.perf_counter() - began, candidate.label
    text = msg("Trial {number}: {candidate}, {outcome} ({seconds:.1f} s)", number=number, candidate=label, outcome=outcome, seconds=seconds)
    job.step(1.0, text)
    return run


def _share(clock: Clock, pipeline: Pipeline, done: int, job: Job) -> Part:
    """The piece of the bar that the next trial fills: by trials when they are counted, else by time."""
    trials = pipeline.project.search.trials
    if trials is not None:
        return Part(job, min(1.0, done / trials), min(1.0, (done + 1) / trials))
    return Part(job, clock.fraction(), clock.fraction())


def _refuse_absent(candidates: tuple[Algorithm, ...]) -> None:
    for algorithm in candidates:
        if reason := algorithm.missing():
            raise UserError(
                msg("{algorithm} {reason}.", algorithm=algorithm.label, reason=reason), "Take it off the list of algorithms, or install it."
            )
