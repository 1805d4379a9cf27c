"""Statistics of every column, by target, as strict JSON."""

from __future__ import annotations

import json
import time

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.data.loading import load_cells
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.profiling.results import Profile
from mlops_desktop.engine.profiling.table_profile import profile as profile_of
from mlops_desktop.engine.project.decisions import ColumnNote
from mlops_desktop.engine.project.serialization import from_json, to_json
from mlops_desktop.serving.frame import MISSING_DATE, Frame, Layout
from mlops_desktop.serving.schema import Column, Schema
from tests.imported import cells_of


def profile(*args, **options):
    """The profile as the JSON that `profile --json` prints, read back as it was."""
    found = profile_of(*args, **options)
    document = json.loads(json.dumps(to_json(found), allow_nan=False))
    assert from_json(Profile, document, "Profile") == found
    return document


def made(notes=None, target=None, **columns):
    cells = pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in columns.items()})
    found = profile(type_cells(cells_of(cells), notes or {}, Silent()), target, Silent())
    json.dumps(found, allow_nan=False)
    return found, {c["name"]: c for c in found["columns"]}


def test_numbers_equal_numpy():
    values = np.random.default_rng(0).normal(size=500).round(4)
    _, columns = made(x=[str(v) for v in values] + ["", "0"])
    all_values = np.append(values, 0.0)
    x = columns["x"]
    assert (x["type"], x["missing"], x["distinct"]) == ("number", 1, len(np.unique(all_values)))
    assert x["mean"] == pytest.approx(all_values.mean())
    assert x["std"] == pytest.approx(all_values.std(ddof=1))
    assert (x["min"], x["max"], x["zeros"]) == (all_values.min(), all_values.max(), int((all_values == 0).sum()))
    assert x["quantiles"]["0.5"] == pytest.approx(np.median(all_values))
    assert sum(x["histogram"]["counts"]) == 501
    assert x["histogram"]["counts"] == np.histogram(all_values, x["histogram"]["edges"])[0].tolist()


def test_whole_numbers_have_a_bin_each_while_they_are_few():
    _, columns = made(x=["1", "2", "2", "5"])
    assert columns["x"]["histogram"] == {"edges": [0.5, 1.5, 2.5, 3.5, 4.5, 5.5], "counts": [1, 2, 0, 0, 1]}
    _, columns = made(x=[str(i * 3) for i in range(100)])
    assert sum(columns["x"]["histogram"]["counts"]) == 100
    assert len(columns["x"]["histogram"]["counts"]) <= 20


def test_categories_booleans_texts_and_dates():
    _, columns = made(
        word=["b", "a", "b", ""],
        flag=["Yes", "No", "Yes", "Yes"],
        day=["2024-01-01", "2024-01-03", "", "2024-01-02"],
        size=["L", "S", "M", "S"],
    )
    assert columns["word"]["top"] == [["b", 2], ["a", 1]]
    assert (columns["flag"]["top"], columns["flag"]["mean"], columns["flag"]["distinct"]) == ([["Yes", 3], ["No", 1]], 0.75, 2)
    assert (columns["day"]["min"], columns["day"]["max"], columns["day"]["missing"]) == ("2024-01-01", "2024-01-03", 1)
    assert sum(columns["day"]["histogram"]["counts"]) == 3
    assert columns["size"]["top"] == [["S", 2], ["M", 1], ["L", 1]]
    _, columns = made({"t": ColumnNote(type="text")}, t=["one two", "one two", "three"])
    assert (columns["t"]["top"], columns["t"]["words"], columns["t"]["characters"]) == (
        [["one two", 2]],
        pytest.approx(5 / 3),
        pytest.approx(19 / 3),
    )


def test_by_target():
    found, columns = made(target="y", x=["1", "1", "2", "2"], w=["a", "b", "a", ""], y=["p", "p", "q", ""])
    assert columns["x"]["by_target"] == {"classes": ["p", "q"], "counts": [[2, 0], [0, 1]]}
    assert columns["w"]["by_target"] == {"classes": ["p", "q"], "counts": [[1, 1], [1, 0]]}
    assert "by_target" not in columns["y"]
    assert found["target"] == "y"
    amounts = [str(i * 1.5) for i in range(20)]
    _, columns = made(target="y", x=["1"] * 10 + ["2"] * 10, y=amounts)
    assert columns["x"]["by_target"]["means"] == [pytest.approx(6.75), pytest.approx(21.75)]


def test_many_classes_are_put_together():
    classes = [f"c{i % 30}" for i in range(600)] + ["big"] * 50
    _, columns = made(target="y", x=["1"] * 650, y=classes)
    split = columns["x"]["by_target"]
    assert split["classes"][-1] == "other"
    assert len(split["classes"]) == 9
    assert sum(map(sum, split["counts"])) == 650


@pytest.mark.parametrize("cells", [["", ""], ["1"], ["x"], ["2024-01-01"], ["1", "1"], ["Yes", "No"], ["1e308", "-1e308"], ["0.1", "0.1"]])
def test_thin_columns(cells):
    found, columns = made(target="y", x=cells, y=["a", "b"][: len(cells)])
    assert found["rows"] == len(cells)
    assert columns["x"]["missing"] == sum(cell == "" for cell in cells)


def test_no_rows():
    layout = Layout(("n",), ("w",), ("d",))
    frame = Frame(layout, 0, np.empty((0, 1)), np.empty((0, 1), dtype=np.intp), ((),), np.full((0, 1), MISSING_DATE))
    from mlops_desktop.engine.data.table import Table

    table = Table(Schema((Column("n", "number"), Column("w", "category"), Column("d", "date"))), frame)
    found = profile(table, "w", Silent())
    assert json.dumps(found, allow_nan=False)
    assert found["rows"] == 0
    assert found["findings"] == []


@pytest.mark.parametrize(
    ("name", "target"), [("penguins.csv", "species"), ("telco_churn.csv", "Churn"), ("energy_efficiency.csv", "heating_load")]
)
def test_samples(name, target):
    _, cells = load_cells(resource_folder() / "samples" / name, None, Silent())
    table = type_cells(cells, {}, Silent())
    began = time.perf_counter()
    found = profile(table, target, Silent())
    assert time.perf_counter() - began < 5
    assert json.dumps(found, allow_nan=False)
    assert [c["name"] for c in found["columns"]] == [c.name for c in table.schema.columns]
    assert found["relations"]["columns"]
