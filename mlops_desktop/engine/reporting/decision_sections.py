"""The sections of a report on what was decided: problem, preparation, split, leaderboard, chosen model, reproduction."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from mlops_desktop.base.component import Component
from mlops_desktop.base.metric import Metric
from mlops_desktop.base.splitter import Splitter
from mlops_desktop.engine.choices import choices, task_spec, tasks
from mlops_desktop.engine.evaluation import Acceptance, SelectionEstimate, selection_note, used_before_note
from mlops_desktop.engine.metrics import metrics_for
from mlops_desktop.engine.project import Costs, Project
from mlops_desktop.engine.reporting.page import Html, escape, facts, heading, items, join, number, paragraph, pill, plain, share, table
from mlops_desktop.engine.reporting.report_facts import DeployedModel, ReportFacts, SplitSizes
from mlops_desktop.engine.reporting.report_language import number_of
from mlops_desktop.engine.reporting.report_plots import short
from mlops_desktop.engine.training import Run, first_runs, parameter_text, pipeline_differences, run_differences, tied_runs
from mlops_desktop.serving.message import as_message, joined, msg
from mlops_desktop.serving.plural import plural_msg

MOST_RUNS = 40
_STATUSES = {"done": msg("done"), "failed": msg("failed"), "stopped": msg("stopped")}
_STAGES = {"prepare": msg("Pre-processing"), "engineer": msg("Feature engineering"), "select": msg("Feature selection")}


def not_yet(remedy: str = "") -> Html:
    """What is in a section that has no content."""
    return paragraph(joined([msg("Not done yet."), *([remedy] if remedy else [])], " "), quiet=True)


def metric_named(metric_id: str, task: str) -> Metric | None:
    """The metric of that id for a task, if there is one."""
    fitting = metrics_for(task) if task in tasks() else []
    return next((metric for metric in fitting if metric.id == metric_id), None)


def shown_score(metric: Metric | None, score: float | None) -> str:
    """A score as people write it: errors without their minus sign."""
    return number(metric.shown(score) if metric and score is not None else score)


def problem(project: Project) -> Html:
    """Brief, target, task, metric, goals and costs."""
    brief, task = project.brief, project.task or ""
    metric = metric_named(project.metric, task)
    listed = facts(
        [
            (msg("Statement"), brief.statement),
            (msg("Users"), brief.users),
            (msg("Decision it serves"), brief.decision),
            (msg("Success"), brief.success),
            (msg("Data file"), project.file),
            (msg("Column to predict"), project.target),
            (msg("Task"), task_spec(task).title if task in tasks() else task),
            (msg("Positive class"), project.positive),
            (msg("Metric"), joined([metric.label, metric.sentence], ": ") if metric else project.metric),
            (msg("Goals"), joined(_goal_texts(project, metric), "; ") or msg("none set")),
        ]
    )
    if project.costs is None:
        return listed
    return join([listed, heading(msg("Costs per row")), _cost_table(project.costs)])


def _goal_texts(project: Project, metric: Metric | None) -> list[str]:
    goals = project.goals
    texts: list[str] = []
    if goals.score is not None:
        value = plain(metric.shown(goals.score) if metric else goals.score)
        template = "{metric} of at most {value}" if metric and metric.is_error else "{metric} of at least {value}"
        texts.append(msg(template, metric=_score_label(metric), value=value))
    if goals.response_ms is not None:
        texts.append(msg("an answer within {ms} ms", ms=plain(goals.response_ms)))
    if goals.cost is not None:
        texts.append(msg("a mean cost per row of at most {cost}", cost=plain(goals.cost)))
    return texts


def _score_label(metric: Metric | None) -> str:
    return metric.label if metric else msg("Score")


def _cost_table(costs: Costs) -> Html:
    rows = [
        (msg("is positive"), plain(costs.true_positive), plain(costs.false_negative)),
        (msg("is not"), plain(costs.false_positive), plain(costs.true_negative)),
    ]
    return table([msg("The row"), msg("predicted positive"), msg("predicted negative")], rows, (1, 2))


def preparation(project: Project) -> Html:
    """Row filters and steps with their parameters, in their order."""
    row_filters = [_step_row(step.component, msg("rows, before the split"), step.on) for step in project.row_filters]
    steps = [_step_row(step.component, _STAGES.get(step.component.stage, ""), step.on) for step in project.steps]
    encodings = _encoding_rows(project)
    if not row_filters and not steps and not encodings:
        return paragraph(msg("No step: the columns go to the model as they are."), quiet=True)
    intro = paragraph(msg("Every step is fitted on the training part of each fold alone, and served as it was fitted."), quiet=True)
    return join([intro, table([msg("Step"), msg("Stage"), msg("Parameters")], [*row_filters, *steps, *encodings])])


def _encoding_rows(project: Project) -> list[tuple[str, str, str]]:
    """The encoding of each algorithm, those of one encoding together."""
    labels: dict[str, list[str]] = {}
    encodings = {}
    for algorithm in project.candidates:
        encoding = project.encoding(algorithm)
        encodings[repr(encoding)] = encoding
        labels.setdefault(repr(encoding), []).append(algorithm.label)
    return [_step_row(one, msg("encoding for {algorithms}", algorithms=joined(labels[key], ", "))) for key, one in encodings.items()]


def _step_row(component: Component, stage: str, on: bool = True) -> tuple[str, str, str]:
    return component.label, stage if on else pill(msg("switched off")), parameters(type(component), component.plain_params())


def parameters(member: type[Component], values: Mapping[str, Any]) -> str:
    """The parameters of a component as a sentence of labels and values."""
    texts = []
    for name, param in member.params().items():
        value = values.get(name, param.default)
        if value is None or value == "":
            continue
        options = getattr(param, "options", {})
        if isinstance(value, (list, tuple)):
            text = ", ".join(str(item) for item in value) or msg("all that fit")
        elif isinstance(value, bool):
            text = as_message("yes" if value else "no")
        else:
            text = options.get(value, value) if isinstance(value, str) else plain(value)
        texts.append(joined([param.label, text], ": "))
    return joined(texts, "; ")


def split(splitter: Splitter, sizes: SplitSizes | None, test_accesses: int | None, used_before: float = 0.0) -> Html:
    """How rows were split, how often the held-out test set was used, and which share of it (`used_before`) in others that were used."""
    every = sizes.train + sizes.test if sizes else 0
    counts = [(msg("Training rows"), sizes.train), (msg("Test rows"), sizes.test)] if sizes and every else []
    listed = facts(
        [
            (msg("Method"), splitter.label),
            *((name, f"{number(rows)} ({share(rows / every)})") for name, rows in counts),
            *_split_settings(splitter),
            (msg("Held-out test set used"), times_text(test_accesses or 0)),
        ]
    )
    warnings = [used_before_note(used_before)] if used_before else []
    if test_accesses is not None and test_accesses > 1:
        warnings.append(
            msg("Each choice made after the test set was used makes its figures a little too good. The figures of the first use are fair.")
        )
    return join([listed, *map(paragraph, warnings)])


def times_text(count: int) -> str:
    """How often something was done."""
    return plural_msg(count, "once", "{n} times") if count else msg("never")


def _split_settings(splitter: Splitter) -> list[tuple[str, str | None]]:
    """The label and the value of each setting of a splitter but the test share, which the numbers of rows show."""
    found: list[tuple[str, str | None]] = []
    for name, param in splitter.params().items():
        value = getattr(splitter, name)
        if name != "test":
            found.append((param.label, parameter_text(param, value) if value else None))
    return found


def leaderboard(runs: Sequence[Run], chosen: str, task: str, selection: SelectionEstimate | None = None) -> Html:
    """The runs in the order of the leaderboard, those marked that do not differ significantly from the best; and what is expected of it."""
    if not runs:
        return not_yet(msg("Train models in stage 6, or with “run”."))
    done = [run for run in runs if run.score is not None]
    rest = [run for run in runs if run.score is None]
    tied = tied_runs(runs)
    metric = metric_named((done or runs)[0].metric, task)
    first = first_runs(runs)
    rows, marked = [], []
    for place, run in enumerate([*done, *rest][:MOST_RUNS]):
        marks = [pill(msg("chosen"), "ok")] if run.id == chosen else []
        state = Html(" ".join([*marks, *([pill(msg("no clear difference"), "warn")] if run.id in tied else [])]))
        if run.status != "done":
            state = pill(_STATUSES[run.status], "bad" if run.status == "failed" else "")
        if run.id == chosen:
            marked.append(place)
        took = f"{number_of(run.seconds, '.1f')} s"
        rows.append((run.label, shown_score(metric, run.score), number(run.std), took, state, _remarks(run, first)))
    name = _score_label(metric)
    notes: list[str] = [msg("{metric}, mean over the folds of the training part; ± is the standard deviation between folds.", metric=name)]
    if tied:
        notes.append(
            msg(
                "“No clear difference”: it may be as good as the best (corrected paired t-test over folds): take the simpler or the faster."
            )
        )
    if selection is not None:
        notes.append(selection_note(selection, done[0].metric, tied=len(tied)))
    if len(runs) > MOST_RUNS:
        notes.append(plural_msg(len(runs) - MOST_RUNS, "1 more run is not shown.", "{n} more runs are not shown."))
    head = [msg("Model"), name, "±", msg("Time"), "", msg("Parameters")]
    return join([paragraph(joined(notes, " "), quiet=True), table(head, rows, (1, 2, 3), marked)])


def _remarks(run: Run, first: Mapping[str, Run]) -> str:
    """In what a run differs from the `first` one of its algorithm, and what is to be known of it."""
    differences = joined(run_differences(run, first.get(run.algorithm_id)), "; ")
    return joined([text for text in (differences, run.reason) if text], ". ") or msg("defaults")


def chosen_model(run: Run | None, model: DeployedModel | None, refit: str, runs: Sequence[Run]) -> Html:
    """The chosen run and its deployed model; `refit` names the rows that this is fitted on, `runs` are those of the leaderboard."""
    if run is None:
        return not_yet(msg("A model is chosen when training has finished."))
    member = choices().algorithms.get(run.algorithm.get("id", ""))
    features = model.features if model else ()
    everything = refit == "all"
    listed = facts(
        [
            (msg("Algorithm"), member.label if member else run.label),
            (msg("What it is"), member.help if member else run.reason),
            (msg("Parameters"), parameters(member, current_params(member, run.algorithm)) if member else ""),
            (msg("Other than in the preparation above"), joined(pipeline_differences(run, first_runs(runs).get(run.algorithm_id)), "; ")),
            (msg("Training run"), run.short),
            (msg("Version of the model"), model.version if model else None),
            (msg("Fitted on"), as_message("all rows, those of the test set too" if everything else "the training rows")),
            (msg("Features that it gets"), number(len(features)) if features else None),
        ]
    )
    if everything:
        caveat = msg("The figures below were measured on a model of the same recipe; the deployed one has also seen the test rows.")
        listed = join([listed, paragraph(caveat)])
    if not features:
        return listed
    return join([listed, heading(msg("Features")), paragraph(first_names([short(name, 60) for name in features], 60), quiet=True)])


def first_names(names: Sequence[str], most: int) -> str:
    """The first `most` of some names with commas between, and how many more there are."""
    first, more = ", ".join(names[:most]), len(names) - most
    return msg("{names} and {more} more", names=first, more=more) if more > 0 else first


def goals(found: Acceptance | None) -> Html:
    """The acceptance gate."""
    if not found:
        return not_yet(msg("Goals are checked when a model is chosen."))
    if not found.goals:
        return paragraph(found.note, quiet=True)
    verdict = pill(msg("accepted"), "ok") if found.passed else pill(msg("not accepted"), "bad")
    marks = [pill(msg("met"), "ok") if goal.passed else pill(msg("not met"), "bad") for goal in found.goals]
    entries = [Html(f"{mark} {escape(goal.message)}") for mark, goal in zip(marks, found.goals, strict=True)]
    return join([Html(f"<p>{verdict}</p>"), items(entries)])


def current_params(member: type[Component], record: dict[str, Any]) -> dict[str, Any]:
    """The parameters of the record of a run's algorithm, under today's names when an older version of the algorithm wrote it."""
    return member.upgrade(dict(record.get("params") or {}), record.get("version", member.version))


def reproduce(known: ReportFacts) -> Html:
    """Versions, seed and the commands that give the same figures."""
    project, run = known.project, known.chosen
    versions = run.versions if run else {}
    folder = shlex.quote(project.name or "PROJECT")
    seed = project.seed
    commands = [
        f"mlops-desktop run {folder} --replay --seed {seed}",
        f"mlops-desktop check {folder}",
        f"mlops-desktop report {folder} report.html",
    ]
    listed = facts(
        [
            (msg("Seed"), seed),
            (msg("Data (SHA-256, first 32 digits)"), project.data),
            (msg("Training run"), run.id if run else None),
            (msg("Versions"), ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))),
        ]
    )
    intro = msg("In the folder that holds the project, these commands train the same trials again and write this page.")
    return join(
        [
            listed,
            paragraph(intro, quiet=True),
            Html(f"<pre>{escape(chr(10).join(commands))}</pre>"),
        ]
    )
