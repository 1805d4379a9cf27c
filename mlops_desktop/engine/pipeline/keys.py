"""Computes the key of each result of a project: the hash of its declaration, of its decisions and of the keys of its inputs.

A key holds the keys of its inputs, so "out of date" needs no flag: the key is simply not in the store, and undo brings an old result back.
Decisions and parameters at their default do not enter a key, so that a new one makes nothing stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any

from mlops_desktop.engine.pipeline.candidate import Candidate, Combination
from mlops_desktop.engine.pipeline.results import FORMER_EVALUATIONS, RESULTS, Decision, Result
from mlops_desktop.engine.project import Project, changed_decisions, digest


class Key(str):
    """The key of a result (32 hex digits) that also knows its `result` and its `ancestors`: the keys it was made from, near and far."""

    __slots__ = ("ancestors", "result")
    result: Result
    ancestors: frozenset[str]

    def origin(self) -> dict[str, Any]:
        """What the store records beside the result, as plain JSON: name, version, ancestors and versions of libraries."""
        names = (*self.result.libraries, *self.result.keyed_libraries)
        libraries = {name: found for name in names if (found := installed_version(name))}
        return {"result": self.result.name, "version": self.result.version, "from": sorted(self.ancestors), "libraries": libraries}


@cache
def installed_version(library: str) -> str:
    """The installed version of a library; empty when it is not installed. It stays the same while a program runs."""
    from importlib import metadata

    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""


def make_key(result: Result, decisions: dict[str, Any], inputs: tuple[str, ...], arguments: tuple[Any, ...] = ()) -> Key:
    """The key of a declared result with the values of its decisions and arguments (plain JSON) and the keys of its inputs."""
    libraries = {name: installed_version(name).split(".")[:2] for name in result.keyed_libraries}
    key = Key(digest(result.name, result.version, decisions, list(inputs), list(arguments), libraries))
    key.result = result
    key.ancestors = frozenset(inputs).union(*(one.ancestors for one in inputs if isinstance(one, Key)))
    return key


def value_of(changed: dict[str, Any], decision: str | Decision) -> Any:
    """The value of a decision among the `changed_decisions` of a project (by column for those of columns); None at its default."""
    path, only, alike = (decision, (), ()) if isinstance(decision, str) else (decision.path, decision.only, decision.alike)
    head, _, field = path.partition(".")
    value = changed.get(head)
    if value is None:
        return None
    if not field:
        return [one for one in value if one["id"] in only] if only else value
    if head != "columns":
        return value.get(field)
    by_name = {
        name: alike[0] if note[field] in alike else note[field]
        for name, note in value.items()
        if field in note and (not only or note[field] in only)
    }
    return by_name or None


class Keys:
    """The keys of one project value. `results` declares what each is: as today, or as an earlier version did."""

    def __init__(self, project: Project, results: Mapping[str, Result] = RESULTS) -> None:
        self._project, self._results = project, results

    @cached_property
    def _changed(self) -> dict[str, Any]:
        return changed_decisions(self._project)

    def _key(self, name: str, *inputs: str, arguments: tuple[Any, ...] = ()) -> Key:
        return self._declared(self._results[name], *inputs, arguments=arguments)

    def _declared(self, result: Result, *inputs: str, arguments: tuple[Any, ...] = ()) -> Key:
        counting = [one for one in result.decisions if isinstance(one, str) or one.when(self._project)]
        named = ((one if isinstance(one, str) else one.path, value_of(self._changed, one)) for one in counting)
        given = inputs or tuple(getattr(self, name) for name in result.inputs)
        assert len(given) == len(result.inputs), result.name
        assert len(arguments) == len(result.arguments), result.name
        return make_key(result, {path: value for path, value in named if value is not None}, given, arguments)

    def of_project(self) -> frozenset[Key]:
        """The keys of every result that is made for the project as a whole, not for one algorithm or run."""
        whole: list[str] = []
        for name, result in self._results.items():
            if not result.arguments and all(one in whole for one in result.inputs):
                whole.append(name)
        return frozenset(getattr(self, name) for name in whole)

    @cached_property
    def table(self) -> Key:
        """The typed table."""
        return self._key("table")

    @cached_property
    def overview(self) -> Key:
        """Columns and possible targets of the table."""
        return self._key("overview")

    @cached_property
    def profile(self) -> Key:
        """Statistics and findings of the table."""
        return self._key("profile")

    @cached_property
    def rows(self) -> Key:
        """The rows that the row filters keep."""
        return self._key("rows")

    @cached_property
    def split(self) -> Key:
        """The held-out test set, the training part and its folds."""
        return self._key("split")

    @cached_property
    def train_rows(self) -> Key:
        """Positions of the training rows in the imported table."""
        return self._key("train_rows")

    @cached_property
    def validation(self) -> Key:
        """The summary of the split."""
        return self._key("validation")

    @cached_property
    def features(self) -> Key:
        """The rows of the split with the feature columns."""
        return self._key("features")

    @cached_property
    def suggestions(self) -> Key:
        """Operations that suit these rows and columns."""
        return self._key("suggestions")

    @cached_property
    def steps(self) -> Key:
        """The features after the steps that are switched on."""
        return self._key("steps")

    @cached_property
    def board(self) -> Key:
        """The leaderboard."""
        return self._key("board")

    def trial(self, candidate: Candidate | Combination) -> Key:
        """A candidate with all of its parts on these features."""
        return self._key("trial", arguments=(candidate.identity(),))

    def fold(self, candidate: Candidate | Combination, fold: int) -> Key:
        """Out-of-fold scores of one fold of a trial."""
        return self._key("fold", self.trial(candidate), arguments=(fold,))

    def run(self, candidate: Candidate | Combination) -> Key:
        """A trial on the leaderboard: the id of the run."""
        return self._key("run", self.trial(candidate))

    def selection(self, runs: tuple[str, ...]) -> Key:
        """What is expected of the best of these runs (ids, sorted) of the leaderboard."""
        return self._key("selection", arguments=(list(runs),))

    def learning_curve(self, run: str) -> Key:
        """The score of a run (by its id) by the number of rows it learns from."""
        return self._key("learning_curve", run)

    def learning_point(self, run: str, share: float, fold: int) -> Key:
        """The scores of a run by a share of the training rows of a fold."""
        return self._key("learning_point", run, arguments=(share, fold))

    def other_split(self, run: str) -> Key:
        """The score of a run (by its id) that is validated by time instead of at random, or the reverse."""
        return self._key("other_split", run)

    def model(self, run: str) -> Key:
        """The fitted and compiled model of a run."""
        return self._key("model", run)

    def scorer(self, run: str) -> Key:
        """The threshold and the version of the scorer of a run, whose numbers are those of `model`."""
        return self._key("scorer", self.model(run))

    def exported(self, run: str) -> Key:
        """That the scorer of a run was exported."""
        return self._key("exported", self.scorer(run))

    def evaluation(self, run: str) -> Key:
        """Metrics of a run on the held-out test set."""
        return self._key("evaluation", run)

    def former_evaluations(self, run: str) -> tuple[Key, ...]:
        """The same as versions before this one named it, without today's key."""
        today = self.evaluation(run)
        return tuple(key for one in FORMER_EVALUATIONS if (key := self._declared(one, run)) != today)

    def out_of_fold(self, run: str) -> Key:
        """Metrics of a run by its out-of-fold scores."""
        return self._key("out_of_fold", run)

    def checks(self, run: str) -> Key:
        """The facts that the checks of a run read."""
        return self._key("checks", run, self.profile)

    def response(self, run: str) -> Key:
        """Milliseconds that the model of a run takes for one row."""
        return self._key("response", self.model(run))
