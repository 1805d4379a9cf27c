"""Rows of a text that is cut off."""

from __future__ import annotations

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import load_cells


def test_a_quote_that_the_last_row_never_closes_is_noted(tmp_path):
    (tmp_path / "x.csv").write_text("n,x,t,y\n" + '1,0.5,"a,b",yes\n' * 40 + '2,0.5,"z,no\n')
    assert any("never closed" in note.message for note in load_cells(tmp_path / "x.csv", None, Silent())[1].notes)
