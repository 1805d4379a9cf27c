"""The card of an explanation: what each input adds to the answer to the typical row. The contributions add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from PySide6.QtWidgets import QFrame

from mlops_desktop.base.number_format import MINUS
from mlops_desktop.serving.answers import class_text
from mlops_desktop.serving.column import Column
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.ui.panels.app.answer_card import percent
from mlops_desktop.ui.panels.app.input_fields import shown
from mlops_desktop.ui.translation import format_number, formatted, quoted
from mlops_desktop.ui.widgets.basic import card, column, heading, label, row
from mlops_desktop.ui.widgets.charts import Bar, BarChart
from mlops_desktop.ui.widgets.ticks import signed

MOST_BARS = 6
MOST_WORDS = 5  # of a text
NOTHING = 1e-9  # a smaller change is none


class WhyCard(QFrame):
    """The contributions of the inputs."""

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self._usual = self.tr("These are the inputs of the typical row. Change an input or pick a row to see what changes the prediction.")
        self._without = self.tr("This model uses no column: it gives every row the same prediction.")
        self.chart = BarChart(self.tr("Why: contributions of the inputs"), name=name, empty=self._usual)
        self.about = label("", "small", tone="2", wrap=True)
        self.sum = label("", "small", tone="2", tabular=True, wrap=True)
        self.sum.setObjectName(f"{name}_sum")
        self.base = self.answer = 0.0
        self.parts: list[tuple[str, float]] = []
        inner = card(
            row(heading(self.tr("Why")), None, self.chart.tools), self.about, (self.chart, 1), self.sum, margins=(16, 10, 12, 12), spacing=4
        )
        self.setLayout(column(inner))

    def show_parts(
        self,
        scorer: Scorer,
        about: int | None,
        base: float,
        answer: float,
        parts: Sequence[tuple[str, float]],
        row_: Mapping[str, Any],
        words: Mapping[str, Sequence[tuple[str, float]]] = MappingProxyType({}),
    ) -> None:
        """Show the contributions of columns to the score `about` (None: a number), which lead from `base` to `answer`; of the texts in
        `words`, what their words add is in the place of the whole text.
        """
        self.base, self.answer, self.parts = base, answer, list(parts)
        columns = {one.name: one for one in scorer.schema.columns}
        moved = [one for name, part in parts for one in self._bars_of(columns[name], part, row_[name], words.get(name, ()))]
        times = 1.0 if about is None else 100.0  # a probability changes by percentage points
        moved = [replace(one, value=times * one.value) for one in moved]
        moved.sort(key=lambda one: -abs(one.value))
        front = moved if len(moved) <= MOST_BARS + 1 else moved[:MOST_BARS]
        rest = moved[len(front) :]
        decimals = _decimals(max((abs(one.value) for one in moved), default=10.0))
        bars = front
        if rest:
            text = self.tr("{count} other inputs together") if not words else self.tr("{count} other inputs and words together")
            bars = [*front, Bar(text.format(count=len(rest)), sum(one.value for one in rest))]
        total = times * sum(part for _, part in parts)
        texts = [formatted(times * value, f",.{decimals}f").replace("-", MINUS) for value in (base, answer)]
        if about is not None:  # as `percent` writes them above: never a whole 0 or 100 for what is near it
            low, high = f"< {formatted(0.1, '.1f')}", f"> {formatted(99.9, '.1f')}"
            shares = zip((base, answer), texts, strict=True)
            texts = [low if 0 < share < 0.001 else high if 0.999 < share < 1 else text for share, text in shares]
        plain = self.tr("Typical row {base}, inputs {change}, prediction {answer}")
        points = self.tr("Typical row {base}%, inputs {change} points, prediction {answer}%")
        self.sum.setText((plain if about is None else points).format(base=texts[0], change=signed(total, decimals), answer=texts[1]))
        if about is None:
            self.about.setText(self.tr("Change against the typical row, {base}").format(base=format_number(base)))
        else:
            self.about.setText(self.tr("Percentage points against the typical row, {base}").format(base=percent(base)))
            whole = self.tr("Change in the probability of {name} against the typical row, {base}")
            self.about.setToolTip(whole.format(name=class_text(scorer.classes[about]), base=percent(base)))
        self.chart.show_empty_text(self._usual if scorer.used_sources else self._without)
        self.chart.show_signed(bars, decimals=decimals, description=self.sum.text())

    def _bars_of(self, column_: Column, part: float, value: Any, words: Sequence[tuple[str, float]]) -> list[Bar]:
        """The bar of an input; of a text those of its main words, and one for the rest of it, so that all add up to `part`."""
        front = words[:MOST_WORDS]
        if not front:
            return [Bar(f"{column_.shown_name} = {shown(column_, value)}", part)] if abs(part) > NOTHING else []
        bars = [Bar(f"{column_.shown_name}: {quoted(word)}", effect) for word, effect in front]
        rest = part - sum(effect for _, effect in front)
        return [*bars, Bar(self.tr("{name}: all other words").format(name=column_.shown_name), rest)] if abs(rest) > NOTHING else bars

    def show_working(self, text: str) -> None:
        """The contributions are still being worked out, or there are none."""
        self.about.setText(text)
        self.sum.setText("")
        self.parts = []
        self.chart.show_empty_text(text)
        self.chart.show_signed([])


def _decimals(size: float) -> int:
    """So many decimals that the largest change shows three digits."""
    for decimals, least in ((0, 100.0), (1, 10.0), (2, 1.0), (3, 0.1), (4, 0.01)):
        if size >= least:
            return decimals
    return 6
