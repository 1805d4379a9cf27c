"""Codes for “missing”, values cut off at a limit, and numbers that stand for categories: found where they are, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.profiling import code_rules
from mlops_desktop.engine.profiling.all_findings import find
from mlops_desktop.engine.profiling.code_rules import negative_codes
from mlops_desktop.engine.profiling.table_overview import overview
from mlops_desktop.engine.project.decisions import Project
from mlops_desktop.engine.questions.queue import answer_question, questions
from tests.imported import cells_of

RNG = np.random.default_rng(3)
N = 200
RULES = {"hidden_missing", "missing_code", "impossible_zero", "capped", "codes"}


def texts(values) -> list[str]:
    return [f"{value:.12g}" for value in values]


def found(name: str, values: list[str], target: str | None = None) -> dict[str, list[str]]:
    """The texts that the fixes of these rules name, by rule."""
    table = type_cells(cells_of({name: values}), {}, Silent())
    findings = find(table, target, None, {}, Silent())
    return {f.rule: next(iter(f.fix.values()))[name] for f in findings if f.rule in RULES}


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"x": ["Haus", "k.A.", "Haus", "(leer)", "Wohnung"]}, ["k.A.", "(leer)"]),
        ({"x": ["a", "Fehlt", "b"] * 9, "y": ["1", "fehlt", "3"] * 9}, ["Fehlt"]),
        ({"x": ["a", "unknown", "b"] * 9, "y": ["1", "2", "3"] * 9}, []),
        ({"x": ["yes", "refused", "none"] * 9}, []),
    ],
)
def test_levels_that_mean_missing_are_found(columns, words):
    findings = find(type_cells(cells_of(columns), {}, Silent()), None, None, {}, Silent())
    assert [f.fix for f in findings if f.rule == "missing_levels"] == ([{"missing": {"x": words}}] if words else [])


AMOUNTS = texts(RNG.gamma(2, 50, N).round(2))
SCALE = texts(RNG.integers(1, 6, N))
HEIGHTS = texts(RNG.normal(170, 10, N).round())
COUNTS = texts(RNG.integers(0, 5, N))


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("x", ["-999"] * 2 + AMOUNTS, {"hidden_missing": ["-999"]}),
        ("x", ["-1"] * 9 + texts(RNG.integers(20, 60, N)), {"hidden_missing": ["-1"]}),
        ("x", ["99999"] * 9 + AMOUNTS, {"hidden_missing": ["99999"]}),
        ("x", ["98"] * 8 + ["99"] * 9 + texts(RNG.integers(1, 20, N)), {"hidden_missing": ["98"]}),
        ("x", ["9"] * 9 + SCALE, {"missing_code": ["9"]}),
        ("x", ["99"] * 9 + SCALE, {"missing_code": ["99"]}),
        ("x", ["-1"] * 9 + COUNTS, {"missing_code": ["-1"]}),
        ("age", ["99"] * 20 + texts(18 + np.arange(N) % 63), {"missing_code": ["99"]}),
        ("temperature", ["-99.9"] * 9 + texts(np.arange(N) % 17 / 2), {"hidden_missing": ["-99.9"]}),
        ("height_cm", ["0", *HEIGHTS], {"impossible_zero": ["0"]}),
        ("x", ["0"] * 9 + HEIGHTS, {"impossible_zero": ["0"]}),
        ("price", ["500.01"] * 20 + [text for text in AMOUNTS if float(text) < 500], {"capped": ["500.01"]}),
    ],
)
def test_what_stands_for_missing(name, values, expected):
    assert {rule: texts_[-1:] for rule, texts_ in found(name, values).items()} == expected


def test_several_codes_are_found_together():
    table = type_cells(cells_of({"x": ["98"] * 8 + ["99"] * 9 + texts(RNG.integers(1, 20, N))}), {}, Silent())
    fixes = [f.fix for f in find(table, None, None, {}, Silent()) if f.rule == "hidden_missing"]
    assert sorted(fix["missing"]["x"][0] for fix in fixes) == ["98", "99"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("x", AMOUNTS),
        ("x", SCALE),
        ("children", COUNTS),
        ("x", texts(RNG.integers(-1, 2, N))),
        ("x", texts(RNG.integers(0, 100, N))),
        ("siblings", ["8"] * 7 + texts(RNG.integers(0, 6, N))),
        ("age", texts(RNG.integers(0, 90, N))),
        ("weight", ["0"] * 9 + AMOUNTS),
        ("garage_area", ["0"] * 9 + texts(RNG.normal(400, 150, N).clip(100).round())),
        ("humidity", ["100"] * 20 + texts(RNG.normal(70, 10, N).clip(10, 99).round())),
        ("rooms", texts(RNG.integers(1, 9, N))),
        ("year", texts(RNG.integers(1990, 2020, N))),
        ("region_id", [f"R{i % 5}" for i in range(N)]),
    ],
)
def test_no_false_alarm(name, values):
    assert found(name, values) == {}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("postcode", texts(RNG.choice(np.arange(10115, 10315), N))),
        ("PLZ", texts(np.arange(N) + 10115)),
        ("ward", texts(RNG.integers(1, 13, N))),
        ("Produktcode", texts(RNG.choice([4711, 4712, 4800, 5003], N))),
        ("product_code", texts(RNG.choice([4711, 4712, 4800, 5003], N))),
        ("store_id", texts(RNG.integers(1, 8, N))),
        ("Q12", SCALE),
        ("Familienstand", texts(RNG.integers(1, 5, N))),
    ],
)
def test_numbers_for_categories_are_asked_about(name, values):
    assert found(name, values) == {"codes": "category"}
    table = type_cells(cells_of({name: values, "y": ["a", "b"] * (N // 2)}), {}, Silent())
    project = Project(target="y", task="binary", positive="a")
    queue = questions(project, table, overview(table, Silent()), find(table, "y", "binary", {}, Silent()))
    asked = next(one for one in queue if one.id == f"finding.codes.{name}")
    assert [option.id for option in asked.options] == ["fix", "ordered", "accept"]
    assert answer_question(project, asked, "ordered").columns[name].type == "ordered"


@pytest.mark.parametrize("together", [1, 500, 2**16])
def test_only_codes_beyond_doubt_are_proposed(together, monkeypatch):
    monkeypatch.setattr(code_rules, "_CELLS", together)
    rng = np.random.default_rng(0)

    def with_code(code, every):
        return [f"{code}" if i % every == 0 else f"{rng.random():.3f}" for i in range(200)]

    columns = {"a": with_code(-200, 9), "b": with_code(-200, 11), "alone": with_code(-500, 9), "nines": with_code(-999, 9)}
    columns |= {"loss": with_code(-100, 7), "other_loss": with_code(-100, 5), "text": ["-200", "x"] * 100}
    table = type_cells(cells_of(columns), {}, Silent())
    assert {name: [code for code, _ in codes] for name, codes in negative_codes(table, list(columns)).items()} == {
        "a": [-200.0],
        "b": [-200.0],
        "nines": [-999.0],
    }
    assert list(negative_codes(table, ["b", "nines"])) == ["nines"]
