"""Texts that are cut off or hold half a character: what is wrong is named."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import load_cells


def test_a_name_of_half_a_character_is_named_as_the_reason(tmp_path):
    (tmp_path / "x.json").write_text('[{"a\\ud800": 1}, {"a\\ud800": 2}]')
    with pytest.raises(UserError, match="half a character"):
        load_cells(tmp_path / "x.json", None, Silent())


def test_a_quote_that_the_last_row_never_closes_is_noted(tmp_path):
    (tmp_path / "x.csv").write_text("n,x,t,y\n" + '1,0.5,"a,b",yes\n' * 40 + '2,0.5,"z,no\n')
    assert any("never closed" in note.message for note in load_cells(tmp_path / "x.csv", None, Silent())[1].notes)
