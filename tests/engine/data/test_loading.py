"""From file to table; the sample files of each source are read in contracts/test_sources.py."""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.loading import guess_source, load_cells
from mlops_desktop.engine.data.targets import default_roles, guess_targets, guess_task, target_of
from mlops_desktop.engine.data.typed_table import type_cells

SAMPLES = resource_folder() / "samples"


def test_telco_as_people_have_it():
    source, cells = load_cells(SAMPLES / "telco_churn.csv", None, Silent())
    table = type_cells(cells, {}, Silent())
    types = {c.name: c.type for c in table.schema.columns}
    assert (source.id, cells.notes, table.rows) == ("delimited", (), 7043)
    assert (types["customerID"], types["TotalCharges"], types["SeniorCitizen"], types["Churn"]) == ("id", "number", "integer", "boolean")
    assert table.frame.missing("TotalCharges").sum() == 11
    assert default_roles(table).keys() == {"customerID"}
    assert guess_targets(table)[0][0] == "Churn"
    target = target_of(table, "Churn", "binary")
    assert target.classes == ("No", "Yes")
    assert target.values.sum() == 1869


def test_penguins_and_energy():
    for name, target, task in (("penguins.csv", "species", "multiclass"), ("energy_efficiency.csv", "heating_load", "regression")):
        _, cells = load_cells(SAMPLES / name, None, Silent())
        table = type_cells(cells, {}, Silent())
        assert guess_task(table, target)[0] == task


def test_a_kind_of_file_that_no_source_opens(tmp_path):
    path = tmp_path / "x.blob"
    path.write_bytes(b"PK")
    with pytest.raises(UserError, match=r"These kinds can: .*[.]csv"):
        guess_source(path)


def test_a_given_source_is_taken(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("1,2\n3,4\n")
    source = guess_source(path)
    assert load_cells(path, replace(source, header="first"), Silent())[1].names == ["1", "2"]


def test_the_next_file_may_have_another_encoding(tmp_path):
    for name, encoding in (("first.csv", "cp1252"), ("next.csv", "utf-8"), ("plain.csv", "ascii")):
        (tmp_path / name).write_text("Ort;x\nKöln;1\nRom;2\n".replace("ö", "ö" if encoding != "ascii" else "oe"), encoding=encoding)
    source, _ = load_cells(tmp_path / "first.csv", None, Silent())
    _, cells = load_cells(tmp_path / "next.csv", source, Silent())
    assert cells.column("Ort").texts == ["Köln", "Rom"]
    assert "examined again" in cells.notes[0].message
    assert load_cells(tmp_path / "plain.csv", source, Silent())[0] == source


def test_the_next_file_may_be_written_differently(tmp_path):
    first, second, third = (tmp_path / f"{name}.csv" for name in "abc")
    first.write_text("a,b\n1,x\n", encoding="utf-8")
    second.write_text("a;b\n1;x\n2;y\n", encoding="utf-8")
    third.write_bytes("a,b\n1,Ä\n".encode("cp1252"))
    source = guess_source(first)
    for path, last in ((second, "y"), (third, "Ä")):
        _, cells = load_cells(path, source, Silent())
        assert cells.table.column("b")[-1].as_py() == last
        assert "examined again" in cells.notes[0].message
    assert load_cells(first, source, Silent())[1].notes == ()
    openpyxl.Workbook().save(tmp_path / "x.xlsx")
    with pytest.raises(UserError, match="no sheet"):
        load_cells(tmp_path / "x.xlsx", choices().sources["excel"](sheet="Nope"), Silent())
