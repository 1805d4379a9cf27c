"""What was suggested: kept, read again, and matched to the steps that are there."""

from __future__ import annotations

import pytest

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.recommendations import read_suggestions, reason_for, write_suggestions
from mlops_desktop.engine.pipeline.recommended import operation
from mlops_desktop.engine.pipeline.store import ArtifactStore

KEY = "ab" * 16
FOUND = (
    (choices().row_filters.read("drop_missing_target"), "Two rows have none."),
    (operation("drop_columns", columns=["a"]), "“a” never changes."),
    (operation("drop_columns", columns=["b", "c"]), "“b” and “c” never change."),
    (operation("impute_numbers"), "Empty cells."),
)


def test_they_come_back_as_they_were(tmp_path):
    ArtifactStore(tmp_path).put(KEY, write_suggestions(FOUND))
    assert read_suggestions(ArtifactStore(tmp_path), KEY) == FOUND
    assert write_suggestions(()) == {"row_filters": [], "steps": []}


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"row_filters": [], "steps": [{"step": {"id": "os.system"}, "reason": "x"}]},
        {"row_filters": [], "steps": [{"step": {"id": "scale", "version": 99}, "reason": "x"}]},
        {"row_filters": [], "steps": [{"step": {"id": "scale"}}]},
        {"row_filters": None, "steps": []},
        {"row_filters": ["x"], "steps": []},
    ],
)
def test_what_this_edition_does_not_know_is_not_there(tmp_path, document):
    store = ArtifactStore(tmp_path)
    store.put(KEY, document)
    with pytest.raises(KeyError):
        read_suggestions(store, KEY)


def test_without_a_store_there_are_none(tmp_path):
    with pytest.raises(KeyError):
        read_suggestions(ArtifactStore(tmp_path / "gone"), KEY)


@pytest.mark.parametrize(
    ("component", "why"),
    [
        (operation("drop_columns", columns=["a"]), "“a” never changes."),
        (operation("drop_columns", columns=["c"]), "“b” and “c” never change."),
        (operation("drop_columns", columns=["d"]), ""),
        (operation("impute_numbers", strategy="mean"), "Empty cells."),  # changed by a person, and still due
        (operation("impute_numbers", columns=["a"]), "Empty cells."),
        (operation("scale"), ""),
        (choices().row_filters.read("drop_missing_target"), "Two rows have none."),
        (choices().row_filters.read("drop_duplicates"), ""),
    ],
)
def test_a_step_has_the_reason_of_what_does_the_same(component, why):
    assert reason_for(component, FOUND) == why
