"""Declares every stored result: what it is made from. Its key follows from the declaration (see `keys`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from mlops_desktop.engine.choices import BASELINE, task_spec
from mlops_desktop.engine.project import Project, Role, is_feature_role

LEARNING = ("numpy", "pandas", "scikit-learn", "scipy", "lightgbm")  # what fits steps and models


@dataclass(frozen=True)
class Decision:
    """A part of the project by its path, such as `columns.role` (of every column); of several values (of `candidates`: ids) only those in
    `only` count, and for those projects alone of which `when` holds. Values in `alike` make the same result: each counts as the first.
    """

    path: str
    only: tuple[Any, ...] = ()
    when: Callable[[Project], bool] = lambda _: True
    alike: tuple[Any, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a result is made from.

    `inputs` are other results and `decisions` paths of the project that it depends on beside these; `arguments` name what it is made for
    beside the project, such as an algorithm. `version` is raised when the same inputs would make another result, for a reason that is in no
    component's version. The versions of `libraries` are recorded with the result; a change of them is no new key. The major and minor
    version of those in `keyed_libraries` is part of the key: for a result that is about the installation, not about the data.
    """

    name: str
    inputs: tuple[str, ...] = ()
    decisions: tuple[str | Decision, ...] = ()
    arguments: tuple[str, ...] = ()
    version: int = 1
    libraries: tuple[str, ...] = ()
    keyed_libraries: tuple[str, ...] = ()


ROLES_THAT_SPLIT = ("group", "time", "fold")
TYPE_NOTES = ("columns.type", "columns.levels", "columns.missing", "columns.recode")
# Each candidate enters the key of its own trial. Figures are compared with the baseline by its settings: with default ones, as in earlier
# versions, no key has them.
BASELINE_SETTINGS = Decision(
    "candidates",
    (BASELINE,),
    when=lambda project: any(one.id == BASELINE and one != type(one)() for one in project.candidates),
)
WEIGHTED = Decision("columns.role", ("weight",))  # scores of earlier versions did not count the weights: they are other results
# The interval of PR AUC of whole groups was narrower in earlier versions.
GROUPED = Decision("columns.role", ("group",), when=lambda project: bool(project.task and task_spec(project.task).has_classes))
# The baseline on the held-out test set was that of the second class in earlier versions, whatever class was the positive one.
TWO_CLASSES = Decision("task", when=lambda project: bool(project.task and task_spec(project.task).has_positive))
# The intervals of rows that follow each other in time, or that repeat each other, were narrower in earlier versions.
NOT_ALONE = Decision("split", when=lambda project: project.split.by_time or project.split.keeps_equal)
MEASURED_BEFORE = ("threshold", "costs", GROUPED, BASELINE_SETTINGS)
MEASURED = (*MEASURED_BEFORE, NOT_ALONE)
NON_FEATURE_ROLES = tuple(role for role in get_args(Role) if not is_feature_role(role))
NON_FEATURE = Decision("columns.role", NON_FEATURE_ROLES, alike=("id", "ignore"))  # no model sees either of them


def keeps_equal(project: Project) -> bool:
    """Whether the split keeps rows on one side that are equal in all features."""
    return project.split.keeps_equal


RESULTS: Mapping[str, Result] = {
    result.name: result
    for result in (
        # The typed table: the imported cells and what a person decided of their types. A project keeps the types that it was read with when
        # a later version would propose others: its version is raised only when the form of the table changes.
        Result(name="table", decisions=("data", *TYPE_NOTES), version=2, libraries=("pandas", "pyarrow")),
        # Columns, candidates for the target and types, before anything is decided.
        Result(name="overview", inputs=("table",), version=3),
        # Statistics and findings of the whole table.
        Result(name="profile", inputs=("table",), decisions=("target", "task", "columns.role"), version=7, libraries=LEARNING),
        # The rows that the row filters keep.
        Result(name="rows", inputs=("table",), decisions=("target", "row_filters")),
        # The held-out test set, the training part and its folds.
        Result(
            name="split",
            inputs=("rows",),
            decisions=(
                "task",
                "split",
                Decision("columns.role", ROLES_THAT_SPLIT),
                # Rows are equal in the features, so every role counts then; being the later one, it replaces the one before.
                replace(NON_FEATURE, when=keeps_equal),
                "seed",
            ),
        ),
        # Positions of the training rows in the imported table.
        Result(name="train_rows", inputs=("split",)),
        # Numbers of rows on each side of the split, and what it cannot measure well.
        Result(name="validation", inputs=("split",), decisions=(NON_FEATURE,), version=2),
        # The rows of the split with the feature columns.
        Result(name="features", inputs=("split",), decisions=(NON_FEATURE,)),
        # Operations that suit these rows and columns, with reasons.
        Result(name="suggestions", inputs=("features",), version=4),
        # The features after the steps that are switched on.
        Result(name="steps", inputs=("features",), decisions=("steps",), libraries=LEARNING),
        # The leaderboard: the runs of these steps, sampler and encodings, compared by one metric.
        Result(name="board", inputs=("steps",), decisions=("sampler", "encodings", "metric", "positive", WEIGHTED)),
        # One candidate (steps, sampler, encoding, algorithm), fitted fold by fold; its out-of-fold scores do not depend on the metric.
        Result(name="trial", inputs=("features",), decisions=("seed",), arguments=("candidate",)),
        Result(name="fold", inputs=("trial",), arguments=("fold",), libraries=LEARNING),
        # A trial on a leaderboard.
        Result(name="run", inputs=("trial",), decisions=("metric", "positive", WEIGHTED)),
        # What is expected of the best of some runs on a leaderboard. Version 1 had no bound, and an estimate for a baseline too.
        Result(name="selection", inputs=("board",), arguments=("runs",), version=2),
        # The scores of one fold of a run that learns from a share of the training rows.
        Result(name="learning_point", inputs=("run",), arguments=("share", "fold"), libraries=LEARNING),
        # The score of a run by the number of rows it learns from.
        Result(name="learning_curve", inputs=("run",), libraries=LEARNING),
        # The score of a run whose rows are validated by time instead of at random, or the reverse.
        Result(name="other_split", inputs=("run",), decisions=(Decision("columns.role", ("time",)),), version=2, libraries=LEARNING),
        # The fitted and compiled model of a run: what changes its numbers, and nothing that is only shown. In version 1 the training part
        # was the default of `refit`, and a default enters no key.
        Result(name="model", inputs=("run",), decisions=("refit",), version=2, libraries=LEARNING),
        # What makes the model the scorer that is served: its threshold, and what its schema shows.
        Result(
            name="scorer",
            inputs=("model",),
            decisions=("threshold", "costs", "name", "columns.label", "columns.unit", "columns.description"),
        ),
        # That the scorer was exported (an empty document): the stage of that name is done.
        Result(name="exported", inputs=("scorer",)),
        # Metrics on the held-out test set, by a model of the training part alone (whatever `refit` says). In version 2 rows of few moments
        # of time had intervals.
        Result(name="evaluation", inputs=("run",), decisions=(*MEASURED, TWO_CLASSES), version=3, libraries=LEARNING),
        # Metrics of the out-of-fold scores. Version 4 had the intervals of version 2 of the above.
        Result(name="out_of_fold", inputs=("run",), decisions=MEASURED, version=5, libraries=LEARNING),
        # The facts that the checks of a run read. In version 2 the baseline of the squared errors knew the rows of all folds.
        Result(name="checks", inputs=("run", "profile"), decisions=("refit", BASELINE_SETTINGS), version=4, libraries=LEARNING),
        # Milliseconds for the answer to one row: a measurement of this installation.
        Result(name="response", inputs=("model",), keyed_libraries=("numpy",)),
    )
}

# The same before identifiers and columns that are not used were alike; results of that time are carried over (`training.open_project`).
_EVERY_ROLE = Decision("columns.role", NON_FEATURE_ROLES)
RESULTS_BY_EVERY_ROLE: Mapping[str, Result] = {
    **RESULTS,
    "split": replace(
        RESULTS["split"],
        decisions=("task", "split", Decision("columns.role", (*ROLES_THAT_SPLIT, "id")), replace(_EVERY_ROLE, when=keeps_equal), "seed"),
    ),
    "validation": replace(RESULTS["validation"], decisions=(_EVERY_ROLE,)),
    "features": replace(RESULTS["features"], decisions=(_EVERY_ROLE,)),
}

# How earlier versions declared the evaluation on the held-out test set: a run that has one of them was measured on these rows before.
FORMER_EVALUATIONS: tuple[Result, ...] = tuple(
    replace(RESULTS["evaluation"], decisions=decisions, version=2)
    for decisions in (
        ("threshold", "costs"),
        ("threshold", "costs", GROUPED),
        MEASURED_BEFORE,
        (*MEASURED_BEFORE, TWO_CLASSES),
        (*MEASURED, TWO_CLASSES),
    )
)

# Decisions that are part of no key, and why.
IRRELEVANT: Mapping[str, str] = {
    "file": "shown; the cells that were read from it are identified by `data`",
    "source": "how the file was read; the cells that were read are identified by `data`",
    "brief": "texts for people, written into reports when these are made",
    "goals": "compared with stored measurements whenever they are shown",
    "search": "decides which trials are made, not what a trial is",
    "chosen": "names a run; results of a run are stored under the key of that run",
    "answers": "why a person decided so; what was decided is in the other decisions",
    "consent": "a permission to export; changes no model",
}
