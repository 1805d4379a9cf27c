"""Finds decisions that cannot hold: changed ones, and others after the target, a role or the data changed. Light: the window calls it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Operation
from mlops_desktop.base.params import Columns, Param, Text
from mlops_desktop.engine.choices import task_spec
from mlops_desktop.engine.metrics import METRICS
from mlops_desktop.engine.profiling import Overview, TargetOption
from mlops_desktop.engine.project import (
    ColumnNote,
    Goals,
    Project,
    Step,
    default_splitter,
    is_feature_role,
    refuse_encodings,
    refuse_goal,
    refuse_metric,
    refuse_threshold,
    require_suitable_sampler,
)
from mlops_desktop.serving.message import as_message, msg
from mlops_desktop.serving.plural import quoted_names
from mlops_desktop.serving.value_text import value_text


def consistent(project: Project, overview: Overview) -> tuple[Project, list[str]]:
    """The project without what cannot hold for the table of this overview, and a sentence for each decision that was taken out.

    What is taken out is open again, so that it can be proposed anew.
    """
    known = {column.name: column.target for column in overview.columns}
    messages = unknown_columns(project, known)
    project = replace(project, columns={name: note for name, note in project.columns.items() if name in known})
    project = _fit_task(project, known, messages)
    project = _fit_split(project, known, messages)
    project = _fit_steps(project, known, messages)
    kept = tuple(a for a in project.candidates if project.task is None or a.supports(task_spec(project.task)))
    if len(kept) < len(project.candidates):
        gone = [a.label for a in project.candidates if a not in kept]
        messages.append(msg("{gone} cannot do this kind of task.", gone=quoted_names(gone)))
        project = replace(project, candidates=kept)
    if project.sampler is not None and project.task is not None and not project.sampler.supports(task_spec(project.task)):
        messages.append(msg("“{sampler}” cannot be used for this kind of task.", sampler=project.sampler.label))
        project = replace(project, sampler=None)
    return project, messages


def obstacles(project: Project, overview: Overview) -> list[str]:
    """Why no model can be trained with these decisions for the table of this overview, a sentence each; none when one can."""
    known = {column.name for column in overview.columns}
    notes = {name: note for name, note in project.columns.items() if name in known}
    counting = replace(project, columns=notes, costs=None, goals=Goals())  # without what changes no fit
    messages = consistent(counting, overview)[1]
    if not messages:
        try:
            refuse_encodings(project)
        except UserError as error:
            messages.append(str(error))
    return messages


def unknown_columns(project: Project, names: Collection[str]) -> list[str]:
    """A sentence for each column that decisions are about and that is not among the `names` of the table."""
    return [
        msg("There is no column “{column}”, so what was decided about it has no effect.", column=name)
        for name in project.columns
        if name not in names
    ]


def refuse_unfit(before: Project, project: Project, names: Callable[[], Collection[str] | None]) -> None:
    """UserError when a decision that differs from `before` cannot work with the others or with the table, whose columns `names` gives.

    Only steps that use columns by name may still be impossible: see `uses_names`.
    """

    def changed(*fields: str) -> bool:
        return any(getattr(project, field) != getattr(before, field) for field in fields)

    if changed("split"):
        refuse_split(project, names())
    if changed("steps", "row_filters"):
        refuse_steps(project, names())
    if changed("metric"):
        refuse_metric(project)
    if changed("metric", "goals"):
        refuse_goal(project)
    if changed("sampler"):
        require_suitable_sampler(project)
    if changed("threshold"):
        refuse_threshold(project)
    if changed("encodings", "candidates"):
        refuse_encodings(project)


def uses_names(project: Project) -> bool:
    """Whether a step or row filter that is on uses columns by name: only a fit can say whether they are there by then, and of its kind."""
    on = [step.component for step in (*project.row_filters, *project.steps) if step.on]
    return any(getattr(one, field) for one in on for field, param in one.params().items() if _takes_names(param))


def _takes_names(param: Param) -> bool:
    return isinstance(param, Columns) or (isinstance(param, Text) and param.grammar == "formula")


def refuse_split(project: Project, names: Collection[str] | None) -> None:
    """UserError when the split needs a column that the decisions do not give it, or names one that is not among the table's `names`."""
    split = project.split
    columns, roles = split.named_columns, {note.role for note in project.columns.values()}
    for column in columns:
        if names is not None and column not in names:
            raise UserError(
                msg("The split cannot use “{column}”: there is no such column.", column=column), "Name another one: split.column="
            )
        if column == project.target:
            raise UserError(msg("The split cannot use “{column}”: it is the column to predict.", column=column), "Name another column.")
    if split.role and not columns and split.role not in roles:
        raise UserError(
            msg("The split “{split}” needs a column with the role “{role}”.", split=split.label, role=as_message(split.role)),
            msg("Give a column the role (roles.COLUMN={role}), or name one (split.column=COLUMN).", role=split.role),
        )


def refuse_steps(project: Project, names: Collection[str] | None) -> None:
    """UserError when a step that is on names a column that the table (`names`, if they are known) lacks and no earlier step can make."""
    if names is None:
        return
    free = False  # whether an earlier step makes columns of any name
    for step in (step for step in (*project.row_filters, *project.steps) if step.on):
        for field, param in step.component.params().items():
            named: tuple[str, ...] = getattr(step.component, field) if isinstance(param, Columns) and not free else ()
            for name in named:
                if not any(_is_made_of(known, name) for known in names):
                    raise UserError(
                        msg("The step “{step}” cannot use “{column}”: there is no such column.", step=step.component.label, column=name),
                        msg("There are: {names}.", names=", ".join(list(names)[:12])),
                    )
        free = free or (isinstance(step.component, Operation) and (step.component.stage != "prepare" or _makes(step.component)))


def _is_made_of(column: str, name: str) -> bool:
    """Whether a name is that of a column, or may be of what a step makes of it: its name, then a sign and more."""
    return name.startswith(column) and not name[len(column) :][:1].isalnum()


def _fit_task(project: Project, known: Mapping[str, TargetOption], messages: list[str]) -> Project:
    option = known.get(project.target)
    if option is None:
        if project.target:
            messages.append(msg("There is no column “{target}” to predict.", target=project.target))
        return replace(project, target="", task=None, positive=None)
    if project.task is not None and project.task not in option.tasks:
        title = task_spec(project.task).title
        messages.append(msg("“{target}” does not suit {task:lower}.", target=project.target, task=title))
        project = replace(project, task=None, positive=None)
    if project.task is not None and task_spec(project.task).has_positive:
        classes = [value for value, _ in option.classes]
        if project.positive is not None and not any(type(c) is type(project.positive) and c == project.positive for c in classes):
            messages.append(msg("“{positive}” is not a class of “{target}”.", positive=value_text(project.positive), target=project.target))
            project = replace(project, positive=None)
    elif project.task is not None:
        if project.costs is not None or project.goals.cost is not None:
            messages.append(msg("Costs of errors are for two classes only."))
        project = replace(project, costs=None, threshold=None, positive=None, goals=replace(project.goals, cost=None))
    if project.metric and project.task and (project.metric not in METRICS or not _metric_fits(project)):
        messages.append(
            msg(
                "The metric “{metric}” is for another task.",
                metric=METRICS[project.metric].label if project.metric in METRICS else project.metric,
            )
        )
        project = replace(project, metric="", goals=replace(project.goals, score=None))
    return project


def _metric_fits(project: Project) -> bool:
    from mlops_desktop.engine.metrics import metrics_for

    return project.task is not None and project.metric in {metric.id for metric in metrics_for(project.task)}


def _fit_split(project: Project, known: Mapping[str, TargetOption], messages: list[str]) -> Project:
    split = project.split
    needed, columns = split.role, split.named_columns
    roles = {note.role for name, note in project.columns.items() if name in known and name != project.target}
    if needed and not columns and needed not in roles:
        messages.append(msg("The split needs a column with the role “{needed}”.", needed=needed))
        return replace(project, split=default_splitter())
    unfit = [column for column in columns if column not in known or column == project.target]
    if unfit:
        messages.append(msg("The split cannot use “{column}”.", column=unfit[0]))
        return replace(project, split=default_splitter())
    return project


def _fit_steps(project: Project, known: Mapping[str, TargetOption], messages: list[str]) -> Project:
    """Steps name columns that are made by earlier steps too, so only names of the table that are no features are taken out."""
    barred = {name for name in known if name == project.target or not is_feature_role(project.columns.get(name, ColumnNote()).role)}
    made = any(step.component.stage != "prepare" for step in project.steps) or any(_makes(step.component) for step in project.steps)
    kept: list[Step[Operation]] = []
    for step in project.steps:
        fit = _fit_step(step, barred, set(known), made)
        if fit is None:
            messages.append(msg("The step “{component}” has no column left.", component=step.component.label))
        else:
            if fit is not step:
                messages.append(msg("The step “{component}” named a column that is not a feature.", component=step.component.label))
            kept.append(fit)
    return replace(project, steps=tuple(kept))


def _makes(operation: Operation) -> bool:
    return bool(getattr(operation, "name", ""))


def _fit_step(step: Step[Operation], barred: set[str], known: set[str], made: bool) -> Step[Operation] | None:
    changes: dict[str, tuple[str, ...]] = {}
    for field, param in step.component.params().items():
        if isinstance(param, Columns):
            named: tuple[str, ...] = getattr(step.component, field)
            fit = tuple(name for name in named if name not in barred and (made or name in known))
            if named and not fit:
                return None
            if fit != named:
                changes[field] = fit
    return replace(step, component=replace(step.component, **changes)) if changes else step
