"""A recipe fitted on a sample of the training part, step by step: what each step makes, why one cannot be done, and the final matrix.

The child is asked anew with every change of a form, so the sample and what the last steps made of it are kept between two questions.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation, Target
from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.params import Columns, Text
from mlops_desktop.base.selection import Selection, SelectionResult
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline import column_changes
from mlops_desktop.engine.pipeline.encoding_preview import FittedEncoding, encodings, matrix_size
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.preview_results import (
    ColumnRanking,
    EncodingPreview,
    FilteredOut,
    RecipePreview,
    RowCounts,
    RowFilterPreview,
    ScoredColumn,
    StepChanges,
    StepPreview,
)
from mlops_desktop.engine.pipeline.proposal import suggestions
from mlops_desktop.engine.project import Project, Step, digest, require
from mlops_desktop.serving.formula.expression import check
from mlops_desktop.serving.frame import Bools, Frame, Ints
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.transform import Transform
from mlops_desktop.serving.transforms.drop_columns import DropColumns

ROWS = 20_000  # a sample of so many rows at most
RANKED = 8_000  # rows that a ranking is computed on: it is shown in a chart, and forests are slow
CELLS = 4_000_000  # wide tables: fewer rows
SHOWN = 20
NAMED = 3_000  # columns that are named to a form, features that are listed with their scores


@dataclass(frozen=True, eq=False)
class StepResult:
    """One step fitted on the sample: the columns before and after it, or why it cannot be done. `selection`: what a selection decided."""

    before: Frame
    after: Frame
    train: Dataset  # what the next step is fitted on
    error: str = ""
    selection: SelectionResult | None = None
    seconds: float = 0.0


class PreviewSession:
    """A sample of the training part and the steps that were fitted on it last; one is fitted again only when it or one before it changed.

    `whole` is the number of rows that the sample was taken from.
    """

    def __init__(self, dataset: Dataset, whole: int) -> None:
        self.dataset, self.whole = dataset, whole
        self._fitted: list[tuple[str, StepResult]] = []
        self.encoded: dict[str, FittedEncoding] = {}  # see `encoding_preview`
        self._scores: dict[str, tuple[str, Mapping[str, float]]] = {}  # last scores of each kind of selection, and what they depend on

    def results(self, steps: Sequence[Operation], job: Job) -> list[StepResult]:
        """A result for each step, up to the first that cannot be done."""
        dataset = self.dataset
        found: list[tuple[str, StepResult]] = []
        same = True
        for i, step in enumerate(steps):
            key = digest(step.identity())
            same = same and i < len(self._fitted) and self._fitted[i][0] == key
            part = _WithoutMessages(job, i / len(steps), (i + 1) / len(steps))
            result = self._fitted[i][1] if same else self.fit_step(step, dataset, digest([k for k, _ in found]), part)
            found.append((key, result))
            if result.error:
                break
            dataset = result.train
        self._fitted = found
        return [result for _, result in found]

    def fit_step(self, step: Operation, dataset: Dataset, where: str, job: Job) -> StepResult:
        """One step fitted on a dataset; `where` identifies the dataset by the steps that made it."""
        started = time.perf_counter()
        selection, train, frame = None, None, dataset.frame
        try:
            if isinstance(step, Selection):
                selection = self._select(step, dataset, where, job)
                transform: Transform = DropColumns(selection.dropped)
            else:
                transform, train = step.fit(dataset, job)
            after = transform.bind(frame.layout)[1](frame)
        except UserError as error:
            return StepResult(frame, frame, dataset, error.sentences)
        train = dataset.with_frame(after) if train is None else train
        return StepResult(frame, after, train, "", selection, time.perf_counter() - started)

    def _select(self, step: Selection, dataset: Dataset, where: str, job: Job) -> SelectionResult:
        """The step's result; its scores are found once, however often a person changes how many columns stay."""
        key = digest(where, step.forced_out, [getattr(step, name) for name in step.scored_by])
        known, scores = self._scores.get(step.id, ("", None))
        result = step.assess(dataset, job, scores if known == key else None)
        self._scores[step.id] = (key, result.scores)
        return result


class _WithoutMessages(Part):
    """A share of a job without its messages: a step reports each of its columns, too much to show at every change of a form."""

    def step(self, fraction: float, message: str = "") -> None:
        """See Job.step."""
        super().step(fraction)


_kept: tuple[str, PreviewSession] | None = None  # the session of the last question


def session_of(pipeline: Pipeline) -> PreviewSession:
    """The session of a project's training part; UserError when there is none. Kept until other rows or columns are asked for."""
    global _kept
    key = digest(str(pipeline.folder.resolve()), pipeline.keys.features)
    if _kept is None or _kept[0] != key:
        most = min(ROWS, max(CELLS // max(len(pipeline.features), 1), 2_000))
        _kept = (key, PreviewSession(pipeline.train.sample(most), pipeline.train.rows))
    return _kept[1]


def preview(pipeline: Pipeline, at: int, row_filter: int, job: Job) -> RecipePreview:
    """What the recipe does, with the step at position `at` of `project.steps` (−1: none) and the row filter at `row_filter` in detail.

    A step or row filter at these positions is tried for itself alone when it is off. What suits these columns is in the store
    afterwards (`suggestions`), so that each step can be shown with its reason.
    """
    project = pipeline.project
    kept, outcomes, gone = _filtered(pipeline, row_filter)
    filtered_out = None
    if gone is not None:
        columns = column_changes.rows_of(pipeline.table.frame, gone[:SHOWN], _named_in(pipeline, row_filter))
        filtered_out = FilteredOut(tuple((gone[:SHOWN] + 1).tolist()), columns)
    answer = RecipePreview("", RowCounts(pipeline.table.rows, int(kept.sum())), outcomes, filtered_out)
    job.step(0.1)
    try:
        require(project, "target", "task")
        session = session_of(pipeline)
    except UserError as error:
        return replace(answer, problem=error.sentences)
    answer = _steps_tried(answer, pipeline, session, at, job)
    if row_filter < 0:  # a rule for rows that is being written makes other rows with every letter
        suggestions(pipeline)
    return answer


def _steps_tried(answer: RecipePreview, pipeline: Pipeline, session: PreviewSession, at: int, job: Job) -> RecipePreview:
    """The answer with the outcome of every step, in detail of the one at `at`, and the encodings."""
    steps, sample = pipeline.project.steps, session.dataset.frame
    results = _by_position(session, steps, Part(job, 0.2, 0.8))
    outcomes = [_step_preview(step, result) for step, result in zip(steps, results, strict=True)]
    found: tuple[EncodingPreview, ...] = ()
    if all(result is not None and not result.error for step, result in zip(steps, results, strict=True) if step.on):
        on = [result for result in results if result is not None]
        found = encodings(pipeline, on[-1].train if on else session.dataset, session.encoded)
    selected = _shown_step(session, steps, results, at, Part(job, 0.8, 0.9))
    columns: tuple[tuple[str, str], ...] = ()
    changes = None
    if selected is not None:
        columns = _named(selected.before)
        changes = _step_changes(steps[at].component, selected, session.dataset.target)
        width = len(selected.after.layout.names())
        outcomes[at] = replace(outcomes[at], error=selected.error, width=width, seconds=selected.seconds)
    elif at < 0:
        columns = _named(next((result.after for result in reversed(results) if result is not None), sample))
    return replace(
        answer,
        rows=replace(answer.rows, train=session.whole, sample=sample.rows, columns=len(sample.layout.names())),
        steps=tuple(outcomes),
        columns=columns,
        step=changes,
        encodings=found,
        matrix=matrix_size(found),
    )


def refuse_failing_steps(pipeline: Pipeline, before: Project, job: Job) -> None:
    """UserError when a step or row filter that is on cannot be done on the sample; one that fails alike in `before` is passed over."""
    failing = _errors(pipeline, Part(job, 0.0, 0.5))
    known = _errors(Pipeline(pipeline.folder, before), Part(job, 0.5, 1.0)) if failing else []
    new = [error for error in failing if error not in known]
    if new:
        raise UserError(new[0], "")


def _errors(pipeline: Pipeline, job: Job) -> list[str]:
    """Why row filters cannot be done; if all can, why the first step that cannot be done cannot."""
    outcomes = _filtered(pipeline, -1)[1]
    if (found := [one.error for one in outcomes if one.error]) or not pipeline.project.target or pipeline.project.task is None:
        return found
    try:
        session = session_of(pipeline)
    except UserError:  # about the target or the split, which the run refuses: the steps cannot be tried
        return []
    results = session.results([step.component for step in pipeline.project.steps if step.on], job)
    return [result.error for result in results if result.error]


def _filtered(pipeline: Pipeline, selected: int) -> tuple[Bools, tuple[RowFilterPreview, ...], Ints | None]:
    """The rows that stay, how many each filter takes out of those before it, and which ones the filter at position `selected` takes out."""
    frame = pipeline.table.frame
    kept = np.ones(frame.rows, dtype=bool)
    outcomes: list[RowFilterPreview] = []
    taken_out: Ints | None = None
    for at, step in enumerate(pipeline.project.row_filters):
        gone, error = np.zeros(frame.rows, dtype=bool), ""
        if step.on or at == selected:
            try:
                gone = kept & ~step.component.keep(frame, pipeline.project.target)
            except UserError as refused:
                error = str(refused)
        outcomes.append(RowFilterPreview(step.on, error, int(gone.sum())))
        if at == selected:
            taken_out = np.flatnonzero(gone)
        if step.on:
            kept &= ~gone
    return kept, tuple(outcomes), taken_out


def _named_in(pipeline: Pipeline, row_filter: int) -> list[str]:
    """The columns that a row filter is about: those that it names, or that its formula uses."""
    rule = pipeline.project.row_filters[row_filter].component
    found: list[str] = []
    for name, param in rule.params().items():
        if isinstance(param, Columns):
            found += getattr(rule, name)
        elif isinstance(param, Text) and param.grammar == "formula":
            found += check(getattr(rule, name), pipeline.table.frame.layout).columns
    return found


def _by_position(session: PreviewSession, steps: Sequence[Step[Operation]], job: Job) -> list[StepResult | None]:
    """A result for each step of the recipe; None for those that are off, and for those behind one that cannot be done."""
    tried = iter(session.results([step.component for step in steps if step.on], job))
    return [next(tried, None) if step.on else None for step in steps]


def _step_preview(step: Step[Operation], result: StepResult | None) -> StepPreview:
    if result is None:
        return StepPreview(step.on, waits=step.on)
    return StepPreview(step.on, result.error, width=len(result.after.layout.names()), seconds=round(result.seconds, 3))


def _shown_step(
    session: PreviewSession, steps: Sequence[Step[Operation]], results: Sequence[StepResult | None], at: int, job: Job
) -> StepResult | None:
    """The result of the step at a position; one that is off is tried on what the steps before it make. None when an earlier one fails."""
    if not 0 <= at < len(steps):
        return None
    if results[at] is not None or steps[at].on:
        return results[at]
    earlier = [result for step, result in zip(steps[:at], results[:at], strict=True) if step.on]
    if any(result is None or result.error for result in earlier):
        return None
    before = earlier[-1].train if earlier and earlier[-1] is not None else session.dataset
    where = digest([digest(step.component.identity()) for step in steps[:at] if step.on])
    return session.fit_step(steps[at].component, before, where, _WithoutMessages(job, 0.0, 1.0))


def _named(frame: Frame) -> tuple[tuple[str, str], ...]:
    layout = frame.layout
    blocks = (("number", layout.numbers), ("categorical", layout.categoricals), ("date", layout.dates))
    plain = [(name, kind) for kind, block in blocks for name in block]
    return tuple([*plain, *((name, "sparse") for block in layout.sparse for name in block)][:NAMED])


def _step_changes(step: Operation, result: StepResult, target: Target) -> StepChanges:
    found = column_changes.compare(result.before, result.after)
    numbers = [name for name in found.new if result.after.layout.kind(name) == "number"][: column_changes.MOST_CHANGES]
    scores = _target_scores(result.after, numbers, target)
    return StepChanges(
        before=len(result.before.layout.names()),
        after=len(result.after.layout.names()),
        new=len(found.new),
        gone=len(found.gone),
        other=len(found.other),
        columns=column_changes.changed_columns(result.before, result.after, found, scores),
        rows=column_changes.first_rows(result.before, result.after, found, SHOWN),
        scored=_scored(step, result.before, result.selection) if isinstance(step, Selection) and result.selection is not None else None,
    )


def _scored(step: Selection, before: Frame, found: SelectionResult) -> tuple[ScoredColumn, ...]:
    reasons = step.why(before, found)
    scored = frozenset(found.scores) | found.forced_in | found.forced_out
    names = [name for name in before.layout.names() if name in scored]
    ranked = sorted(names, key=lambda name: -round(found.scores.get(name, -1.0), 12))
    return tuple(
        ScoredColumn(
            name,
            _finite(found.scores[name]) if name in found.scores else None,
            name in found.kept,
            "always kept" if name in found.forced_in else reasons.get(name, ""),
        )
        for name in ranked[:NAMED]
    )


def _finite(score: float) -> float:
    """A score as JSON can carry it: the variance of huge values is greater than all numbers."""
    return float(np.nan_to_num(score))


def _target_scores(frame: Frame, names: Sequence[str], target: Target) -> dict[str, float]:
    """How closely each number goes with the target by itself, from 0 to 1."""
    if not names or not frame.rows:
        return {}
    scorer = choices().operations["select_correlation"]()
    assert isinstance(scorer, Selection)
    return scorer.scores(Dataset(frame.select(names), target))


def rank(pipeline: Pipeline, method: str, at: int, job: Job) -> ColumnRanking:
    """The columns before the step at a position (after all when −1), ranked by the score of the selection `method`.

    UserError when there is no such selection.
    """
    chosen = choices().operations.get(method)
    if chosen is None or not issubclass(chosen, Selection):
        known = ", ".join(id_ for id_, member in choices().operations.items() if issubclass(member, Selection))
        raise UserError(msg("There is no ranking “{method}”.", method=method), msg("There are: {known}.", known=known))
    try:
        require(pipeline.project, "target", "task")
        session = session_of(pipeline)
    except UserError as error:
        return ColumnRanking(method, chosen.ranks, problem=error.sentences)
    steps = pipeline.project.steps if at < 0 else pipeline.project.steps[:at]
    results = session.results([step.component for step in steps if step.on], Part(job, 0.0, 0.5))
    if results and results[-1].error:
        return ColumnRanking(method, chosen.ranks, problem=results[-1].error)
    dataset = (results[-1].train if results else session.dataset).sample(RANKED)
    frame = dataset.frame
    step = chosen()
    scored = step.scored_columns(frame)
    job.step(0.5)
    scores = step.scores(dataset.with_frame(frame.select(scored))) if scored else {}
    ranked = sorted(scores.items(), key=lambda pair: -round(pair[1], 12))
    listed = frozenset(scored)
    return ColumnRanking(
        method,
        chosen.ranks,
        scores=tuple((name, _finite(score)) for name, score in ranked[:NAMED]),
        more=max(len(ranked) - NAMED, 0),
        unscored=tuple([name for name in frame.layout.names() if name not in listed][:NAMED]),
        rows=frame.rows,
    )
