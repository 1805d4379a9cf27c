"""From file to table; each loader has the zoo in contracts/test_loaders.py."""

from __future__ import annotations

import openpyxl
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.loading import guess_loader, load_cells
from mlops_desktop.engine.data.targets import default_roles, guess_targets, guess_task, target_of
from mlops_desktop.engine.data.typed_table import type_cells

SAMPLES = resource_folder() / "samples"


def test_telco_as_people_have_it():
    loader, cells, said = load_cells(SAMPLES / "telco_churn.csv", None, Silent())
    table = type_cells(cells, {}, Silent())
    types = {c.name: c.type for c in table.schema.columns}
    assert (loader.id, said, table.rows) == ("delimited", [], 7043)
    assert (types["customerID"], types["TotalCharges"], types["SeniorCitizen"], types["Churn"]) == ("id", "number", "integer", "boolean")
    assert table.frame.missing("TotalCharges").sum() == 11
    assert default_roles(table).keys() == {"customerID"}
    assert guess_targets(table)[0][0] == "Churn"
    target = target_of(table, "Churn", "binary")
    assert target.classes == ("No", "Yes")
    assert target.values.sum() == 1869


def test_penguins_and_energy():
    for name, target, task in (("penguins.csv", "species", "multiclass"), ("energy_efficiency.csv", "heating_load", "regression")):
        _, cells, _ = load_cells(SAMPLES / name, None, Silent())
        table = type_cells(cells, {}, Silent())
        assert guess_task(table, target)[0] == task


def test_a_kind_of_file_that_no_loader_knows(tmp_path):
    path = tmp_path / "x.docx"
    path.write_bytes(b"PK")
    with pytest.raises(UserError, match=r"These kinds can: .csv"):
        guess_loader(path)


def test_a_given_loader_is_taken(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("1,2\n3,4\n")
    loader = guess_loader(path)
    assert type(loader)(header="first").load(path, Silent()).columns.tolist() == ["1", "2"]
    assert load_cells(path, type(loader)(header="first"), Silent())[1].columns.tolist() == ["1", "2"]


def test_the_next_file_may_be_written_differently(tmp_path):
    first, second, third = (tmp_path / f"{name}.csv" for name in "abc")
    first.write_text("a,b\n1,x\n", encoding="utf-8")
    second.write_text("a;b\n1;x\n2;y\n", encoding="utf-8")
    third.write_bytes("a,b\n1,Ä\n".encode("cp1252"))
    loader = guess_loader(first)
    for path, last in ((second, "y"), (third, "Ä")):
        _, cells, said = load_cells(path, loader, Silent())
        assert cells["b"].tolist()[-1] == last
        assert "looked at anew" in said[0]["message"]
    assert load_cells(first, loader, Silent())[2] == []
    openpyxl.Workbook().save(tmp_path / "x.xlsx")
    with pytest.raises(UserError, match="no sheet"):
        load_cells(tmp_path / "x.xlsx", choices().loaders["excel"](sheet="Nope"), Silent())
