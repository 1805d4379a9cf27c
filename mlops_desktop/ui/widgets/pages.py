"""A stack of pages whose height is that of the page shown."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget


class Pages(QStackedWidget):
    """A stack that needs the height of its current page alone.

    A hidden page is not laid out when the window gets another size: texts in it that wrap keep the height of the width they had, so a
    stack as high as its highest page would stay taller than the window after that was narrow once.
    """

    def __init__(self) -> None:
        super().__init__()
        self._policies: dict[QWidget, QSizePolicy.Policy] = {}
        self.currentChanged.connect(self._count)

    def addWidget(self, page: QWidget) -> int:
        """Add a page."""
        self._policies[page] = page.sizePolicy().verticalPolicy()
        at = super().addWidget(page)
        self._count()
        return at

    def _count(self) -> None:
        for page, policy in self._policies.items():
            wanted, changed = policy if page is self.currentWidget() else QSizePolicy.Policy.Ignored, page.sizePolicy()
            if changed.verticalPolicy() != wanted:
                changed.setVerticalPolicy(wanted)
                page.setSizePolicy(changed)
