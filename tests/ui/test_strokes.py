"""Icons as text and as files for the style sheet."""

from __future__ import annotations

import pytest

from mlops_desktop.ui.strokes import svg, svg_file


def test_colour_and_width_are_put_in():
    text = svg("check", "#123456", 2.5).decode()
    assert text.startswith("<svg")
    assert "#123456" in text
    assert 'stroke-width="2.5"' in text
    assert "currentColor" not in text


def test_an_unknown_icon_is_a_fault():
    with pytest.raises(FileNotFoundError):
        svg("no such icon", "#000000")


def test_a_file_is_made_once_for_each_colour(tmp_path):
    folder = tmp_path / "made" / "here"
    one, other = svg_file(folder, "check", "#111111"), svg_file(folder, "check", "#222222")
    assert one != other
    assert "\\" not in one
    before = (folder / "check_111111.svg").stat().st_mtime_ns
    assert svg_file(folder, "check", "#111111") == one
    assert (folder / "check_111111.svg").stat().st_mtime_ns == before
