"""Model files of older formats, as plain JSON. Whole bundles of format 1 are opened in test_bundle_of_older_versions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.migrations import FORMAT, migrate
from mlops_desktop.serving.nodes.chain import Chain
from mlops_desktop.serving.nodes.weighted_mean import WeightedMean
from mlops_desktop.serving.schema import Grammar, Schema
from mlops_desktop.serving.serialization import read_object_file, unpack

BUNDLES = Path(__file__).resolve().parent.parent / "data" / "bundles"
MODEL = {"kind": "models.linear:Linear"}


def test_todays_documents_stay_as_they_are():
    document = {"kind": "scorer:Scorer", "model": {"kind": "models.blend:Blend"}}
    assert migrate({"format": FORMAT, **document}) == document


@pytest.mark.parametrize("number", [0, -1, True, "1", None, FORMAT + 1])
def test_an_unknown_format_is_refused(number):
    with pytest.raises(UserError):
        migrate({"format": number, "kind": "scorer:Scorer"})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            {"kind": "scorer:Scorer", "name": "m", "model": MODEL},
            {"kind": "scorer:Scorer", "name": "m", "node": {"kind": "nodes.chain:Chain", "transforms": [], "model": MODEL}},
        ),
        (
            {"kind": "scorer:Scorer", "model": {"kind": "models.blend:Blend", "models": [MODEL], "weights": {"array": "model.weights"}}},
            {
                "kind": "scorer:Scorer",
                "node": {
                    "kind": "nodes.weighted_mean:WeightedMean",
                    "members": [{"kind": "nodes.chain:Chain", "transforms": [], "model": MODEL}],
                    "weights": {"array": "model.weights"},
                },
            },
        ),
        ({"kind": "models.constant:Constant", "task": "regression"}, {"kind": "models.constant:Constant", "per_class": False}),
        ({"kind": "models.constant:Constant", "task": "binary"}, {"kind": "models.constant:Constant", "per_class": True}),
        ({"kind": "monitor:Bins", "type": "word"}, {"kind": "monitor:Bins", "type": "categorical"}),
        ({"kind": "transforms.impute_words:ImputeWords"}, {"kind": "transforms.impute_categories:ImputeCategories"}),
    ],
)
def test_format_1_is_brought_into_todays_form(before, after):
    inside = {"kind": "scorer:Scorer", "transforms": [before]}
    assert migrate(before) == after
    assert migrate(inside) == {"kind": "scorer:Scorer", "transforms": [after]}


@pytest.mark.parametrize("document", [{}, {"kind": 1}, {"kind": "scorer:Scorer", "model": None}, {"kind": "monitor:Bins", "type": [[]]}])
def test_damaged_documents_are_left_to_the_reader(document):
    migrate(document)


def test_a_blend_of_format_1_becomes_a_weighted_mean():
    kinds = {}
    for folder in sorted(path for path in BUNDLES.glob("format_1_*") if path.is_dir()):  # of bundles that hold models of format 1
        assert "format" not in json.loads((folder / "model" / "scorer.json").read_text(encoding="utf-8"))
        kinds[folder.name] = type(read_object_file(folder / "model", "scorer").node)
    assert kinds["format_1_binary"] is WeightedMean
    assert Chain in kinds.values()


def test_a_grammar_of_format_2_reads_as_before():
    before = {"kind": "cells:Grammar", "decimal": ",", "thousands": ".", "affixes": ["€"], "date": "%d/%m/%y", "zone": False}
    assert unpack(migrate({"format": 2, **before}), {}) == Grammar(decimal=",", thousands=".", affixes=("€",), date="%d/%m/%y")


def test_a_column_of_format_4_reads_every_day_of_a_row_as_a_date():
    assert migrate({"format": 4, "kind": "column:Column"}) == {"kind": "column:Column", "has_no_days": False}
    column = unpack(migrate({"format": 4, "kind": "column:Column", "name": "x", "type": "date", "low": 0, "high": 1}), {})
    assert [issue.code for issue in Schema((column,)).from_rows([{"x": "9999-12-31"}]).warnings] == ["out_of_training_range"]
