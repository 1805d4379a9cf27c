"""What the baseline answers and reaches: the one definition behind the leaderboard, the evaluation, the checks and the report."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from mlops_desktop.base.families import Algorithm, Target
from mlops_desktop.engine.choices import BASELINE, choices, task_spec
from mlops_desktop.engine.metrics import metrics_for, score
from mlops_desktop.engine.project import Project
from mlops_desktop.engine.training import parameter_text
from mlops_desktop.serving.frame import Floats, Ints, Matrix
from mlops_desktop.serving.message import joined, msg

Prior = Callable[[Target, Floats | None], Floats]
IN_PER_CENT = "neg_mean_absolute_percentage_error"


def baseline_candidate(project: Project) -> Algorithm:
    """The project's candidate that every score is compared with; one with default settings where it has none."""
    return next((one for one in project.candidates if one.id == BASELINE), None) or choices().algorithms[BASELINE]()


def baseline_prior(project: Project) -> Prior:
    """What the project's baseline answers for every row after learning from a target: (classes,) shares, or (1,) value."""
    algorithm = baseline_candidate(project)

    def prior(target: Target, weights: Floats | None = None) -> Floats:
        spec = task_spec(target.task)
        if target.classes or algorithm == type(algorithm)() or not len(target.values):
            return spec.prior(target, weights)
        nothing = np.zeros((len(target.values), 1))
        estimator = algorithm.build(spec, project.seed, Matrix(("",), nothing))
        estimator.fit(nothing, target.values, sample_weight=weights if weights is not None and weights.any() else None)
        return np.asarray(estimator.predict(nothing[:1]), dtype=np.float64).reshape(1)

    return prior


def baseline_text(project: Project, task: str) -> str:
    """What the project's baseline does; completes “it …”."""
    algorithm, spec = baseline_candidate(project), task_spec(task)
    changed = {} if spec.has_classes else algorithm.changed_params()
    if not changed:
        return spec.baseline
    settings = joined([parameter_text(algorithm.params()[name], getattr(algorithm, name)) for name in changed], ", ")
    return msg("always answers the same value ({settings})", settings=settings)


def constant_scores(target: Target, prior: Floats) -> Floats:
    """The same answer for every row: (rows, classes) shares, or (rows,) values."""
    return np.tile(prior, (len(target.values), 1)) if target.classes else np.full(len(target.values), prior[0])


def fold_baseline(
    target: Target, folds: Sequence[tuple[Ints, Ints]], positive: int | None, weights: Floats | None, prior: Prior
) -> dict[str, float]:
    """What the baseline reaches out of fold, by metric: the mean over the folds, each answered by the `prior` of the rows beside it.

    This is the score of the baseline on the leaderboard. `folds` are positions to learn from and to score. A metric that no fold has
    a value of is NaN.
    """
    values: dict[str, list[float]] = {metric.id: [] for metric in metrics_for(target.task)}
    for train_rows, scored in folds:
        rows, row_weights = target.take(scored), None if weights is None else weights[scored]
        base = constant_scores(rows, prior(target.take(train_rows), None if weights is None else weights[train_rows]))
        for id_, found in values.items():
            if id_ != IN_PER_CENT or not has_zero(rows):
                found.append(score(id_, rows, base, positive, None, row_weights))
    finite = {id_: [one for one in found if math.isfinite(one)] for id_, found in values.items()}
    return {id_: sum(found) / len(found) if found else math.nan for id_, found in finite.items()}


def has_zero(target: Target) -> bool:
    """Whether a true value is 0, or next to nothing beside the largest: a share of it means nothing."""
    sizes = np.empty(0) if target.classes else np.abs(target.values)
    return bool(np.any(sizes <= 1e-9 * sizes.max(initial=0.0))) if len(sizes) else False
