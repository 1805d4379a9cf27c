"""The model before new data against the one after, on rows that are new to both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.data import import_cells
from mlops_desktop.engine.evaluation.former_model import compare_former
from mlops_desktop.engine.project.former_decisions import read_former, write_former
from mlops_desktop.engine.training import Runs, open_chosen, search
from tests.engine.conftest import Made, make_project


@pytest.fixture(scope="module")
def halves(tmp_path_factory):
    """A project of 200 penguins with a model, to which the others were added."""
    folder = tmp_path_factory.mktemp("halves")
    head, *lines = (resource_folder() / "samples" / "penguins.csv").read_text(encoding="utf-8").splitlines()
    first, second = folder / "first.csv", folder / "second.csv"
    first.write_text("\n".join([head, *lines[::2]]) + "\n", encoding="utf-8")
    names = head.split(",")
    moved = [names[-1], *names[:-1]]  # another order of the columns
    swapped = [",".join([line.split(",")[-1], *line.split(",")[:-1]]) for line in [*lines[1::2], lines[0]]]
    second.write_text("\n".join([",".join(moved), *swapped]) + "\n", encoding="utf-8")
    made = make_project(folder / "made", first, "species", ("baseline", "logistic"))
    search(made.pipeline, made.runs, Silent())
    found = import_cells(made.folder, second, made.project, Silent(), add=True)
    after = Made(made.folder, found.project)
    search(after.pipeline, after.runs, Silent())
    return made, after, found


def test_rows_are_added_by_the_names_of_their_columns(halves):
    before, after, found = halves
    assert after.pipeline.table.rows == found.rows == before.pipeline.table.rows + 173
    assert [one.name for one in after.pipeline.table.schema.columns] == [one.name for one in before.pipeline.table.schema.columns]
    assert after.project.file == "first.csv + second.csv"
    notes = " ".join(str(one.message) for one in found.evidence)
    assert "173 rows were added to 172." in notes
    assert "1 of them was in the data already." in notes


def test_a_column_of_another_kind_is_not_added(halves, tmp_path):
    before = halves[0]
    file = tmp_path / "other.csv"
    lines = (before.folder.parent / "first.csv").read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([lines[0], *(line.replace("1", "l") for line in lines[1:])]) + "\n", encoding="utf-8")
    with pytest.raises(UserError, match="of the same kind"):
        import_cells(before.folder, file, before.project, Silent(), add=True)


def test_both_models_are_measured_on_rows_that_are_new_to_them(halves):
    before, after, _ = halves
    chosen = open_chosen(after.pipeline, after.runs, Silent())
    found = compare_former(chosen, before.project, Silent())
    assert 100 < found.rows <= 172
    assert found.label == "Logistic regression"
    assert found.low <= found.now - found.former <= found.high
    with pytest.raises(UserError, match="new to the former model"):
        compare_former(chosen, after.project, Silent())
    other = replace(before.project, target="island", positive=None)
    with pytest.raises(UserError):
        compare_former(chosen, other, Silent())
    assert Runs(after.folder).list(after.pipeline.keys.board)


def test_the_former_decisions_are_those_of_the_data_that_they_led_to(tmp_path, halves):
    before, after, _ = halves
    assert read_former(tmp_path, after.project.data) is None
    write_former(tmp_path, after.project.data, before.project)
    assert read_former(tmp_path, after.project.data) == before.project
    assert read_former(tmp_path, before.project.data) is None
    (tmp_path / "former.json").write_text("{", encoding="utf-8")
    assert read_former(tmp_path, after.project.data) is None
