"""The stored scores of runs by the other kind of split, and their summary. Light: leaderboards and the command line read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from mlops_desktop.base.number_format import format_number
from mlops_desktop.engine.metrics import METRICS
from mlops_desktop.engine.pipeline import ArtifactStore, Keys
from mlops_desktop.engine.project import Project
from mlops_desktop.engine.training.ranking import ranked
from mlops_desktop.engine.training.results import OtherSplit
from mlops_desktop.engine.training.runs import Run
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import quoted_columns

# What a person answers decides how rows are split: rules of `split_comparison.TIME_MATTERS`, which is not loaded for a leaderboard.
TIME_RULES = ("time_matters", "time_order")
_QUESTIONS = tuple(f"finding.{rule}." for rule in TIME_RULES)


def best_of_each(board: Iterable[Run]) -> list[Run]:
    """The best run of each algorithm and ensemble, best first."""
    found: dict[str, Run] = {}
    for run in ranked(board):
        found.setdefault(run.algorithm_id, run)
    return list(found.values())


def other_splits(store: ArtifactStore, project: Project, board: Iterable[Run]) -> dict[str, OtherSplit]:
    """The scores by the other way of validation, by the id of the run; empty when a person has decided how rows are split."""
    if any(id_.startswith(_QUESTIONS) for id_ in project.answers):
        return {}
    keys, found = Keys(project), {}
    for run in best_of_each(board):
        with suppress(KeyError):
            found[run.id] = store.get_value(keys.other_split(run.id), OtherSplit)
    return found


def splits_text(board: Iterable[Run], others: Mapping[str, OtherSplit]) -> str:
    """Both scores of the best run that has both, in a sentence or two; empty when none has. `board` is ranked."""
    best = next((run for run in board if run.id in others and others[run.id].score is not None), None)
    if best is None:
        return ""
    other, columns = others[best.id], quoted_columns(others[best.id].columns)
    metric = METRICS.get(best.metric)
    own, other_score = (format_number(metric.shown(score) if metric else score) for score in (best.score or 0.0, other.score or 0.0))
    if other.folds:
        other_score = msg(
            "{score} (of {count} of {all} folds, as the model is slow)", score=other_score, count=other.folds, all=len(best.fold_scores)
        )
    args = {"label": best.label, "metric": metric.label if metric else best.metric, "own": own, "other": other_score, "columns": columns}
    if other.shuffled:
        return msg("{label}: {metric} {own} by time; with rows drawn at random it would be {other}.", **args)
    both = msg("{label}: {metric} {own} with rows drawn at random, {other} by blocks of time ({columns}).", **args)
    return msg("{both} The scores at random say little of the future: split by time.", both=both) if other.clearly_worse else both
