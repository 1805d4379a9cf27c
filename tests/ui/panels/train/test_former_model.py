"""The line that compares the model before new data with the one in use."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.evaluation import FormerComparison
from mlops_desktop.ui.panels.train.board_card import BoardCard
from mlops_desktop.ui.panels.train.former_model import FormerModel
from mlops_desktop.ui.pending_call import PendingCall, ignore
from mlops_desktop.ui.project_controller import ProjectController


@pytest.mark.parametrize(("low", "high", "verdict"), [(0.01, 0.05, "better"), (-0.05, -0.01, "worse"), (-0.01, 0.05, "chance")])
def test_the_difference_is_shown_with_its_certainty(qtbot, low, high, verdict):
    card = BoardCard()
    qtbot.addWidget(card)
    card.show_former(FormerComparison("Ridge", "neg_root_mean_squared_error", 1200, -4.0, -3.5, low, high), "", "Last change (b.csv)")
    assert "Last change (b.csv): RMSE 4 before (Ridge), 3.5 now, on 1,200 training rows" in card.former.text()
    assert verdict in card.former.text()


def test_a_refusal_that_is_shown_where_it_was_asked_is_no_banner(runner):
    controller, banners = ProjectController(runner), []
    controller.banner.connect(lambda *shown: banners.append(shown))
    for handled in (True, None):
        handlers = (ignore, ignore, lambda _, handled=handled: handled, ignore)
        PendingCall(controller, None, "train", "Comparing", ignore, *handlers).refused(UserError("Too few rows.", ""))
        assert len(banners) == (handled is None)


def test_without_other_data_before_nothing_is_asked(window):
    card = BoardCard()
    made = FormerModel(window.controller, card, window)
    made.show(None, busy=False)
    assert made.query.state == "absent"
    assert card.former.isHidden()
    made.deleteLater()
    card.deleteLater()
