"""Formats that hold tables and are not read are named, with what to save instead."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import best_source, load_cells
from mlops_desktop.engine.data.unread_formats import _FORMATS, _REMEDIES


def test_a_known_format_that_is_not_read_is_named_with_what_to_save_instead(tmp_path):
    path = tmp_path / "x.docx"
    path.write_bytes(b"PK")
    with pytest.raises(UserError, match=r"is a text document, which is not read\. Copy its table"):
        load_cells(path, None, Silent())


def test_no_format_that_is_read_is_among_them():
    assert [ending for ending in _FORMATS if best_source(f"x{ending}")] == []
    assert _REMEDIES.keys() <= set(_FORMATS.values())
