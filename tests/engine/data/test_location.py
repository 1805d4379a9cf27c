"""How a location is named and completed."""

import os

import pytest

from mlops_desktop.engine.data.location import is_source_address, name_of, place_of


@pytest.mark.parametrize(
    ("location", "name"),
    [("folder/birds.csv", "birds.csv"), ("postgresql://me:secret@here/sales", "postgresql://here/sales"), ("C:\\data\\birds.csv", None)],
)
def test_a_name_shows_no_password(location, name):
    assert "secret" not in name_of(location)
    assert name is None or name_of(location) == name


def test_a_folder_is_an_address_of_its_files(tmp_path):
    place = place_of(tmp_path)
    assert is_source_address(place)
    assert place.startswith("folder:")
    assert place_of(tmp_path / "birds.csv") == os.fspath(tmp_path / "birds.csv")
