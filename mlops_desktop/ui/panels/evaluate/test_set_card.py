"""The held-out test set before it is used: what it is for, how often it was, and the button that evaluates on it."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame

from mlops_desktop.engine.evaluation import used_before_note
from mlops_desktop.ui.translation import pluralize, translated
from mlops_desktop.ui.widgets.basic import Button, Picture, Weight, column, label, row


def accesses_text(count: int) -> str:
    """How often the test set was evaluated on; empty for never."""
    return pluralize(count, "the held-out test set was used once", "the held-out test set was used {n} times") if count else ""


class TestSetCard(QFrame):
    """`open` is the button."""

    __test__ = False  # no test, whatever its name begins with

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.open = Button(self.tr("Evaluate on the held-out test set"), name="open_test", kind="primary", icon="eye")
        self.note = label("", "small", tone="2", wrap=True)
        self.note.setObjectName("test_set_note")
        title = label(self.tr("The held-out test set was not used yet"), "section", weight=Weight.DemiBold)
        text = column(title, self.note, spacing=2)
        self.setLayout(row(Picture("lock", "accent", 24), (text, 1), self.open, spacing=14, margins=(16, 12, 16, 12)))

    def show_accesses(self, count: int, used_before: float) -> None:
        """Show what the test set is for, how often it was evaluated on under other decisions, and which share of it in other test sets."""
        text = self.tr(
            "These rows were kept out of training and tuning, so they show how well the model will predict new ones. Each use is counted: "
            "choosing among models by them makes their figures too good."
        )
        again = self.tr("Under other decisions {uses}.").format(uses=accesses_text(count)) if count else ""
        self.note.setText(" ".join(part for part in (text, again, translated(used_before_note(used_before))) if part))
