"""A recipe tried on a sample of the training part, step by step: what each step makes, what stops it, and what comes out at the end.

The child is asked anew with every change of a form, so the sample and what the last steps made of it are kept between two questions.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Operation, Target
from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.params import Columns, Text
from mlops_desktop.base.selection import Selection, Verdict, at_most
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline import column_changes
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.proposal import suggestions
from mlops_desktop.engine.project import Step, digest, require
from mlops_desktop.serving.formula.expression import check
from mlops_desktop.serving.frame import Bools, Frame, Ints, to_matrix
from mlops_desktop.serving.transform import Transform
from mlops_desktop.serving.transforms.drop_columns import DropColumns

Json = dict[str, Any]
ROWS = 20_000  # a sample of so many rows at most
RANKED = 8_000  # rows that a ranking looks at: it is a picture for a person, and forests take their time
CELLS = 4_000_000  # wide tables: fewer rows
SHOWN = 20
NAMED = 3_000  # columns that are named to a form, features that are listed with their scores


@dataclass(frozen=True, eq=False)
class Stop:
    """One step tried: the columns before and after it, or why it cannot be done. `verdict`: what a selection decided."""

    before: Frame
    after: Frame
    train: Frame  # what the next step learns on
    error: str = ""
    verdict: Verdict | None = None
    seconds: float = 0.0


class Walk:
    """A sample of the training part and the steps that were tried on it last; one is tried anew only when it or one before it changed."""

    def __init__(self, frame: Frame, target: Target, whole: int) -> None:
        self.frame, self.target, self.whole = frame, target, whole
        self._tried: list[tuple[str, Stop]] = []
        self._scores: dict[str, tuple[str, Mapping[str, float]]] = {}  # last scores of each kind of selection, and what they hang on

    def stops(self, steps: Sequence[Operation], job: Job) -> list[Stop]:
        """A stop for each step, up to the first that cannot be done."""
        frame = self.frame
        found: list[tuple[str, Stop]] = []
        same = True
        for i, step in enumerate(steps):
            key = digest(step.identity())
            same = same and i < len(self._tried) and self._tried[i][0] == key
            part = _Quiet(job, i / len(steps), (i + 1) / len(steps))
            stop = self._tried[i][1] if same else self.attempt(step, frame, digest([k for k, _ in found]), part)
            found.append((key, stop))
            if stop.error:
                break
            frame = stop.train
        self._tried = found
        return [stop for _, stop in found]

    def attempt(self, step: Operation, frame: Frame, where: str, job: Job) -> Stop:
        """One step tried on a frame; `where` names the frame by the steps that made it."""
        started = time.perf_counter()
        verdict, train = None, None
        try:
            if isinstance(step, Selection):
                verdict = self._judge(step, frame, where, job)
                transform: Transform = DropColumns(verdict.gone)
            else:
                transform, train = step.fit(frame, self.target, job)
            after = transform.bind(frame.layout)[1](frame)
        except UserError as error:
            return Stop(frame, frame, frame, str(error))
        return Stop(frame, after, after if train is None else train, "", verdict, time.perf_counter() - started)

    def _judge(self, step: Selection, frame: Frame, where: str, job: Job) -> Verdict:
        """The step's verdict; its scores are found once, however often a person changes how many columns stay."""
        key = digest(where, step.forced_out, [getattr(step, name) for name in step.scored_by])
        known, scores = self._scores.get(step.id, ("", None))
        verdict = step.pruner(frame, self.target, job, scores if known == key else None)
        self._scores[step.id] = (key, verdict.scores)
        return verdict


class _Quiet(Part):
    """A share of a job without the words: a step says its columns one by one, which nobody wants to read at every change of a form."""

    def step(self, fraction: float, message: str = "") -> None:
        """See Job.step."""
        super().step(fraction)


_kept: tuple[str, Walk] | None = None  # the sample of the last question


def walk_of(pipeline: Pipeline) -> Walk:
    """The sample of a project's training part; UserError when there is none. Kept until other rows or columns are asked for."""
    global _kept
    key = digest(str(pipeline.folder.resolve()), pipeline.keys.features)
    if _kept is None or _kept[0] != key:
        train = pipeline.train
        most = min(ROWS, max(CELLS // max(len(pipeline.features), 1), 2_000))
        frame, target = at_most(train.frame, train.target, most)
        _kept = (key, Walk(frame, target, train.frame.rows))
    return _kept[1]


def preview(pipeline: Pipeline, at: int, row_filter: int, job: Job) -> Json:
    """What the recipe does, with the step at position `at` of `project.steps` (−1: none) and the row filter at `row_filter` closely.

    `{"problem", "rows", "row_filters", "steps", "columns", "step", "matrix", "gone_rows"}`. `problem` says why nothing can be tried. `rows`
    counts `table`, `kept` by the row filters, `train`, `sample`, and `columns` before the first step. One is `{"on", "error", "gone"}`
    with the number of rows that it takes out; a step `{"on", "error", "waits", "width", "seconds"}` with the number of columns after it;
    one that is off is tried when it is looked at, for itself alone. `columns` are [name, kind] of what is there before the step at `at`
    (after all steps when −1), `step` what it changed (see `_look`), `matrix` `{"width", "error"}`, `gone_rows` the first rows that the
    row filter takes out.

    What is sound for these columns is in the store afterwards (`engine.suggestions`), so that each step can say why it is there.
    """
    project = pipeline.project
    answer: Json = {
        "problem": "",
        "rows": {},
        "row_filters": [],
        "steps": [],
        "columns": [],
        "step": None,
        "matrix": None,
        "gone_rows": None,
    }
    kept, answer["row_filters"], gone = _cleaned(pipeline, row_filter)
    answer["rows"] = {"table": pipeline.table.rows, "kept": int(kept.sum())}
    if gone is not None:
        columns = column_changes.rows_of(pipeline.table.frame, gone[:SHOWN], _named_in(pipeline, row_filter))
        answer["gone_rows"] = {"numbers": (gone[:SHOWN] + 1).tolist(), "columns": columns}
    job.step(0.1)
    try:
        require(project, "target", "task")
        walk = walk_of(pipeline)
    except UserError as error:
        answer["problem"] = str(error)
        return answer
    answer["rows"].update(train=walk.whole, sample=walk.frame.rows, columns=len(walk.frame.layout.names()))
    stops = _by_position(walk, project.steps, Part(job, 0.2, 0.8))
    answer["steps"] = [_told(step, stop, walk) for step, stop in zip(project.steps, stops, strict=True)]
    answer["matrix"] = _matrix(walk, project.steps, stops)
    looked = _looked_at(walk, project.steps, stops, at, Part(job, 0.8, 0.9))
    if looked is not None:
        answer["columns"] = _named(looked.before)
        answer["step"] = _look(project.steps[at].component, looked, walk.target)
        answer["steps"][at].update(error=looked.error, width=len(looked.after.layout.names()), seconds=looked.seconds)
    elif at < 0:
        answer["columns"] = _named(next((stop.after for stop in reversed(stops) if stop is not None), walk.frame))
    if row_filter < 0:  # a rule for rows that is being written makes other rows with every letter
        suggestions(pipeline)
    return answer


def _cleaned(pipeline: Pipeline, looked: int) -> tuple[Bools, list[Json], Ints | None]:
    """Which rows stay, what each row filter takes out of those that the ones before it left, and which rows the one looked at takes out."""
    frame = pipeline.table.frame
    kept = np.ones(frame.rows, dtype=bool)
    told: list[Json] = []
    looked_gone: Ints | None = None
    for at, step in enumerate(pipeline.project.row_filters):
        gone, error = np.zeros(frame.rows, dtype=bool), ""
        if step.on or at == looked:
            try:
                gone = kept & ~step.component.keep(frame, pipeline.project.target)
            except UserError as refused:
                error = str(refused)
        told.append({"on": step.on, "error": error, "gone": int(gone.sum())})
        if at == looked:
            looked_gone = np.flatnonzero(gone)
        if step.on:
            kept &= ~gone
    return kept, told, looked_gone


def _named_in(pipeline: Pipeline, row_filter: int) -> list[str]:
    """The columns that a row filter is about: those that it names, or that stand in its formula."""
    rule = pipeline.project.row_filters[row_filter].component
    found: list[str] = []
    for name, param in rule.params().items():
        if isinstance(param, Columns):
            found += getattr(rule, name)
        elif isinstance(param, Text) and param.grammar == "formula":
            found += check(getattr(rule, name), pipeline.table.frame.layout).columns
    return found


def _by_position(walk: Walk, steps: Sequence[Step[Operation]], job: Job) -> list[Stop | None]:
    """A stop for each step of the recipe; None for those that are off, and for those behind one that cannot be done."""
    tried = iter(walk.stops([step.component for step in steps if step.on], job))
    return [next(tried, None) if step.on else None for step in steps]


def _told(step: Step[Operation], stop: Stop | None, walk: Walk) -> Json:
    return {
        "on": step.on,
        "error": stop.error if stop else "",
        "waits": step.on and stop is None,
        "width": len(stop.after.layout.names()) if stop else None,
        "seconds": round(stop.seconds, 3) if stop else 0.0,
    }


def _matrix(walk: Walk, steps: Sequence[Step[Operation]], stops: Sequence[Stop | None]) -> Json:
    """How many features go to the models, or why they cannot."""
    on = [stop for step, stop in zip(steps, stops, strict=True) if step.on]
    if any(stop is None or stop.error for stop in on):
        return {"width": None, "error": ""}  # the step says it
    frame = on[-1].after if on and on[-1] is not None else walk.frame
    try:
        width = to_matrix(frame.take(np.arange(min(frame.rows, 1)))).width
    except UserError as error:
        return {"width": None, "error": str(error)}
    if not width:
        return {"width": 0, "error": "No column is left to learn from. Switch off the step that drops the last one."}
    return {"width": width, "error": ""}


def _looked_at(walk: Walk, steps: Sequence[Step[Operation]], stops: Sequence[Stop | None], at: int, job: Job) -> Stop | None:
    """The stop of the step at a position; one that is off is tried on what the steps before it make. None when an earlier one fails."""
    if not 0 <= at < len(steps):
        return None
    if stops[at] is not None or steps[at].on:
        return stops[at]
    earlier = [stop for step, stop in zip(steps[:at], stops[:at], strict=True) if step.on]
    if any(stop is None or stop.error for stop in earlier):
        return None
    before = earlier[-1].train if earlier and earlier[-1] is not None else walk.frame
    where = digest([digest(step.component.identity()) for step in steps[:at] if step.on])
    return walk.attempt(steps[at].component, before, where, _Quiet(job, 0.0, 1.0))


def _named(frame: Frame) -> list[list[str]]:
    layout = frame.layout
    plain = [
        [name, kind]
        for kind, block in (("number", layout.numbers), ("categorical", layout.categoricals), ("date", layout.dates))
        for name in block
    ]
    return (plain + [[name, "sparse"] for block in layout.sparse for name in block])[:NAMED]


def _look(step: Operation, stop: Stop, target: Target) -> Json:
    """What one step changed: `{"before", "after", "new", "gone", "other", "groups", "rows", "judged", "forced"}`.

    The first two count columns, the next three those that are new, gone, or hold other values; `groups` and `rows` see `engine.changes`;
    `judged` are [name, score, whether it stays, why] of a selection, the best first, None for any other step.
    """
    found = column_changes.compare(stop.before, stop.after)
    numbers = [name for name in found.new if stop.after.layout.kind(name) == "number"][: column_changes.GROUPS]
    tells = _tells(stop.after, numbers, target)
    return {
        "before": len(stop.before.layout.names()),
        "after": len(stop.after.layout.names()),
        "new": len(found.new),
        "gone": len(found.gone),
        "other": len(found.other),
        "groups": column_changes.groups(stop.before, stop.after, found, tells),
        "rows": column_changes.first_rows(stop.before, stop.after, found, SHOWN),
        "judged": _judged(step, stop) if isinstance(step, Selection) and stop.verdict is not None else None,
    }


def _judged(step: Selection, stop: Stop) -> list[list[Any]]:
    verdict = stop.verdict
    assert verdict is not None
    why = step.why(stop.before, verdict)
    names = [name for name in stop.before.layout.names() if name in verdict.scores or name in verdict.inside or name in verdict.outside]
    ranked = sorted(names, key=lambda name: -round(verdict.scores.get(name, -1.0), 12))
    return [
        [name, verdict.scores.get(name), name in verdict.kept, "always kept" if name in verdict.inside else why.get(name, "")]
        for name in ranked[:NAMED]
    ]


def _tells(frame: Frame, names: Sequence[str], target: Target) -> dict[str, float]:
    """How closely each number goes with the target by itself, from 0 to 1."""
    if not names or not frame.rows:
        return {}
    scorer = choices().operations["select_correlation"]()
    assert isinstance(scorer, Selection)
    return scorer.scores(frame.select(names), target)


def rank(pipeline: Pipeline, method: str, at: int, job: Job) -> Json:
    """The columns before the step at a position (after all when −1), ranked by a selection's score.

    `{"method", "label", "scores": [[name, score]] (the best first), "more", "unjudged": [names], "rows", "of", "problem"}`; `more` counts
    those that are not listed, `unjudged` have no score (words and dates), `problem` says why there is no ranking.
    """
    chosen = choices().operations.get(method)
    if chosen is None or not issubclass(chosen, Selection):
        known = ", ".join(id_ for id_, member in choices().operations.items() if issubclass(member, Selection))
        raise UserError(f"There is no ranking “{method}”.", f"There are: {known}.")
    answer: Json = {"method": method, "label": chosen.ranks, "scores": [], "more": 0, "unjudged": [], "rows": 0, "of": 0, "problem": ""}
    try:
        require(pipeline.project, "target", "task")
        walk = walk_of(pipeline)
    except UserError as error:
        return {**answer, "problem": str(error)}
    steps = pipeline.project.steps if at < 0 else pipeline.project.steps[:at]
    stops = walk.stops([step.component for step in steps if step.on], Part(job, 0.0, 0.5))
    if stops and stops[-1].error:
        return {**answer, "problem": stops[-1].error}
    frame, target = at_most(stops[-1].train if stops else walk.frame, walk.target, RANKED)
    step = chosen()
    judged = step.judged(frame.layout)
    job.step(0.5)
    scores = step.scores(frame.select(judged), target) if judged else {}
    ranked = sorted(scores.items(), key=lambda pair: -round(pair[1], 12))
    listed = frozenset(judged)
    return {
        **answer,
        "scores": [[name, float(score)] for name, score in ranked[:NAMED]],
        "more": max(len(ranked) - NAMED, 0),
        "unjudged": [name for name in frame.layout.names() if name not in listed][:NAMED],
        "rows": frame.rows,
        "of": walk.whole,
    }
