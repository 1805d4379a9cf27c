"""How a finding stands: open, fixed, or decided in vain."""

from __future__ import annotations

from dataclasses import replace

from mlops_desktop.engine.profiling import Finding
from mlops_desktop.engine.project import set_note
from mlops_desktop.ui.panels.data.finding_states import FixMeasurement

LEAK = Finding("leak", "high", "sex", "m", "w", {"role": {"sex": "ignore"}})


def test_a_decision_that_leaves_its_finding_in_the_profile_is_in_vain(window):
    measured = FixMeasurement(window.controller, window)
    assert measured.states([LEAK], current=True)[0].vain == ""
    controller = window.controller
    controller.put("Leave out", replace(set_note(controller.project, "sex", role="ignore"), steps=()))
    assert measured.states([LEAK], current=False)[0].care == "Fixed by your decisions."  # until the profile is made anew
    found = measured.states([LEAK], current=True)[0]
    assert (found.care, "changes nothing" in found.vain) == ("", True)
    measured.deleteLater()
