"""The sections of a report on what was decided: problem, preparation, split, leaderboard, chosen model, reproduction."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from mlops_desktop.base.component import Component
from mlops_desktop.base.metric import Metric
from mlops_desktop.base.plural import pluralize
from mlops_desktop.base.splitter import Splitter
from mlops_desktop.engine.choices import ALL, choices, task_spec, tasks
from mlops_desktop.engine.evaluation import Acceptance
from mlops_desktop.engine.metrics import metrics_for
from mlops_desktop.engine.reporting.page import Html, escape, facts, heading, items, join, number, paragraph, pill, plain, share, table
from mlops_desktop.engine.reporting.report_plots import short
from mlops_desktop.engine.training import Run, first_runs, pipeline_differences, run_differences, tied_with_best

Json = dict[str, Any]

MOST_RUNS = 40


def not_yet(way: str = "") -> Html:
    """What stands in a section that has no content."""
    return paragraph(f"Not done yet. {way}".strip(), quiet=True)


def metric_named(metric_id: str, task: str) -> Metric | None:
    """The metric of that id for a task, if there is one."""
    fitting = metrics_for(task) if task in tasks() else []
    return next((metric for metric in fitting if metric.id == metric_id), None)


def shown_score(metric: Metric | None, score: Any) -> str:
    """A score as people write it: errors without their minus sign."""
    return number(metric.shown(score) if metric and isinstance(score, float) else score)


def problem(project: Json) -> Html:
    """Brief, target, task, metric, goals and costs."""
    brief, goals = project.get("brief") or {}, project.get("goals") or {}
    task = project.get("task") or ""
    metric = metric_named(project.get("metric") or "", task)
    wanted = [
        f"{metric.label if metric else 'Score'} of at {'most' if metric and metric.is_error else 'least'} "
        f"{plain(metric.shown(goals['score']) if metric else goals['score'])}"
        if goals.get("score") is not None
        else "",
        f"an answer within {plain(goals['response_ms'])} ms" if goals.get("response_ms") is not None else "",
        f"a mean cost per row of at most {plain(goals['cost'])}" if goals.get("cost") is not None else "",
    ]
    listed = facts(
        [
            ("Statement", brief.get("statement")),
            ("Users", brief.get("users")),
            ("Decision it serves", brief.get("decision")),
            ("Success", brief.get("success")),
            ("Data file", project.get("file")),
            ("Column to predict", project.get("target")),
            ("Task", task_spec(task).title if task in tasks() else task),
            ("Positive class", project.get("positive")),
            ("Metric", f"{metric.label}: {metric.sentence}" if metric else project.get("metric")),
            ("Goals", "; ".join(text for text in wanted if text) or "none set"),
        ]
    )
    costs = project.get("costs")
    if not costs:
        return listed
    rows = [
        ("is positive", costs["true_positive"], costs["false_negative"]),
        ("is not", costs["false_positive"], costs["true_negative"]),
    ]
    cells = [(name, plain(yes), plain(no)) for name, yes, no in rows]
    return join([listed, heading("Costs per row"), table(["The row", "answered positive", "answered negative"], cells, (1, 2))])


def preparation(project: Json) -> Html:
    """Row filters and steps with their parameters, in their order."""
    known = choices()
    row_filters = [_step_row(known.row_filters, record, "rows, before the split") for record in project.get("row_filters") or []]
    stages = {"prepare": "Pre-processing", "engineer": "Feature engineering", "select": "Feature selection"}
    steps = []
    for record in project.get("steps") or []:
        member = known.operations.get(record.get("id", ""))
        steps.append(_step_row(known.operations, record, stages.get(member.stage, "") if member else ""))
    encodings = _encoding_rows(project)
    if not row_filters and not steps and not encodings:
        return paragraph("No step: the columns go to the model as they are.", quiet=True)
    intro = paragraph("Every step is fitted on the training part of each fold alone, and served as it was fitted.", quiet=True)
    return join([intro, table(["Step", "Stage", "Parameters"], [*row_filters, *steps, *encodings])])


def _encoding_rows(project: Json) -> list[tuple[str, Any, str]]:
    """The encoding of each algorithm, those of one encoding together."""
    known = choices()
    pinned: Json = project.get("encodings") or {}
    models: dict[str, tuple[Json, list[str]]] = {}
    for record in project.get("candidates") or []:
        algorithm = known.algorithms.get(record.get("id", ""))
        if algorithm is not None:
            encoding = pinned.get(algorithm.id) or pinned.get(ALL) or {"id": algorithm.encoding}
            models.setdefault(repr(encoding), (encoding, []))[1].append(algorithm.label)
    return [_step_row(known.encodings, encoding, f"matrix of {', '.join(labels)}") for encoding, labels in models.values()]


def _step_row(family: Mapping[str, type[Component]], record: Json, stage: str) -> tuple[str, Any, str]:
    where = stage if record.get("on", True) else pill("switched off")
    member = family.get(record.get("id", ""))
    if member is None:
        return str(record.get("id", "?")), where, ""
    return member.label, where, parameters(member, current_params(member, record))


def current_params(member: type[Component], record: Json) -> Json:
    """The parameters of a component's record, under today's names when an older version of the component wrote it."""
    return member.upgrade(dict(record.get("params") or {}), record.get("version", member.version))


def parameters(member: type[Component], values: Mapping[str, Any]) -> str:
    """The parameters of a component as a sentence of labels and values."""
    texts = []
    for name, param in member.params().items():
        value = values.get(name, param.default)
        if value is None or value == "":
            continue
        options = getattr(param, "options", {})
        if isinstance(value, (list, tuple)):
            text = ", ".join(str(item) for item in value) or "all that fit"
        elif isinstance(value, bool):
            text = "yes" if value else "no"
        else:
            text = str(options.get(value, value)) if isinstance(value, str) else plain(value)
        texts.append(f"{param.label}: {text}")
    return "; ".join(texts)


def split(project: Json, sizes: Json, test_accesses: int | None) -> Html:
    """How rows were kept apart, and how often the held-out test set was opened."""
    decided = choices().splitters.read(project["split"]) if project.get("split") else None
    train, test = sizes.get("train"), sizes.get("test")
    every = (train or 0) + (test or 0)
    opened = "never" if not test_accesses else "once" if test_accesses == 1 else f"{test_accesses} times"
    listed = facts(
        [
            ("Method", decided.label if decided else None),
            ("Training rows", f"{number(train)} ({share(train / every)})" if train is not None and every else None),
            ("Test rows", f"{number(test)} ({share(test / every)})" if test is not None and every else None),
            *_split_settings(decided),
            ("Test part opened", opened),
        ]
    )
    if test_accesses is not None and test_accesses > 1:
        warned = "Each choice made after a look at the test part makes its figures a little too good. The first look is the fair one."
        return join([listed, paragraph(warned)])
    return listed


def _split_settings(splitter: Splitter | None) -> list[tuple[str, str | None]]:
    """The label and the value of each setting of a splitter but the test share, which the numbers of rows show."""
    found: list[tuple[str, str | None]] = []
    for name, param in splitter.params().items() if splitter else ():
        value = getattr(splitter, name)
        if name != "test":
            found.append((param.label, ", ".join(value) if isinstance(value, tuple) else str(value) if value else None))
    return found


def leaderboard(runs: Sequence[Json], chosen: str, task: str) -> Html:
    """The runs in the order of the leaderboard; those that cannot be told apart from the best are marked as ties."""
    if not runs:
        return not_yet("Train models in stage 6, or with “run”.")
    done = [run for run in runs if run.get("score") is not None]
    rest = [run for run in runs if run.get("score") is None]
    tied = tied_with_best([run.get("fold_scores") or () for run in done])
    metric = metric_named((done or runs)[0].get("metric", ""), task)
    first = first_runs(map(Run.from_json, runs))
    rows, marked = [], []
    for place, run in enumerate([*done, *rest][:MOST_RUNS]):
        tie = place < len(done) and tied[place] and place > 0
        state = Html(" ".join([*([pill("chosen", "ok")] if run["id"] == chosen else []), *([pill("tie", "warn")] if tie else [])]))
        if run["status"] != "done":
            state = pill(run["status"], "bad" if run["status"] == "failed" else "")
        if run["id"] == chosen:
            marked.append(place)
        remark = _remarks(Run.from_json(run), first)
        rows.append(
            (
                run["label"],
                shown_score(metric, run.get("score")),
                number(run.get("std")),
                f"{run.get('seconds', 0.0):.1f} s",
                state,
                remark,
            )
        )
    name = metric.label if metric else "Score"
    notes = [f"{name}, mean over the folds of the training part; ± is the standard deviation between folds."]
    if any(tied[1:]):
        notes.append(
            "A tie cannot be told apart from the best run by a corrected paired t-test over the folds: take the simpler or the faster one."
        )
    if len(runs) > MOST_RUNS:
        notes.append(pluralize(len(runs) - MOST_RUNS, "1 more run is not shown.", "{n} more runs are not shown."))
    head = ["Model", name, "±", "Time", "", "Parameters"]
    return join([paragraph(" ".join(notes), quiet=True), table(head, rows, (1, 2, 3), marked)])


def _remarks(run: Run, first: Mapping[str, Run]) -> str:
    """In what a run differs from the `first` one of its algorithm, and what is to be known of it."""
    return ". ".join(text for text in ("; ".join(run_differences(run, first.get(run.algorithm_id))), run.reason) if text) or "defaults"


def chosen_model(run: Json | None, model: Json, project: Json, runs: Sequence[Json]) -> Html:
    """The chosen run and what it became; `runs` are those of its leaderboard."""
    if not run:
        return not_yet("A model is chosen when training has finished.")
    record = run.get("algorithm") or {}
    member = choices().algorithms.get(record.get("id", ""))
    features = model.get("features") or []
    chosen, first = Run.from_json(run), first_runs(map(Run.from_json, runs))
    everything = project.get("refit") == "all"
    listed = facts(
        [
            ("Algorithm", member.label if member else run.get("label")),
            ("What it is", member.help if member else run.get("reason")),
            ("Parameters", parameters(member, current_params(member, record)) if member else ""),
            ("Other than in the preparation above", "; ".join(pipeline_differences(chosen, first.get(chosen.algorithm_id)))),
            ("Run", run["id"][:8]),
            ("Version of the model", model.get("version")),
            ("Fitted on", "all rows, after it was tested" if everything else "the training rows"),
            ("Features that it gets", number(len(features)) if features else None),
        ]
    )
    if everything:
        listed = join(
            [
                listed,
                paragraph("The figures below were measured on a model of the same recipe; the deployed one has also seen the test rows."),
            ]
        )
    if not features:
        return listed
    names = ", ".join(short(name, 60) for name in features[:60]) + (f" and {len(features) - 60} more" if len(features) > 60 else "")
    return join([listed, heading("Features"), paragraph(names, quiet=True)])


def goals(found: Acceptance | None) -> Html:
    """The acceptance gate."""
    if not found:
        return not_yet("Goals are checked when a model is chosen.")
    if not found.goals:
        return paragraph(found.note, quiet=True)
    verdict = pill("accepted", "ok") if found.passed else pill("not accepted", "bad")
    marks = [pill("met", "ok") if goal.passed else pill("not met", "bad") for goal in found.goals]
    entries = [Html(f"{mark} {escape(goal.said)}") for mark, goal in zip(marks, found.goals, strict=True)]
    return join([Html(f"<p>{verdict}</p>"), items(entries)])


def reproduce(facts_: Mapping[str, Any]) -> Html:
    """Versions, seed and the commands that give the same figures."""
    project, run = facts_.get("project") or {}, facts_.get("chosen") or {}
    versions = facts_.get("versions") or run.get("versions") or {}
    folder = shlex.quote(project.get("name") or "PROJECT")
    seed = project.get("seed", 0)
    commands = [
        f"mlops-desktop run {folder} --replay --seed {seed}",
        f"mlops-desktop check {folder}",
        f"mlops-desktop report {folder} report.html",
    ]
    listed = facts(
        [
            ("Seed", seed),
            ("Data (SHA-256, first 32 digits)", project.get("data")),
            ("Run", run.get("id")),
            ("Versions", ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))),
        ]
    )
    return join(
        [
            listed,
            paragraph("In the folder that holds the project, these commands train the same trials again and write this page.", quiet=True),
            Html(f"<pre>{escape(chr(10).join(commands))}</pre>"),
        ]
    )
