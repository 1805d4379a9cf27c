"""The plots of a report: matplotlib figures as SVG text that follows the page's light or dark colours.

Figures are drawn in placeholder colours, which become CSS variables of the page. Nothing in them depends on the clock, a random number or
a font that may be absent: the same data give the same text.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_desktop.engine.evaluation import ClassCurves, ErrorHistogram, Residuals
from mlops_desktop.engine.reporting.report_language import marked, text_of
from mlops_desktop.engine.training import ThresholdCurve
from mlops_desktop.serving.message import msg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Placeholder colours and the variables that the page gives them; the six series follow each other in this order.
TEXT, GRID, FAINT = "#010101", "#010102", "#010103"
SERIES = ("#010111", "#010112", "#010113", "#010114", "#010115", "#010116")
_VARIABLES = {TEXT: "--text2", GRID: "--border", FAINT: "--text3", **{color: f"--chart{i}" for i, color in enumerate(SERIES, start=1)}}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "mlops-desktop",
    "text.parse_math": False,
    "axes.unicode_minus": False,
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": TEXT,
    "text.color": TEXT,
    "xtick.color": TEXT,
    "ytick.color": TEXT,
    "grid.color": GRID,
    "axes.grid": True,
    "axes.axisbelow": True,
    "legend.frameon": False,
}
MARKS = ("o", "s", "^", "D", "v", "P")


def draw(paint: Callable[[Axes], None], name: str, description: str, size: tuple[float, float] = (4.2, 3.3)) -> str:
    """One figure as SVG text. `name` (letters, digits, -) makes its ids unique on the page, `description` its text for a screen reader."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        paint(axes)
        _mark_ticks(axes)
        out = io.StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _inline(out.getvalue(), name, description)


def _mark_ticks(axes: Axes) -> None:
    """Write the numbers at the ticks in the language of the page."""
    from matplotlib.ticker import ScalarFormatter

    class Marked(ScalarFormatter):
        """The usual texts of numbers, with other marks."""

        def __call__(self, x: float, pos: int | None = None) -> str:
            return marked(super().__call__(x, pos))

    for axis in (axes.xaxis, axes.yaxis):
        if isinstance(axis.get_major_formatter(), ScalarFormatter):
            axis.set_major_formatter(Marked())


def _inline(svg: str, name: str, description: str) -> str:
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|url\(#|xlink:href="#)', rf"\g<1>{name}-", svg)
    svg = re.sub("|".join(_VARIABLES), lambda found: f"var({_VARIABLES[found.group()]})", svg)
    head = re.sub(r' (width|height)="[^"]*"', "", svg[: svg.index(">") + 1])
    head = head.replace("<svg", f'<svg role="img" aria-label="{html.escape(text_of(description), quote=True)}"', 1)
    return head + svg[svg.index(">") + 1 :].strip()


def roc(curves: Sequence[ClassCurves], positive: bool) -> str:
    """True positive rate over false positive rate, a line per class; `positive`: there is one line, of the positive class."""

    def paint(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=FAINT, linestyle=":", linewidth=1)
        _lines(axes, [(text_of(c.label), c.roc.x, c.roc.y) for c in curves], positive)
        _shares(axes, msg("False positive rate"), msg("True positive rate (recall)"))

    return draw(paint, "roc", msg("ROC curve"))


def precision_recall(curves: Sequence[ClassCurves], positive: bool) -> str:
    """Precision over recall, a line per class; dotted for one class alone: the precision of guessing."""

    def paint(axes: Axes) -> None:
        if positive and (share := curves[0].precision_recall.share) is not None:
            axes.axhline(share, color=FAINT, linestyle=":", linewidth=1)
        _lines(axes, [(text_of(c.label), c.precision_recall.x, c.precision_recall.y) for c in curves], positive)
        _shares(axes, msg("Recall"), msg("Precision"))

    return draw(paint, "pr", msg("Precision-recall curve"))


def calibration(curves: Sequence[ClassCurves], positive: bool) -> str:
    """The observed share over the predicted probability, with 95 % intervals for one class alone."""

    def paint(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=FAINT, linestyle=":", linewidth=1)
        if positive:
            found = curves[0].calibration
            observed = np.array(found.observed)
            reach = np.maximum([observed - found.low, found.high - observed], 0.0)
            axes.errorbar(found.predicted, observed, yerr=reach, fmt="none", ecolor=SERIES[0], elinewidth=1, alpha=0.6)
        lines = [(text_of(c.label), c.calibration.predicted, c.calibration.observed) for c in curves]
        _lines(axes, lines, positive, marks=True)
        _shares(axes, msg("Predicted probability"), msg("Observed share"))

    return draw(paint, "calibration", msg("Calibration curve"))


def gain(curves: Sequence[ClassCurves], positive: bool) -> str:
    """The share of a class that is found over the share of rows taken from the highest score down."""

    def paint(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=FAINT, linestyle=":", linewidth=1)
        lines = [(text_of(c.label), [0.0, *c.gain.share], [0.0, *c.gain.found]) for c in curves if c.gain.share]
        _lines(axes, lines, positive)
        _shares(axes, msg("Rows taken, highest score first"), msg("Found"))

    return draw(paint, "gain", msg("Cumulative gain"))


def threshold(curve: ThresholdCurve, chosen: float | None) -> str:
    """Precision, recall and F1 over the threshold, with the chosen one."""

    def paint(axes: Axes) -> None:
        asked = np.array(curve.share) > 0  # where no row is answered yes there is no precision
        precision = np.where(asked, curve.precision, np.nan).tolist()
        lines = ((msg("Precision"), precision), (msg("Recall"), curve.recall), (msg("F1"), curve.f1))
        _lines(axes, [(label, curve.threshold, values) for label, values in lines], False)
        if chosen is not None:
            axes.axvline(chosen, color=TEXT, linestyle="--", linewidth=1)
        _shares(axes, msg("Threshold"), "")

    return draw(paint, "threshold", msg("Precision, recall and F1 by threshold"))


def predicted_actual(found: Residuals) -> str:
    """Answers over true values."""

    def paint(axes: Axes) -> None:
        both = [*found.actual, *found.predicted]
        axes.plot([min(both), max(both)], [min(both), max(both)], color=FAINT, linestyle=":", linewidth=1)
        size = float(np.clip(4_000 / max(len(found.actual), 1), 5, 20))
        axes.scatter(found.actual, found.predicted, s=size, color=SERIES[0], alpha=0.45, linewidths=0)
        axes.set(xlabel=text_of(msg("True value")), ylabel=text_of(msg("Answer")))

    return draw(paint, "fit", msg("Predictions against true values"))


def error_histogram(found: ErrorHistogram) -> str:
    """How many rows were missed by how much."""

    def paint(axes: Axes) -> None:
        edges = np.array(found.edges)
        axes.bar(edges[:-1], found.counts, width=np.diff(edges), align="edge", color=SERIES[0], linewidth=0)
        axes.axvline(0, color=TEXT, linestyle="--", linewidth=1)
        axes.set(xlabel=text_of(msg("Error (prediction minus true value)")), ylabel=text_of(msg("Rows")))
        axes.grid(False, axis="x")

    return draw(paint, "errors", msg("Histogram of errors"))


def bars(names: Sequence[str], values: Sequence[float], deviations: Sequence[float], label: str, name: str) -> str:
    """Horizontal bars with one standard deviation, the first on top."""

    def paint(axes: Axes) -> None:
        at = np.arange(len(names))[::-1]
        axes.barh(at, values, height=0.62, color=SERIES[0], linewidth=0)
        axes.errorbar(values, at, xerr=deviations, fmt="none", ecolor=TEXT, elinewidth=1)
        axes.set_yticks(at, [short(text, 34) for text in names])
        axes.set(xlabel=text_of(label))
        axes.axvline(0, color=FAINT, linewidth=1)
        axes.grid(False, axis="y")
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)

    return draw(paint, name, label, (7.6, 0.9 + 0.27 * len(names)))


def short(text: str, most: int) -> str:
    """A text in one line, cut to a length; a message in the language of the page."""
    text = " ".join(text_of(text).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _lines(axes: Axes, lines: Sequence[tuple[str, Sequence[float], Sequence[float]]], alone: bool, marks: bool = False) -> None:
    """Up to six lines in the series' colours, with a legend unless there is one alone."""
    for i, (label, x, y) in enumerate(lines[: len(SERIES)]):
        axes.plot(x, y, color=SERIES[i], linewidth=1.8, label=short(label, 22), marker=MARKS[i] if marks else "", markersize=4)
    if not alone and lines:
        axes.legend(fontsize=8, labelcolor=TEXT)


def _shares(axes: Axes, x: str, y: str) -> None:
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.02), xlabel=text_of(x), ylabel=text_of(y))
