"""The checks of a model: doubts with what to do, accepted for a reason, passed ones in one line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from mlops_desktop.engine.diagnostics import CheckResult
from mlops_desktop.ui.panels.evaluate.checks_card import ChecksCard
from mlops_desktop.ui.project_controller import ProjectController
from tests.ui.conftest import find

PASSED = CheckResult("folds", "Folds agree", "passed", "AUC from 0.8 to 0.9.", "", "check.folds.1")
DOUBT = CheckResult("overfit", "Learned", "doubtful", "AUC: 1 and 0.6.", "Try a simpler model.", "check.overfit.1")
FAILED = CheckResult(
    "leaks", "Leaks", "failed", "It learns from “x”.", "Leave it out.", "check.leaks.1", asked=("finding.leak.x",), asked_in="data"
)


@pytest.fixture
def made(qtbot, runner):
    card = ChecksCard(ProjectController(runner))
    qtbot.addWidget(card)
    card.show()
    return card


def name_of(card: ChecksCard, id_: str) -> str:
    return str(find(card, QWidget, f"check_{id_}").accessibleName())


def test_each_doubt_shows_its_verdict_as_text_and_passed_ones_share_a_line(made):
    verdict = find(made, QLabel, "checks_verdict")
    assert not verdict.isVisible()
    made.show_checks((FAILED, DOUBT, PASSED))
    assert name_of(made, "leaks").startswith("Serious: Failed: Leaks. It learns from “x”. Leave it out.")
    assert name_of(made, "overfit").startswith("Warning: Doubtful: Learned.")
    assert name_of(made, "passed") == "Good: 1 passed. Folds agree"
    assert (verdict.text(), verdict.property("pill")) == ("2 in doubt", "err")
    find(made, QPushButton, "check_passed_show").click()
    assert "AUC from 0.8" in name_of(made, "folds")


def test_what_was_accepted_shows_the_reason_and_is_not_in_doubt(made):
    made.show_checks((replace(DOUBT, accepted="Meant to."), PASSED))
    assert "Your reason: Meant to." in name_of(made, "overfit")
    assert find(made, QLabel, "checks_verdict").property("pill") == "ok"


def test_a_doubt_that_an_earlier_stage_asks_leads_there(made):
    went = []
    made._controller.go_to.connect(went.append)
    for stage in ("data", "problem"):
        made.show_checks((replace(FAILED, asked_in=stage),))
        find(made, QPushButton, "check_leaks_decide").click()
    assert went == ["data", "problem"]
