"""The findings as the health card shows them: open, fixed with what the fix changed, or decided without any effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject

from mlops_desktop.engine.process import MeasureFixes
from mlops_desktop.engine.profiling import Finding, FixEffect, effect_text, is_applied, measured_fixes, taken_care
from mlops_desktop.engine.project import digest
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.query import Query
from mlops_desktop.ui.translation import translated

IN_PROFILE = {"role", "type", "missing", "recode"}  # decisions that the profile is made with: one that mends a finding makes it go


@dataclass(frozen=True)
class FindingState:
    """A finding: `care` says what takes care of it already ("" nothing), `vain` that its fix is applied and changes nothing ("" else)."""

    finding: Finding
    care: str = ""
    vain: str = ""


class FixMeasurement(QObject):
    """Has the effects of the applied fixes measured, and says how each finding stands."""

    def __init__(self, controller: ProjectController, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        title = self.tr("Measuring what the fixes change")
        self.effects: Query[tuple[FixEffect, ...]] = Query(controller, owner="data.effects", title=title, parent=self)

    def want(self, findings: Sequence[Finding]) -> None:
        """Have the effects of today's fixes of these findings measured, if any are applied."""
        project = self._controller.project
        some = project.target and project.task and measured_fixes(project, findings)
        keys = self._controller.keys
        key = digest(keys.profile, keys.steps) if some else ""
        self.effects.want(key, MeasureFixes(*self._controller.inputs) if some else None)

    def states(self, findings: Sequence[Finding], *, current: bool) -> list[FindingState]:
        """How each finding stands; `current`: they were found under today's decisions."""
        found = self.effects.value or ()
        effects = {(one.rule, one.column): one for one in found}
        return [self._state(one, effects.get((one.rule, one.column)), current) for one in findings]

    def _state(self, finding: Finding, effect: FixEffect | None, current: bool) -> FindingState:
        project = self._controller.project
        if not current or not is_applied(project, finding):
            return FindingState(finding, translated(taken_care(project, finding)))
        others = len(project.active_steps()) + len(project.active_row_filters()) > 1
        if effect is not None:
            text = translated(effect_text(effect, others=others))
            return FindingState(finding, text) if text else FindingState(finding, vain=_vain_text(translated(effect.error), others))
        if finding.fix is not None and finding.fix.keys() <= IN_PROFILE:
            return FindingState(finding, vain=_vain_text(""))
        return FindingState(finding, translated(taken_care(project, finding)))


def _vain_text(error: str, others: bool = False) -> str:
    tr = QCoreApplication.translate
    if error:
        return tr("Findings", "The fix is among your decisions, but it cannot be done: {error}").format(error=error)
    if others:
        return tr("Findings", "The fix is among your decisions, but beside your other steps it changes nothing.")
    return tr("Findings", "The fix is among your decisions, but it changes nothing.")
