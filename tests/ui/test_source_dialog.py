"""The dialog for data that no file dialog leads to, by real clicks and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from mlops_desktop.engine.choices import choices
from mlops_desktop.ui.source_dialog import DataZone, SourceDialog, address_sources

SOURCES = choices().sources


@pytest.fixture
def dialog(qtbot):
    shown = SourceDialog()
    qtbot.addWidget(shown)
    shown.show()
    return shown


def pick(dialog, id_):
    dialog.kind.show_choice(id_)
    dialog.kind.picked.emit(id_)


def asked(dialog, place, **fields):
    """What the dialog asks for once these texts are typed and Read is clicked."""
    found = []
    dialog.read_asked.connect(lambda location, source: found.append((location, source)))
    dialog.place.setText(place)
    for name, text in fields.items():
        line = dialog.findChild(QLineEdit, name)
        QTest.keyClicks(line, text)
    QTest.mouseClick(dialog.findChild(QPushButton, "source_read"), Qt.MouseButton.LeftButton)
    return found


def test_every_source_of_addresses_is_offered_with_its_form(dialog):
    assert [dialog.kind.itemData(at) for at in range(dialog.kind.count())] == list(address_sources())
    for id_, source in address_sources().items():
        pick(dialog, id_)
        assert dialog.place.placeholderText() == source.example
        assert set(dialog._forms[id_].fields) == set(source.params())
        assert dialog.password.isVisible() == source.has_password


def test_nothing_is_read_before_a_place_is_named(dialog):
    go = dialog.findChild(QPushButton, "source_read")
    assert not go.isEnabled()
    dialog.place.setText("x")
    assert go.isEnabled()


def test_a_folder(dialog):
    pick(dialog, "folder")
    assert asked(dialog, "/data/my sales", source_folder_pattern="*.csv") == [
        ("folder:/data/my%20sales", SOURCES["folder"](pattern="*.csv"))
    ]


def test_a_database_with_a_password_that_is_forgotten_afterwards(dialog):
    pick(dialog, "database")
    found = asked(dialog, "postgresql://me@here/shop", source_password="p:w/1", source_database_table="sale")
    assert found == [("postgresql://me:p%3Aw%2F1@here/shop", SOURCES["database"](table="sale"))]
    assert dialog.password.text() == ""
    assert dialog.location() == "postgresql://me@here/shop"


def test_two_files(dialog):
    pick(dialog, "join")
    found = asked(dialog, "/data/orders.csv", source_join_other="/data/customers.csv", source_join_on="id")
    assert found == [("join:/data/orders.csv", SOURCES["join"](other="/data/customers.csv", on="id"))]


def test_a_source_whose_packages_are_absent_is_greyed_with_the_reason(qtbot, monkeypatch):
    monkeypatch.setattr(SOURCES["database"], "needs", ("no_such_package",))
    shown = SourceDialog()
    qtbot.addWidget(shown)
    at = shown.kind.findData("database")
    assert not shown.kind.model().item(at).isEnabled()
    assert "needs no_such_package, which is not installed" in shown.kind.itemData(at, Qt.ItemDataRole.ToolTipRole)
    assert shown.kind.chosen() != "database"


def test_a_drop_zone_takes_other_data_as_an_address_with_its_parameters(qtbot):
    zone, taken = DataZone("Drop it", "Here.", name="zone"), []
    qtbot.addWidget(zone)
    zone.taken.connect(taken.append)
    zone.show()
    QTest.mouseClick(zone.findChild(QPushButton, "zone_other"), Qt.MouseButton.LeftButton)
    dialog = zone.findChild(SourceDialog)
    pick(dialog, "folder")
    asked(dialog, "/data/sales", source_folder_pattern="*.csv")
    assert taken == ["folder:/data/sales?pattern=%2A.csv"]
    assert SOURCES["folder"]().located(taken[0])[0].pattern == "*.csv"
