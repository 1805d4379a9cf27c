"""The offer of earlier decisions, by real clicks: used, left again, forgotten, and reported where they cannot be read."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from mlops_desktop.engine.choices import choices
from mlops_desktop.ui.reading_offer import ReadingOffer
from mlops_desktop.ui.readings import Reading, Readings
from mlops_desktop.ui.widgets.notices import Banner
from tests.ui.conftest import click, find

DECIDED = Reading("a.csv", choices().sources["delimited"](thousands="point"))


@pytest.fixture
def offer(qtbot):
    stored = [""]
    made = ReadingOffer(name="offer")
    made.readings = Readings(lambda: stored[0], lambda text: stored.__setitem__(0, text))
    made.stored = stored
    qtbot.addWidget(made)
    made.show_for(made.readings, "s")
    return made


def banners(offer):
    return [offer._banner.itemAt(at).widget() for at in range(offer._banner.count())]


def test_nothing_is_offered_where_nothing_is_kept(offer):
    assert (banners(offer), offer.isHidden()) == ([], True)


def test_decisions_are_used_and_left_again(offer):
    got = []
    offer.used.connect(got.append)
    offer.unused.connect(lambda: got.append(None))
    offer.readings.keep("s", DECIDED)
    offer.show_for(offer.readings, "s")
    offer.show()
    click(find(offer, QPushButton, "offer_use"))
    QApplication.processEvents()
    click(find(offer, QPushButton, "offer_without"))
    assert got == [DECIDED, None]
    assert "Thousands: point" in banners(offer)[0].text.text()


def test_decisions_that_cannot_be_read_are_reported_and_can_be_forgotten(offer):
    offer.stored[0] = '{"format": 1, "readings": {"s": {"file": "a", "source": {"id": "gone"}}}}'
    offer.show_for(offer.readings, "s")
    offer.show()
    (banner,) = banners(offer)
    assert isinstance(banner, Banner)
    assert "gone" in banner.text.text()
    click(find(offer, QPushButton, "offer_forget"))
    assert banners(offer) == []
    assert offer.readings.find("s") is None


def test_what_a_newer_version_kept_is_not_forgotten(offer):
    text = offer.stored[0] = '{"format": 99, "readings": {}}'
    offer.show_for(offer.readings, "s")
    offer.show()
    click(find(offer, QPushButton, "offer_forget"))
    assert "newer version" in banners(offer)[0].text.text()
    assert offer.stored[0] == text
