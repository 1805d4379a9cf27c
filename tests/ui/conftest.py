"""The window's look, once for all tests of the window."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from mlops_desktop.ui import theme


@pytest.fixture(scope="session", autouse=True)
def fonts(qapp: QApplication) -> None:
    qapp.setStyle("Fusion")
    theme.load_fonts()


@pytest.fixture(autouse=True)
def light(qapp: QApplication) -> None:
    if theme.current() != "light" or not qapp.styleSheet():
        theme.apply(qapp, "light")
