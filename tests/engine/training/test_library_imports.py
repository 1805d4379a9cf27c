"""The libraries of a candidate are found in the functions of its members, and loaded."""

from __future__ import annotations

import sys

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.training.library_imports import library_names, load_libraries


def test_imports_in_functions_methods_and_properties_are_found():
    assert "lightgbm" in library_names(choices().algorithms["lightgbm"])
    assert {"sklearn.ensemble", "sklearn.linear_model", "scipy.sparse"} <= set(library_names(choices().operations["select_importance"]))


def test_they_are_loaded(monkeypatch):
    monkeypatch.delitem(sys.modules, "sklearn.dummy", raising=False)
    load_libraries([choices().algorithms["baseline"]()])
    assert "sklearn.dummy" in sys.modules
