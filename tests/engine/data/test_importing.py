"""Importing keeps the cells under the digest of their values; a refusal loses nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.importing import import_cells
from mlops_desktop.engine.data.snapshot import snapshot_path
from mlops_desktop.engine.project.decisions import ColumnNote, Project
from mlops_desktop.engine.project.project_file import project_from_json

CSV = "a;b;label\n1,5;x;yes\n2,5;y;no\n3,5;x;yes\n"


def test_the_same_cells_have_the_same_digest_under_any_name(tmp_path):
    (tmp_path / "one.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "two.csv").write_text(CSV, encoding="utf-16")
    found = [import_cells(tmp_path, tmp_path / name, Project(), Silent()) for name in ("one.csv", "two.csv")]
    projects = [project_from_json(one["project"]) for one in found]
    assert projects[0].data == projects[1].data
    assert snapshot_path(tmp_path, projects[0].data).exists()
    assert [c["type"] for c in found[0]["columns"]] == ["number", "category", "boolean"]
    assert found[0]["rows"] == 3


def test_new_data_must_hold_what_decisions_name(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text(CSV, encoding="utf-8")
    with pytest.raises(UserError, match="no column “price”"):
        import_cells(tmp_path, file, Project(target="price"), Silent())
    with pytest.raises(UserError, match="“shop”"):
        import_cells(tmp_path, file, Project(columns={"shop": ColumnNote(role="group")}), Silent())
    assert not (tmp_path / "data").exists()


def test_other_cells_are_another_snapshot_and_the_first_stays(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text(CSV, encoding="utf-8")
    first = project_from_json(import_cells(tmp_path, file, Project(), Silent())["project"])
    file.write_text(CSV + "9,5;z;no\n", encoding="utf-8")
    second = project_from_json(import_cells(tmp_path, file, first, Silent())["project"])
    assert first.data != second.data
    assert snapshot_path(tmp_path, first.data).exists()
    assert snapshot_path(tmp_path, second.data).exists()


def test_the_project_s_own_loader_reads_files_of_its_kind(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text(CSV, encoding="utf-8")
    project = project_from_json(import_cells(tmp_path, file, Project(), Silent())["project"])
    assert project.loader is not None
    commas = replace(project, loader=replace(project.loader, delimiter="comma"))
    found = import_cells(tmp_path, file, commas, Silent())
    assert len(found["columns"]) != 3


def test_the_target_is_found_under_the_name_that_the_file_has(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text('x," price\n(net) "\n1,2\n3,4\n', encoding="utf-8")
    found = import_cells(tmp_path, file, Project(target=" price\n(net) "), Silent())
    assert found["project"]["target"] == "price (net)"
    assert [c["name"] for c in found["columns"]] == ["x", "price (net)"]


def test_a_first_row_that_names_the_target_is_a_header(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("u,a\n" + "u,a\nv,b\n" * 9, encoding="utf-8")
    assert [c["name"] for c in import_cells(tmp_path, file, Project(), Silent())["columns"]] == ["column_1", "column_2"]
    found = import_cells(tmp_path, file, Project(target="a"), Silent())
    assert [c["name"] for c in found["columns"]] == ["u", "a"]
    assert found["rows"] == 18
    again = import_cells(tmp_path, file, project_from_json(found["project"]), Silent())
    assert again["rows"] == 18
