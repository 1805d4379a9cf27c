"""A stack of pages is as high as its current page needs."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from mlops_desktop.ui.widgets.basic import column, held, label, scrolled
from mlops_desktop.ui.widgets.pages import Pages


def test_a_page_that_was_narrow_once_makes_the_stack_no_taller_when_the_window_is_wide(qtbot):
    pages = Pages()
    text = label("A long sentence about how a column was read. " * 12, wrap=True)
    for page in (held(column(label("Rows"), None)), held(column(text, None))):
        pages.addWidget(page)
    area = scrolled(held(column(pages)))
    qtbot.addWidget(area)

    def show(page: int, width: int) -> bool:
        """Whether it fits without scrolling."""
        pages.setCurrentIndex(page)
        area.resize(width, 150)
        for _ in range(4):
            QApplication.processEvents()
        return area.widget().height() == area.viewport().height()

    area.show()
    assert not show(1, 200)
    assert show(0, 200)
    assert show(0, 1000)
    assert show(1, 1000)
