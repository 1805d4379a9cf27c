"""The sections of a report on what was measured: evaluation, importance, threshold."""

from __future__ import annotations

from collections.abc import Sequence

from mlops_desktop.engine.choices import task_spec, tasks
from mlops_desktop.engine.evaluation import Classification, Evaluation, Importance, Residuals, baseline_text, out_of_fold_note
from mlops_desktop.engine.metrics import metrics_for
from mlops_desktop.engine.project import Project
from mlops_desktop.engine.reporting import report_plots
from mlops_desktop.engine.reporting.decision_sections import first_names, metric_named, not_yet
from mlops_desktop.engine.reporting.page import Html, escape, figure, heading, items, join, number, paragraph, share, table
from mlops_desktop.engine.reporting.page import figures as side_by_side
from mlops_desktop.engine.reporting.report_facts import ReportFacts
from mlops_desktop.serving.message import as_message, joined, msg
from mlops_desktop.serving.value_text import value_text

MOST_CELLS = 12
MOST_COLUMNS = 25
MIX_UPS = 15


def evaluation(found: Evaluation | None, out_of_fold: Evaluation | None, project: Project) -> Html:
    """Every metric with its interval, tables and plots: of the held-out test set, or before it is used of the out-of-fold scores."""
    shown = found or out_of_fold
    if not shown:
        return not_yet(msg("Metrics and curves follow when a model is chosen."))
    unused = "Measured on {rows} rows: out-of-fold scores of the training rows; the held-out test set was not used yet."
    text = msg("Measured on {rows} rows: the held-out test set." if found else unused, rows=number(shown.rows))
    notes = [*shown.notes, *([] if found else [out_of_fold_note()])]
    parts = [paragraph(text, quiet=True), items(notes), metric_table(shown, out_of_fold if found else None, project)]
    methods: dict[str, list[str]] = {}
    for result in shown.metrics:
        if result.low is not None:
            methods.setdefault(result.method, []).append(result.label)
    parts.append(items([joined([joined(labels, ", "), method], ": ") for method, labels in methods.items()]))
    if shown.classification is not None:
        parts.append(_classes(shown.classification))
    if shown.residuals is not None:
        parts.append(_errors(shown.residuals, shown.effective_rows is not None))
    return join(parts)


def metric_table(found: Evaluation, out_of_fold: Evaluation | None, project: Project) -> Html:
    """Metric, value with interval, the same out of fold, the baseline, and what it means."""
    rows = []
    for result in found.metrics:
        metric = metric_named(result.id, found.task)
        bounds = sorted(metric.shown(value) for value in (result.low, result.high) if metric and value is not None)
        between = span(*bounds) if len(bounds) == 2 else "–"
        cells = [result.label, number(result.shown), between]
        if out_of_fold:
            other = out_of_fold.metric(result.id)
            cells.append(number(other.shown if other else None))
        base = result.baseline
        cells.append(number(metric.shown(base) if metric and base is not None else base))
        rows.append([*cells, result.summary])
    known = [msg("Metric"), msg("Value"), msg("95 % interval")]
    head = [*known, *([msg("Out of fold")] if out_of_fold else []), msg("Baseline"), msg("Meaning")]
    caption = msg("The baseline uses no column: it {answers}.", answers=baseline_text(project, found.task))
    return table(head, rows, range(1, len(head) - 1), caption=caption)


def span(low: float, high: float) -> str:
    """Two bounds as people read them."""
    return msg("{low} to {high}", low=number(low), high=number(high))


def _classes(found: Classification) -> Html:
    binary = found.positive is not None
    parts = [heading(msg("Correct and wrong predictions")), _confusion(found), _per_class(found)]
    defined = [curve for curve in found.curves if curve.roc.x][: len(report_plots.SERIES)]
    if defined:
        pieces = [
            figure(report_plots.roc(defined, binary), msg("ROC curve")),
            figure(report_plots.precision_recall(defined, binary), msg("Precision and recall")),
            figure(report_plots.calibration(defined, binary), msg("Calibration")),
            figure(report_plots.gain(defined, binary), msg("Gain")),
        ]
        title = msg("Curves for “{positive}”", positive=defined[0].label) if binary else msg("Curves")
        meaning = "Dotted: guessing. A calibrated model lies on the diagonal: of 100 rows with a probability of 30 %, 30 are of the class."
        texts = [msg(meaning)]
        if not binary and len(found.classes) > len(defined):
            texts.append(msg("The first {shown} of {all} classes are shown.", shown=len(defined), all=len(found.classes)))
        parts += [heading(title), side_by_side(pieces), paragraph(joined(texts, " "), quiet=True)]
    return join(parts)


def _confusion(found: Classification) -> Html:
    labels, counts = [value_text(name) for name in found.confusion.labels], found.confusion.counts
    if len(labels) > MOST_CELLS:
        return _mix_ups(labels, counts)
    head = "".join(f'<th scope="col" class="n">{escape(report_plots.short(name, 24))}</th>' for name in labels)
    rows = []
    for i, name in enumerate(labels):
        total = sum(counts[i])
        cells = "".join(_cell(count, total, i == j) for j, count in enumerate(counts[i]))
        rows.append(f'<tr><th scope="row">{escape(report_plots.short(name, 24))}</th>{cells}</tr>')
    notes = [msg("Rows: true class. Columns: predicted class. The share is of the row.")]
    if found.confusion.weighted is not None:
        notes.append(msg("Rows count by their weights."))
    text = paragraph(joined(notes, " "), quiet=True)
    return Html(
        f'{text}<div class="wide"><table class="matrix"><thead><tr><td></td>{head}</tr></thead><tbody>{join(rows)}</tbody></table></div>'
    )


def _cell(count: int, total: int, right: bool) -> str:
    part = count / total if total else 0.0
    color = "--chart1" if right else "--chart2"
    return (
        f'<td style="background:color-mix(in srgb,var({color}) {round(10 + 45 * part) if count else 0}%,var(--surface))">'
        f"{number(count)}<br><small>{share(part)}</small></td>"
    )


def _mix_ups(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> Html:
    pairs = [(counts[i][j], i, j) for i in range(len(labels)) for j in range(len(labels)) if i != j and counts[i][j]]
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    if not pairs:
        return paragraph(msg("Every row was predicted correctly."))
    rows = [(labels[i], labels[j], number(count), share(count / sum(counts[i]))) for count, i, j in pairs[:MIX_UPS]]
    return table(
        [msg("True class"), msg("was predicted"), msg("Rows"), msg("of the class")],
        rows,
        (2, 3),
        caption=msg("The most frequent confusions of {all} classes.", all=len(labels)),
    )


def _per_class(found: Classification) -> Html:
    shown = found.per_class[:100]
    rows = [
        (
            report_plots.short(value_text(one.label), 60),
            number(one.rows),
            number(one.answered),
            share(one.precision),
            share(one.recall),
            share(one.f1),
        )
        for one in shown
    ]
    head = [msg("Class"), msg("Rows"), msg("Predicted"), msg("Precision"), msg("Recall"), msg("F1")]
    return table(head, rows, range(1, 6), caption="" if len(shown) == len(found.per_class) else msg("The first 100 classes."))


def _errors(found: Residuals, weighted: bool) -> Html:
    if not found.actual:
        return Html("")
    title = msg("Predictions against true values")
    if found.sampled:
        title = msg("Predictions against true values (a sample of {rows} rows)", rows=number(len(found.actual)))
    pieces = [
        figure(report_plots.predicted_actual(found), title),
        figure(report_plots.error_histogram(found.histogram), msg("Errors")),
    ]
    quantiles = [
        (msg("{count:g} of 100 answers", count=100 * one.share), msg("are off by at most {error}", error=number(one.error)))
        for one in found.quantiles
    ]
    bias = found.bias or 0.0
    side = "On average the answers are {bias} too high." if bias > 0 else "On average the answers are {bias} too low."
    return join(
        [
            heading(msg("Errors")),
            side_by_side(pieces),
            paragraph(msg("Rows count by their weights, but each point of the first plot is a row."), quiet=True) if weighted else "",
            paragraph(msg(side, bias=number(abs(bias), 3)) if bias else ""),
            table([msg("How many"), msg("How much")], quantiles),
            _bands(found),
        ]
    )


def _bands(found: Residuals) -> Html:
    """The errors of rows with small, middle and large values."""
    head = [msg("Rows"), msg("Mean error"), msg("Mean absolute error")]
    rows = [(span(band.low, band.high), number(band.rows), number(band.bias, 3), number(band.mae, 3)) for band in found.bands]
    if found.banded_by == "predicted":
        title, first = msg("Errors by the size of the predicted value"), msg("Predicted value")
    else:
        title, first = msg("Errors by the size of the true value"), msg("True value")
    return join([heading(title), table([first, *head], rows, (1, 2, 3))])


def importance(found: Importance | None) -> Html:
    """How much the metric falls when a source column is shuffled."""
    if not found or not found.columns:
        return not_yet(msg("Importance is measured with the evaluation."))
    labels = {metric.id: metric.label for task in tasks() for metric in metrics_for(task)}
    label = labels.get(found.metric, found.metric)
    used = [(one.column, one.mean, one.std or 0.0) for one in found.columns if one.used and one.mean is not None]
    idle = [one.column for one in found.columns if not one.used]
    meaning = "How much {metric} gets worse when the values of a column are shuffled, on rows that the model did not learn from."
    texts = [msg(meaning, metric=label), msg("Columns with the same information share their importance.")]
    if found.rows < found.of:
        texts.append(msg("A sample of {rows} of {all} rows was used.", rows=number(found.rows), all=number(found.of)))
    parts = [paragraph(joined(texts, " "), quiet=True)]
    if used:
        names, means, deviations = zip(*used[:MOST_COLUMNS], strict=True)
        plot = report_plots.bars(names, means, deviations, msg("Fall of {metric}", metric=label), "importance")
        parts.append(Html(f"<figure>{plot}</figure>"))
    else:
        parts.append(paragraph(msg("The metric is not defined on these rows, or the model uses no column.")))
    if len(used) > MOST_COLUMNS:
        parts.append(paragraph(msg("The {count} most important columns are shown.", count=MOST_COLUMNS), quiet=True))
    if idle:
        parts.append(paragraph(msg("Not used by the model at all: {columns}.", columns=first_names(idle, 20))))
    return join(parts)


def threshold(facts: ReportFacts) -> Html:
    """The threshold and the curve that it was chosen on."""
    project, evaluation = facts.project, facts.out_of_fold or facts.evaluation
    if project.task and not task_spec(project.task).has_positive:
        return paragraph(msg("This task has no threshold: the prediction is the most probable class, or a number."), quiet=True)
    found = evaluation.classification if evaluation else None
    if found is None or found.positive is None or found.threshold_curve is None:
        return not_yet(msg("The threshold is chosen on out-of-fold scores when a model is chosen."))
    chosen = facts.model.threshold if facts.model else found.threshold
    by_hand = project.threshold is not None
    chosen_how = "The threshold was chosen on out-of-fold scores, never on the held-out test set."
    texts = [as_message("The threshold was set by hand." if by_hand else chosen_how)]
    if chosen is not None:
        answer = "Rows with a probability of at least {threshold} are answered “{positive}”."
        texts.insert(0, msg(answer, threshold=number(chosen), positive=found.classes[found.positive]))
    plot = report_plots.threshold(found.threshold_curve, chosen)
    parts = [paragraph(joined(texts, " ")), side_by_side([figure(plot, msg("What another threshold would do"))])]
    return join([*parts, paragraph(msg("Dashed: the chosen threshold."), quiet=True)])
