"""Kept inputs survive, and losing them does not matter."""

from __future__ import annotations

import pytest

from mlops_desktop.engine.project.saved_inputs import INPUTS_FILE, MOST, KeptInput, read_inputs, write_inputs


def test_they_come_back_as_they_were(tmp_path):
    kept = [KeptInput("Özil", {"a": 1.5, "b": None, "c": "x"}), KeptInput("2", {"a": True})]
    write_inputs(tmp_path, kept)
    assert read_inputs(tmp_path) == kept
    assert type(read_inputs(tmp_path)[1].row["a"]) is bool


def test_the_latest_are_kept(tmp_path):
    write_inputs(tmp_path, [KeptInput(str(i), {}) for i in range(MOST + 5)])
    assert [one.name for one in read_inputs(tmp_path)] == [str(i) for i in range(5, MOST + 5)]


@pytest.mark.parametrize("text", ["", "{", "{}", "[1]", '[{"name": "x"}]', '[{"name": "x", "row": 3}]', "\xff"])
def test_a_damaged_file_counts_as_none(tmp_path, text):
    (tmp_path / INPUTS_FILE).write_text(text, encoding="latin-1")
    assert read_inputs(tmp_path) == []


def test_no_file_counts_as_none(tmp_path):
    assert read_inputs(tmp_path) == []
