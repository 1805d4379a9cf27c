"""The help: a page for each stage, with pictures, from the files that ship with the program."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QTextDocument
from PySide6.QtWidgets import QDialog, QFrame, QLineEdit, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.workflow import STAGES
from mlops_desktop.ui import theme
from mlops_desktop.ui.translation import language
from mlops_desktop.ui.widgets.basic import Button, column, row

PAGES = ("start", *STAGES, "settings", "keys")
_MARGIN, _SCROLL_BAR = 18, 24  # pixels beside the text, and what a scroll bar takes of them
_LIST = 24  # average characters that the list of pages is wide at least
_MARKS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*`#|]")  # of Markdown: only what is read is searched


def help_folder() -> Path:
    """The folder of the pages and pictures in English; those in another language lie in a folder of its code, as far as there are any."""
    return resource_folder() / "help"


def page_file(page: str) -> Path:
    """The file of a page, in the language of the window where there is one."""
    return _translated(f"{page}.md")


def picture_file(name: str) -> Path:
    """The file of a picture that a page names, such as `pictures/data.png`, in the language of the window where there is one."""
    return _translated(name)


def _translated(name: str) -> Path:
    translated = help_folder() / language() / name
    return translated if translated.is_file() else help_folder() / name


def page_title(text: str) -> str:
    """The title of a page: its first line."""
    return text.partition("\n")[0].lstrip("# ").strip()


class _Browser(QTextBrowser):
    """Shows pages; a picture is never wider than the text."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, name)
        image = QImage(str(picture_file(name if isinstance(name, str) else name.path())))
        ratio = self.devicePixelRatioF()
        wide = max(1, int((self.viewport().width() - 2 * _MARGIN - _SCROLL_BAR) * ratio))
        if image.width() > wide:
            image = image.scaledToWidth(wide, Qt.TransformationMode.SmoothTransformation)
        image.setDevicePixelRatio(ratio)
        return image


class HelpWindow(QDialog):
    """Stays open beside the work. Pages link to each other; the search lists those with all of its words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("help_window")
        self.setWindowTitle(self.tr("Help"))
        self._texts = {page: page_file(page).read_text(encoding="utf-8") for page in PAGES}
        self._page = ""
        self.search = QLineEdit()
        self.search.setObjectName("help_search")
        self.search.setPlaceholderText(self.tr("Search the help"))
        self.search.setAccessibleName(self.search.placeholderText())
        self.search.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setObjectName("help_pages")
        self.list.setAccessibleName(self.tr("Pages"))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.text = _Browser()
        self.text.setObjectName("help_text")
        self.text.setAccessibleName(self.tr("Text of the page"))
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setOpenLinks(False)
        self.text.setFont(theme.font("body"))
        self.text.document().setDocumentMargin(_MARGIN)
        close = Button(self.tr("Close"), self.close, name="help_close")
        wide = self.fontMetrics().averageCharWidth()
        pages = QWidget()
        pages.setLayout(column(self.search, (self.list, 1), close))
        metrics = self.list.fontMetrics()
        titles = max(metrics.horizontalAdvance(page_title(text)) for text in self._texts.values())
        pages.setFixedWidth(max(wide * _LIST, titles + 4 * wide))  # beside the padding of an entry and the scroll bar
        self.setLayout(row(pages, (self.text, 1), margins=(12, 12, 12, 12), spacing=12))
        most = parent.window().size() if parent is not None else QSize(10_000, 10_000)
        self.resize(QSize(wide * 130, self.fontMetrics().lineSpacing() * 42).boundedTo(most))
        self.search.textChanged.connect(self._fill)
        self.list.currentItemChanged.connect(self._picked)
        self.text.anchorClicked.connect(self.follow)
        self._fill()

    def show_page(self, page: str) -> None:
        """Show a page: the id of a stage, `start`, `settings` or `keys`."""
        if page != self._page:
            self._page = page
            self.text.document().setDefaultStyleSheet("")
            self.text.document().setMarkdown(self._texts[page], QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
            self.text.moveCursor(self.text.textCursor().MoveOperation.Start)
        for at in range(self.list.count()):
            item = self.list.item(at)
            if item.data(Qt.ItemDataRole.UserRole) == page:
                self.list.setCurrentItem(item)

    @property
    def page(self) -> str:
        """The page that is shown."""
        return self._page

    def follow(self, link: QUrl) -> None:
        """Go to the page of a link; an address is opened in the browser of the desktop."""
        if link.scheme():
            QDesktopServices.openUrl(link)
        else:
            self.search.clear()
            self.show_page(Path(link.path()).stem)

    def restyle(self) -> None:
        """The theme changed: links take their colour from the palette when a page is read."""
        page, self._page = self._page, ""
        self.show_page(page)

    def _fill(self) -> None:
        words = self.search.text().lower().split()
        self.list.blockSignals(True)
        self.list.clear()
        for page, text in self._texts.items():
            plain = _MARKS.sub(r"\1", text).lower()
            if all(word in plain for word in words):
                item = QListWidgetItem(page_title(text), self.list)
                item.setData(Qt.ItemDataRole.UserRole, page)
                item.setToolTip(item.text())
                if page == self._page:
                    self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        if words and self.list.count():
            self.list.setCurrentRow(0)
            self._picked(self.list.item(0))

    def _picked(self, item: QListWidgetItem | None, _: object = None) -> None:
        if item is not None:
            self.show_page(str(item.data(Qt.ItemDataRole.UserRole)))
            if word := self.search.text().split():
                self.text.find(word[0])
