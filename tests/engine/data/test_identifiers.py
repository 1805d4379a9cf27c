"""What names rows, what ties several of them together, and what is only named so."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.identifiers import group_column, has_id_name, identifies_rows, names_people
from mlops_desktop.engine.data.targets import default_roles, guess_task, target_of
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.serving.frame import Floats
from tests.imported import cells_of

RNG = np.random.default_rng(0)


def table(**columns: list[str]):
    return type_cells(cells_of(columns), {}, Silent())


def repeated(count: int, times: int, form: str = "P{:03}") -> list[str]:
    return [form.format(i) for i in range(count) for _ in range(times)]


@pytest.mark.parametrize(
    ("name", "is_id", "is_of_people"),
    [
        ("customerID", True, True),
        ("Patienten-Nr.", True, True),
        ("Kundennummer", True, True),
        ("order_id", True, False),
        ("PID", True, False),
        ("subject", False, True),
        ("heat_index", False, False),
        ("Body Mass Index", False, False),
        ("users", False, False),
        ("Id", True, False),
        ("paid", False, False),
        ("width", False, False),
        ("id_type", False, False),
        ("", False, False),
    ],
)
def test_names(name, is_id, is_of_people):
    assert (has_id_name(name), names_people(name)) == (is_id, is_of_people)


@pytest.mark.parametrize(
    ("name", "values", "is_one"),
    [
        ("x", np.arange(1, 31), True),
        ("x", np.arange(5, 35), False),
        ("id", np.array([31, 12, 77]), True),
        ("id", np.array([31, 12, 31]), False),
        ("id", np.repeat(np.arange(30), 3), True),
        ("heat_index", RNG.permutation(np.arange(60, 110)), False),
        ("heat_index", RNG.integers(60, 110, 120), False),
        ("index", np.array([0, 1, 4, 5]), True),
    ],
)
def test_whole_numbers_that_name_rows(name, values, is_one):
    read: Floats = np.append(values.astype(np.float64), np.nan)
    assert bool(identifies_rows(name, read)) is is_one


def test_an_identifier_whose_values_repeat_is_a_group():
    noise = [f"{v:.4f}" for v in RNG.normal(size=300)]
    patients = table(patient_id=repeated(60, 5), marker=noise)
    assert {name: role for name, (role, _) in default_roles(patients).items()} == {"patient_id": "group"}
    assert "60 values in 300 rows" in default_roles(patients)["patient_id"][1]
    assert default_roles(patients, "patient_id") == {}
    few = table(subject=repeated(12, 25, "{}"), marker=noise)
    assert group_column(few)[0] == "subject"
    both = table(order_id=repeated(150, 2, "A{}"), customer_id=repeated(50, 6, "C{}"), marker=noise)
    assert {name: role for name, (role, _) in default_roles(both).items()} == {"order_id": "id", "customer_id": "group"}


@pytest.mark.parametrize(
    "columns",
    [
        {"customer_id": [f"C{i}" for i in range(300)]},  # unique: it names the rows
        {"store_id": repeated(6, 50)},  # a handful of shops is a category
        {
            "subject": [
                ("maths", "art", "music", "biology", "history", "latin", "greek", "sport", "ethics", "physics", "french")[i % 11]
                for i in range(300)
            ]
        },
        {"heat_index": repeated(60, 5, "{}")},
        {"patients": repeated(60, 5, "{}")},
    ],
)
def test_what_is_no_group(columns):
    assert group_column(table(**columns, marker=[f"{v:.4f}" for v in RNG.normal(size=300)])) is None


def test_the_target_is_no_identifier():
    made = table(price_key=[str(7 * i % 401 + 1000) for i in range(400)], rank=[str(i) for i in range(1, 401)], x=["a", "b"] * 200)
    assert [column.type for column in made.schema.columns] == ["id", "id", "category"]
    for name in ("price_key", "rank"):
        assert guess_task(made, name)[0] == "regression"
        assert name not in default_roles(made, name)
    assert target_of(made, "rank", "regression").values.tolist() == list(range(1, 401))
