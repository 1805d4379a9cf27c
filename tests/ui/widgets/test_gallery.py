"""Tiles: as many side by side as fit, chosen by click and key, greyed with the reason."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from mlops_desktop.ui.widgets.basic import scrolled, set_property
from mlops_desktop.ui.widgets.gallery import Gallery, Offer


@pytest.fixture
def gallery(qtbot):
    made = Gallery(name="g")
    area = scrolled(made)
    qtbot.addWidget(area)
    area.resize(700, 500)
    made.show_offers([("", [Offer(str(i), f"Title {i}", "words " * 12, "num", "needs x" if i == 2 else "") for i in range(5)])])
    area.show()
    area.activateWindow()
    QApplication.processEvents()
    yield made
    area.close()


def test_a_click_and_keys_choose(gallery, qtbot):
    picked: list[str] = []
    gallery.picked.connect(picked.append)
    tiles = gallery.tiles()
    qtbot.mouseClick(tiles[1], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(tiles[2], Qt.MouseButton.LeftButton)
    assert picked == ["1"]
    gallery.focus_first()
    for key, at in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_Right, 3), (Qt.Key.Key_Left, 1)):  # the greyed one is passed over
        qtbot.keyClick(gallery.focusWidget(), key)
        assert tiles[at].hasFocus()
    qtbot.keyClick(tiles[1], Qt.Key.Key_Return)
    assert picked == ["1", "1"]


def test_the_reason_of_a_greyed_tile_is_shown(gallery):
    tile = gallery.tiles()[2]
    assert not tile.isEnabled()
    assert "needs x" in tile.toolTip()
    assert "needs x" in tile.accessibleDescription()


def test_tiles_are_as_high_as_their_texts_and_as_many_as_fit(gallery):
    across = {tile.y() for tile in gallery.tiles()[:3]}
    assert len(across) == 1
    assert all(tile.height() >= 50 for tile in gallery.tiles())
    gallery.window().resize(300, 900)
    QApplication.processEvents()
    assert len({tile.y() for tile in gallery.tiles()}) == 5


def test_the_same_offers_are_not_built_again(gallery):
    tiles = gallery.tiles()
    gallery.show_offers(gallery._sections)
    assert gallery.tiles() == tiles
    gallery.show_offers([])
    assert gallery.tiles() == []


def test_a_tile_that_is_chosen_keeps_its_height(qtbot):
    """In a window with the style sheet, whose least height of a button is that of one line."""
    window = QWidget()
    window.setStyleSheet('QPushButton { min-height: 18px; } QPushButton[kind="tile"] { min-height: 0; }')
    made = Gallery(name="g")
    made.show_offers([("", [Offer(str(i), f"Title {i}", "words " * 12) for i in range(8)])])
    QVBoxLayout(window).addWidget(scrolled(made))
    qtbot.addWidget(window)
    window.resize(340, 300)
    window.show()
    QApplication.processEvents()
    for one in (0, 5):
        for at, tile in enumerate(made.tiles()):
            set_property(tile, "chosen", at == one)
        QApplication.processEvents()
        assert all(tile.height() >= tile.minimumSizeHint().height() for tile in made.tiles())
