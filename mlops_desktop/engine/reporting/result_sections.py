"""The sections of a report on what was measured: evaluation, importance, threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlops_desktop.engine.choices import task_spec, tasks
from mlops_desktop.engine.metrics import metrics_for
from mlops_desktop.engine.reporting import report_plots
from mlops_desktop.engine.reporting.decision_sections import metric_named, not_yet
from mlops_desktop.engine.reporting.page import Html, escape, figure, heading, items, join, number, paragraph, share, table
from mlops_desktop.engine.reporting.page import figures as side_by_side
from mlops_desktop.serving.value_text import value_text

Json = dict[str, Any]

MOST_CELLS = 12
MOST_COLUMNS = 25
MIX_UPS = 15


def evaluation(found: Json | None, out_of_fold: Json | None) -> Html:
    """Every metric with its interval, tables and plots: of the held-out test set, or before it is used of the out-of-fold scores."""
    shown = found or out_of_fold
    if not shown:
        return not_yet("Metrics and curves follow when a model is chosen.")
    where = "the sealed test part" if found else "out-of-fold scores of the training part; the test part is still sealed"
    text = f"Measured on {number(shown['rows'])} rows: {where}."
    if shown["resamples"]:
        text += f" Intervals hold the middle 95 % of {number(shown['resamples'])} bootstrap resamples."
    parts = [paragraph(text, quiet=True), items(shown.get("notes") or []), metric_table(shown, out_of_fold if found else None)]
    if task_spec(shown["task"]).has_classes:
        return join([*parts, _classes(shown)])
    return join([*parts, _errors(shown["residuals"])])


def metric_table(found: Json, out_of_fold: Json | None) -> Html:
    """Metric, value with interval, the same out of fold, the baseline, and what it means."""
    task = found["task"]
    other = {entry["id"]: entry for entry in (out_of_fold or {}).get("metrics", ())}
    rows = []
    for entry in found["metrics"]:
        metric = metric_named(entry["id"], task)
        bounds = sorted(metric.shown(value) for value in (entry["low"], entry["high"]) if metric and value is not None)
        between = f"{number(bounds[0])} to {number(bounds[1])}" if len(bounds) == 2 else "–"
        cells: list[Any] = [entry["label"], number(entry["shown"]), between]
        if out_of_fold:
            cells.append(number(other.get(entry["id"], {}).get("shown")))
        base = entry["baseline"]
        cells.append(number(metric.shown(base) if metric and base is not None else base))
        rows.append([*cells, entry["told"]])
    head = ["Metric", "Value", "95 % interval", *(["Out of fold"] if out_of_fold else []), "Baseline", "In words"]
    return table(head, rows, range(1, len(head) - 1), caption=f"The baseline looks at no column: it {task_spec(task).baseline}.")


def _classes(found: Json) -> Html:
    binary, curves = task_spec(found["task"]).has_positive, found["curves"]
    parts = [heading("Right and wrong answers"), _confusion(found), _per_class(found)]
    defined = [curve for curve in curves if curve["roc"]["x"]][: len(report_plots.SERIES)]
    if defined:
        pieces = [
            figure(report_plots.roc(defined, binary), "ROC curve"),
            figure(report_plots.precision_recall(defined, binary), "Precision and recall"),
            figure(report_plots.calibration(defined, binary), "Calibration"),
            figure(report_plots.gain(defined, binary), "Gain"),
        ]
        of = f" for “{defined[0]['class']}”" if binary else ""
        more = (
            f" The first {len(defined)} of {len(found['classes'])} classes are shown."
            if not binary and len(found["classes"]) > len(defined)
            else ""
        )
        text = (
            "Dotted: guessing. A calibrated model lies on the diagonal: of 100 rows with a probability of 30 %, 30 are of the class." + more
        )
        parts += [heading(f"Curves{of}"), side_by_side(pieces), paragraph(text, quiet=True)]
    return join(parts)


def _confusion(found: Json) -> Html:
    labels, counts = [value_text(name) for name in found["confusion"]["labels"]], found["confusion"]["counts"]
    if len(labels) > MOST_CELLS:
        return _mix_ups(labels, counts)
    head = "".join(f'<th scope="col" class="n">{escape(report_plots.short(name, 24))}</th>' for name in labels)
    rows = []
    for i, name in enumerate(labels):
        total = sum(counts[i])
        cells = "".join(_cell(count, total, i == j) for j, count in enumerate(counts[i]))
        rows.append(f'<tr><th scope="row">{escape(report_plots.short(name, 24))}</th>{cells}</tr>')
    text = paragraph("Rows: what is true. Columns: what was answered. The share is of the row.", quiet=True)
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
        return paragraph("Every row was answered rightly.")
    rows = [(labels[i], labels[j], number(count), share(count / sum(counts[i]))) for count, i, j in pairs[:MIX_UPS]]
    return table(
        ["True class", "was answered", "Rows", "of the class"], rows, (2, 3), caption=f"The most frequent mix-ups of {len(labels)} classes."
    )


def _per_class(found: Json) -> Html:
    entries = found["per_class"][:100]
    rows = [
        (
            report_plots.short(value_text(e["class"]), 60),
            number(e["rows"]),
            number(e["answered"]),
            share(e["precision"]),
            share(e["recall"]),
            share(e["f1"]),
        )
        for e in entries
    ]
    head = ["Class", "Rows", "Answered", "Precision", "Recall", "F1"]
    return table(head, rows, range(1, 6), caption="" if len(entries) == len(found["per_class"]) else "The first 100 classes.")


def _errors(found: Json) -> Html:
    if not found["actual"]:
        return Html("")
    title = "Answers over true values" + (f" (a sample of {number(len(found['actual']))} rows)" if found["sampled"] else "")
    pieces = [
        figure(report_plots.predicted_actual(found), title),
        figure(report_plots.error_histogram(found["histogram"]), "Errors"),
    ]
    quantiles = [(f"{100 * entry['share']:g} of 100 answers", f"miss by at most {number(entry['error'])}") for entry in found["quantiles"]]
    bands = [
        (f"{number(band['low'])} to {number(band['high'])}", number(band["rows"]), number(band["bias"], 3), number(band["mae"], 3))
        for band in found["bands"]
    ]
    bias = found["bias"]
    side = "too high" if bias > 0 else "too low"
    return join(
        [
            heading("Errors"),
            side_by_side(pieces),
            paragraph(f"On average the answers are {number(abs(bias), 3)} {side}." if bias else ""),
            table(["How many", "How much"], quantiles),
            heading("Errors by the size of the true value"),
            table(["True value", "Rows", "Mean error", "Mean absolute error"], bands, (1, 2, 3)),
        ]
    )


def importance(found: Json | None) -> Html:
    """How much the metric falls when a source column is shuffled."""
    if not found or not found.get("columns"):
        return not_yet("Importance is measured with the evaluation.")
    labels = {metric.id: metric.label for task in tasks() for metric in metrics_for(task)}
    label = labels.get(found["metric"], found["metric"])
    known = [row for row in found["columns"] if row["mean"] is not None]
    used, idle = [row for row in known if row["used"]][:MOST_COLUMNS], [row["column"] for row in known if not row["used"]]
    sample = f" A sample of {number(found['rows'])} of {number(found['of'])} rows was used." if found["rows"] < found["of"] else ""
    text = (
        f"How much {label} gets worse when the values of a column are shuffled, on rows that the model did not learn from. "
        f"Columns that say the same share their importance.{sample}"
    )
    parts = [paragraph(text, quiet=True)]
    if used:
        names = [row["column"] for row in used]
        picture = report_plots.bars(names, [row["mean"] for row in used], [row["std"] for row in used], f"Fall of {label}", "importance")
        parts.append(Html(f"<figure>{picture}</figure>"))
    else:
        parts.append(paragraph("The metric is not defined on these rows, or the model uses no column."))
    if len([row for row in known if row["used"]]) > MOST_COLUMNS:
        parts.append(paragraph(f"The {MOST_COLUMNS} most important columns are shown.", quiet=True))
    if idle:
        more = f" and {len(idle) - 20} more" if len(idle) > 20 else ""
        parts.append(paragraph(f"Not used by the model at all: {', '.join(idle[:20])}{more}."))
    return join(parts)


def threshold(facts: Mapping[str, Any]) -> Html:
    """The cut-off and the curve that it was chosen on."""
    project, found = facts.get("project") or {}, facts.get("out_of_fold") or facts.get("evaluation")
    if project.get("task") and not task_spec(project["task"]).has_positive:
        return paragraph("This task has no cut-off: the answer is the most probable class, or a number.", quiet=True)
    if not found or not found.get("threshold_curve"):
        return not_yet("The cut-off is chosen on out-of-fold scores when a model is chosen.")
    chosen = (facts.get("model") or {}).get("threshold", found.get("threshold"))
    positive = value_text(found["classes"][found["positive"]])
    by_hand = project.get("threshold") is not None
    text = f"Rows with a probability of at least {number(chosen)} are answered “{positive}”. " if chosen is not None else ""
    text += "The cut-off was set by hand." if by_hand else "The cut-off was chosen on out-of-fold scores, never on the test part."
    parts = [
        paragraph(text),
        side_by_side([figure(report_plots.threshold(found["threshold_curve"], chosen), "What another cut-off would do")]),
    ]
    return join([*parts, paragraph("Dashed: the chosen cut-off.", quiet=True)])
