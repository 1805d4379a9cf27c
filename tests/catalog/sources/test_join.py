"""A second file joined by a key or appended: what would be lost or multiplied is reported before it is done."""

from __future__ import annotations

from urllib.parse import urlencode

import numpy as np
import pyarrow as pa
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.sources._join_keys import match
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.loading import load_cells

JOIN = choices().sources["join"]


def load(location, source=None):
    cells = load_cells(location, source, Silent())[1]
    return cells.table.to_pylist(), " ".join(note.message for note in cells.notes)


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


@pytest.fixture
def orders(tmp_path):
    write(
        tmp_path,
        orders="order,customer,n\no1,1,5\no2,2,6\no3,9,7\no4,,8\n",
        customers="id,town\n1,Rome\n2,Oslo\n2,Bergen\n5,Paris\n",
        unique="customer,town\n01,x\n1,Rome\n2,Oslo\n9,Bonn\n",
    )
    return f"join:{tmp_path}/orders.csv"


def test_rows_that_would_be_lost_or_multiplied_stop_a_join_until_a_person_chose(orders):
    with pytest.raises(UserError, match=r"2 of 4 rows of “orders.csv” have no match in “customers.csv” by “customer” = “id”") as caught:
        load(orders, JOIN(other="customers.csv", on="customer=id"))
    assert "unmatched=keep" in str(caught.value.remedy)
    with pytest.raises(
        UserError, match=r"1 of 4 rows of “orders.csv” match several rows of “customers.csv”.*: 5 rows would come"
    ) as caught:
        load(orders, JOIN(other="customers.csv", on="customer=id", unmatched="keep"))
    assert "repeated=first" in str(caught.value.remedy)


@pytest.mark.parametrize(
    ("unmatched", "repeated", "towns"),
    [
        ("keep", "first", ["Rome", "Oslo", None, None]),
        ("keep", "multiply", ["Rome", "Oslo", "Bergen", None, None]),
        ("drop", "first", ["Rome", "Oslo"]),
        ("drop", "multiply", ["Rome", "Oslo", "Bergen"]),
    ],
)
def test_a_join_as_a_person_chose(orders, unmatched, repeated, towns):
    rows, notes = load(orders, JOIN(other="customers.csv", on="customer=id", unmatched=unmatched, repeated=repeated))
    assert [row["town"] for row in rows] == towns
    assert list(rows[0]) == ["order", "customer", "n", "town"]
    assert f"4 rows became {len(towns)}; 2 without a match {'kept' if unmatched == 'keep' else 'left out'}; 1 with several" in notes
    assert "1 row of “customers.csv” not used" in notes or repeated == "first"


def test_the_key_is_what_both_have_and_texts_are_not_numbers(orders):
    query = urlencode({"other": "unique.csv", "unmatched": "drop"})
    rows, notes = load(f"{orders}?{query}")
    assert [row["town"] for row in rows] == ["Rome", "Oslo", "Bonn"]
    assert "by “customer”" in notes


@pytest.mark.parametrize(
    ("params", "match"),
    [
        ({}, "No second file is named"),
        ({"other": "nowhere.csv"}, "no file “nowhere.csv”"),
        ({"other": "customers.csv"}, "no column of one name"),
        ({"other": "customers.csv", "on": "customer=nope"}, "“customers.csv” has no column “nope”"),
        ({"other": "customers.csv", "on": "town"}, "“orders.csv” has no column “town”"),
        ({"other": "customers.csv", "on": "order=id"}, "No row of “orders.csv” has its"),
    ],
)
def test_a_join_that_cannot_be_is_refused(orders, params, match):
    with pytest.raises(UserError, match=match) as caught:
        load(orders, JOIN(**params))
    assert str(caught.value.remedy).endswith(".")


def test_a_second_file_is_appended(orders, tmp_path):
    write(tmp_path, more="order,customer,n\no5,1,2\n")
    rows, _ = load(orders, JOIN(other="more.csv", how="rows"))
    assert [row["order"] for row in rows] == ["o1", "o2", "o3", "o4", "o5"]


@pytest.mark.parametrize("seed", range(20))
def test_matches_are_those_of_a_search_row_by_row(seed):
    draw = np.random.default_rng(seed)
    values = np.array(["", "1", "2", "a", " a", "b "])

    def table(rows):
        return pa.table({"k": draw.choice(values, rows), "m": draw.integers(0, 3, rows)})

    first, second = table(int(draw.integers(0, 30))), table(int(draw.integers(0, 30)))
    found = match(first, second, [("k", "k"), ("m", "m")])

    def key(row):
        return (row["k"].strip(), row["m"]) if row["k"].strip() else None

    expected = [
        (i, j)
        for i, row in enumerate(first.to_pylist())
        for j, other in enumerate(second.to_pylist())
        if key(row) is not None and key(row) == key(other)
    ]
    left, right = found.pairs(first_only=False, keep=False)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == expected
    matched = {i for i, _ in expected}
    assert found.unmatched == first.num_rows - len(matched)
    assert found.unused() == second.num_rows - len({j for _, j in expected})
    left, right = found.pairs(first_only=True, keep=True)
    assert left.tolist() == list(range(first.num_rows))
    assert [j for j in right.tolist() if j >= 0] == [min(j for i, j in expected if i == one) for one in sorted(matched)]
