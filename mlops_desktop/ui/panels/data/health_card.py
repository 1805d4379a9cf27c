"""The card of data health: a ring, the findings with what can be done, and one button for what is safe. It knows plain values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.profiling import Finding
from mlops_desktop.ui.column_names import shown_name
from mlops_desktop.ui.panels.data.finding_states import FindingState
from mlops_desktop.ui.translation import pluralize
from mlops_desktop.ui.widgets.basic import Button, Weight, clear, column, label, row, rule, scrolled
from mlops_desktop.ui.widgets.cards import FindingRow
from mlops_desktop.ui.widgets.small_plots import Ring

SEVERITY = {"high": "err", "warning": "warn", "info": "info"}


class HealthCard(QFrame):
    """`fixed` brings the position of a finding whose fix is wanted, `opened` a column to look at, `all_fixed` that all safe ones are."""

    fixed = Signal(int)
    opened = Signal(str)
    all_fixed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._findings: list[FindingState] | None = None
        self.ring = Ring(self.tr("Data health"), name="health_ring")
        self.message = label("", "small", tone="2", wrap=True)
        self.message.setObjectName("health_note")
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 6, 0)
        self._list.setSpacing(6)
        inner = QWidget()
        inner.setLayout(column(self._list, None))
        self._area = scrolled(inner)
        self.apply = Button("", self.all_fixed.emit, name="apply_safe_fixes")
        self.again = Button(self.tr("Look again"), name="look_again", icon="refresh")
        self.again.setVisible(False)
        foot = row((label(self.tr("Nothing is applied without you."), "caption", tone="3", wrap=True), 1), self.apply)
        title = label(self.tr("Data health"), "section", weight=Weight.DemiBold)
        labels = column(None, title, self.message, row(self.again, None), None, spacing=2)
        head = row(self.ring, (labels, 1), spacing=12)
        self.setLayout(column(head, rule(), (self._area, 1), rule(), foot, margins=(16, 12, 12, 12), spacing=8))

    def show_findings(self, findings: Sequence[FindingState], value: int, safe: int, working: bool) -> None:
        """Show the findings with the health from 0 to 100; `safe` of their fixes can be applied at once; `working`: still being found."""
        self.again.setVisible(False)
        self.ring.show_value(value)
        self.ring.setVisible(bool(findings) or not working)
        open_ = sum(1 for one in findings if not one.care)
        verdict = self.tr("Good.") if value >= 80 else self.tr("Needs a look.") if value >= 50 else self.tr("Needs work.")
        left = pluralize(open_, "1 finding to look at.", "{n} findings to look at.")
        text = left if open_ else self.tr("Nothing is open.")
        self.message.setText(self.tr("Profiling the data …") if working else f"{verdict} {text}")
        self.apply.setText(pluralize(safe, "Apply 1 safe fix", "Apply {n} safe fixes"))
        self.apply.setAccessibleName(self.apply.text())
        self.apply.setVisible(safe > 0)
        if self._findings != list(findings):
            self._findings = list(findings)
            self._fill()

    def show_failed(self) -> None:
        """Say that the profile could not be made, and offer another try."""
        self.message.setText(self.tr("The data could not be profiled."))
        self.again.setVisible(True)

    def _fill(self) -> None:
        clear(self._list)
        order = sorted(enumerate(self._findings or ()), key=lambda entry: bool(entry[1].care))  # what is open comes first
        for at, one in order:
            finding = one.finding
            severity = "ok" if one.care else SEVERITY.get(finding.severity, "info")
            actions = [] if one.care or one.vain or not finding.fix else [("fix", fix_text(finding.fix))]
            if finding.column:
                actions.append(("look", self.tr("Show")))
            title, text = finding_text(finding)
            made = FindingRow(severity, title, one.care or f"{one.vain} {text}".strip(), actions, name=f"finding_{at}")
            made.setToolTip(f"{finding.message}\n{finding.why}")
            made.acted.connect(partial(self._acted, at))
            self._list.addWidget(made)

    def _acted(self, at: int, action: str) -> None:
        assert self._findings is not None
        if action == "fix":
            self.fixed.emit(at)
        else:
            self.opened.emit(self._findings[at].finding.column)


def finding_text(finding: Finding) -> tuple[str, str]:
    """A short title and a sentence."""
    tr = QCoreApplication.translate
    name = shown_name(finding.column)
    short = name if len(name) <= 28 else f"{name[:15]}…{name[-10:]}"
    title = tr("Findings", finding.title)
    several = tr("Findings", "Each of several columns") if title.startswith("{column}") else tr("Findings", "several columns")
    title = title.format(column=short or several)
    message = finding.message
    return title, message.replace(name, short) if name else message


def fix_text(fix: Mapping[str, Any]) -> str:
    """What a fix does, as a link says it."""
    tr = QCoreApplication.translate
    if "role" in fix:
        roles = set(fix["role"].values())
        return tr("Findings", "Mark as identifier") if roles == {"id"} else tr("Findings", "Leave out")
    if "type" in fix:
        return tr("Findings", "Read as text")
    if "missing" in fix:
        return tr("Findings", "Count as missing")
    if "row_filter" in fix:
        return tr("Findings", "Drop the rows")
    if "split" in fix:
        by_time = choices().splitters[fix["split"]["id"]].by_time
        return tr("Findings", "Test on the latest rows") if by_time else tr("Findings", "Keep them on one side")
    return tr("Findings", "Add step")
