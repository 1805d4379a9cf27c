"""The help: a page for each stage with pictures that are there, links that lead somewhere, and a search."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from mlops_desktop.base.catalogue import catalogue_folder, read_catalogue
from mlops_desktop.engine.workflow import STAGES, TITLES
from mlops_desktop.ui.shell import help_window
from mlops_desktop.ui.shell.help_window import PAGES, HelpWindow, help_folder, page_file, page_title, picture_file
from mlops_desktop.ui.translation import set_language
from tests.ui.conftest import click, find

LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)]*)\)")
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
LINE_MARK = re.compile(r"^(#+|- |\|)", re.MULTILINE)  # of a heading, an item of a list, a row of a table
CATALOGUES = [path for path in sorted(catalogue_folder().glob("*.po")) if (help_folder() / path.stem).is_dir()]


def in_bold(text):
    """The texts of the window that a page names, sorted; their first letter is small, as it may be within a sentence."""
    return sorted(small(" ".join(found.split())) for found in BOLD.findall(text))


def small(text):
    return text[:1].lower() + text[1:]


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
    shown = {target for page in PAGES for mark, target in LINK.findall(page_file(page).read_text(encoding="utf-8")) if mark}
    pages = {f"{page}.md" for page in PAGES}
    folders = [help_folder(), *(help_folder() / path.stem for path in CATALOGUES)]
    for folder in folders:
        assert {path.name for path in folder.glob("*.md")} == pages
        pictures = {f"pictures/{path.name}" for path in (folder / "pictures").glob("*")}
        assert pictures == shown if folder == help_folder() else pictures <= shown
    assert {path for path in help_folder().iterdir() if path.is_dir()} == {help_folder() / "pictures", *folders[1:]}


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.stem)
def test_a_translated_page_is_built_as_the_english_one_and_names_what_the_window_shows(catalogue):
    texts = read_catalogue(catalogue).language().texts
    shown = {small(source): small(text) for source, text in texts.items()}
    for page in PAGES:
        english, text = ((help_folder() / place / f"{page}.md").read_text(encoding="utf-8") for place in ("", catalogue.stem))
        assert LINK.findall(text) == LINK.findall(english), page
        assert LINE_MARK.findall(text) == LINE_MARK.findall(english), page
        assert in_bold(text) == sorted(shown.get(name, f"not in the window: {name}") for name in in_bold(english)), page
        if page in STAGES:
            assert page_title(text) == texts[TITLES[page]]


def test_a_page_and_its_picture_are_in_the_language_of_the_window_where_there_are_such(qapp, monkeypatch, tmp_path):
    (tmp_path / "help" / "de" / "pictures").mkdir(parents=True)
    for name in ("start.md", "pictures/start.png"):
        (tmp_path / "help" / "de" / name).touch()
    monkeypatch.setattr(help_window, "resource_folder", lambda: tmp_path)
    set_language(qapp, "de")
    try:
        found = [page_file("start"), picture_file("pictures/start.png"), page_file("data"), picture_file("pictures/data.png")]
    finally:
        set_language(qapp, "en")
    assert [path.relative_to(tmp_path / "help").as_posix() for path in found] == [
        *("de/start.md", "de/pictures/start.png", "data.md", "pictures/data.png")
    ]


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


def test_the_titles_of_the_pages_are_whole_in_german(qapp, qtbot):
    set_language(qapp, "de")
    try:
        window = HelpWindow()
    finally:
        set_language(qapp, "en")
    qtbot.addWidget(window)
    window.show()
    assert window.list.sizeHintForColumn(0) <= window.list.viewport().width()
