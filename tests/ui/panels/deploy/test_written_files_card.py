"""The list of what an export writes: only a service can be run from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mlops_desktop.ui.panels.deploy.written_files_card import WrittenCard


@pytest.mark.parametrize("service", [True, False])
def test_only_a_service_can_be_run_here(qtbot: QtBot, tmp_path: Path, service: bool) -> None:
    made = WrittenCard(name="written")
    qtbot.addWidget(made)
    made.show_written(tmp_path, [("model.zip", "2 MB")], [""], "1 file", service=service)
    assert made.run.isVisibleTo(made) == service
    assert made.folder.isVisibleTo(made)
    made.show_plan([("model.zip", "the model")], "")
    assert not made.run.isVisibleTo(made)
