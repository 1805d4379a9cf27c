"""The sections of a report on what was measured: evaluation, importance, threshold."""

from __future__ import annotations

from collections.abc import Sequence

from mlops_desktop.engine.choices import task_spec, tasks
from mlops_desktop.engine.evaluation import Classification, Evaluation, Importance, Residuals
from mlops_desktop.engine.metrics import metrics_for
from mlops_desktop.engine.reporting import report_plots
from mlops_desktop.engine.reporting.decision_sections import metric_named, not_yet
from mlops_desktop.engine.reporting.page import Html, escape, figure, heading, items, join, number, paragraph, share, table
from mlops_desktop.engine.reporting.page import figures as side_by_side
from mlops_desktop.engine.reporting.report_facts import ReportFacts
from mlops_desktop.serving.value_text import value_text

MOST_CELLS = 12
MOST_COLUMNS = 25
MIX_UPS = 15


def evaluation(found: Evaluation | None, out_of_fold: Evaluation | None) -> Html:
    """Every metric with its interval, tables and plots: of the held-out test set, or before it is used of the out-of-fold scores."""
    shown = found or out_of_fold
    if not shown:
        return not_yet("Metrics and curves follow when a model is chosen.")
    unused = "out-of-fold scores of the training rows; the held-out test set was not used yet"
    text = f"Measured on {number(shown.rows)} rows: {'the held-out test set' if found else unused}."
    parts = [paragraph(text, quiet=True), items(shown.notes), metric_table(shown, out_of_fold if found else None)]
    methods: dict[str, list[str]] = {}
    for result in shown.metrics:
        if result.low is not None:
            methods.setdefault(result.method, []).append(result.label)
    parts.append(items([f"{', '.join(labels)}: {method}" for method, labels in methods.items()]))
    if shown.classification is not None:
        parts.append(_classes(shown.classification))
    if shown.residuals is not None:
        parts.append(_errors(shown.residuals, shown.effective_rows is not None))
    return join(parts)


def metric_table(found: Evaluation, out_of_fold: Evaluation | None) -> Html:
    """Metric, value with interval, the same out of fold, the baseline, and what it means."""
    rows = []
    for result in found.metrics:
        metric = metric_named(result.id, found.task)
        bounds = sorted(metric.shown(value) for value in (result.low, result.high) if metric and value is not None)
        between = f"{number(bounds[0])} to {number(bounds[1])}" if len(bounds) == 2 else "–"
        cells = [result.label, number(result.shown), between]
        if out_of_fold:
            other = out_of_fold.metric(result.id)
            cells.append(number(other.shown if other else None))
        base = result.baseline
        cells.append(number(metric.shown(base) if metric and base is not None else base))
        rows.append([*cells, result.summary])
    head = ["Metric", "Value", "95 % interval", *(["Out of fold"] if out_of_fold else []), "Baseline", "Meaning"]
    caption = f"The baseline uses no column: it {task_spec(found.task).baseline}."
    return table(head, rows, range(1, len(head) - 1), caption=caption)


def _classes(found: Classification) -> Html:
    binary = found.positive is not None
    parts = [heading("Correct and wrong predictions"), _confusion(found), _per_class(found)]
    defined = [curve for curve in found.curves if curve.roc.x][: len(report_plots.SERIES)]
    if defined:
        pieces = [
            figure(report_plots.roc(defined, binary), "ROC curve"),
            figure(report_plots.precision_recall(defined, binary), "Precision and recall"),
            figure(report_plots.calibration(defined, binary), "Calibration"),
            figure(report_plots.gain(defined, binary), "Gain"),
        ]
        of = f" for “{defined[0].label}”" if binary else ""
        more = (
            f" The first {len(defined)} of {len(found.classes)} classes are shown."
            if not binary and len(found.classes) > len(defined)
            else ""
        )
        text = (
            "Dotted: guessing. A calibrated model lies on the diagonal: of 100 rows with a probability of 30 %, 30 are of the class." + more
        )
        parts += [heading(f"Curves{of}"), side_by_side(pieces), paragraph(text, quiet=True)]
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
    weighted = " Rows count by their weights." if found.confusion.weighted is not None else ""
    text = paragraph(f"Rows: true class. Columns: predicted class. The share is of the row.{weighted}", quiet=True)
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
        return paragraph("Every row was predicted correctly.")
    rows = [(labels[i], labels[j], number(count), share(count / sum(counts[i]))) for count, i, j in pairs[:MIX_UPS]]
    return table(
        ["True class", "was predicted", "Rows", "of the class"],
        rows,
        (2, 3),
        caption=f"The most frequent confusions of {len(labels)} classes.",
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
    head = ["Class", "Rows", "Predicted", "Precision", "Recall", "F1"]
    return table(head, rows, range(1, 6), caption="" if len(shown) == len(found.per_class) else "The first 100 classes.")


def _errors(found: Residuals, weighted: bool) -> Html:
    if not found.actual:
        return Html("")
    title = "Predictions against true values" + (f" (a sample of {number(len(found.actual))} rows)" if found.sampled else "")
    pieces = [
        figure(report_plots.predicted_actual(found), title),
        figure(report_plots.error_histogram(found.histogram), "Errors"),
    ]
    quantiles = [(f"{100 * one.share:g} of 100 answers", f"miss by at most {number(one.error)}") for one in found.quantiles]
    bands = [
        (f"{number(band.low)} to {number(band.high)}", number(band.rows), number(band.bias, 3), number(band.mae, 3)) for band in found.bands
    ]
    banded_by = "predicted value" if found.banded_by == "predicted" else "true value"
    bias = found.bias or 0.0
    side = "too high" if bias > 0 else "too low"
    return join(
        [
            heading("Errors"),
            side_by_side(pieces),
            paragraph("Rows count by their weights, but each point of the first plot is a row.", quiet=True) if weighted else "",
            paragraph(f"On average the answers are {number(abs(bias), 3)} {side}." if bias else ""),
            table(["How many", "How much"], quantiles),
            heading(f"Errors by the size of the {banded_by}"),
            table([banded_by.capitalize(), "Rows", "Mean error", "Mean absolute error"], bands, (1, 2, 3)),
        ]
    )


def importance(found: Importance | None) -> Html:
    """How much the metric falls when a source column is shuffled."""
    if not found or not found.columns:
        return not_yet("Importance is measured with the evaluation.")
    labels = {metric.id: metric.label for task in tasks() for metric in metrics_for(task)}
    label = labels.get(found.metric, found.metric)
    used = [(one.column, one.mean, one.std or 0.0) for one in found.columns if one.used and one.mean is not None]
    idle = [one.column for one in found.columns if not one.used]
    sample = f" A sample of {number(found.rows)} of {number(found.of)} rows was used." if found.rows < found.of else ""
    text = (
        f"How much {label} gets worse when the values of a column are shuffled, on rows that the model did not learn from. "
        f"Columns with the same information share their importance.{sample}"
    )
    parts = [paragraph(text, quiet=True)]
    if used:
        names, means, deviations = zip(*used[:MOST_COLUMNS], strict=True)
        plot = report_plots.bars(names, means, deviations, f"Fall of {label}", "importance")
        parts.append(Html(f"<figure>{plot}</figure>"))
    else:
        parts.append(paragraph("The metric is not defined on these rows, or the model uses no column."))
    if len(used) > MOST_COLUMNS:
        parts.append(paragraph(f"The {MOST_COLUMNS} most important columns are shown.", quiet=True))
    if idle:
        more = f" and {len(idle) - 20} more" if len(idle) > 20 else ""
        parts.append(paragraph(f"Not used by the model at all: {', '.join(idle[:20])}{more}."))
    return join(parts)


def threshold(facts: ReportFacts) -> Html:
    """The threshold and the curve that it was chosen on."""
    project, evaluation = facts.project, facts.out_of_fold or facts.evaluation
    if project.task and not task_spec(project.task).has_positive:
        return paragraph("This task has no threshold: the prediction is the most probable class, or a number.", quiet=True)
    found = evaluation.classification if evaluation else None
    if found is None or found.positive is None or found.threshold_curve is None:
        return not_yet("The threshold is chosen on out-of-fold scores when a model is chosen.")
    chosen = facts.model.threshold if facts.model else found.threshold
    text = (
        f"Rows with a probability of at least {number(chosen)} are answered “{value_text(found.classes[found.positive])}”. "
        if chosen is not None
        else ""
    )
    by_hand = project.threshold is not None
    chosen_how = "The threshold was chosen on out-of-fold scores, never on the held-out test set."
    text += "The threshold was set by hand." if by_hand else chosen_how
    plot = report_plots.threshold(found.threshold_curve, chosen)
    parts = [paragraph(text), side_by_side([figure(plot, "What another threshold would do")])]
    return join([*parts, paragraph("Dashed: the chosen threshold.", quiet=True)])
