"""The answer to one input: a big number, the class, its position in the range of training, and every warning as text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from mlops_desktop.engine.evaluation import Answer
from mlops_desktop.serving.answers import class_text
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.ui import theme
from mlops_desktop.ui.column_names import shown_name
from mlops_desktop.ui.translation import format_number, formatted
from mlops_desktop.ui.widgets.basic import Button, Picture, Weight, clear, column, heading, label, row, set_property
from mlops_desktop.ui.widgets.elided import Elided
from mlops_desktop.ui.widgets.small_plots import ProbabilityBar, begin

MOST_CLASSES = 5
MAX_MESSAGES = 3


def percent(value: float) -> str:
    """A probability for reading: 73%, 0.4%, 99.7%."""
    near = min(value, 1 - value)
    if near <= 0 or near >= 0.01:
        return formatted(value, ".0%")
    if near >= 0.001:
        return formatted(value, ".1%")
    return f"< {formatted(0.001, '.1%')}" if value < 0.5 else f"> {formatted(0.999, '.1%')}"


def answer_text(scorer: Scorer, answer: Answer) -> str:
    """An answer in a short text: the class with its probability, or the number."""
    if answer.about is None:
        return format_number(answer.value)
    assert answer.chosen is not None
    return f"{class_text(scorer.classes[answer.chosen])} · {percent(answer.value)}"


class ValueBar(QWidget):
    """The position of a number within the range of training, and that of the typical row."""

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(36)
        self._value: float | None = None
        self._ends, self._usual = (0.0, 1.0), 0.0

    def show_value(self, value: float | None, ends: tuple[float, float], usual: float) -> None:
        """Show a number between two ends, with a mark at the usual one."""
        self._value, self._ends, self._usual = value, ends, usual
        self.setAccessibleName(
            self.tr("{value}; in training from {low} to {high}; the typical row {usual}").format(
                value=format_number(value), low=format_number(ends[0]), high=format_number(ends[1]), usual=format_number(usual)
            )
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, bar, mark and texts."""
        painter, width = begin(self), float(self.width())
        low, high = min(self._ends[0], self._usual), max(self._ends[1], self._usual)
        span = (high - low) or 1.0

        def at(value: float) -> float:
            return width * min(max((value - low) / span, 0.0), 1.0)

        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(QRectF(0, 3, width, 10), 5, 5)
        if self._value is not None:
            painter.setBrush(theme.color("accent"))
            painter.drawRoundedRect(QRectF(0, 3, max(at(self._value), 10), 10), 5, 5)
        self._paint_texts(painter, width, at(self._usual))

    def _paint_texts(self, painter: QPainter, width: float, x: float) -> None:
        painter.setFont(theme.font("caption", tabular=True))
        metrics = painter.fontMetrics()
        text = self.tr("typical row {value}").format(value=format_number(self._usual))
        wide = metrics.horizontalAdvance(text) + 4
        start = min(max(x - wide / 2, 0.0), max(width - wide, 0.0))
        painter.setPen(QPen(theme.color("text"), 2))
        painter.drawLine(QPointF(min(max(x, 1), width - 1), 0), QPointF(min(max(x, 1), width - 1), 16))
        painter.setPen(theme.color("text2"))
        painter.drawText(QRectF(start, 18, wide, 16), Qt.AlignmentFlag.AlignCenter, text)
        painter.setPen(theme.color("text3"))
        first, last = format_number(self._ends[0]), format_number(self._ends[1])
        if start > metrics.horizontalAdvance(first) + 6:
            painter.drawText(QRectF(0, 18, start, 16), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, first)
        if width - start - wide > metrics.horizontalAdvance(last) + 6:
            right = QRectF(start + wide, 18, width - start - wide, 16)
            painter.drawText(right, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, last)


class ClassBars(QWidget):
    """The probabilities of the most probable classes of several."""

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._rows: list[tuple[str, float]] = []

    def show_classes(self, rows: Sequence[tuple[str, float]]) -> None:
        """Show names with their probabilities, the first on top."""
        if len(rows) != len(self._rows):
            self.setFixedHeight(20 * len(rows))
        self._rows = list(rows)
        self.setAccessibleName(", ".join(f"{name} {percent(value)}" for name, value in rows))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A name, a bar and a figure for each."""
        painter, width = begin(self), float(self.width())
        painter.setFont(theme.font("small", tabular=True))
        metrics = painter.fontMetrics()
        names = min(max((metrics.horizontalAdvance(name) for name, _ in self._rows), default=0) + 12, width * 0.4)
        for at, (name, value) in enumerate(self._rows):
            line = QRectF(0, at * 20, width, 20)
            painter.setPen(theme.color("text" if at == 0 else "text2"))
            text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, int(names - 8))
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, percent(value))
            track = QRectF(names, line.top() + 6, max(width - names - 56, 10), 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(track, 4, 4)
            painter.setBrush(theme.color("accent" if at == 0 else "control"))
            painter.drawRoundedRect(QRectF(track.left(), track.top(), max(track.width() * value, 4), 8), 4, 4)


class AnswerCard(QFrame):
    """The prediction. `keep_asked`: the person wants to keep this input."""

    keep_asked = Signal()

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self.model = label("", "caption", pill="mute")
        self.keep = Button(self.tr("Keep this input"), self.keep_asked.emit, name=f"{name}_keep", kind="link", icon="plus")
        self.hero = label("–", "hero", weight=Weight.Bold, tabular=True)
        self.hero.setObjectName(f"{name}_figure")
        self.verdict = Elided("", "section", weight=Weight.DemiBold, middle=True)
        self.verdict.setObjectName(f"{name}_class")
        self.detail = Elided("", "small", tone="2")
        self.detail.setObjectName(f"{name}_detail")
        self.bar = ProbabilityBar(name=f"{name}_bar")
        self.value_bar = ValueBar(name=f"{name}_value_bar")
        self.value_bar.setVisible(False)
        self.classes = ClassBars(name=f"{name}_classes")
        self._messages = QVBoxLayout()
        self._messages.setSpacing(4)
        self.message: list[str] = []
        labels = column(None, self.verdict, self.detail, None, spacing=1)
        self.setLayout(
            column(
                row(heading(self.tr("Prediction")), None, self.keep, self.model, spacing=10),
                row(self.hero, (labels, 1), spacing=14),
                self.bar,
                self.value_bar,
                self.classes,
                self._messages,
                margins=(16, 10, 16, 12),
                spacing=6,
            )
        )

    def show_model(self, scorer: Scorer, label_: str, refit: str, *, stale: bool = False) -> None:
        """Say which model answers and on which rows it was fitted (`refit` of the project); `stale`: it belongs to earlier decisions."""
        limit = (
            ""
            if scorer.threshold is None or scorer.positive is None
            else self.tr(" · threshold {value}").format(value=formatted(scorer.threshold, ".2f"))
        )
        text = self.tr("{name} {version}").format(name=label_, version=scorer.version[:6]) + limit
        everything = self.tr("Fitted on all rows. The figures of the test set are of the same model, fitted on the training part alone.")
        self.model.setToolTip(everything if refit == "all" else self.tr("Fitted on the training part, without the rows of the test set."))
        text += self.tr(" · all rows") if refit == "all" else self.tr(" · training part")
        self.model.setText(self.tr("out of date · ") + text if stale else text)
        set_property(self.model, "pill", "warn" if stale else "mute")
        self.bar.setVisible(scorer.positive is not None)
        self.classes.setVisible(bool(scorer.classes) and scorer.positive is None)

    def show_answer(self, scorer: Scorer, answer: Answer, unit: str, ends: tuple[float, float], usual: float) -> None:
        """Show an answer. Of a number: its unit, the range that training saw, and what the typical row is answered with."""
        self.keep.setEnabled(True)
        self.value_bar.setVisible(False)
        if answer.about is None:
            self._show_number(scorer, answer.value, unit, ends, usual)
            return
        assert answer.chosen is not None
        self.hero.setText(percent(answer.value))
        self.verdict.setText(f"{shown_name(scorer.target)}: {class_text(scorer.classes[answer.chosen])}")
        about = class_text(scorer.classes[answer.about])
        if scorer.positive is None:
            set_property(self.verdict, "tone", "accent")
            self.detail.setText(self.tr("the most probable of {count} classes").format(count=len(scorer.classes)))
            order = sorted(range(len(scorer.classes)), key=lambda k: (-answer.scores[0, k], k))[:MOST_CLASSES]
            self.classes.show_classes([(class_text(scorer.classes[k]), float(answer.scores[0, k])) for k in order])
            return
        reached = answer.chosen == scorer.positive
        set_property(self.verdict, "tone", "warn" if reached else "accent")
        limit = scorer.threshold if scorer.threshold is not None else 0.5
        side = self.tr("at or above the threshold") if reached else self.tr("below the threshold")
        self.detail.setText(self.tr("probability of {name}, {side} {limit}").format(name=about, side=side, limit=formatted(limit, ".2f")))
        self.bar.show_value(answer.value, limit)

    def _show_number(self, scorer: Scorer, value: float, unit: str, ends: tuple[float, float], usual: float) -> None:
        self.hero.setText(format_number(value))
        self.verdict.setText(" ".join(part for part in (shown_name(scorer.target), unit) if part))
        set_property(self.verdict, "tone", "")
        low, high = ends
        inside, outside = self.tr("in training from {low} to {high}"), self.tr("out of the range of training, {low} to {high}")
        text = inside if low <= value <= high else outside
        self.detail.setText(text.format(low=format_number(low), high=format_number(high)) if low < high else "")
        self.value_bar.show_value(value, ends, usual)
        self.value_bar.setVisible(low < high)  # the range is read from the training rows, which may come later than the model

    def show_refused(self, sentence: str) -> None:
        """There is no answer to this input."""
        self.hero.setText("–")
        self.verdict.setText(self.tr("No prediction"))
        set_property(self.verdict, "tone", "err")
        self.detail.setText(sentence)
        self.bar.show_value(None, None)
        self.value_bar.setVisible(False)
        self.classes.show_classes([])
        self.keep.setEnabled(False)

    def show_messages(self, messages: Sequence[tuple[str, str]]) -> None:
        """Say sentences beneath the answer: (tone, text)."""
        texts = [text for _, text in messages]
        if texts == self.message:
            return
        self.message = texts
        clear(self._messages)
        for tone, text in messages[:MAX_MESSAGES]:
            self._messages.addLayout(self._message_row(tone, text))
        if len(messages) > MAX_MESSAGES:
            rest = self.tr("and {count} more remarks, beneath their inputs").format(count=len(messages) - MAX_MESSAGES)
            self._messages.addWidget(label(rest, "caption", tone="3"))

    def _message_row(self, tone: str, text: str) -> QVBoxLayout:
        line = QVBoxLayout()
        icon = {"info": "info", "err": "error"}.get(tone, "warn")
        color = {"info": "accent", "err": "err"}.get(tone, "warn")
        line.addLayout(row(Picture(icon, color, 15), (label(text, "small", tone="2", wrap=True), 1), spacing=6))
        return line
