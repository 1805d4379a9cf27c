"""A question as a card: what is in doubt, why, and a button for each way to decide, for all of its columns or for one of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout

from mlops_desktop.engine.questions import ACCEPT, Option, QuestionGroup
from mlops_desktop.ui.column_names import called
from mlops_desktop.ui.translation import formatted, translated
from mlops_desktop.ui.widgets.basic import Button, Weight, card, clear, column, label, row
from mlops_desktop.ui.widgets.inputs import ComboBox

Decide = Callable[[QuestionGroup, str, str], object]  # the questions, the id of the option, the reason


class QuestionCard(QFrame):
    """One entry of a list of questions, in the window's language. Where it asks about many columns, one of them can be picked.

    Leaving things as they are needs a reason where the doubt is grave: then the button for it waits for one.
    """

    def __init__(self, at: int, group: QuestionGroup, decide: Decide) -> None:
        super().__init__()
        self._at, self._group, self._decide = at, group, decide
        self._accept: Button | None = None
        self.title = label("", "body", weight=Weight.DemiBold, wrap=True)
        self.evidence = label("", "small", tone="2", wrap=True)
        self.picker = ComboBox(name=f"question_{at}_column", title=self.tr("Columns that are decided about"))
        self.picker.picked.connect(lambda _: self._show())
        if not group.columns:
            self.picker.hide()
        else:
            every = self.tr("All {count} columns").format(count=formatted(len(group.columns)))
            self.picker.show_options([("all", every), *((str(place), called(name)) for place, name in enumerate(group.columns))])
            self.picker.show_choice("all")
        reason = self.tr("Why it is right as it is") if group.needs_reason else self.tr("Why it is right as it is (optional)")
        self.reason = QLineEdit()
        self.reason.setObjectName(f"question_{at}_reason")
        self.reason.setAccessibleName(reason)
        self.reason.setPlaceholderText(reason)
        self.reason.textChanged.connect(lambda _: self._enable())
        self.reason.returnPressed.connect(self._accept_written)
        self._buttons, self._last = QVBoxLayout(), row((self.reason, 1))
        self.setLayout(column(card(self.title, self.evidence, row(self.picker, None), self._buttons, self._last)))
        self._show()

    def asked(self) -> QuestionGroup:
        """The questions that a button decides."""
        chosen = self.picker.chosen()
        return QuestionGroup((self._group.questions[int(chosen)],)) if chosen.isdecimal() else self._group

    def _show(self) -> None:
        """Show the question about what is picked."""
        group = self.asked()
        self.title.setText(group.message)
        self.evidence.setText(group.evidence)
        clear(self._buttons)
        if self._accept is not None:
            self._accept.setParent(None)
            self._accept.deleteLater()
        self._accept = None
        buttons = []
        for option in translated(group.options):
            button = Button(option.label, partial(self._chosen, option), name=f"question_{self._at}_{option.id}")
            button.setToolTip(option.consequence)
            if option.id == ACCEPT:
                self._accept = button
                self._last.addWidget(button)
            else:
                buttons.append(button)
        if buttons:
            self._buttons.addLayout(row(*buttons, None))
        self._enable()

    def _enable(self) -> None:
        if self._accept is not None:
            self._accept.setEnabled(not self._group.needs_reason or bool(self.reason.text().strip()))

    def _accept_written(self) -> None:
        """Enter accepts for the reason that was written, never without one."""
        if self._accept is not None and self.reason.text().strip():
            self._accept.click()

    def _chosen(self, option: Option) -> None:
        self._decide(self.asked(), option.id, self.reason.text())
