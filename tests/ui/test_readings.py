"""Decisions on how files were read are kept by the shape of the file, and only where something was decided."""

from __future__ import annotations

import json

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data import preview_table
from mlops_desktop.engine.project import Answer, ColumnNote, Project
from mlops_desktop.engine.questions import read_like
from mlops_desktop.ui import readings
from mlops_desktop.ui.readings import Reading, Readings, shape_of

TEXT = choices().sources["delimited"]
DECIDED = Reading("a.csv", TEXT(thousands="point"), {"x": ColumnNote(unit="kg")}, {"reading.decimal.x": Answer(option="accept")})


@pytest.fixture
def kept():
    stored = [""]
    made = Readings(lambda: stored[0], lambda text: stored.__setitem__(0, text))
    made.stored = stored
    return made


def test_there_and_back(kept):
    kept.keep("s", DECIDED)
    assert kept.find("s") == DECIDED
    assert kept.find("other") is None
    kept.forget("s")
    assert kept.find("s") is None


def test_what_decides_nothing_takes_an_older_one_away(kept):
    kept.keep("s", DECIDED)
    kept.keep("s", Reading("b.csv", TEXT()))
    assert kept.find("s") is None


def test_the_latest_are_kept(kept, monkeypatch):
    monkeypatch.setattr(readings, "MOST", 2)
    for shape in "abc":
        kept.keep(shape, DECIDED)
    assert [kept.find(shape) is not None for shape in "abc"] == [False, True, True]


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_text_that_holds_none_counts_as_empty(kept, text):
    kept.stored[0] = text
    assert kept.find("s") is None
    kept.keep("s", DECIDED)
    assert kept.find("s") == DECIDED


def test_readings_without_a_format_are_read(kept):
    """As version 4 wrote them."""
    kept.stored[0] = (
        '{"s": {"file": "a.csv", "source": {"id": "delimited", "version": 1, "params": {"thousands": "point"}},'
        ' "columns": {"x": {"unit": "kg"}}, "answers": {"reading.decimal.x": {"option": "accept"}}}}'
    )
    assert kept.find("s") == DECIDED
    kept.keep("t", DECIDED)
    assert (kept.find("s"), json.loads(kept.stored[0])["format"]) == (DECIDED, readings.FORMAT)


@pytest.mark.parametrize("source", ['{"id": "gone"}', '{"id": "delimited", "version": 1, "params": {"gone": 1}}'])
def test_decisions_that_cannot_be_read_are_not_dropped_in_silence(kept, source):
    kept.stored[0] = f'{{"format": 1, "readings": {{"s": {{"file": "a", "source": {source}}}}}}}'
    with pytest.raises(UserError, match="gone"):
        kept.find("s")
    kept.keep("s", DECIDED)
    assert kept.find("s") == DECIDED


def test_what_a_newer_version_kept_is_left_alone(kept):
    text = kept.stored[0] = '{"format": 99, "readings": {}}'
    for act in (lambda: kept.find("s"), lambda: kept.keep("s", DECIDED), lambda: kept.forget("s")):
        with pytest.raises(UserError, match="newer version"):
            act()
    assert kept.stored[0] == text


def test_decisions_are_used_for_another_file():
    used = read_like(Project(name="p", target="y", source=TEXT()), DECIDED.project)
    assert used == Project(name="p", target="y", source=DECIDED.source, columns=DECIDED.columns, answers=DECIDED.answers)


def test_a_shape_is_that_of_names_and_delimiter(tmp_path):
    def shape(text: str) -> str:
        (tmp_path / "t.csv").write_text(text)
        return shape_of(preview_table(tmp_path / "t.csv", Project(), Silent()))

    first = shape("x;y\n1;a\n2;b\n")
    assert shape("x;y\n5;c\n7;d\n9;e\n") == first
    assert shape("x,y\n1,a\n2,b\n") != first
    assert shape("x;z\n1;a\n2;b\n") != first
