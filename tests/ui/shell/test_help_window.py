"""The help: a page for each stage with pictures that are there, links that lead somewhere, and a search."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from mlops_desktop.base.catalogue import catalogue_folder, read_catalogue
from mlops_desktop.engine.workflow import STAGES, TITLES
from mlops_desktop.ui.shell.help_window import PAGES, HelpWindow, help_folder, page_file, page_title
from tests.ui.conftest import click, find

LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)]*)\)")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_its_pictures_and_its_links_lead_to_pages(page):
    text = page_file(page).read_text(encoding="utf-8")
    links = LINK.findall(text)
    for is_picture, target in links:
        assert (help_folder() / target).is_file(), target
        assert is_picture or target.removesuffix(".md") in PAGES, target
    if page in STAGES:
        assert page_title(text) == TITLES[page]
        assert ("!", f"pictures/{page}.png") in links


def test_every_file_of_the_help_is_used():
    assert {path.stem for path in help_folder().glob("*.md")} == set(PAGES)
    shown = {target for page in PAGES for mark, target in LINK.findall(page_file(page).read_text(encoding="utf-8")) if mark}
    assert {f"pictures/{path.name}" for path in (help_folder() / "pictures").iterdir()} == shown


@pytest.mark.parametrize("catalogue", sorted(catalogue_folder().glob("*.po")), ids=lambda path: path.stem)
def test_each_language_has_the_same_pages_with_the_same_pictures_and_links(catalogue):
    language = read_catalogue(catalogue).language()
    for page in PAGES:
        english, text = ((help_folder() / place / f"{page}.md").read_text(encoding="utf-8") for place in ("", catalogue.stem))
        assert LINK.findall(text) == LINK.findall(english), page
        if page in STAGES:
            assert page_title(text) == language.text(TITLES[page])


def test_pages_are_read_found_and_linked(qtbot):
    window = HelpWindow()
    qtbot.addWidget(window)
    window.show()
    window.show_page("train")
    assert "Leaderboard" in window.text.toPlainText()
    window.follow(QUrl("evaluate.md"))
    assert window.page == "evaluate"
    assert window.list.currentItem().text() == TITLES["evaluate"]
    QTest.keyClicks(window.search, "keyring password")
    assert window.page == "settings"
    assert window.list.count() == 1
    QTest.keyClicks(window.search, " zzz")
    assert window.list.count() == 0
    window.search.clear()
    assert window.list.count() == len(PAGES)


def test_f1_opens_the_page_of_the_stage_in_front(window, qtbot):
    window.show_stage("data")
    QTest.keyClick(window, Qt.Key.Key_F1)
    shown = find(window, HelpWindow, "help_window")
    assert shown.page == "data"
    window.show_stage("")
    click(find(window, QToolButton, "help"))
    assert shown.isVisible()
    assert shown.page == "start"
    shown.close()
